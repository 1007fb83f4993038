"""The lake: a folder of Delta tables, one a log table, which other processes read while one writes.

LAKE/AuditLogs/_delta_log/…                    what is committed
LAKE/AuditLogs/_day=2026-01-31/<name>.parquet  rows of that UTC day
LAKE/_files/…                                  which files were read whole (see crosswarden.lake.register)
LAKE/_lock                                     held by the process that commits, released if it dies
"""

from __future__ import annotations

import datetime as dt
import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crosswarden import duck
from crosswarden.errors import LakeError
from crosswarden.lake import delta
from crosswarden.lake.layout import physical, time_of
from crosswarden.tables import Column

__all__ = ["Coverage", "Lake"]

_MARK = "_lake"
_DATE = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a table holds of one tenant: how much, from when to when, and on which UTC days.

    ``tenant`` is the directory id, "" for rows whose export did not say. ``days`` are the days on which at least
    one row was observed; ``timeless`` counts rows without a readable time.
    """

    table: str
    tenant: str
    rows: int
    first: dt.datetime | None
    last: dt.datetime | None
    days: tuple[dt.date, ...]
    timeless: int = 0


class Lake:
    """A lake folder, opened for reading and, through ``crosswarden.lake.ingest``, for writing.

    >>> import tempfile
    >>> Lake.open(Path(tempfile.mkdtemp(), "new.lake"), create=True).tables()
    ()
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: str | Path, create: bool = False) -> Lake:
        """Opens the lake in that folder; ``create`` makes one where there is nothing.

        Raises LakeError "lake-missing" when there is none, "lake-foreign" when the folder holds something else.
        """
        folder = Path(path)
        if (folder / _MARK).is_file():
            return cls(folder)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise LakeError(
                "lake-foreign", f"{folder} is not empty and not a lake", remedy="name another folder"
            )
        if not create:
            raise LakeError(
                "lake-missing", f"no lake at {folder}", remedy="crosswarden ingest PATH makes one"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _MARK).write_text("crosswarden lake, layout 1: one Delta table a folder\n", "utf-8")
        except OSError as error:
            raise LakeError("lake-unwritable", f"{folder} cannot be written: {error.strerror}") from error
        return cls(folder)

    def tables(self) -> tuple[str, ...]:
        """The names of the tables that hold data, in alphabetical order."""
        found = (entry.parent.name for entry in self.path.glob("*/_delta_log") if entry.is_dir())
        return tuple(sorted(name for name in found if not name.startswith("_")))

    def schema(self, table: str) -> tuple[Column, ...]:
        """The columns of the table's files in order: documented, own, hidden, promoted (see crosswarden.tables)."""
        return physical(table)

    def files(
        self, table: str, start: dt.datetime | None = None, end: dt.datetime | None = None
    ) -> tuple[Path, ...]:
        """The Parquet files of the newest version that can hold rows from ``start`` (inclusive) to ``end`` (exclusive).

        Pruned by day; files of rows without a readable time are always among them. The order is stable.
        """
        folder = self.path / table
        low = start.astimezone(dt.UTC).strftime(_DATE) if start else ""
        high = end.astimezone(dt.UTC).strftime(_DATE) if end else "9999-99-99"
        entries = sorted(delta.live(folder), key=lambda entry: entry.path)
        return tuple(
            folder / entry.path for entry in entries if entry.day is None or low <= entry.day <= high
        )

    def rows(self, table: str) -> int:
        """How many rows the table holds."""
        return sum(entry.rows for entry in delta.live(self.path / table))

    def coverage(self, table: str) -> tuple[Coverage, ...]:
        """What the table holds, one value a tenant, in order of tenant id; empty where the table is absent."""
        files = self.files(table)
        if not files:
            return ()
        time = time_of(table)
        with duck.connect() as connection:
            found = connection.execute(
                f'SELECT _tenant, epoch_us("{time}") // 86400000000 AS day, count(*),'
                f' min(epoch_us("{time}")), max(epoch_us("{time}"))'
                " FROM read_parquet($files, hive_partitioning = false) GROUP BY ALL ORDER BY ALL",
                {"files": [str(file) for file in files]},
            ).fetchall()
        tenants = sorted({str(row[0]) for row in found})
        return tuple(
            _coverage(table, tenant, [row for row in found if row[0] == tenant]) for tenant in tenants
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the lake's write lock, which the operating system releases if the process dies."""
        with (self.path / "_lock").open("a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _coverage(table: str, tenant: str, days: Sequence[tuple[str, int | None, int, int, int]]) -> Coverage:
    dated = [row for row in days if row[1] is not None]
    return Coverage(
        table,
        tenant,
        rows=sum(row[2] for row in days),
        first=_moment(min(row[3] for row in dated)) if dated else None,
        last=_moment(max(row[4] for row in dated)) if dated else None,
        days=tuple(_moment((row[1] or 0) * 86_400_000_000).date() for row in dated),
        timeless=sum(row[2] for row in days if row[1] is None),
    )


def _moment(microseconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=microseconds)
