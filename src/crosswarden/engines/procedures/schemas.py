"""``schema_merge``: several results of getschema as one schema.

Source: Kusto documentation, "schema_merge plugin": a column whose place differs between the schemas is an error when
the order is to be preserved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.errors import QueryError
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES"]

_DISORDER = "ERROR(columns are out of order)"


def _merge(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[tuple[Any, ...]]:
    (frame,) = inputs
    found: dict[str, list[tuple[int, str, str]]] = {}
    for name, ordinal, data, kind in frame.rows:
        found.setdefault(name, []).append((ordinal, data, kind))
    placed, astray = [], []
    for name, uses in found.items():
        if len({kind for _, _, kind in uses}) > 1:
            message = f"schema_merge: the column '{name}' has different types in the schemas"
            raise QueryError("kql-run", message)
        ordinals = [ordinal for ordinal, _, _ in uses]
        if step.options["preserve_order"] and len(set(ordinals)) > 1:
            astray.append((name, -1, f"ERROR(unknown CSL type:{_DISORDER})", _DISORDER))
        else:
            placed.append((name, max(ordinals), uses[0][1], uses[0][2]))
    return [*sorted(placed, key=lambda row: row[1]), *astray]


PROCEDURES: dict[str, Procedure] = {"schema_merge": _merge}
