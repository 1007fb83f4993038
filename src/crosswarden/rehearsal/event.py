"""One event as a service would log it, before any export gives it a shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Event", "Record", "Stream"]

Record = dict[str, Any]
"""JSON values by key. Times are canonical (:mod:`crosswarden.rehearsal.clock`)."""


class Stream(StrEnum):
    """A log that a service keeps, and the form of its canonical record."""

    AUDIT = "audit"
    """Directory audits: the Graph ``directoryAudit``."""
    SIGNIN = "signin"
    """Interactive sign-ins: the properties of a diagnostic-settings record, as for the next three."""
    NONINTERACTIVE = "noninteractive"
    PRINCIPAL = "principal"
    MANAGED = "managed"
    UNIFIED = "unified"
    """The unified audit log: the AuditData record."""
    GRAPH = "graph-activity"
    """Microsoft Graph activity: the properties of a diagnostic-settings record."""
    AZURE = "azure-activity"
    """Azure activity: a whole diagnostic-settings record."""
    PROVISIONING = "provisioning"
    """Provisioning: the Graph ``provisioningObjectSummary``."""


@dataclass(frozen=True, slots=True)
class Event:
    """A record, the log that holds it, the tenant whose log that is, and when it happened (ticks)."""

    tenant: str
    stream: Stream
    tick: int
    id: str
    record: Record
