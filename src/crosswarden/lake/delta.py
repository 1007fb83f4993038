"""The one door to the ``deltalake`` package: tables, add-actions and application transactions.

A commit is one file in ``_delta_log`` put there by an atomic rename, so a batch is in or out, never half.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import PrimitiveType
from deltalake.transaction import (
    AddAction,
    CommitProperties,
    PostCommitHookProperties,
    RemoveAction,
    Transaction,
)

from crosswarden.errors import LakeError
from crosswarden.tables import Column, Type

__all__ = [
    "NO_DAY",
    "DeltaTable",
    "LiveFile",
    "NewFile",
    "append",
    "live",
    "opened",
    "replace",
    "stamp",
    "version",
]

NO_DAY = "__HIVE_DEFAULT_PARTITION__"
"""How the folder of rows without a readable time is named."""

_DELTA = {
    Type.BOOL: "boolean",
    Type.INT: "integer",
    Type.LONG: "long",
    Type.REAL: "double",
    Type.DECIMAL: "string",
    Type.DATETIME: "timestamp",
    Type.TIMESPAN: "long",
    Type.STRING: "string",
    Type.DYNAMIC: "string",
    Type.GUID: "string",
}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A data file that was written and waits to be committed; ``path`` is relative to the table."""

    path: str
    size: int
    rows: int
    day: str | None
    written: int  # milliseconds since 1970
    least: Mapping[str, str | int]
    greatest: Mapping[str, str | int]

    def action(self, *, moved: bool = False) -> AddAction:
        """The Delta add-action; ``moved`` says that the rows were in the table before (compaction)."""
        stats = {"numRecords": self.rows, "minValues": dict(self.least), "maxValues": dict(self.greatest)}
        return AddAction(self.path, self.size, {"_day": self.day}, self.written, not moved, json.dumps(stats))


def opened(path: Path) -> DeltaTable | None:
    """The Delta table at that folder in its newest version, or None where there is none yet."""
    if not (path / "_delta_log").is_dir():
        return None
    try:
        return DeltaTable(path)
    except TableNotFoundError:
        return None
    except DeltaError as error:
        raise LakeError("lake-delta", f"{path} is not a readable Delta table: {error}") from error


def _schema(columns: Iterable[Column]) -> Schema:
    fields = [Field(column.name, PrimitiveType(_DELTA[column.type]), nullable=True) for column in columns]
    return Schema([*fields, Field("_day", PrimitiveType("date"), nullable=True)])


def append(
    path: Path, columns: Iterable[Column], files: Iterable[NewFile], *, expected: int | None = None
) -> int:
    """Commits the files as one version (creating the table first) and returns that version.

    ``expected`` is the version that the writer looked at, -1 for none. Each commit carries the application
    transaction "crosswarden" with its version, so that of two writers that looked at the same version one fails.
    Raises LakeError "lake-conflict" when another writer was first.
    """
    table = opened(path)
    schema = _schema(columns)
    found = -1 if table is None else table.version()
    if expected is not None and found > max(expected, 0):
        raise LakeError("lake-conflict", f"another process wrote to {path.name} at the same time")
    if table is None:
        path.mkdir(parents=True, exist_ok=True)
        table = DeltaTable.create(path, schema, mode="ignore", partition_by=["_day"])
    return _commit(table, [file.action() for file in files], schema, {"crosswarden": table.version() + 1})


def replace(path: Path, columns: Iterable[Column], gone: Iterable[str], files: Iterable[NewFile]) -> int:
    """Commits that ``files`` hold the rows of the live files ``gone`` (paths relative to the table) from now on."""
    table = opened(path)
    if table is None:
        raise LakeError("lake-delta", f"{path} holds no table to compact")
    removed = []
    names = set(gone)
    for entry in _entries(table):
        if entry.path in names:
            names.discard(entry.path)
            removed.append(
                RemoveAction(
                    path=entry.path,
                    data_change=False,
                    partition_values={"_day": entry.day},
                    deletion_timestamp=time.time_ns() // 1_000_000,
                    size=entry.size,
                )
            )
    if names:
        raise LakeError("lake-conflict", f"another process compacted {path.name} at the same time")
    actions = [file.action(moved=True) for file in files]
    return _commit(table, [*removed, *actions], _schema(columns), {"crosswarden": table.version() + 1})


def _commit(
    table: DeltaTable,
    actions: list[AddAction | RemoveAction],
    schema: Schema,
    transactions: Mapping[str, int],
) -> int:
    properties = CommitProperties(
        max_commit_retries=15,
        app_transactions=[Transaction(name, version) for name, version in transactions.items()],
    )
    try:
        table.create_write_transaction(
            actions,
            mode="append",
            schema=schema,
            partition_by=["_day"],
            commit_properties=properties,
            post_commithook_properties=PostCommitHookProperties(
                create_checkpoint=True, cleanup_expired_logs=False
            ),
        )
    except (CommitFailedError, DeltaError) as error:
        raise LakeError("lake-conflict", f"the commit to {table.table_uri} failed: {error}") from error
    table.update_incremental()
    return table.version()


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A data file of the table's newest version; ``day`` is an ISO date, None for rows without a readable time."""

    path: str
    size: int
    rows: int
    day: str | None


def _entries(table: DeltaTable) -> list[LiveFile]:
    flat = table.get_add_actions(flatten=True)
    columns = {name: flat.column(name).to_pylist() for name in flat.schema.names}
    days = columns.get("partition._day") or [None] * flat.num_rows
    return [
        LiveFile(path, size, rows, None if day is None else str(day))
        for path, size, rows, day in zip(
            columns["path"], columns["size_bytes"], columns["num_records"], days, strict=True
        )
    ]


def live(path: Path) -> list[LiveFile]:
    """The table's live files, in no particular order; empty where there is no table."""
    table = opened(path)
    return [] if table is None else _entries(table)


def version(path: Path) -> int:
    """The table's newest version, -1 where there is no table."""
    table = opened(path)
    return -1 if table is None else table.version()


def stamp(microseconds: int) -> str:
    """A moment (microseconds since 1970) as Delta statistics write it."""
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
