"""A function body in Python: its DuckDB types, and how it is fed whole Arrow columns.

Data is attacker-controlled, so a body that cannot make sense of a row gives null for that row, as Kusto does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crosswarden.duck import Connection

__all__ = ["Body", "register"]

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT[]": pa.list_(pa.int64()),
}
_BAD_ROW = (ValueError, TypeError, ArithmeticError, LookupError, RecursionError, AttributeError)


@dataclass(frozen=True, slots=True)
class Body:
    """A Python function of one row: the DuckDB types of its parameters and of its result.

    ``otherwise`` is the result for a row that the function cannot make sense of: null, or "" for text.
    ``volatile`` functions are called for every row, and never shared between equal calls.
    """

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    result: str
    otherwise: Any = None
    volatile: bool = False


# DuckDB counts a Python function's parameters, so each number of columns has its own.
_ARITIES: dict[int, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    1: lambda f: lambda a: f(a),
    2: lambda f: lambda a, b: f(a, b),
    3: lambda f: lambda a, b, c: f(a, b, c),
    4: lambda f: lambda a, b, c, d: f(a, b, c, d),
    5: lambda f: lambda a, b, c, d, e: f(a, b, c, d, e),
    6: lambda f: lambda a, b, c, d, e, g: f(a, b, c, d, e, g),
    7: lambda f: lambda a, b, c, d, e, g, h: f(a, b, c, d, e, g, h),
}


def register(connection: Connection, name: str, body: Body) -> None:
    """Make the body callable from SQL under that name."""
    function, otherwise, arrow = body.function, body.otherwise, _ARROW[body.result]

    repeats = not body.volatile and not any(kind.endswith("[]") for kind in body.parameters)

    def one(row: tuple[Any, ...]) -> Any:
        try:
            return function(*row)
        except _BAD_ROW:
            return otherwise

    def batch(*columns: Any) -> Any:
        rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
        if repeats and len(rows) > 1:
            known = {row: one(row) for row in dict.fromkeys(rows)}
            return pa.array([known[row] for row in rows], arrow)
        return pa.array([one(row) for row in rows], arrow)

    create: Any = connection.create_function
    create(
        name,
        _ARITIES[len(body.parameters)](batch),
        list(body.parameters),
        body.result,
        type="arrow",
        null_handling="special",
        side_effects=body.volatile,
    )
