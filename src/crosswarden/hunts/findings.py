"""Rows become findings: those that share a hunt's key columns are one finding, with all its rows as evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from crosswarden.hunts.addresses import Addresses
from crosswarden.hunts.model import Entity, EntityMap, Finding, Hunt, Row, Severity

__all__ = ["EVIDENCE_LIMIT", "entities_of", "findings_of", "joined", "seen"]

EVIDENCE_LIMIT = 500
"""Rows kept with a finding; ``evidence_total`` says how many there were."""


def joined(values: Iterable[Any], limit: int = 4) -> str:
    """Distinct values as a short list.

    >>> joined(["b", "a", "b", ""])
    'a, b'
    >>> joined("abcdef", limit=2)
    'a, b and 4 more'
    """
    flat = [one for value in values for one in (value if isinstance(value, (list, tuple)) else [value])]
    distinct = sorted({_plain(value) for value in flat} - {""})
    more = f" and {len(distinct) - limit} more" if len(distinct) > limit else ""
    return ", ".join(distinct[:limit]) + more


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(each) for each in value)
    return str(value)


def seen(rows: Sequence[Row]) -> tuple[str, str]:
    """First and last time in the rows, by TimeGenerated and LastSeen."""
    firsts = [str(row["TimeGenerated"]) for row in rows if row.get("TimeGenerated")]
    lasts = [str(row.get("LastSeen") or row["TimeGenerated"]) for row in rows if row.get("TimeGenerated")]
    return min(firsts, default=""), max(lasts, default="")


def entities_of(rows: Sequence[Row], maps: Sequence[EntityMap], addresses: Addresses) -> tuple[Entity, ...]:
    """The distinct entities that the rows name; addresses say their class, an actor or address its role."""
    found: dict[tuple[str, str], Entity] = {}
    for each in maps:
        for row in rows:
            identity, name, alias = (_plain(row.get(column)) for column in (each.id, each.name, each.alias))
            identity = identity or alias
            if not identity:
                continue
            note = f"also {alias}" if alias and alias != identity else ""
            role = each.role
            if each.type == "address":
                judged = addresses.classify(identity)
                note = judged.name + (f": {judged.why}" if judged.why else "")
                role = role or "source"
            elif each.id == "Actor":
                role = role or "actor"
            found.setdefault(
                (each.type, identity.lower()), Entity(each.type, identity, name or identity, role, note)
            )
    return tuple(found.values())


def _severity(rows: Sequence[Row], hunt: Hunt) -> Severity:
    column = hunt.finding.severity if hunt.finding else ""
    stated = [str(row.get(column, "")).lower() for row in rows] if column else []
    known = [Severity(each) for each in stated if each in set(Severity)]
    return max(known, key=lambda each: each.rank, default=hunt.severity)


def findings_of(hunt: Hunt, rows: Sequence[Row], addresses: Addresses) -> tuple[Finding, ...]:
    """The findings in a hunt's rows, in the order of their first appearance in time."""
    shape = hunt.finding
    if shape is None:
        return ()
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in sorted(rows, key=_order):
        groups.setdefault(tuple(_plain(row.get(column)) for column in shape.key), []).append(row)
    return tuple(_finding(hunt, key, group, addresses) for key, group in groups.items())


def _order(row: Row) -> tuple[str, str]:
    return str(row.get("TimeGenerated") or ""), str(row.get("EventId") or sorted(map(str, row.values())))


def _finding(hunt: Hunt, key: tuple[str, ...], rows: list[Row], addresses: Addresses) -> Finding:
    assert hunt.finding is not None
    shape = hunt.finding
    first, last = seen(rows)
    title = re.sub(
        r"\{(\w+)\}", lambda match: joined(row.get(match[1]) for row in rows) or "(none)", shape.title
    )
    return Finding(
        hunt=hunt.id,
        severity=_severity(rows, hunt),
        title=title,
        entities=entities_of(rows, shape.entities, addresses),
        first_seen=first,
        last_seen=last,
        evidence=tuple(rows[:EVIDENCE_LIMIT]),
        key=key,
        family=hunt.family,
        techniques=hunt.techniques,
        limits=hunt.limits,
        evidence_total=len(rows),
    )
