"""Unified audit records (the schema that AuditData holds) → OfficeActivity.

Defined by: "Office 365 Management Activity API schema" (common schema, record types, user types) and the table
reference of OfficeActivity; samples: single-events/office-365, unified-audit-log-csv. The Management Activity API
gives them as arrays, Purview and Search-UnifiedAuditLog inside their own rows (see unified_audit_export).
The table flattens a lot, so ``_record`` keeps the whole original.
"""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Path, Record, Shape

__all__ = ["NAMES", "SHAPE", "VALUES"]

_RECORD_TYPES = {
    1: "ExchangeAdmin", 2: "ExchangeItem", 3: "ExchangeItemGroup", 4: "SharePoint", 6: "SharePointFileOperation",
    7: "OneDrive", 8: "AzureActiveDirectory", 9: "AzureActiveDirectoryAccountLogon", 10: "DataCenterSecurityCmdlet",
    11: "ComplianceDLPSharePoint", 13: "ComplianceDLPExchange", 14: "SharePointSharingOperation",
    15: "AzureActiveDirectoryStsLogon", 16: "SkypeForBusinessPSTNUsage", 17: "SkypeForBusinessUsersBlocked",
    18: "SecurityComplianceCenterEOPCmdlet", 19: "ExchangeAggregatedOperation", 20: "PowerBIAudit", 21: "CRM",
    22: "Yammer", 23: "SkypeForBusinessCmdlets", 24: "Discovery", 25: "MicrosoftTeams", 28: "ThreatIntelligence",
    29: "MailSubmission", 30: "MicrosoftFlow", 31: "AeD", 32: "MicrosoftStream",
    33: "ComplianceDLPSharePointClassification", 34: "ThreatFinder", 35: "Project", 36: "SharePointListOperation",
    37: "SharePointCommentOperation", 38: "DataGovernance", 39: "Kaizala", 40: "SecurityComplianceAlerts",
    41: "ThreatIntelligenceUrl", 42: "SecurityComplianceInsights", 43: "MIPLabel", 44: "WorkplaceAnalytics",
    45: "PowerAppsApp", 46: "PowerAppsPlan", 47: "ThreatIntelligenceAtpContent", 48: "LabelContentExplorer",
    49: "TeamsHealthcare",
}  # fmt: skip
# 50 (ExchangeItemAggregated) and later stay numbers: the one public OfficeActivity sample of MailItemsAccessed
# shows "50", and the table reference lists no names for them.

_USER_TYPES = {
    0: "Regular", 1: "Reserved", 2: "Admin", 3: "DcAdmin", 4: "System", 5: "Application", 6: "ServicePrincipal",
    7: "CustomPolicy", 8: "SystemPolicy", 9: "PartnerTechnician", 10: "Guest",
}  # fmt: skip

_LOGON_TYPES = {
    0: "Owner",
    1: "Admin",
    2: "Delegated",
    3: "Transport",
    4: "SystemService",
    5: "BestAccess",
    6: "DelegatedAdmin",
}

_EVENT_TYPES = {0: "AccountLogon", 1: "AzureApplicationAuditEvent"}


def _codes(names: dict[int, str]) -> dict[str, str]:
    return {str(code): name for code, name in names.items()}


VALUES = {
    "RecordType": _codes(_RECORD_TYPES),
    "UserType": _codes(_USER_TYPES),
    "Logon_Type": _codes(_LOGON_TYPES),
    "AzureActiveDirectory_EventType": _codes(_EVENT_TYPES),
    "ExternalAccess": {"true": "True", "false": "False"},
}

NAMES: dict[str, tuple[Path, ...]] = {
    "TimeGenerated": (("CreationTime",),),
    "OfficeId": (("Id",),),
    "SourceRecordId": (("Id",),),
    "OfficeWorkload": (("Workload",),),
    "OfficeObjectId": (("ObjectId",),),
    "OfficeTenantId": (("OrganizationId",),),
    "Client_IPAddress": (("ClientIPAddress",),),
    "Logon_Type": (("LogonType",),),
    "Site_": (("Site",),),
    "Site_Url": (("SiteUrl",),),
    "Source_Name": (("Source",),),
    "Event_Data": (("EventData",),),
    "AzureActiveDirectory_EventType": (("AzureActiveDirectoryEventType",),),
    "AADTarget": (("Target",),),
    "Start_Time": (("StartTime",),),
    "CrossMailboxOperations": (("CrossMailboxOperations",), ("CrossMailboxOperation",)),
    "Application": (("Application",), ("ClientApplication",)),
    "Activity": (),
}


def _recognises(record: Record) -> str | None:
    if "CreationTime" not in record or "Operation" not in record:
        return None
    common = {"RecordType", "Workload", "OrganizationId", "UserId", "UserKey", "UserType", "Id"}
    return "OfficeActivity" if len(common & record.keys()) >= 3 else None


SHAPE = Shape(
    id="unified_audit",
    cites="https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema",
    recognises=_recognises,
    names=NAMES,
    apart=frozenset({"TenantId", "Type"}),
    tenant=(("OrganizationId",),),
    values=VALUES,
)
