"""Exports in, rows in the lake, and the account of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from crosswarden import duck
from crosswarden.lake.store import Lake
from crosswarden.lake.writer import Writer
from crosswarden.logs.account import Account
from crosswarden.logs.batch import Batch, Piece
from crosswarden.logs.containers import find_sources, read_pieces

__all__ = ["Progress", "ingest"]

_BATCH_BYTES = 96 << 20
_BATCH_RECORDS = 250_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: the file being read, files done and in all, bytes done and in all, records so far."""

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
    piece that was read. Bad input never raises, it is entered in the account; raises InputError for a path that
    names nothing, LakeError where the lake cannot be written.
    """
    sources = list(find_sources(paths))
    account = Account()
    with duck.connect(spill=lake.path / "_spill") as connection:
        connection.execute("SET preserve_insertion_order = true")
        writer = Writer(lake, connection)
        waiting: list[Piece] = []
        for number, source in enumerate(sources):
            for piece in read_pieces(source, account.files, tenant):
                if waiting and (piece.day_first != waiting[0].day_first or _full(waiting)):
                    writer.write(Batch(tuple(waiting), waiting[0].day_first))
                    waiting.clear()
                waiting.append(piece)
                if progress:
                    progress(Progress(source.name, number, len(sources), account.records))
        if waiting:
            writer.write(Batch(tuple(waiting), waiting[0].day_first))
    return account


def _full(pieces: list[Piece]) -> bool:
    return (
        sum(piece.size for piece in pieces) >= _BATCH_BYTES
        or sum(len(piece.records) for piece in pieces) >= _BATCH_RECORDS
    )
