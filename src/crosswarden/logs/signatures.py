"""Which records of a batch are alike: the same keys, the same keys in ``properties``, the same telling values.

Records with the same signature have the same shape, so one example of each is recognised in Python and the rest of
the work is done in columns. ``TELLING`` lists every value that a shape may look at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswarden.duck import Connection, Error
from crosswarden.logs.plan import Plan, make_plan, merged
from crosswarden.logs.shapes import recognise
from crosswarden.logs.shapes.unified_audit_export import INNER
from crosswarden.logs.suspects import SUSPECT
from crosswarden.tables import Table

__all__ = ["Group", "Signatures", "read_signatures"]

TELLING = ("/category", "/Category", "/Type", "/TableName", "/$table", "/table", "/signInEventTypes/0")
_TOLD = ", ".join(f"'{path}'" for path in (*TELLING, "/resourceId"))
_RESOURCE = f"t[{len(TELLING) + 1}]"
_PLACE = (
    f"CASE WHEN {_RESOURCE} IS NULL OR ends_with(t[1], 'InLogs') THEN '' WHEN t[1] = 'AuditLogs' THEN"
    f" CAST(contains(lower({_RESOURCE}), 'microsoft.intune') AS VARCHAR) ELSE"
    f" concat_ws('|', regexp_extract(lower({_RESOURCE}), '^/(tenants|subscriptions)/'),"
    f" regexp_extract(lower({_RESOURCE}), '.*/providers/([^/]+)', 1),"
    f" regexp_extract(lower({_RESOURCE}), '/(blob|file|queue|table)services(/|$)', 1)) END"
)
_TOLD_APART = ", ".join(f"t[{place + 1}]" for place in range(len(TELLING)))
# Written so that DuckDB parses each record twice and no more: a condition on k would be computed once again.
_SIGN = f"""
CREATE OR REPLACE TEMP TABLE signed AS
SELECT i, wrapped, suspect, CASE WHEN k IS NOT NULL THEN hash(k, {_TOLD_APART}, {_PLACE}, wrapped) END AS signature
FROM (SELECT i, wrapper IS NOT NULL AS wrapped, json_keys(record, ['$', '$.properties']) AS k,
        json_extract_string(record, [{_TOLD}]) AS t, {SUSPECT} AS suspect
      FROM SOURCE)
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Records that one statement maps: their signatures, their plan, and which signatures leave something over."""

    plan: Plan
    signatures: tuple[int, ...]
    more: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """What a batch consists of.

    ``inner`` are signatures of rows that carry another record inside, ``faulty`` those whose records cannot land,
    with the reason. The temporary table ``signed`` (i, signature, suspect) says which record has which; records that
    are not readable JSON are absent from it, what is no object has no signature.
    """

    groups: tuple[Group, ...]
    inner: tuple[int, ...]
    faulty: Mapping[int, str]


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys stood twice."""

    doubled = ""


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        found.doubled = next(name for name in names if names.count(name) > 1)
    return found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None


def read_signatures(connection: Connection, records: Any, tables: Mapping[str, Table]) -> Signatures:
    """Signs the relation ``lines`` and recognises one example of each signature.

    ``records`` is the Arrow array behind ``lines.record``, ``tables`` the tables as they are filled, by name.
    """
    try:
        connection.execute(_SIGN.replace("SOURCE", "lines"))
    except Error:
        connection.execute(_SIGN.replace("SOURCE", "(SELECT * FROM lines WHERE json_valid(record))"))
    examples = connection.execute(
        "SELECT signature, min(i), bool_or(wrapped) FROM signed WHERE signature IS NOT NULL GROUP BY 1 ORDER BY 2"
    ).fetchall()
    alike: dict[tuple[str, str], list[tuple[int, Plan]]] = {}
    inner: list[int] = []
    faulty: dict[int, str] = {}
    for signature, index, wrapped in examples:
        record = _parsed(records[index].as_py())
        if not isinstance(record, _Object):
            faulty[signature] = "not a JSON object"
            continue
        double = _double(record)
        if double:
            faulty[signature] = f"the key {double!r} stands twice"
            continue
        if not wrapped and any(key in record for key in INNER):
            inner.append(signature)
        shape, table = recognise(record)
        alike.setdefault((shape.id, table), []).append((signature, make_plan(shape, tables[table], record)))
    return Signatures(tuple(_groups(alike.values())), tuple(inner), faulty)


def _double(record: _Object) -> str:
    """The key that stands twice in the record or in its properties, "" where none does."""
    inside = record.get("properties")
    return record.doubled or (inside.doubled if isinstance(inside, _Object) else "")


def _groups(alike: Iterable[list[tuple[int, Plan]]]) -> Iterable[Group]:
    for members in alike:
        yield Group(
            merged(plan for _, plan in members),
            tuple(signature for signature, _ in members),
            tuple(signature for signature, plan in members if plan.left),
        )
