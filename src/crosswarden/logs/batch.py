"""Records on their way from the containers to the lake: JSON texts in Arrow, with the place each came from."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crosswarden.logs.account import FileAccount

__all__ = ["Batch", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records of one file.

    ``records`` is an Arrow string array of JSON texts, ``positions`` their ordinals in the file (int64),
    ``wrappers`` the rows around them (string array) where there are any, ``tenant`` the directory id that the
    file's own context states, ``unit`` what a position counts ("line", "record", "row").
    """

    account: FileAccount
    records: Any
    positions: Any
    wrappers: Any = None
    tenant: str = ""
    day_first: bool = False
    unit: str = "record"

    @property
    def size(self) -> int:
        """The bytes that the records take."""
        return int(self.records.nbytes)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces that go into the lake together; ``day_first`` says how all of them write short dates."""

    pieces: Sequence[Piece]
    day_first: bool = False

    def relation(self) -> Any:
        """The Arrow table ``lines``: i, record, wrapper, file, position, tenant."""
        columns: dict[str, list[Any]] = {
            "record": [],
            "wrapper": [],
            "file": [],
            "position": [],
            "tenant": [],
        }
        for piece in self.pieces:
            count = len(piece.records)
            columns["record"].append(piece.records)
            columns["wrapper"].append(
                pa.nulls(count, pa.string()) if piece.wrappers is None else piece.wrappers
            )
            columns["file"].append(pa.repeat(pa.scalar(piece.account.file), count))
            columns["position"].append(piece.positions)
            columns["tenant"].append(pa.repeat(pa.scalar(piece.tenant.lower()), count))
        total = sum(len(piece.records) for piece in self.pieces)
        arrays = {name: pa.chunked_array(parts) for name, parts in columns.items()}
        index = pa.array(array("q", range(total)))
        return pa.table({"i": index, **arrays})

    @property
    def size(self) -> int:
        """The bytes that the records take."""
        return sum(piece.size for piece in self.pieces)
