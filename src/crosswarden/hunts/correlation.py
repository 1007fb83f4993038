"""What a correlation is: the sequences and reconciliations that KQL cannot say, with the same evidence discipline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crosswarden.hunts.addresses import Addresses
from crosswarden.hunts.coverage import Holdings
from crosswarden.hunts.model import Finding, Hunt, Requirement, Row, Severity
from crosswarden.hunts.tenant_names import TenantNames

__all__ = ["Correlation", "Judged", "Material"]


@dataclass(frozen=True, slots=True)
class Material:
    """What a correlation may look at: rows and findings of hunts by id, and what the lake holds."""

    rows: Mapping[str, tuple[Row, ...]]
    findings: Mapping[str, tuple[Finding, ...]]
    holdings: Holdings
    addresses: Addresses
    names: TenantNames

    def of(self, hunt: str) -> tuple[Row, ...]:
        """The rows of a hunt; none when it was not run."""
        return self.rows.get(hunt, ())


@dataclass(frozen=True, slots=True)
class Judged:
    """What a correlation yields: findings, why it cannot say (beyond missing days), and facts for the report."""

    findings: tuple[Finding, ...] = ()
    blind: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correlation:
    """A named correlation over hunt results."""

    id: str
    name: str
    description: str
    family: str
    inputs: tuple[str, ...]
    requires: tuple[Requirement, ...]
    techniques: tuple[str, ...]
    clean: str
    judge: Callable[[Material], Judged]
    limits: tuple[str, ...] = ()
    lookback: timedelta = timedelta(days=1)

    def as_hunt(self) -> Hunt:
        """The correlation in the form of a hunt, for results and coverage."""
        return Hunt(
            id=self.id,
            guid="",
            name=self.name,
            description=self.description,
            severity=Severity.HIGH,
            tactics=(),
            techniques=self.techniques,
            query="",
            family=self.family,
            lookback=self.lookback,
            requires=self.requires,
            finding=None,
            clean=self.clean,
            limits=self.limits,
            kind="Correlation",
        )
