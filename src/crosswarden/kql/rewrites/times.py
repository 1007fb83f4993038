"""Tells scans which span of time suffices, so that files and row groups outside it are never read.

The filters themselves stay: the span is only what they imply.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql.plan import Call, Filter, Plan, Ref, Scalar, Scan
from crosswarden.kql.rewrites.fold import known_ticks
from crosswarden.kql.rewrites.push import conjuncts
from crosswarden.kql.rewrites.rebuild import rebuild
from crosswarden.tables import time_column

__all__ = ["bounded"]

_MIRROR = {
    "LessThan": "GreaterThan",
    "LessThanOrEqual": "GreaterThanOrEqual",
    "GreaterThan": "LessThan",
    "GreaterThanOrEqual": "LessThanOrEqual",
    "Equal": "Equal",
}
Span = tuple[int | None, int | None]


def bounded(plan: Plan, now: int) -> Plan:
    """The plan with spans on the scans that filters stand right above."""

    def change(node: Plan) -> Plan:
        if not isinstance(node, Filter):
            return node
        filters: list[Filter] = []
        below: Plan = node
        while isinstance(below, Filter):
            filters.append(below)
            below = below.input
        if not isinstance(below, Scan):
            return node
        made: Plan = _within(below, [part for each in filters for part in conjuncts(each.predicate)], now)
        for each in reversed(filters):
            made = Filter(made, each.predicate)
        return made

    return rebuild(plan, change)


def _within(scan: Scan, parts: list[Scalar], now: int) -> Scan:
    time = time_column(scan.table)
    start, end = scan.start, scan.end
    for part in parts:
        low, high = _span(part, time, now)
        if low is not None:
            start = low if start is None else max(start, low)
        if high is not None:
            end = high if end is None else min(end, high)
    return replace(scan, start=start, end=end)


def _span(part: Scalar, time: str | None, now: int) -> Span:
    """The ticks between which a condition keeps the time column, both included."""
    if not isinstance(part, Call):
        return None, None
    name, arguments = part.function.name, part.arguments
    if name == "Between" and _is_time(arguments[0], time):
        low, high = known_ticks(arguments[1], now), known_ticks(arguments[2], now)
        if high is not None and arguments[2].type is not arguments[1].type:
            high = None if low is None else low + high
        return low, high
    if name not in _MIRROR or len(arguments) != 2:
        return None, None
    left, right = arguments
    if _is_time(right, time):
        name, left, right = _MIRROR[name], right, left
    if not _is_time(left, time) or right.type is not left.type:
        return None, None
    value = known_ticks(right, now)
    if value is None:
        return None, None
    return {
        "GreaterThan": (value, None),
        "GreaterThanOrEqual": (value, None),
        "LessThan": (None, value),
        "LessThanOrEqual": (None, value),
        "Equal": (value, value),
    }[name]


def _is_time(scalar: Scalar, time: str | None) -> bool:
    return isinstance(scalar, Ref) and scalar.field.name == time
