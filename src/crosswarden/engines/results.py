"""What a query gives: columns, rows with JSON-ready values, and what people should know of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from crosswarden.kql.binder.literals import iso, span
from crosswarden.tables import Column, Type

__all__ = ["Result", "json_ready"]


@dataclass(frozen=True)
class Result:
    """One result of a query.

    ``missing_tables`` are documented tables that the query reads and the lake does not hold: no rows came of them.
    ``name`` is what fork and facet call a result, ``chart`` what ``render`` asked for.
    """

    columns: tuple[Column, ...]
    raw: Sequence[tuple[Any, ...]] = field(repr=False)
    notes: tuple[str, ...] = ()
    missing_tables: tuple[str, ...] = ()
    name: str = ""
    chart: str = ""

    def rows(self) -> list[tuple[Any, ...]]:
        """Rows with JSON-ready values: datetime as ISO 8601 Z, timespan as text, dynamic parsed, null as None."""
        readers = [json_ready(column.type) for column in self.columns]
        if not readers:
            return []
        columns = [
            list(map(reader, values)) if reader else values
            for reader, values in zip(readers, zip(*self.raw, strict=True), strict=False)
        ]
        return list(zip(*columns, strict=True)) if self.raw else []


def json_ready(kind: Type) -> Callable[[Any], Any] | None:
    """How values of a type become JSON-ready; None where they are."""
    return _READERS.get(kind)


@lru_cache(maxsize=65_536)
def _datetime(value: int | None) -> str | None:
    return None if value is None else iso(value)


def _timespan(value: int | None) -> str | None:
    return None if value is None else span(value)


def _dynamic(value: str | None) -> Any:
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return _lenient(value)


def _lenient(value: str) -> Any:
    """JSON that the fast reader refuses (numbers beyond 64 bits, lone surrogates); what is no JSON stays text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _real(value: float | None) -> float | str | None:
    """NaN and the infinities have no JSON number; Kusto prints them as text."""
    if value is None or value - value == 0:
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _decimal(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_READERS: dict[Type, Callable[[Any], Any]] = {
    Type.DATETIME: _datetime,
    Type.TIMESPAN: _timespan,
    Type.DYNAMIC: _dynamic,
    Type.REAL: _real,
    Type.DECIMAL: _decimal,
}
