"""Exports in, rows in the lake, and the account of both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crosswarden import duck
from crosswarden.lake.ahead import ahead
from crosswarden.lake.compaction import compact_where_it_pays
from crosswarden.lake.register import Read, Register
from crosswarden.lake.store import Lake
from crosswarden.lake.writer import Writer
from crosswarden.logs.account import Account, FileAccount
from crosswarden.logs.batch import Batch, Piece
from crosswarden.logs.containers import Source, find_sources, read_pieces

__all__ = ["Progress", "ingest"]

_BATCH_BYTES = 96 << 20
_BATCH_RECORDS = 250_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: the file being read, files done and in all, records so far."""

    file: str
    files_done: int
    files: int
    records: int


def ingest(
    paths: Iterable[str | Path],
    lake: Lake,
    *,
    tenant: str = "",
    progress: Callable[[Progress], None] | None = None,
) -> Account:
    """Reads the exports that the paths name into the lake and returns the account of it.

    ``tenant`` is the directory id for records that name none (Graph exports). ``progress`` is called after every
    piece that was read. Bad input, a path that names nothing too, never raises: it is entered in the account.
    Raises LakeError where the lake cannot be written.
    """
    sources = list(find_sources(paths))
    with duck.connect(spill=lake.path / "_spill") as connection:
        connection.execute("SET preserve_insertion_order = true")
        work = _Ingest(lake, connection, tenant)
        for number, source in enumerate(sources):
            for _ in work.read(source):
                if progress:
                    progress(Progress(source.name, number, len(sources), work.account.records))
        work.flush()
        added = [table for table, rows in work.writer.added.items() if rows]
    compact_where_it_pays(lake, added)
    return work.account


class _Ingest:
    """One ingest: pieces wait until they make a batch; files are registered once all their rows are committed."""

    def __init__(self, lake: Lake, connection: duck.Connection, tenant: str) -> None:
        self.account = Account()
        self.writer = Writer(lake, connection)
        self._register = Register(lake, connection)
        self._tenant = tenant
        self._waiting: list[Piece] = []
        self._read: list[tuple[Source, str, list[FileAccount]]] = []

    def read(self, source: Source) -> Iterable[Piece]:
        """Reads a source; yields its pieces after they were taken in."""
        if self._is_known(source):
            return
        digest = hashlib.sha256()
        before = len(self.account.files)
        for piece in ahead(read_pieces(source, self.account.files, self._tenant, digest)):
            if self._waiting and (piece.day_first != self._waiting[0].day_first or self._full()):
                self.flush()
            self._waiting.append(piece)
            yield piece
        accounts = self.account.files[before:]
        if source.path:
            content = _hash(source) if any("!" in file.file for file in accounts) else digest.hexdigest()
            self._read.append((source, content, accounts))

    def flush(self) -> None:
        """Writes what waits, and registers the files that are complete with it."""
        if self._waiting:
            self._land(tuple(self._waiting))
            self._waiting.clear()
        self._register.enter(
            Read(content, source.size, {file.file: file.records for file in accounts})
            for source, content, accounts in self._read
            if content and accounts and all(file.complete for file in accounts)
        )
        self._read.clear()

    def _land(self, pieces: Sequence[Piece]) -> None:
        """Writes the pieces. A record that no check foresaw and DuckDB cannot take is found by halves and skipped."""
        before = [(piece.account, piece.account.rows.copy(), piece.account.duplicates) for piece in pieces]
        try:
            self.writer.write(Batch(tuple(pieces), pieces[0].day_first))
        except duck.Error as error:
            for account, rows, duplicates in before:
                account.restore(rows, duplicates)
            halves = _halves(pieces)
            if not halves:
                piece = pieces[0]
                piece.account.skip(
                    f"{piece.unit} {piece.positions[0].as_py()}",
                    f"cannot be stored: {str(error).splitlines()[0][:200]}",
                )
            for half in halves:
                self._land(half)

    def _full(self) -> bool:
        return (
            sum(piece.size for piece in self._waiting) >= _BATCH_BYTES
            or sum(len(piece.records) for piece in self._waiting) >= _BATCH_RECORDS
        )

    def _is_known(self, source: Source) -> bool:
        if not source.path or not self._register.may_know(source.size):
            return False
        records = self._register.records(_hash(source))
        if records is None:
            return False
        self.account.files.append(FileAccount(source.name, records, duplicates=records, known=True))
        return True


def _halves(pieces: Sequence[Piece]) -> Sequence[Sequence[Piece]]:
    """The pieces in two parts, or nothing where there is only one record."""
    if len(pieces) > 1:
        middle = len(pieces) // 2
        return pieces[:middle], pieces[middle:]
    (piece,) = pieces
    count = len(piece.records)
    if count < 2:
        return ()
    return [(_cut(piece, 0, count // 2),), (_cut(piece, count // 2, count),)]


def _cut(piece: Piece, start: int, end: int) -> Piece:
    """The records from ``start`` to before ``end``."""
    wrappers = None if piece.wrappers is None else piece.wrappers.slice(start, end - start)
    return replace(
        piece,
        records=piece.records.slice(start, end - start),
        positions=piece.positions.slice(start, end - start),
        wrappers=wrappers,
    )


def _hash(source: Source) -> str:
    """SHA-256 of the source's bytes, "" where it cannot be read."""
    try:
        with source.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError:
        return ""
