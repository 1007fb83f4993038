"""What fits no known table: kept whole in ``_record`` of the raw table, with the time where one is found."""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Record, Shape
from crosswarden.tables import RAW_TABLE

__all__ = ["SHAPE"]

_TIMES = (
    "TimeGenerated", "time", "Timestamp", "timestamp", "@timestamp", "CreationTime", "createdDateTime",
    "activityDateTime", "eventTimestamp", "eventDateTime", "CreationDate", "created_time_utc", "Received", "Date",
)  # fmt: skip


def _recognises(record: Record) -> str | None:
    return RAW_TABLE


SHAPE = Shape(
    id="raw",
    cites="nothing: this is where unknown records go",
    recognises=_recognises,
    names={"TimeGenerated": tuple((name,) for name in _TIMES), "Type": ()},
    tenant=(("AADTenantId",), ("tenantId",), ("OrganizationId",), ("TenantId",)),
)
