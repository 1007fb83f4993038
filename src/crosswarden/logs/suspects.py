"""Records that cannot land, each with its reason: not JSON, not an object, a key twice, NaN, nested without end.

DuckDB's JSON reader accepts NaN and Infinity, which are not JSON and which no Microsoft service writes, and any
depth; what looks like either is looked at again in Python.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crosswarden.duck import Connection

__all__ = ["DEEPEST", "SUSPECT", "depth", "refuse_suspects", "why_not_json"]

DEEPEST = 200
"""How deep a record may be nested; the deepest real ones stay under 20."""

_RUN = 16
SUSPECT = (
    "(contains(record, 'NaN') OR contains(record, 'Infinity')"
    f" OR contains(record, '{']' * _RUN}') OR contains(record, '{'}' * _RUN}') OR contains(record, '{'}]' * (_RUN // 2)}'))"
)
"""The SQL condition under which a record is looked at again."""


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def depth(text: str) -> int:
    """How deep the brackets of a JSON text nest.

    >>> depth('{"a": [1, {"b": "[[["}]}')
    3
    """
    deepest = level = 0
    inside = escaped = False
    for sign in text:
        if inside:
            inside = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "{[":
            level += 1
            deepest = max(deepest, level)
        elif sign in "}]":
            level -= 1
    return deepest


def why_not_json(text: str) -> str:
    """Why the text is not a JSON record that can land, or "" where it is one.

    >>> why_not_json('{"a": NaN}')
    'NaN is not a JSON value'
    >>> why_not_json('{"a": 1')
    "not valid JSON: Expecting ',' delimiter at column 8"
    """
    try:
        if depth(text) > DEEPEST:
            return f"nested deeper than {DEEPEST} levels"
        value = json.loads(text, parse_constant=_constant)
    except json.JSONDecodeError as error:
        return f"not valid JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError) as error:
        return str(error)
    return "" if isinstance(value, dict) else "not a JSON object"


def refuse_suspects(connection: Connection, lines: Any, faulty: Mapping[int, str]) -> dict[int, str]:
    """Fills the temporary table ``refused`` (i) and says why, for each record of ``lines`` that cannot land."""
    reasons: dict[int, str] = {}
    unread = connection.execute(
        "SELECT i FROM lines ANTI JOIN (SELECT i FROM signed WHERE signature IS NOT NULL) USING (i) ORDER BY i"
    ).fetchall()
    suspect = connection.execute("SELECT i FROM signed WHERE suspect ORDER BY i").fetchall()
    for (index,) in [*unread, *suspect]:
        reason = why_not_json(lines["record"][index].as_py())
        if reason:
            reasons[index] = reason
    for (index,) in unread:
        reasons.setdefault(index, "not a JSON object")
    if faulty:
        listed = ", ".join(map(str, faulty))
        rows = connection.execute(f"SELECT i, signature FROM signed WHERE signature IN ({listed})").fetchall()
        reasons = {index: faulty[signature] for index, signature in rows} | reasons
    connection.execute("CREATE OR REPLACE TEMP TABLE refused (i BIGINT)")
    if reasons:
        connection.execute("INSERT INTO refused SELECT unnest($refused)", {"refused": sorted(reasons)})
    return dict(sorted(reasons.items()))
