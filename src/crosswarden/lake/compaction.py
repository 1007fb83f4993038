"""Compaction: a day's small files become few large ones, ordered the way hunts ask, and what is left over goes.

Rows are ordered by operation, then time, in row groups of 50,000, so that row-group statistics skip what a hunt
does not ask for. A compaction is one Delta commit; readers of the version before keep their files until they are
vacuumed.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crosswarden import duck
from crosswarden.lake import delta
from crosswarden.lake.layout import physical, time_of
from crosswarden.lake.store import Lake

__all__ = ["Compacted", "compact", "compact_where_it_pays", "vacuum"]

ROW_GROUP = 50_000
WORDS = ("OperationName", "Operation", "ActionType")
_PAYS_FILES = 8
_PAYS_BYTES = 256 << 20
_FILE_ROWS = 1_000_000
_KEPT = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Compacted:
    """One day of a table: how many files became how many, and the rows in them."""

    table: str
    day: str | None
    before: int
    after: int
    rows: int


def compact(lake: Lake, tables: Iterable[str] | None = None, *, least: int = 2) -> list[Compacted]:
    """Compacts every day of the tables (all by default) that has at least ``least`` files."""
    done = []
    with duck.connect(spill=lake.path / "_spill") as connection:
        connection.execute("SET preserve_insertion_order = true")
        for table in lake.tables() if tables is None else tables:
            with lake.writing():
                done.extend(_compact_table(lake, connection, table, least))
    return done


def compact_where_it_pays(lake: Lake, tables: Iterable[str]) -> list[Compacted]:
    """Compacts days that many small ingests left in eight files or more, as long as that is quickly done."""
    small = []
    for table in tables:
        days: dict[str | None, list[delta.LiveFile]] = defaultdict(list)
        for entry in delta.live(lake.path / table):
            days[entry.day].append(entry)
        crowded = [files for files in days.values() if len(files) >= _PAYS_FILES]
        if crowded and sum(file.size for files in crowded for file in files) <= _PAYS_BYTES:
            small.append(table)
    return compact(lake, small, least=_PAYS_FILES) if small else []


def _compact_table(lake: Lake, connection: duck.Connection, table: str, least: int) -> list[Compacted]:
    folder = lake.path / table
    days: dict[str | None, list[delta.LiveFile]] = defaultdict(list)
    for entry in delta.live(folder):
        days[entry.day].append(entry)
    done: list[Compacted] = []
    gone: list[str] = []
    new: list[delta.NewFile] = []
    for day, files in sorted(days.items(), key=lambda item: item[0] or ""):
        if len(files) < least:
            continue
        made = list(_rewrite(connection, folder, table, day, files))
        gone.extend(file.path for file in files)
        new.extend(made)
        done.append(Compacted(table, day, len(files), len(made), sum(file.rows for file in files)))
    if new:
        delta.replace(folder, physical(table), gone, new)
    return done


def _rewrite(
    connection: duck.Connection, folder: Path, table: str, day: str | None, files: list[delta.LiveFile]
) -> Iterable[delta.NewFile]:
    columns = [column.name for column in physical(table)]
    moment = time_of(table)
    order = [name for name in (*WORDS, moment) if name in columns]
    listed = ", ".join("'" + str(folder / file.path).replace("'", "''") + "'" for file in files)
    by = ", ".join(f'"{name}"' for name in order)
    total = sum(file.rows for file in files)
    parts = -(-total // _FILE_ROWS)
    source = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false) ORDER BY {by}"
    for part in range(parts):
        path = f"_day={day or delta.NO_DAY}/c-{uuid.uuid4().hex}.parquet"
        target = folder / path
        limit = f" LIMIT {_FILE_ROWS} OFFSET {part * _FILE_ROWS}" if parts > 1 else ""
        place = str(target).replace("'", "''")
        connection.execute(
            f"COPY ({source}{limit}) TO '{place}' (FORMAT parquet, CODEC zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        found = connection.execute(
            f'SELECT count(*), epoch_us(min("{moment}")), epoch_us(max("{moment}"))'
            f" FROM read_parquet('{place}', hive_partitioning = false)"
        ).fetchone()
        assert found is not None
        least, greatest = ({moment: delta.stamp(value)} if value is not None else {} for value in found[1:])
        size = target.stat().st_size
        yield delta.NewFile(path, size, found[0], day, int(time.time() * 1000), least, greatest)


def vacuum(lake: Lake, *, older_than: dt.timedelta = _KEPT) -> int:
    """Deletes data files that no version needs and that are older than that; returns how many.

    They are what compactions replaced and what a process that died had written without committing.
    """
    limit = time.time() - older_than.total_seconds()
    deleted = 0
    for table in (*lake.tables(), "_files"):
        folder = lake.path / table
        with lake.writing():
            live = {folder / entry.path for entry in delta.live(folder)}
            for path in folder.glob("_day=*/*.parquet"):
                if path not in live and path.stat().st_mtime < limit:
                    path.unlink()
                    deleted += 1
    return deleted
