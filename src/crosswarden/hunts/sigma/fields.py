"""Which table a Sigma log source means, and which KQL expression a Sigma field.

The public rules write fields in four styles (portal, Graph, diagnostic record, unified audit). A dotted field becomes
a path, never a quoted literal; a path through an array means any of its elements, which the table's ``expand`` step
provides by one row an element. What no documented column holds is looked up in what the lake keeps beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosswarden.tables import Type, documented

__all__ = ["SOURCES", "Source", "expression_of", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """A log source: its table, the names of fields that differ, the steps before and after the condition."""

    table: str
    names: Mapping[str, str] = field(default_factory=dict)
    expand: str = ""
    finish: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)


_TARGETS = """| mv-expand Target = iff(array_length(TargetResources) > 0, TargetResources, dynamic([{}]))
| extend ModifiedProperties = parse_json(tostring(Target.modifiedProperties))
| mv-expand Property = iff(array_length(ModifiedProperties) > 0, ModifiedProperties, dynamic([{}]))"""

AUDIT = Source(
    "AuditLogs",
    {
        "properties.message": "OperationName",
        "message": "OperationName",
        "operationname": "OperationName",
        "activitytype": "OperationName",
        "status": "Result",
        "properties.result": "Result",
        "failure_status_reason": "ResultReason",
        "target": "tostring(Target)",
        "targetresources": "tostring(Target)",
        "properties.targetresources": "tostring(Target)",
        "targetresources.modifiedproperties": "tostring(Target.modifiedProperties)",
        "targetresources.modifiedproperties.displayname": "tostring(Property.displayName)",
        "targetresources.modifiedproperties.newvalue": "tostring(Property.newValue)",
        "targetresources.modifiedproperties.oldvalue": "tostring(Property.oldValue)",
        "initiatedby": "tostring(InitiatedBy)",
        "additionaldetails.additionalinfo": "tostring(AdditionalDetails)",
    },
    _TARGETS,
    """| summarize arg_min(TimeGenerated, *) by Id
| extend Actor = coalesce(tostring(InitiatedBy.user.userPrincipalName), tostring(InitiatedBy.app.displayName)), ActorIp = tostring(InitiatedBy.user.ipAddress), Tenant = tolower(AADTenantId)
| project TimeGenerated, Tenant, OperationName, Actor, ActorIp, Result, TargetResources, Id""",
    {"targetresources": "Target", "initiatedby": "InitiatedBy", "additionaldetails": "AdditionalDetails"},
)
SIGN_INS = Source(
    "SigninLogs",
    {
        "properties.message": "ResultDescription",
        "username": "UserPrincipalName",
        "clientapp": "ClientAppUsed",
        "activitydetails": "OperationName",
        "devicedetail.trusttype": "tostring(DeviceDetail.trustType)",
        "devicedetail.deviceid": "tostring(DeviceDetail.deviceId)",
        "devicedetail.iscompliant": "tostring(DeviceDetail.isCompliant)",
        "devicedetail.ismanaged": "tostring(DeviceDetail.isManaged)",
    },
    "",
    """| extend Actor = UserPrincipalName, ActorIp = IPAddress, Tenant = tolower(AADTenantId)
| project TimeGenerated, Tenant, Actor, ActorIp, AppDisplayName, ResourceDisplayName, ResultType, ResultDescription, Location, Id""",
)
ACTIVITY = Source(
    "AzureActivity",
    {
        "operationname": "OperationNameValue",
        "properties.message": "OperationNameValue",
        "categoryvalue": "CategoryValue",
        "resourceid": "coalesce(_ResourceId, ResourceId)",
    },
    "",
    """| extend Actor = Caller, ActorIp = CallerIpAddress, Tenant = tolower(extract(@'"tenantid"\\s*:\\s*"([^"]+)"', 1, Claims))
| project TimeGenerated, Tenant, Actor, ActorIp, OperationNameValue, ActivityStatusValue, ResourceGroup, _ResourceId, EventDataId""",
)
RISK = Source(
    "AADUserRiskEvents",
    {"riskeventtype": "RiskEventType"},
    "",
    """| extend Actor = UserPrincipalName, ActorIp = IpAddress, Tenant = ""
| project TimeGenerated, Tenant, Actor, ActorIp, RiskEventType, RiskLevel, RiskState, Activity, Id""",
)
UNIFIED = Source(
    "OfficeActivity",
    {
        "eventsource": "OfficeWorkload",
        "workload": "OfficeWorkload",
        "eventname": "Operation",
        "status": "ResultStatus",
        "objectid": "OfficeObjectId",
        "applicationid": "coalesce(ApplicationId, AppId)",
        "requesttype": "ExtendedProperties",
        "payload": "coalesce(Parameters, tostring(ExtraProperties), ExtendedProperties)",
    },
    "",
    """| extend Actor = UserId, ActorIp = coalesce(ClientIP, Client_IPAddress), Tenant = tolower(coalesce(OrganizationId, OfficeTenantId))
| project TimeGenerated, Tenant, Actor, ActorIp, OfficeWorkload, Operation, ResultStatus, OfficeObjectId, Parameters, OfficeId""",
)
SOURCES: Mapping[tuple[str, str], Source] = {
    ("azure", "auditlogs"): AUDIT,
    ("azure", "signinlogs"): SIGN_INS,
    ("azure", "activitylogs"): ACTIVITY,
    ("azure", "riskdetection"): RISK,
    ("azure", "pim"): RISK,
    ("m365", "audit"): UNIFIED,
    ("m365", "exchange"): UNIFIED,
    ("m365", "threat_management"): UNIFIED,
    ("m365", "threat_detection"): UNIFIED,
}
"""Log sources by product and service."""


def source_of(product: str, service: str) -> Source | None:
    """The log source of a product and service, if it is one of Azure's or Microsoft 365's.

    >>> source_of("azure", "signinlogs").table
    'SigninLogs'
    """
    return SOURCES.get((product.lower(), service.lower()))


def expression_of(source: Source, name: str) -> str:
    """The KQL expression for a field, of type string.

    >>> expression_of(AUDIT, "targetResources.type"), expression_of(SIGN_INS, "resulttype")
    ('tostring(Target.type)', 'ResultType')
    >>> expression_of(AUDIT, "ConsentContext.IsAdminConsent")
    'iff(tostring(Property.displayName) =~ "ConsentContext.IsAdminConsent", trim(@\\'[\\\\s"\\\\[\\\\]]+\\', tostring(Property.newValue)), "")'
    """
    low = name.lower()
    if low in source.names:
        return source.names[low]
    table = documented(source.table)
    assert table is not None
    columns = {column.name.lower(): column for column in table.columns}
    if column := columns.get(low):
        return column.name if column.type is Type.STRING else f"tostring({column.name})"
    head, *rest = [part for part in name.split(".") if part.lower() != "properties"] or [name]
    if rest and all(part.isidentifier() for part in rest):
        if place := source.paths.get(head.lower()):
            return f"tostring({place}.{'.'.join(rest)})"
        if (column := columns.get(head.lower())) and column.type is Type.DYNAMIC:
            return f"tostring({column.name}.{'.'.join(rest)})"
    if source is AUDIT and rest:
        property_name = name.replace('"', "")
        value = "trim(@'[\\s\"\\[\\]]+', tostring(Property.newValue))"
        return f'iff(tostring(Property.displayName) =~ "{property_name}", {value}, "")'
    if not rest and (column := columns.get(head.lower())):
        return column.name if column.type is Type.STRING else f"tostring({column.name})"
    return _kept(source, [head, *rest])


def _kept(source: Source, parts: list[str]) -> str:
    """A field that no documented column holds: in the whole record, or beside the columns."""
    keep = "_record" if source is UNIFIED else "_extra"
    path = "".join(f'["{part.replace(chr(92), "").replace(chr(34), "")}"]' for part in parts)
    return f'tostring(column_ifexists("{keep}", dynamic(null)){path})'
