"""Records that diagnostic settings send to storage or an event hub: JSON Lines, or ``{"records": […]}``.

The envelope and the properties follow published samples of 2025. The top-level ``category`` names the table.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape

__all__ = ["DIAGNOSTIC", "RECORDS", "envelope"]

CATEGORY: Mapping[Stream, str] = {
    Stream.AUDIT: "AuditLogs",
    Stream.SIGNIN: "SignInLogs",
    Stream.NONINTERACTIVE: "NonInteractiveUserSignInLogs",
    Stream.PRINCIPAL: "ServicePrincipalSignInLogs",
    Stream.MANAGED: "ManagedIdentitySignInLogs",
    Stream.GRAPH: "MicrosoftGraphActivityLogs",
    Stream.PROVISIONING: "ProvisioningLogs",
    Stream.AZURE: "Administrative",
}


def _audit(record: Record, setting: Setting) -> Record:
    tenant = setting.organisation.id
    who = record["initiatedBy"]
    if "user" in who:
        who = {"user": who["user"] | {"roles": []}}
    actor = who.get("user", {}).get("ipAddress") or ""
    targets = []
    for target in record["targetResources"]:
        shaped = {key: value for key, value in target.items() if value is not None or key == "displayName"}
        targets.append(shaped | {"administrativeUnits": []})
    properties = {
        "tenantId": tenant,
        "resultType": "",
        "resultDescription": "",
        "operationName": record["activityDisplayName"],
        "identity": "",
        "tenantGeo": "EU",
        **{
            key: record[key]
            for key in ("id", "category", "correlationId", "result", "resultReason", "activityDisplayName")
        },
        "activityDateTime": as_form("offset", record["activityDateTime"]),
        "loggedByService": record["loggedByService"],
        "operationType": record["operationType"],
        "userAgent": None,
        "initiatedBy": who,
        "performedBy": None,
        "targetResources": targets,
        "additionalDetails": record["additionalDetails"],
    }
    outer = {
        "time": record["activityDateTime"],
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam",
        "operationName": record["activityDisplayName"],
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": tenant,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": actor,
        "correlationId": record["correlationId"],
        "Level": 4,
        "properties": properties,
    }
    if record["resultReason"]:
        outer["resultDescription"] = record["resultReason"]
    return outer


def _signin(stream: Stream, record: Record, setting: Setting) -> Record:
    tenant = setting.organisation.id
    properties = record | {"createdDateTime": as_form("offset", record["createdDateTime"])}
    if "authenticationDetails" in record:
        properties["authenticationDetails"] = [
            each | {"authenticationStepDateTime": as_form("offset", each["authenticationStepDateTime"])}
            for each in record["authenticationDetails"]
        ]
    status = record["status"]
    outer = {
        "time": record["createdDateTime"],
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": CATEGORY[stream],
        "tenantId": tenant,
        "resultType": str(status["errorCode"]),
        "resultSignature": "None" if status["errorCode"] else "SUCCESS",
        "durationMs": 0,
        "callerIpAddress": record["ipAddress"],
        "correlationId": record["correlationId"],
        "identity": record.get("userDisplayName") or record.get("servicePrincipalName", ""),
        "Level": 4,
        "location": record["location"]["countryOrRegion"],
        "properties": properties,
    }
    if "failureReason" in status:
        outer["resultDescription"] = status["failureReason"]
    return outer


def _graph(record: Record, setting: Setting) -> Record:
    tenant = setting.organisation.id
    issued = as_form("seconds", record["tokenIssuedAt"])
    properties = {key: value for key, value in record.items() if key not in ("servicePrincipalId",)}
    if record["servicePrincipalId"]:
        properties["servicePrincipalId"] = record["servicePrincipalId"]
    properties["tokenIssuedAt"] = issued + ".0000000Z" if "{" not in issued else record["tokenIssuedAt"]
    return {
        "time": record["timeGenerated"],
        "resourceId": f"/TENANTS/{tenant.upper()}/PROVIDERS/MICROSOFT.AADIAM",
        "operationName": "Microsoft Graph Activity",
        "operationVersion": record["apiVersion"],
        "category": "MicrosoftGraphActivityLogs",
        "resultSignature": str(record["responseStatusCode"]),
        "durationMs": str(record["durationMs"]).replace("@{#", "@{"),
        "callerIpAddress": record["ipAddress"],
        "correlationId": record["requestId"],
        "level": "Informational",
        "location": record["location"],
        "properties": properties,
        "tenantId": tenant,
    }


def _provisioning(record: Record, setting: Setting) -> Record:
    tenant = setting.organisation.id
    return {
        "time": record["activityDateTime"],
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam",
        "operationName": "Provisioning activity",
        "operationVersion": "1.0",
        "category": "ProvisioningLogs",
        "tenantId": tenant,
        "resultType": "Success",
        "resultSignature": "None",
        "durationMs": record["durationInMilliseconds"],
        "correlationId": record["changeId"],
        "identity": record["servicePrincipal"]["displayName"],
        "Level": 4,
        "properties": record,
    }


def envelope(stream: Stream, record: Record, setting: Setting) -> Record:
    """The whole record that the service would send."""
    if stream is Stream.AUDIT:
        return _audit(record, setting)
    if stream is Stream.GRAPH:
        return _graph(record, setting)
    if stream is Stream.PROVISIONING:
        return _provisioning(record, setting)
    if stream is Stream.AZURE:
        return record
    return _signin(stream, record, setting)


def _line(stream: Stream, record: Record, setting: Setting) -> bytes:
    return orjson.dumps(envelope(stream, record, setting))


def _tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n"


def _records_head(stream: Stream, setting: Setting) -> bytes:
    return b'{"records":[\n'


def _records_tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n]}\n"


DIAGNOSTIC = Shape(
    "diagnostic",
    "diagnostic settings to storage: JSON Lines",
    {stream: f"{category}.jsonl" for stream, category in CATEGORY.items()},
    _line,
    tail=_tail,
)
RECORDS = Shape(
    "records",
    'diagnostic settings through an event hub: {"records": […]}',
    {stream: f"{category}.records.json" for stream, category in CATEGORY.items()},
    _line,
    _records_head,
    _records_tail,
    b",\n",
)
