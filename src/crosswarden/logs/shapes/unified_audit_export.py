"""Rows that carry a unified audit record inside: Search-UnifiedAuditLog, Purview, and Graph's audit log query.

Defined by: the Search-UnifiedAuditLog reference (RecordType name, CreationDate, UserIds, Operations, AuditData, …),
Purview's "Export, configure, and view audit log records" (RecordId, RecordType number, Operation, UserId,
AuditData, …), Graph's auditLogRecord (createdDateTime, operation, service, auditData). The inner record is what
lands; the row around it is kept in ``_extra.export``. A row whose AuditData is empty or broken lands by its own
columns.
"""

from __future__ import annotations

from crosswarden.logs.shapes import unified_audit
from crosswarden.logs.shapes.shape import Record, Shape

__all__ = ["INNER", "SHAPE"]

INNER = ("AuditData", "auditData")
"""The keys under which the audit record stands, as an object or as JSON text."""


def _recognises(record: Record) -> str | None:
    if not any(key in record for key in INNER):
        return None
    near = {"creationdate", "createddatetime", "recordtype", "auditlogrecordtype", "operations", "operation"}
    return "OfficeActivity" if near & {key.lower() for key in record} else None


SHAPE = Shape(
    id="unified_audit_export",
    cites="https://learn.microsoft.com/powershell/module/exchange/search-unifiedauditlog",
    recognises=_recognises,
    names={
        "TimeGenerated": (("CreationDate",), ("createdDateTime",)),
        "Operation": (("Operations",), ("Operation",), ("operation",)),
        "UserId": (("UserIds",), ("UserId",), ("userPrincipalName",), ("userId",)),
        "RecordType": (("RecordType",), ("auditLogRecordType",)),
        "OfficeId": (("RecordId",), ("Identity",), ("id",)),
        "SourceRecordId": (("RecordId",), ("Identity",), ("id",)),
        "OfficeWorkload": (("service",), ("Workload",)),
        "OfficeObjectId": (("objectId",),),
        "OrganizationId": (("organizationId",),),
        "OfficeTenantId": (("organizationId",),),
        "UserType": (("userType",),),
        "ClientIP": (("clientIp",),),
    },
    apart=frozenset({"TenantId", "Type"}),
    tenant=(("organizationId",),),
    values=unified_audit.VALUES,
)
