"""Records in the Azure resource-log schema: diagnostic settings to storage, an event hub or a collector.

Defined by: Azure Monitor, "Common and service-specific schemas for resource logs", and for Microsoft Defender XDR
"Stream advanced hunting events"; samples: single-events/azure, single-events/microsoft, diagnostic-settings.
The top-level ``category`` names the table; the service's own fields stand in ``properties``.
"""

from __future__ import annotations

import re

from crosswarden.logs.shapes.shape import Record, Shape, text_at
from crosswarden.tables import RAW_TABLE, known_tables

__all__ = ["ENTRA_CATEGORIES", "SHAPE", "place"]

ENTRA_CATEGORIES = {
    "AuditLogs": "AuditLogs",
    "SignInLogs": "SigninLogs",
    "NonInteractiveUserSignInLogs": "AADNonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs": "AADServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs": "AADManagedIdentitySignInLogs",
    "ADFSSignInLogs": "ADFSSignInLogs",
    "ProvisioningLogs": "AADProvisioningLogs",
    "RiskyUsers": "AADRiskyUsers",
    "UserRiskEvents": "AADUserRiskEvents",
    "RiskyServicePrincipals": "AADRiskyServicePrincipals",
    "ServicePrincipalRiskEvents": "AADServicePrincipalRiskEvents",
    "MicrosoftGraphActivityLogs": "MicrosoftGraphActivityLogs",
    "CustomSecurityAttributeAuditLogs": "AADCustomSecurityAttributeAuditLogs",
}
"""Category of an Entra diagnostic setting → Log Analytics table."""

_INTUNE = {
    "AuditLogs": "IntuneAuditLogs",
    "OperationalLogs": "IntuneOperationalLogs",
    "DeviceComplianceOrg": "IntuneDeviceComplianceOrg",
    "Devices": "IntuneDevices",
}
_ACTIVITY = {
    "administrative", "security", "servicehealth", "alert", "recommendation", "policy", "autoscale",
    "resourcehealth",
}  # fmt: skip
_STORAGE = {
    "blob": "StorageBlobLogs",
    "file": "StorageFileLogs",
    "queue": "StorageQueueLogs",
    "table": "StorageTableLogs",
}
_SERVICE = re.compile(r"/(blob|file|queue|table)services(/|$)")
_FOLDED = {name.lower(): table for name, table in ENTRA_CATEGORIES.items()}


def place(resource: str) -> tuple[str, str, str]:
    """What a resource id says about the table: its root, the provider's type, the storage service.

    >>> place("/TENANTS/1/PROVIDERS/MICROSOFT.AADIAM")
    ('tenants', 'microsoft.aadiam', '')
    """
    low = resource.lower()
    provider = re.search(r".*/providers/([^/]+)", low)
    service = _SERVICE.search(low)
    root = low.split("/")[1] if low.startswith(("/tenants/", "/subscriptions/")) else ""
    return root, provider[1] if provider else "", service[1] if service else ""


def _recognises(record: Record) -> str | None:
    keys = {key.lower() for key in record}
    if "time" not in keys or not {"category", "operationname", "resourceid"} & keys:
        return None
    category = text_at(record, "category")
    properties = record.get("properties")
    inner = {key.lower() for key in properties} if isinstance(properties, dict) else set()
    if category.startswith("AdvancedHunting-"):
        table = category.removeprefix("AdvancedHunting-")
        return table if table in known_tables() else RAW_TABLE
    if category in _INTUNE and "intuneaccountid" in inner:
        return _INTUNE[category]
    root, provider, service = place(text_at(record, "resourceId"))
    if category == "AuditLogs" and provider == "microsoft.intune":
        return "IntuneAuditLogs"
    return _entra(category, inner) or _azure(category, root, service)


def _entra(category: str, inner: set[str]) -> str | None:
    if category.lower() in _FOLDED:
        return _FOLDED[category.lower()]
    return "AuditLogs" if {"activitydatetime", "activitydisplayname"} <= inner else None


def _azure(category: str, root: str, service: str) -> str | None:
    if service and (not category or category.startswith("Storage")):
        return _STORAGE[service]
    if root == "subscriptions" and category.lower() in _ACTIVITY:
        return "AzureActivity"
    if category in known_tables():
        return category
    return "AzureDiagnostics" if root == "subscriptions" and category else RAW_TABLE


def _implies(table: str) -> tuple[str, ...]:
    entra = (name for name, target in ENTRA_CATEGORIES.items() if target == table)
    intune = (name for name, target in _INTUNE.items() if target == table)
    return (table, f"AdvancedHunting-{table}", *entra, *intune)


_P = "properties"
_SIGN_IN = {
    "LocationDetails": ((_P, "location"),),
    "Location": (("location",),),
    "ConditionalAccessPolicies": (
        (_P, "appliedConditionalAccessPolicies"),
        (_P, "conditionalAccessPolicies"),
    ),
    "AppliedConditionalAccessPolicies": (),
    "ResourceIdentity": ((_P, "resourceId"),),
    "ResourceId": (("resourceId",),),
    "ProcessingTimeInMs": ((_P, "processingTimeInMilliseconds"),),
    "CreatedDateTime": ((_P, "createdDateTime"),),
    "IPAddress": ((_P, "ipAddress"), ("callerIpAddress",)),
    "AADTenantId": (),
}
_ACTIVITY_NAMES = {
    "OperationName": (("operationName",),),
    "OperationNameValue": (("operationName",),),
    "CategoryValue": (("category",),),
    "ActivityStatus": (("resultType",),),
    "ActivityStatusValue": (("resultType",),),
    "ActivitySubstatus": (("resultSignature",),),
    "ActivitySubstatusValue": (("resultSignature",),),
    "Claims": (("identity", "claims"),),
    "Claims_d": (("identity", "claims"),),
    "Authorization": (("identity", "authorization"),),
    "Authorization_d": (("identity", "authorization"),),
    "Properties": (("properties",),),
    "Properties_d": (("properties",),),
    "Caller": (
        ("identity", "claims", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
        ("identity", "claims", "http://schemas.microsoft.com/identity/claims/objectidentifier"),
        ("identity", "claims", "name"),
    ),
}

SHAPE = Shape(
    id="diagnostic",
    cites="https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs-schema",
    recognises=_recognises,
    names={"TimeGenerated": (("time",), (_P, "timeGenerated"))},
    by_table={
        "AuditLogs": {
            "Category": ((_P, "category"),),
            "OperationName": (("operationName",), (_P, "operationName"), (_P, "activityDisplayName")),
            "ActivityDisplayName": ((_P, "activityDisplayName"),),
            "ActivityDateTime": ((_P, "activityDateTime"),),
            "AADOperationType": ((_P, "operationType"),),
            "Id": ((_P, "id"),),
            "CorrelationId": (("correlationId",), (_P, "correlationId")),
            "AADTenantId": (),
        },
        "MicrosoftGraphActivityLogs": {
            "ATContentP": ((_P, "atContentP"),),
            "ATContentH": ((_P, "atContentH"),),
            "AadTenantId": (),
        },
        "AzureActivity": _ACTIVITY_NAMES,
        **{name: _SIGN_IN for name in ENTRA_CATEGORIES.values() if "SignIn" in name or name == "SigninLogs"},
    },
    within=(("properties",), ()),
    implied=frozenset({("category",)}),
    implies=_implies,
    apart=frozenset({"TenantId", "Type"}),
    tenant=(("tenantId",), (_P, "tenantId"), (_P, "AADTenantId")),
)
