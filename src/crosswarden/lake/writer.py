"""From a batch of records to committed rows: recognise, map, drop what is known, write, commit.

One table's rows of a batch are one Delta commit, in or out. The write lock is held from the look at what is known
to the commit, so two processes never both add an event; if a commit meets another writer all the same (a lock does
not reach across machines), the look and the write are repeated.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosswarden import duck
from crosswarden.errors import LakeError
from crosswarden.lake import delta
from crosswarden.lake.layout import physical, row_table, time_of
from crosswarden.lake.seen import Seen
from crosswarden.lake.store import Lake
from crosswarden.logs.account import FileAccount
from crosswarden.logs.batch import Batch, Piece
from crosswarden.logs.identity import identity_columns
from crosswarden.logs.mapping import Mapping as Columns
from crosswarden.logs.signatures import Group, Signatures, read_signatures
from crosswarden.logs.suspects import refuse_suspects
from crosswarden.logs.unwrapping import unwrapped
from crosswarden.tables import Table

__all__ = ["Writer"]

_ROW_GROUP = 50_000
_FEW = 20_000  # rows up to which a batch is mapped once and then split by day
_CHUNK = 10_000
_ATTEMPTS = 5
_DAY = 86_400_000_000


class _Tables(Mapping[str, Table]):
    def __getitem__(self, name: str) -> Table:
        table = row_table(name)
        if table is None:
            raise KeyError(name)
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Writer:
    """Writes batches into a lake through one DuckDB connection."""

    def __init__(self, lake: Lake, connection: duck.Connection) -> None:
        self.lake = lake
        self.connection = connection
        self.added: Counter[str] = Counter()
        self._seen: dict[str, Seen] = {}
        self._tables = _Tables()

    def write(self, batch: Batch) -> None:
        """Lands the batch's records; what becomes of each is entered in its file's account."""
        lines = batch.relation()
        if not lines.num_rows:
            return
        accounts = {piece.account.file: piece.account for piece in batch.pieces}
        units = {piece.account.file: piece.unit for piece in batch.pieces}
        self._show(lines)
        signatures = read_signatures(self.connection, lines["record"], self._tables)
        refused = refuse_suspects(self.connection, lines, signatures.faulty)
        for index, reason in refused.items():
            file = lines["file"][index].as_py()
            accounts[file].skip(f"{units[file]} {lines['position'][index].as_py()}", reason)
        inner, broken = self._inner(lines, signatures, batch, accounts)
        for group in signatures.groups:
            self._land(lines, group, broken, batch.day_first, accounts)
        if inner:
            self.write(Batch(inner, batch.day_first))

    def _show(self, lines: Any) -> None:
        """Makes the Arrow table the relation ``lines``, in chunks so that both processors scan it."""
        self.connection.register(
            "lines", pa.Table.from_batches(lines.to_batches(max_chunksize=_CHUNK), lines.schema)
        )

    def _inner(
        self, lines: Any, signatures: Signatures, batch: Batch, accounts: dict[str, FileAccount]
    ) -> tuple[list[Piece], bool]:
        if not signatures.inner:
            return [], False
        units = {piece.account.file: piece for piece in batch.pieces}
        return unwrapped(self.connection, lines, signatures.inner, units), True

    def _land(
        self, lines: Any, group: Group, opened: bool, day_first: bool, accounts: dict[str, FileAccount]
    ) -> None:
        chosen = self._chosen(group, opened)
        if not len(chosen):
            return
        part = lines if len(chosen) == lines.num_rows else lines.take(chosen)
        name = group.plan.table.name
        columns = Columns(
            group.plan,
            time_of(name),
            day_first=day_first,
            more=bool(group.more),
            wrapped=part["wrapper"].null_count < part.num_rows,
        )
        self._show(part)
        ids, beside = identity_columns(name)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE keyed AS {columns.keys(ids, beside)}")
        for attempt in range(_ATTEMPTS):
            try:
                with self.lake.writing():
                    added = self._commit(lines, name, columns, group)
                break
            except LakeError as error:
                if error.code != "lake-conflict" or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(0.05 * 2**attempt)
        self._enter(part, name, added, accounts)

    def _chosen(self, group: Group, opened: bool) -> Any:
        listed = ", ".join(map(str, group.signatures))
        without = " AND i NOT IN (SELECT i FROM opened)" if opened else ""
        found = self.connection.sql(
            f"SELECT i FROM signed WHERE signature IN ({listed}) AND i NOT IN (SELECT i FROM refused){without} ORDER BY i"
        )
        return found.to_arrow_table()["i"].combine_chunks()

    def _commit(self, lines: Any, name: str, columns: Columns, group: Group) -> Any:
        """Writes and commits what is new of ``keyed``; returns those lines."""
        folder = self.lake.path / name
        seen = self._seen.get(name) or self._seen.setdefault(name, Seen(self.connection, folder))
        days = self.connection.execute(f"SELECT DISTINCT epoch_us(moment) // {_DAY} FROM keyed").fetchall()
        seen.refresh(_day_text(day) for (day,) in days)
        fresh = self._fresh(seen, group)
        if not fresh.num_rows:
            return lines.slice(0, 0)
        rows = lines.take(fresh["i"])
        for label, values in (
            ("event", fresh["event"]),
            ("more", fresh["more"]),
            ("moment", fresh["instant"]),
        ):
            rows = rows.append_column(label, values)
        files = list(self._files(folder, name, columns, rows, fresh))
        delta.append(folder, physical(name), files, expected=seen.version)
        seen.add("fresh", [file.path for file in files])
        self.added[name] += fresh.num_rows
        return rows

    def _fresh(self, seen: Seen, group: Group) -> Any:
        more = ", ".join(map(str, group.more)) or "NULL"
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM"
            " (SELECT min(i) AS i, event, arg_min(moment, i) AS moment, arg_min(word, i) AS word FROM keyed GROUP BY event)"
            f' WHERE md5_number(event) NOT IN (SELECT event FROM "{seen.relation}")'
        )
        return self.connection.sql(
            f"SELECT i, event, epoch_us(moment) // {_DAY} AS day, epoch_us(moment) AS moment, moment AS instant,"
            f" coalesce(signature IN ({more}), false) AS more"
            " FROM fresh JOIN signed USING (i) ORDER BY day, word, moment, i"
        ).to_arrow_table()

    def _files(
        self, folder: Path, name: str, columns: Columns, rows: Any, fresh: Any
    ) -> Iterator[delta.NewFile]:
        now = dt.datetime.now(dt.UTC)
        select = columns.rows(physical(name), now.isoformat())
        few = rows.num_rows <= _FEW
        self._show(rows)
        if few:
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE mapped AS {select}")
        days = fresh["day"].to_pylist()
        moments = fresh["moment"].to_pylist()
        start = 0
        for stop in range(1, len(days) + 1):
            if stop < len(days) and days[stop] == days[start]:
                continue
            day = _day_text(days[start])
            path = f"_day={day or delta.NO_DAY}/{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex}.parquet"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            if few:
                source = f"SELECT * FROM mapped LIMIT {stop - start} OFFSET {start}"
            else:
                self._show(rows.slice(start, stop - start))
                source = select
            self.connection.execute(
                f"COPY ({source}) TO '{_escaped(folder / path)}' (FORMAT parquet, CODEC zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
            )
            yield _new_file(folder, path, name, day, moments[start:stop], now)
            start = stop

    def _enter(self, part: Any, name: str, added: Any, accounts: dict[str, FileAccount]) -> None:
        new = _counted(added["file"])
        for file, count in _counted(part["file"]).items():
            accounts[file].rows[name] += new.get(file, 0)
            accounts[file].duplicates += count - new.get(file, 0)


def _counted(files: Any) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in files.value_counts().to_pylist()}


def _new_file(
    folder: Path, path: str, name: str, day: str | None, moments: list[int | None], now: dt.datetime
) -> delta.NewFile:
    known = [moment for moment in moments if moment is not None]
    column = time_of(name)
    return delta.NewFile(
        path,
        (folder / path).stat().st_size,
        len(moments),
        day,
        int(now.timestamp() * 1000),
        {column: delta.stamp(min(known))} if known else {},
        {column: delta.stamp(max(known))} if known else {},
    )


def _day_text(day: int | None) -> str | None:
    return None if day is None else (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
