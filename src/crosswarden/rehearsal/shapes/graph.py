"""Microsoft Graph ``auditLogs``: one object with ``@odata.context`` and ``value``.

directoryAudits follows the public raw event of "Add a partner to cross-tenant access setting"; signIns follows the
beta endpoint, which is the one that carries homeTenantId, crossTenantAccessType and uniqueTokenIdentifier.
"""

from __future__ import annotations

import orjson

from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape

__all__ = ["GRAPH"]

_COLLECTION = {
    Stream.AUDIT: "v1.0/$metadata#auditLogs/directoryAudits",
    Stream.PROVISIONING: "v1.0/$metadata#auditLogs/provisioning",
}
_EVENT_TYPE = {
    Stream.SIGNIN: "interactiveUser",
    Stream.NONINTERACTIVE: "nonInteractiveUser",
    Stream.PRINCIPAL: "servicePrincipal",
    Stream.MANAGED: "managedIdentity",
}
# What the diagnostic-settings record has and the Graph resource does not.
_NOT_IN_GRAPH = frozenset(
    {
        "tenantId",
        "rngcStatus",
        "tokenIssuerName",
        "tokenProtectionStatusDetails",
        "ssoExtensionVersion",
        "agent",
    }
)


def _audit(record: Record) -> Record:
    shaped = record | {"activityDateTime": as_form("offset", record["activityDateTime"])}
    user = record["initiatedBy"].get("user")
    if user is not None:
        shaped["initiatedBy"] = {"user": user | {"homeTenantId": None, "homeTenantName": None}}
    return shaped


def _signin(stream: Stream, record: Record) -> Record:
    shaped = {key: value for key, value in record.items() if key not in _NOT_IN_GRAPH}
    shaped["createdDateTime"] = as_form("seconds_z", record["createdDateTime"])
    shaped["signInEventTypes"] = [_EVENT_TYPE[stream]]
    for step in ("authenticationDetails",):
        if step in shaped:
            shaped[step] = [
                each
                | {"authenticationStepDateTime": as_form("seconds_z", each["authenticationStepDateTime"])}
                for each in shaped[step]
            ]
    return shaped


def _line(stream: Stream, record: Record, setting: Setting) -> bytes:
    if stream is Stream.AUDIT:
        return orjson.dumps(_audit(record))
    if stream in _EVENT_TYPE:
        return orjson.dumps(_signin(stream, record))
    return orjson.dumps(record)


def _head(stream: Stream, setting: Setting) -> bytes:
    collection = _COLLECTION.get(stream, "beta/$metadata#auditLogs/signIns")
    return b'{"@odata.context":"https://graph.microsoft.com/' + collection.encode() + b'","value":[\n'


def _tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n]}\n"


GRAPH = Shape(
    "graph",
    'Microsoft Graph auditLogs: {"value": […]}',
    {
        Stream.AUDIT: "directoryAudits.json",
        Stream.SIGNIN: "signIns.json",
        Stream.NONINTERACTIVE: "signIns-nonInteractive.json",
        Stream.PRINCIPAL: "signIns-servicePrincipal.json",
        Stream.MANAGED: "signIns-managedIdentity.json",
        Stream.PROVISIONING: "provisioning.json",
    },
    _line,
    _head,
    _tail,
    b",\n",
)
