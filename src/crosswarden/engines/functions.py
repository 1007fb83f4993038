"""Python functions that lowered queries call, made known to a connection when a query first needs them."""

from __future__ import annotations

import re

from crosswarden.duck import Connection
from crosswarden.engines.outside import Outside

__all__ = ["register"]

_CALLED = re.compile(r"\b(cw_\w+)\s*\(", re.IGNORECASE)


def register(connection: Connection, sql: str, known: set[str], outside: Outside) -> None:
    """Registers the functions named ``cw_…`` that the SQL calls and the connection does not know yet."""
    if "cw_" not in sql and "CW_" not in sql:
        return
    for name in {found.lower() for found in _CALLED.findall(sql)} - known:
        known.add(name)
