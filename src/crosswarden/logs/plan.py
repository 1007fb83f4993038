"""Where each column of a table stands in records of one shape that have the same keys.

A plan is made from one example and holds for every record with the same signature. Several plans of the same
shape and table merge into one, so that a batch is mapped with one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswarden.logs.shapes import Path, Shape
from crosswarden.tables import Table

__all__ = ["Plan", "make_plan", "merged"]

_TIMES = {
    "TimeGenerated": ("Timestamp", "CreatedDateTime", "ActivityDateTime", "EventTime", "StartTime"),
    "Timestamp": ("TimeGenerated",),
    "CreatedDateTime": (),
}
_DERIVED = frozenset({"AADTenantId", "AadTenantId"})


@dataclass(frozen=True, slots=True)
class Plan:
    """The paths of each column that has any, the keys that no column takes, and where the tenant id may stand.

    ``sources[column]`` is in order of preference. ``taken`` are the paths that need not be kept apart, ``left``
    those that are left for ``_extra``.
    """

    shape: Shape
    table: Table
    sources: Mapping[str, tuple[Path, ...]]
    taken: frozenset[Path]
    tenant: tuple[Path, ...]
    left: tuple[Path, ...]
    implied: frozenset[Path] = frozenset()


def _reaches(record: Any, path: Path) -> bool:
    for step in path:
        if isinstance(record, Mapping):
            if step not in record:
                return False
            record = record[step]
        else:
            return isinstance(record, list) and isinstance(step, int)
    return True


def _exact(record: Mapping[str, Any], path: Path) -> Path:
    """The path as the record spells it: names differ in case between exporters."""
    steps: list[str | int] = []
    value: Any = record
    for step in path:
        if isinstance(value, Mapping) and step not in value and isinstance(step, str):
            step = next((key for key in value if key.lower() == step.lower()), step)
        value = value.get(step) if isinstance(value, Mapping) else None
        steps.append(step)
    return tuple(steps)


def _keys(record: Mapping[str, Any], within: Path) -> list[Path]:
    value: Any = record
    for step in within:
        value = value.get(step) if isinstance(value, Mapping) else None
    return [(*within, key) for key in value] if isinstance(value, Mapping) else []


def make_plan(shape: Shape, table: Table, record: Mapping[str, Any]) -> Plan:
    """The plan for records like this one.

    >>> from crosswarden.logs.shapes import recognise
    >>> from crosswarden.tables import documented
    >>> record = {"id": "x", "activityDateTime": "", "activityDisplayName": "", "initiatedBy": {}, "colour": 1}
    >>> shape, table = recognise(record)
    >>> plan = make_plan(shape, documented(table), record)
    >>> plan.sources["OperationName"], plan.left
    ((('activityDisplayName',),), (('colour',),))
    """
    stated = shape.paths(table.name)
    sources: dict[str, tuple[Path, ...]] = {}
    claimed: set[Path] = set()
    for column in table.columns:
        if column.name in stated:
            found = [
                path
                for path in (_exact(record, path) for path in stated[column.name])
                if _reaches(record, path)
            ]
            claimed.update(found)
            if found:
                sources[column.name] = tuple(dict.fromkeys(found))
    free = _free(shape, record, claimed)
    for column in table.columns:
        if column.name not in stated and column.name not in shape.apart:
            found = free.get(column.name.lower(), [])
            if found:
                sources[column.name] = tuple(found)
                claimed.update(found)
    _time_stand_ins(table, sources)
    tenant = tuple(p for p in (_exact(record, path) for path in shape.tenant) if _reaches(record, p))
    implied = frozenset(p for p in (_exact(record, path) for path in shape.implied) if _reaches(record, p))
    taken = claimed | set(tenant) | implied
    return Plan(shape, table, sources, frozenset(taken), tenant, _left(shape, record, taken), implied)


def _free(shape: Shape, record: Mapping[str, Any], claimed: set[Path]) -> dict[str, list[Path]]:
    free: dict[str, list[Path]] = {}
    for within in shape.within:
        for path in _keys(record, within):
            free.setdefault(str(path[-1]).lower(), []).append(path)
    for paths in list(free.values()):
        for path in paths:
            alias = shape.column_of(str(path[-1])).lower()
            if path not in claimed and path not in free.setdefault(alias, []):
                free[alias].append(path)
    return free


def _time_stand_ins(table: Table, sources: dict[str, tuple[Path, ...]]) -> None:
    for name, others in _TIMES.items():
        if name not in sources and table.column(name):
            stand_in = next((sources[other] for other in others if other in sources), None)
            if stand_in:
                sources[name] = stand_in


def _left(shape: Shape, record: Mapping[str, Any], taken: set[Path]) -> tuple[Path, ...]:
    return tuple(
        path
        for within in shape.within
        for path in _keys(record, within)
        if path not in taken and not (path in shape.within and isinstance(record.get(str(path[-1])), Mapping))
    )


def merged(plans: Iterable[Plan]) -> Plan:
    """One plan for records of several signatures (of the same shape and table)."""
    first, *others = plans
    sources = {name: list(paths) for name, paths in first.sources.items()}
    for plan in others:
        for name, paths in plan.sources.items():
            known = sources.setdefault(name, [])
            known.extend(path for path in paths if path not in known)
    everything = [first, *others]
    return Plan(
        first.shape,
        first.table,
        {name: _ordered(first.shape, first.table, name, paths) for name, paths in sources.items()},
        frozenset(path for plan in everything for path in plan.taken),
        tuple(dict.fromkeys(path for plan in everything for path in plan.tenant)),
        tuple(dict.fromkeys(path for plan in everything for path in plan.left)),
        frozenset(path for plan in everything for path in plan.implied),
    )


def _ordered(shape: Shape, table: Table, column: str, paths: list[Path]) -> tuple[Path, ...]:
    stated = shape.paths(table.name).get(column)
    if not stated:
        return tuple(paths)
    rank = {tuple(str(step).lower() for step in path): place for place, path in enumerate(stated)}
    return tuple(
        sorted(paths, key=lambda path: rank.get(tuple(str(step).lower() for step in path), len(rank)))
    )
