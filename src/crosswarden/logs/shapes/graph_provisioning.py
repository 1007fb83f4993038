"""Microsoft Graph provisioningObjectSummary objects (``/auditLogs/provisioning``) → AADProvisioningLogs.

Defined by: Microsoft Graph reference, resource type provisioningObjectSummary.
"""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Record, Shape

__all__ = ["SHAPE"]


def _recognises(record: Record) -> str | None:
    fits = "activityDateTime" in record and (
        "provisioningAction" in record or "provisioningStatusInfo" in record
    )
    return "AADProvisioningLogs" if fits or {"jobId", "cycleId", "changeId"} <= record.keys() else None


SHAPE = Shape(
    id="graph_provisioning",
    cites="https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary",
    recognises=_recognises,
    names={
        "TimeGenerated": (("activityDateTime",),),
        "DurationMs": (("durationInMilliseconds",),),
        "OperationName": (("provisioningAction",), ("action",)),
        "ResultType": (("provisioningStatusInfo", "status"), ("statusInfo", "status")),
    },
    apart=frozenset({"TenantId", "Type"}),
    tenant=(("tenantId",),),
)
