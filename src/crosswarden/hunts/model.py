"""What a hunt is, and what it yields: findings with their rows, and a status that rests on stated coverage."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "Alternative",
    "Coverage",
    "Entity",
    "EntityMap",
    "Finding",
    "FindingShape",
    "Hunt",
    "HuntResult",
    "Requirement",
    "Row",
    "Severity",
    "Status",
    "TenantCoverage",
]

Row = Mapping[str, Any]
"""One result row: column name to JSON-ready value."""


class Severity(StrEnum):
    """How much a finding matters, by Sentinel's words."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for informational up to 3 for high.

        >>> Severity.HIGH.rank > Severity.LOW.rank
        True
        """
        return list(Severity).index(self)


class Status(StrEnum):
    """What a hunt can say of a window: found, clean, or that it cannot say."""

    FOUND = "found"
    CLEAN = "clean"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One table that satisfies a requirement, with the KQL condition on its rows and the columns that must hold values."""

    table: str
    where: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A kind of data that a hunt needs: any one of the alternatives, on every day."""

    name: str
    any: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class EntityMap:
    """Which result columns name an entity; ``alias`` is a second identifier; ``role`` says how it takes part."""

    type: str
    id: str
    name: str
    alias: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class FindingShape:
    """How rows become findings: rows that share the key columns are one finding."""

    key: tuple[str, ...]
    title: str
    severity: str = ""
    entities: tuple[EntityMap, ...] = ()


@dataclass(frozen=True, slots=True)
class Hunt:
    """A hunt as its YAML file states it."""

    id: str
    guid: str
    name: str
    description: str
    severity: Severity
    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    query: str
    family: str
    lookback: timedelta
    requires: tuple[Requirement, ...]
    finding: FindingShape | None
    clean: str = ""
    limits: tuple[str, ...] = ()
    version: str = "1.0.0"
    kind: str = "Scheduled"
    source: str = "packaged"
    path: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that takes part in a finding."""

    type: str
    id: str
    name: str
    role: str = ""
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """The entity as a JSON object; empty members are left out except type, id and name."""
        optional = {key: value for key, value in (("role", self.role), ("note", self.note)) if value}
        return {"type": self.type, "id": self.id, "name": self.name, **optional}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with the rows that say so; times are ISO 8601 with Z."""

    hunt: str
    severity: Severity
    title: str
    entities: tuple[Entity, ...]
    first_seen: str
    last_seen: str
    evidence: tuple[Row, ...]
    key: tuple[str, ...]
    family: str = ""
    techniques: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    evidence_total: int = 0
    suppressed: str = ""

    @property
    def id(self) -> str:
        """A stable id made of the hunt and the key: the same finding in another run has the same id."""
        return hashlib.sha256("\x1f".join((self.hunt, *self.key)).encode()).hexdigest()[:16]

    def with_suppression(self, reason: str) -> Finding:
        """The same finding, marked as suppressed for that reason."""
        return replace(self, suppressed=reason)

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return {
            "hunt": self.hunt,
            "status": Status.FOUND.value,
            "severity": self.severity.value,
            "title": self.title,
            "entities": [entity.as_json() for entity in self.entities],
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "evidence": [dict(row) for row in self.evidence],
            "evidence_total": self.evidence_total or len(self.evidence),
            "id": self.id,
            "family": self.family,
            "techniques": list(self.techniques),
            "reasons": list(self.reasons),
            "limits": list(self.limits),
            "suppressed": self.suppressed,
        }


@dataclass(frozen=True, slots=True)
class TenantCoverage:
    """What the lake holds of what a hunt needs, for one tenant: the window, and what is missing in it."""

    tenant: str
    start: date | None
    end: date | None
    missing: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing that is needed is missing."""
        return not self.missing

    def as_json(self) -> dict[str, Any]:
        """The coverage as a JSON object."""
        return {
            "tenant": self.tenant,
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "missing": list(self.missing),
            "rests_on": list(self.rests_on),
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of one hunt over all tenants in the lake."""

    tenants: tuple[TenantCoverage, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every tenant has every day of everything that is needed; without any tenant, never."""
        return bool(self.tenants) and not self.missing and all(each.complete for each in self.tenants)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the hunt is blind, by tenant."""
        by_tenant = tuple(
            f"{each.tenant or 'tenant not stated'}: {reason}"
            for each in self.tenants
            for reason in each.missing
        )
        return self.missing + by_tenant


@dataclass(frozen=True, slots=True)
class HuntResult:
    """The end of one hunt: found, clean or blind, with the coverage that this rests on."""

    hunt: str
    name: str
    status: Status
    reason: str
    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    severity: Severity = Severity.INFORMATIONAL
    family: str = ""
    techniques: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object of the same shape as a finding: what a clean or blind hunt writes."""
        return {
            "hunt": self.hunt,
            "status": self.status.value,
            "severity": Severity.INFORMATIONAL.value,
            "title": f"{self.name}: {self.status.value}",
            "entities": [],
            "first_seen": None,
            "last_seen": None,
            "evidence": [],
            "reason": self.reason,
            "family": self.family,
            "limits": list(self.limits),
            "coverage": [each.as_json() for each in self.coverage.tenants],
        }
