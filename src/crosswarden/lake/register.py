"""Which files were read whole: a Delta table of content hashes, so that the same file is not read twice.

A file is entered after its rows are committed; if the process dies between the two, reading it again adds nothing,
because every event is looked up by its identity.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from crosswarden.duck import Connection
from crosswarden.lake import delta
from crosswarden.lake.store import Lake
from crosswarden.tables import Column, Type

__all__ = ["Read", "Register"]

_COLUMNS = (
    Column("content", Type.STRING),
    Column("size", Type.LONG),
    Column("account", Type.STRING),
    Column("ingested", Type.DATETIME),
)


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read whole: SHA-256 of its bytes, their number, and how many records each file in it has."""

    content: str
    size: int
    records: dict[str, int]


class Register:
    """The lake's register of files."""

    def __init__(self, lake: Lake, connection: Connection) -> None:
        self._folder = lake.path / "_files"
        self._connection = connection
        self._known: dict[str, int] = {}
        self._sizes: set[int] = set()
        files = [str(self._folder / entry.path) for entry in delta.live(self._folder)]
        if files:
            rows = connection.execute(
                "SELECT content, size, account FROM read_parquet($files, hive_partitioning = false)",
                {"files": files},
            ).fetchall()
            self._known = {content: sum(json.loads(account).values()) for content, _, account in rows}
            self._sizes = {size for _, size, _ in rows}

    def may_know(self, size: int) -> bool:
        """Whether a file of that size was read before, so that its content is worth hashing first."""
        return size in self._sizes

    def records(self, content: str) -> int | None:
        """How many records the file with that hash held, None if it was not read before."""
        return self._known.get(content)

    def enter(self, files: Iterable[Read]) -> None:
        """Commits that these files were read whole."""
        new = [file for file in files if file.content not in self._known]
        if not new:
            return
        now = dt.datetime.now(dt.UTC)
        path = f"_day={delta.NO_DAY}/{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex}.parquet"
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE entered (content VARCHAR, size BIGINT, account VARCHAR)"
        )
        self._connection.executemany(
            "INSERT INTO entered VALUES (?, ?, ?)",
            [[file.content, file.size, json.dumps(file.records)] for file in new],
        )
        place = str(target).replace("'", "''")
        self._connection.execute(
            f"COPY (SELECT *, CAST('{now.isoformat()}' AS TIMESTAMPTZ) AS ingested FROM entered)"
            f" TO '{place}' (FORMAT parquet, CODEC zstd)"
        )
        entry = delta.NewFile(
            path, target.stat().st_size, len(new), None, int(now.timestamp() * 1000), {}, {}
        )
        delta.append(self._folder, _COLUMNS, [entry])
        self._known |= {file.content: sum(file.records.values()) for file in new}
        self._sizes |= {file.size for file in new}
