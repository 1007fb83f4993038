"""What a shape is: how a record of one kind of export is recognised, and where each column's value stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Path", "Record", "Shape", "same_name", "text_at"]

Path = tuple[str | int, ...]
"""Steps from the record to a value: names, or positions in arrays."""

Record = Mapping[str, Any]
"""A parsed record, as an example of all records with the same keys (see Shape.recognises)."""


def same_name(key: str) -> str:
    """The column name that a key of a record stands for, unless the shape says otherwise: the key itself."""
    return key


def itself(table: str) -> tuple[str, ...]:
    """What a key that names the table holds: the table's name."""
    return (table,)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of record.

    ``recognises`` names the table that a record belongs to, or None. It may look at the record's keys, the keys of
    ``properties``, and the values that ``crosswarden.logs.signatures`` lists, and at nothing else: one example
    speaks for all records that have these in common.
    A column takes its value from the first of ``names[column]`` that is there, else from a key of the same name
    (case aside, after ``column_of``) inside one of ``within``, tried in order. ``implied`` keys say nothing that
    the table's name does not say, as long as they hold one of ``implies(table)``; ``apart`` are columns that no key fills by its name alone; ``tenant`` leads to
    the directory id; ``values`` translates codes to the names that the table shows.
    """

    id: str
    cites: str
    recognises: Callable[[Record], str | None]
    names: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    within: tuple[Path, ...] = ((),)
    implied: frozenset[Path] = frozenset()
    implies: Callable[[str], tuple[str, ...]] = itself
    apart: frozenset[str] = frozenset()
    tenant: tuple[Path, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    column_of: Callable[[str], str] = same_name
    by_table: Mapping[str, Mapping[str, tuple[Path, ...]]] = field(default_factory=dict)

    def paths(self, table: str) -> Mapping[str, tuple[Path, ...]]:
        """The stated paths by column for rows of that table."""
        return {**self.names, **self.by_table.get(table, {})}


def text_at(record: Record, *steps: str) -> str:
    """The string at that path of the record, or "" where there is none.

    >>> text_at({"category": {"value": "Policy"}}, "category", "value")
    'Policy'
    """
    value: Any = record
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
