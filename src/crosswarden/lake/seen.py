"""Which events a table already holds, by day: what keeps overlapping exports from adding an event twice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crosswarden.duck import Connection
from crosswarden.lake import delta

__all__ = ["Seen"]


class Seen:
    """The identities of the events of one table, loaded a day at a time when a batch first touches that day.

    ``version`` is the table version that was looked at last. They are kept as 128-bit numbers in a temporary DuckDB table (16 bytes an event), named by ``relation``.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._loaded: set[str] = set()
        self.version = -1
        self.relation = f"seen_{folder.name}"
        connection.execute(f'CREATE TEMP TABLE "{self.relation}" (event UHUGEINT)')

    def refresh(self, days: Iterable[str | None]) -> None:
        """Loads what the table's newest version holds of these days and was not loaded yet."""
        wanted = set(days)
        self.version = delta.version(self._folder)
        new = [
            entry.path
            for entry in delta.live(self._folder)
            if entry.day in wanted and entry.path not in self._loaded
        ]
        if new:
            self._connection.execute(
                f'INSERT INTO "{self.relation}" SELECT md5_number(_event)'
                " FROM read_parquet($files, hive_partitioning = false)",
                {"files": [str(self._folder / path) for path in new]},
            )
            self._loaded.update(new)

    def add(self, source: str, paths: Iterable[str]) -> None:
        """Remembers the events of the relation ``source`` (column ``event``), which now stand in these files."""
        self._connection.execute(f'INSERT INTO "{self.relation}" SELECT md5_number(event) FROM {source}')
        self._loaded.update(paths)
