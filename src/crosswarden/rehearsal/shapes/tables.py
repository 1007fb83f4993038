"""Events as rows of Log Analytics tables: the columns that a query returns, before CSV or JSON is made of them.

Columns and their order follow public portal exports (SigninLogs, OfficeActivity, AzureActivity) and query results
(AuditLogs). They are written down here again, and not taken from crosswarden's own tables, on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.diagnostic import envelope
from crosswarden.rehearsal.shapes.setting import Setting
from crosswarden.rehearsal.shapes.unified import RECORD_TYPES

__all__ = ["TABLES", "columns_of", "row_of"]

TABLES: Mapping[Stream, str] = {
    Stream.AUDIT: "AuditLogs",
    Stream.SIGNIN: "SigninLogs",
    Stream.NONINTERACTIVE: "AADNonInteractiveUserSignInLogs",
    Stream.PRINCIPAL: "AADServicePrincipalSignInLogs",
    Stream.MANAGED: "AADManagedIdentitySignInLogs",
    Stream.UNIFIED: "OfficeActivity",
    Stream.GRAPH: "MicrosoftGraphActivityLogs",
    Stream.AZURE: "AzureActivity",
    Stream.PROVISIONING: "AADProvisioningLogs",
}

_HEAD = (
    "TenantId SourceSystem TimeGenerated:datetime OperationName OperationVersion Category ResultType ResultSignature "
    "ResultDescription DurationMs:long CorrelationId ResourceGroup Identity Level Location "
)
_SIGNIN = (
    "AlternateSignInName AppDisplayName AppId AuthenticationDetails AuthenticationProcessingDetails "
    "AuthenticationProtocol AuthenticationRequirement AuthenticationRequirementPolicies AutonomousSystemNumber "
    "ClientAppUsed ConditionalAccessPolicies:{0} ConditionalAccessStatus CreatedDateTime:datetime CrossTenantAccessType "
    "DeviceDetail:{0} FlaggedForReview:bool HomeTenantId Id IncomingTokenType IPAddress IsInteractive:bool "
    "IsTenantRestricted:bool LocationDetails:{0} MfaDetail:{0} NetworkLocationDetails OriginalRequestId "
    "ResourceDisplayName ResourceIdentity ResourceOwnerTenantId ResourceServicePrincipalId ResourceTenantId RiskDetail "
    "RiskEventTypes RiskEventTypes_V2 RiskLevelAggregated RiskLevelDuringSignIn RiskState ServicePrincipalId SessionId "
    "SessionLifetimePolicies SignInIdentifier Status:{0} TokenIssuerName TokenIssuerType UniqueTokenIdentifier UserAgent "
    "UserDisplayName UserId UserPrincipalName AADTenantId AppOwnerTenantId UserType Type"
)
_PRINCIPAL = (
    "AppId AppOwnerTenantId AuthenticationProcessingDetails ClientCredentialType ConditionalAccessPolicies "
    "ConditionalAccessStatus CreatedDateTime:datetime Id IPAddress LocationDetails NetworkLocationDetails "
    "ResourceDisplayName ResourceIdentity ResourceOwnerTenantId ResourceServicePrincipalId "
    "ServicePrincipalCredentialKeyId ServicePrincipalId ServicePrincipalName SessionId UniqueTokenIdentifier UserAgent "
    "AADTenantId Type"
)
_COLUMNS: Mapping[Stream, str] = {
    Stream.AUDIT: "SourceSystem TimeGenerated:datetime ResourceId OperationName OperationVersion Category ResultType "
    "ResultSignature ResultDescription DurationMs:long CorrelationId Resource ResourceGroup Identity Level Location "
    "AdditionalDetails:dynamic Id InitiatedBy:dynamic LoggedByService Result ResultReason TargetResources:dynamic "
    "AADTenantId ActivityDisplayName ActivityDateTime:datetime AADOperationType TenantId Type",
    Stream.SIGNIN: _HEAD + "Resource ResourceId " + _SIGNIN.format("dynamic"),
    Stream.NONINTERACTIVE: _HEAD + _SIGNIN.format("string"),
    Stream.PRINCIPAL: _HEAD + _PRINCIPAL,
    Stream.MANAGED: _HEAD + _PRINCIPAL,
    Stream.UNIFIED: "TenantId Application UserDomain UserAgent RecordType TimeGenerated:datetime Operation OrganizationId "
    "OrganizationId_ UserType UserKey OfficeWorkload ResultStatus OfficeObjectId UserId UserId_ ClientIP ClientIP_ Site_ "
    "ItemType EventSource Site_Url SourceRelativeUrl SourceFileName SourceFileExtension Parameters ExternalAccess "
    "OriginatingServer OrganizationName Logon_Type InternalLogonType:int MailboxGuid MailboxOwnerUPN MailboxOwnerSid "
    "LogonUserSid ClientInfoString Client_IPAddress ClientProcessName ClientVersion Folders Item ModifiedProperties "
    "ExtendedProperties Actor ActorContextId ActorIpAddress InterSystemsId IntraSystemId SupportTicketId TargetContextId "
    "SourceSystem OfficeId SourceRecordId AzureActiveDirectory_EventType AADTarget OfficeTenantId OperationProperties "
    "AppId ClientAppId AppAccessContext Type",
    Stream.GRAPH: "TenantId TimeGenerated:datetime Location RequestId OperationId ClientRequestId ApiVersion "
    "RequestMethod ResponseStatusCode:int AadTenantId IPAddress UserAgent RequestUri DurationMs:int ResponseSizeBytes:int "
    "SignInActivityId Roles SessionId DeviceId UniqueTokenId TokenIssuedAt:datetime AppId UserId ServicePrincipalId Scopes "
    "IdentityProvider ClientAuthMethod:int Wids SourceSystem Type",
    Stream.AZURE: "OperationNameValue Level ActivityStatusValue ActivitySubstatusValue ResourceGroup SubscriptionId "
    "CorrelationId Caller CallerIpAddress CategoryValue Properties EventSubmissionTimestamp:datetime Authorization "
    "ResourceId ResourceProviderValue EventDataId TenantId TimeGenerated:datetime SourceSystem Claims Hierarchy Type "
    "_ResourceId",
    Stream.PROVISIONING: _HEAD
    + "AADTenantId ChangeId CycleId Id InitiatedBy JobId ModifiedProperties ProvisioningSteps "
    "ServicePrincipal SourceIdentity SourceSystem TargetIdentity TargetSystem ProvisioningAction ProvisioningStatusInfo "
    "Type",
}

USER_TYPES = {0: "Regular", 2: "Admin", 3: "DcAdmin", 4: "System", 5: "Application"}
LOGON_TYPES = {0: "Owner", 1: "Admin", 2: "Delegated"}


def columns_of(stream: Stream) -> list[tuple[str, str]]:
    """The columns of a table, each with its type, in order.

    >>> columns_of(Stream.AUDIT)[1]
    ('TimeGenerated', 'datetime')
    """
    pairs = (each.partition(":") for each in dict.fromkeys(_COLUMNS[stream].split()))
    return [(name, kind or "string") for name, _, kind in pairs]


def _text(value: object) -> str:
    return orjson.dumps(value).decode("utf-8")


def _outer(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    """The columns that every table of Entra's has, from the diagnostic-settings record."""
    outer = envelope(stream, record, setting)
    return {
        "TenantId": setting.workspace,
        "SourceSystem": "Azure AD",
        "TimeGenerated": outer["time"],
        "ResourceId": outer["resourceId"],
        "OperationName": outer["operationName"],
        "OperationVersion": "1.0",
        "ResultType": outer.get("resultType", ""),
        "ResultSignature": outer["resultSignature"],
        "ResultDescription": outer.get("resultDescription", ""),
        "DurationMs": 0,
        "CorrelationId": outer["correlationId"],
        "Resource": "Microsoft.aadiam",
        "ResourceGroup": "Microsoft.aadiam",
        "Identity": outer.get("identity", ""),
        "Level": "4",
        "Location": outer.get("location", ""),
        "AADTenantId": setting.organisation.id,
        "Type": TABLES[stream],
    }


def _audit(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    inner = envelope(stream, record, setting)["properties"]
    return _outer(stream, record, setting) | {
        "Category": record["category"],
        "AdditionalDetails": inner["additionalDetails"],
        "Id": record["id"],
        "InitiatedBy": inner["initiatedBy"],
        "LoggedByService": record["loggedByService"],
        "Result": record["result"],
        "ResultReason": record["resultReason"],
        "TargetResources": inner["targetResources"],
        "ActivityDisplayName": record["activityDisplayName"],
        "ActivityDateTime": record["activityDateTime"],
        "AADOperationType": record["operationType"],
    }


_RENAMED = {
    "ipAddress": "IPAddress",
    "location": "LocationDetails",
    "appliedConditionalAccessPolicies": "ConditionalAccessPolicies",
    "resourceId": "ResourceIdentity",
    "riskEventTypes_v2": "RiskEventTypes_V2",
}


def _signin(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    outer = envelope(stream, record, setting)
    row = _outer(stream, record, setting) | {"Category": outer["category"]}
    for key, value in record.items():
        row[_RENAMED.get(key) or key[0].upper() + key[1:]] = value
    row["CorrelationId"] = record["correlationId"]
    row["TenantId"] = setting.workspace
    return row


def _office(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    row: dict[str, Any] = {
        "TenantId": setting.workspace,
        "UserDomain": setting.organisation.domain,
        "RecordType": RECORD_TYPES[record["RecordType"]],
        "TimeGenerated": record["CreationTime"],
        "OrganizationId_": record["OrganizationId"],
        "UserType": USER_TYPES[record["UserType"]],
        "OfficeWorkload": record["Workload"],
        "OfficeObjectId": record.get("ObjectId", ""),
        "UserId_": record["UserId"],
        "ClientIP_": record.get("ClientIP", ""),
        "Site_": record.get("Site", ""),
        "Site_Url": record.get("SiteUrl", ""),
        "Client_IPAddress": record.get("ClientIPAddress", ""),
        "SourceSystem": "OfficeActivityManager",
        "OfficeId": record["Id"],
        "SourceRecordId": record["Id"],
        "OfficeTenantId": record["OrganizationId"],
        "AADTarget": _text(record["Target"]) if "Target" in record else "",
        "AzureActiveDirectory_EventType": "AzureApplicationAuditEvent" if record["RecordType"] == 8 else "",
        "Type": "OfficeActivity",
    }
    if "LogonType" in record:
        row["Logon_Type"] = LOGON_TYPES[record["LogonType"]]
    for name, _ in columns_of(stream):
        if name not in row and name in record:
            value = record[name]
            row[name] = _text(value) if isinstance(value, list | dict) else value
    if "ExternalAccess" in row:
        row["ExternalAccess"] = str(row["ExternalAccess"])
    return row


def _graph(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    row = {key[0].upper() + key[1:]: value for key, value in record.items()}
    return row | {
        "TenantId": setting.workspace,
        "AadTenantId": record["tenantId"],
        "IPAddress": record["ipAddress"],
        "SourceSystem": "Azure AD",
        "Type": "MicrosoftGraphActivityLogs",
    }


def _azure(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    identity = record["identity"]
    parts = record["resourceId"].split("/")
    claims = identity["claims"]
    upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
    return {
        "OperationNameValue": record["operationName"],
        "Level": record["level"],
        "ActivityStatusValue": record["resultType"],
        "ActivitySubstatusValue": record["resultSignature"],
        "ResourceGroup": parts[4] if len(parts) > 4 and parts[3] == "RESOURCEGROUPS" else "",
        "SubscriptionId": setting.organisation.subscription,
        "CorrelationId": record["correlationId"],
        "Caller": claims.get(upn) or claims["appid"],
        "CallerIpAddress": record["callerIpAddress"],
        "CategoryValue": record["category"],
        "Properties": _text(record["properties"]),
        "EventSubmissionTimestamp": record["time"],
        "Authorization": _text(identity["authorization"]),
        "ResourceId": record["resourceId"],
        "ResourceProviderValue": record["operationName"].split("/")[0],
        "EventDataId": record["properties"]["eventDataId"],
        "TenantId": setting.workspace,
        "TimeGenerated": record["time"],
        "SourceSystem": "Azure",
        "Claims": _text(claims),
        "Hierarchy": record["properties"]["hierarchy"],
        "Type": "AzureActivity",
        "_ResourceId": record["resourceId"].lower(),
    }


def _provisioning(stream: Stream, record: Record, setting: Setting) -> dict[str, Any]:
    row = _outer(stream, record, setting) | {"Category": "ProvisioningLogs"}
    for key, value in record.items():
        name = key[0].upper() + key[1:]
        if name != "TenantId":
            row[name] = _text(value) if isinstance(value, list | dict) else value
    return row


_ROWS: Mapping[Stream, Callable[[Stream, Record, Setting], dict[str, Any]]] = {
    Stream.AUDIT: _audit,
    Stream.UNIFIED: _office,
    Stream.GRAPH: _graph,
    Stream.AZURE: _azure,
    Stream.PROVISIONING: _provisioning,
}


def row_of(stream: Stream, record: Record, setting: Setting) -> list[tuple[str, Any]]:
    """A row: each column's type and value; dynamic values, and objects in string columns, as JSON text."""
    row = _ROWS.get(stream, _signin)(stream, record, setting)
    cells = []
    for name, kind in columns_of(stream):
        value = row.get(name)
        if isinstance(value, list | dict):
            value = _text(value)
        cells.append((kind, value))
    return cells
