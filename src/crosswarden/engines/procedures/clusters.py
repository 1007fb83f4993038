"""autocluster: segments by growing from frequent rows.

A segment fixes some columns to values. Its score is the weighted geometric mean of the share of rows that it holds and
the share of columns that it fixes. From each starting row the columns are let go one by one, the best score kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES"]

Row = tuple[Any, ...]
_OWN_SHARE = 0.5
"""So much of a segment has to lie outside of those chosen before it."""


class _Segments:
    def __init__(self, codes: Any, weights: Any, size: float) -> None:
        self.codes = codes
        self.weights = weights
        self.size = size
        self.total = float(weights.sum())

    def mask(self, seed: int, columns: tuple[int, ...]) -> Any:
        """Which distinct rows agree with the seed in those columns."""
        return (self.codes[:, columns] == self.codes[seed, columns]).all(axis=1)

    def score(self, seed: int, columns: tuple[int, ...]) -> float:
        share = float(self.weights[self.mask(seed, columns)].sum()) / self.total
        fixed = len(columns) / self.codes.shape[1]
        return float(share**self.size * fixed ** (1 - self.size))

    def grow(self, seed: int) -> tuple[float, tuple[int, ...]]:
        """The best columns to fix around a row."""
        columns = tuple(range(self.codes.shape[1]))
        best = self.score(seed, columns), columns
        while len(columns) > 1:
            options = [tuple(c for c in columns if c != gone) for gone in columns]
            score, columns = max((self.score(seed, option), option) for option in options)
            best = max(best, (score, columns))
        return best


def _autocluster(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    options = step.options
    width, place = options["width"], options["weight"]
    size, seeds, wildcards = options["size"], options["seeds"], options["wildcards"]
    assert isinstance(width, int) and isinstance(size, float) and isinstance(seeds, int)
    assert isinstance(wildcards, tuple) and (place is None or isinstance(place, int))
    counts: dict[Row, float] = {}
    for row in inputs[0].rows:
        counts[row[:width]] = counts.get(row[:width], 0) + (1 if place is None else row[place] or 0)
    if not counts or not width:
        return []
    distinct = sorted(counts, key=lambda row: (-counts[row], tuple(map(str, row))))
    segments = _Segments(_codes(distinct), numpy.array([counts[row] for row in distinct]), size)
    grown: dict[tuple[Row, tuple[int, ...]], tuple[float, int, tuple[int, ...]]] = {}
    for seed in range(min(seeds, len(distinct))):
        score, columns = segments.grow(seed)
        key = tuple(distinct[seed][c] if c in columns else None for c in range(width)), columns
        grown.setdefault(key, (score, seed, columns))
    chosen = _chosen(segments, sorted(grown.values(), key=lambda item: (-item[0], item[1])))
    return [
        (
            at,
            int(count),
            100.0 * count / segments.total,
            *(distinct[seed][c] if c in columns else wildcards[c] for c in range(width)),
        )
        for at, (count, seed, columns) in enumerate(sorted(chosen, key=lambda item: -item[0]))
    ]


def _codes(rows: list[Row]) -> Any:
    """Each column's values as numbers."""
    columns = []
    for at in range(len(rows[0])):
        known: dict[Any, int] = {}
        columns.append([known.setdefault(row[at], len(known)) for row in rows])
    return numpy.array(columns, dtype=numpy.int64).T


def _chosen(
    segments: _Segments, ranked: list[tuple[float, int, tuple[int, ...]]]
) -> list[tuple[float, int, tuple[int, ...]]]:
    """The best segments that each hold enough rows of their own."""
    covered = numpy.zeros(len(segments.weights), dtype=bool)
    chosen = []
    for _, seed, columns in ranked:
        mask = segments.mask(seed, columns)
        count = float(segments.weights[mask].sum())
        if float(segments.weights[mask & ~covered].sum()) >= _OWN_SHARE * count:
            chosen.append((count, seed, columns))
            covered |= mask
    return chosen


PROCEDURES: dict[str, Procedure] = {"autocluster": _autocluster}
