"""Microsoft Graph directoryAudit objects (``/auditLogs/directoryAudits``) → AuditLogs.

Defined by: Microsoft Graph reference, resource type directoryAudit; sample: graph/directoryAudits.json.
"""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Record, Shape

__all__ = ["SHAPE"]


def _recognises(record: Record) -> str | None:
    fits = "activityDateTime" in record and "activityDisplayName" in record
    return "AuditLogs" if fits and ("initiatedBy" in record or "targetResources" in record) else None


SHAPE = Shape(
    id="graph_directory_audit",
    cites="https://learn.microsoft.com/graph/api/resources/directoryaudit",
    recognises=_recognises,
    names={
        "TimeGenerated": (("activityDateTime",),),
        "ActivityDateTime": (("activityDateTime",),),
        "OperationName": (("activityDisplayName",),),
        "ActivityDisplayName": (("activityDisplayName",),),
        "ResultDescription": (("resultReason",),),
        "ResultReason": (("resultReason",),),
        "AADOperationType": (("operationType",),),
    },
    apart=frozenset({"TenantId", "Type", "Identity"}),
    tenant=(("tenantId",),),
)
