"""Plugins over a timeline. Periods are counted from Start; a look-back window does not hold its own beginning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.errors import QueryError
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES"]

Row = tuple[Any, ...]
_MOST_PERIODS = 1_000_000


def _number(step: Staged, name: str) -> Any:
    value = step.options[name]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise QueryError("kql-plugin", f"{step.procedure}: {name} is no number, datetime or timespan")
    return value


def _periods(step: Staged) -> tuple[Any, Any, Any]:
    start, end, size = _number(step, "Start"), _number(step, "End"), _number(step, "Step")
    if size <= 0 or (end - start) / size > _MOST_PERIODS:
        raise QueryError(
            "kql-plugin", f"{step.procedure}: Step has to be positive and make fewer than 1,000,000 periods"
        )
    return start, end, size


def _groups(step: Staged, inputs: Sequence[Frame]) -> dict[Row, list[Row]]:
    """Rows (id, time) by their dimensions, those without a time left out."""
    places = step.options["places"]
    assert isinstance(places, tuple)
    first, second, *others = places
    groups: dict[Row, list[Row]] = defaultdict(list)
    for row in inputs[0].rows:
        if row[second] is not None:
            groups[tuple(row[place] for place in others)].append((row[first], row[second]))
    return groups


def _sliding(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    start, end, size = _periods(step)
    lookback = _number(step, "LookbackWindow") // size
    out = []
    for dimensions, rows in _groups(step, inputs).items():
        by_period: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            if row[1] <= end:
                by_period[int((row[1] - start) // size)].append(row[0])
        for period in range(int((end - start) // size) + 1):
            seen = [
                key
                for back in range(period - int(lookback) + 1, period + 1)
                for key in by_period.get(back, ())
            ]
            if seen:
                out.append((start + period * size, *dimensions, len(seen), len(set(seen))))
    return sorted(out, key=lambda row: row[0])


def _active(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    start, end, size = _periods(step)
    lookback, period, least = (_number(step, name) for name in ("LookbackWindow", "Period", "ActivePeriods"))
    out = []
    for dimensions, rows in _groups(step, inputs).items():
        times: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            times[row[0]].append(row[1])
        active: dict[int, set[Any]] = defaultdict(set)
        for key, moments in times.items():
            for moment in _often(sorted(moments), lookback, period, least):
                if start <= moment <= end:
                    active[int((moment - start) // size)].add(key)
        out += [(start + at * size, *dimensions, len(keys)) for at, keys in active.items()]
    return sorted(out, key=lambda row: row[0])


def _often(moments: list[Any], lookback: Any, period: Any, least: Any) -> Iterator[Any]:
    """The moments before which, itself counted, enough periods had activity."""
    first = 0
    for at, moment in enumerate(moments):
        while moments[first] <= moment - lookback:
            first += 1
        if len({known // period for known in moments[first : at + 1]}) >= least:
            yield moment


def _activity(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    start, end, size = _periods(step)
    out = []
    for dimensions, rows in _groups(step, inputs).items():
        by_period: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            if start <= row[1] <= end:
                by_period[int((row[1] - start) // size)].append(row[0])
        known: set[Any] = set()
        for period in sorted(by_period):
            keys = set(by_period[period])
            fresh = len(keys - known)
            known |= keys
            counts = (len(by_period[period]), len(keys), fresh, len(known))
            out.append((start + period * size, *dimensions, *counts))
    return sorted(out, key=lambda row: row[0])


def _rows_near(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    place, before, after, width = (step.options[name] for name in ("condition", "before", "after", "width"))
    assert (
        isinstance(place, int)
        and isinstance(before, int)
        and isinstance(after, int)
        and isinstance(width, int)
    )
    rows = inputs[0].rows
    out: list[Row] = []
    given = 0
    for at, row in enumerate(rows):
        if row[place] is True:
            first, last = max(given, at - before), min(len(rows), at + after + 1)
            out += [rows[near][:width] for near in range(first, last)]
            given = max(given, last)
    return out


def _rolling(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    percentile, size, bins = (_number(step, name) for name in ("percentile", "size", "bins"))
    if size <= 0 or bins < 1:
        raise QueryError(
            "kql-plugin", "rolling_percentile: the size and the number of bins have to be positive"
        )
    out = []
    for dimensions, rows in _groups(step, inputs).items():
        by_bin: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            if row[0] is not None:
                by_bin[int(row[1] // size)].append(row[0])
        for at in sorted(by_bin):
            values = sorted(value for back in range(at - bins + 1, at + 1) for value in by_bin.get(back, ()))
            rank = max(ceil(Fraction(str(percentile)) * len(values) / 100), 1)
            out.append((at * size, *dimensions, values[rank - 1]))
    return sorted(out, key=lambda row: row[0])


PROCEDURES: dict[str, Procedure] = {
    "sliding_window_counts": _sliding,
    "active_users_count": _active,
    "activity_counts_metrics": _activity,
    "rows_near": _rows_near,
    "rolling_percentile": _rolling,
}
