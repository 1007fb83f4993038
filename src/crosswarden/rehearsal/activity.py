"""Calls to Microsoft Graph and to Azure Resource Manager.

Structure follows published diagnostic-settings samples: MicrosoftGraphActivityLogs of 2025 and Azure's
Administrative category.
"""

from __future__ import annotations

import orjson

from crosswarden.rehearsal.applications import Application
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import as_form, iso
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = ["azure_call", "graph_call", "graph_record", "role_body"]


def graph_record(
    organisation: Organisation,
    *,
    request: str,
    time: str,
    method: str,
    uri: str,
    address: str,
    user_agent: str,
    application: str,
    token: str,
    issued: str,
    session: str,
    user: str = "",
    principal: str = "",
    scopes: str = "",
    roles: str = "",
    status: int | str = 200,
    size: int | str = 1830,
    duration: int | str = 412_030,
    device: str = "",
) -> Record:
    """The properties of one call. Strings may be a template's placeholders."""
    app_only = bool(principal)
    return {
        "__UDI_RequiredFields_TenantId": organisation.id,
        "__UDI_RequiredFields_UniqueId": request,
        "__UDI_RequiredFields_EventTime": "@{#time|dotnet}"
        if time.startswith("@{")
        else int(as_form("dotnet", time)),
        "__UDI_RequiredFields_RegionScope": "EU",
        "timeGenerated": time,
        "location": "Switzerland North",
        "requestId": request,
        "operationId": request,
        "clientRequestId": request,
        "apiVersion": uri.split("/")[3] if uri.count("/") > 3 else "v1.0",
        "requestMethod": method,
        "responseStatusCode": status,
        "tenantId": organisation.id,
        "durationMs": duration,
        "responseSizeBytes": size,
        "signInActivityId": token,
        "roles": roles,
        "appId": application,
        "UserPrincipalObjectID": user,
        "scopes": scopes,
        "identityProvider": "",
        "clientAuthMethod": "1" if app_only else "0",
        "wids": "" if app_only else "b79fbf4d-3ef9-4689-8143-76b194e85509",
        "C_Idtyp": "app" if app_only else "user",
        "C_Iat": as_form("epoch", issued),
        "ipAddress": address,
        "userAgent": user_agent,
        "requestUri": uri,
        "atContentP": "",
        "atContentH": "",
        "userId": user,
        "servicePrincipalId": principal,
        "sessionId": session,
        "deviceId": device,
        "uniqueTokenId": token,
        "tokenIssuedAt": issued,
    }


def graph_call(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    method: str,
    uri: str,
    *,
    application: Application,
    address: str,
    token: str,
    issued: int,
    session: str = "",
    user: User | None = None,
    user_agent: str = "",
    scopes: str = "",
    roles: str = "",
    status: int = 200,
) -> Event:
    """One call to Microsoft Graph, by a user or by an application as itself."""
    request = chance.guid()
    record = graph_record(
        organisation,
        request=request,
        time=iso(tick),
        method=method,
        uri=uri,
        address=address,
        user_agent=user_agent or (user.user_agent if user else "python-requests/2.32.3"),
        application=application.id,
        token=token,
        issued=iso(issued),
        session=session or chance.guid(),
        user=user.id if user else "",
        principal="" if user else organisation.principal(application),
        scopes=scopes,
        roles=roles,
        status=status,
        size=chance.between(200, 40_000),
        duration=chance.between(20_000, 4_000_000),
    )
    return Event(organisation.id, Stream.GRAPH, tick, request, record)


def azure_record(
    organisation: Organisation,
    *,
    time: str,
    operation: str,
    resource: str,
    caller: User | None,
    principal: str,
    application: str,
    address: str,
    correlation: str,
    event: str,
    token: str,
    status: str,
    body: str = "",
) -> Record:
    """A whole record of Azure's Administrative category; ``body`` is the request's, as JSON text."""
    schema = "http://schemas.microsoft.com/identity/claims/"
    claims: Record = {
        "aud": "https://management.core.windows.net/",
        "iss": f"https://sts.windows.net/{organisation.id}/",
        "appid": application,
        "ipaddr": address,
        f"{schema}objectidentifier": caller.id if caller else principal,
        f"{schema}tenantid": organisation.id,
        "uti": token,
        "ver": "1.0",
    }
    if caller:
        claims["name"] = caller.name
        claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = caller.principal_name
        claims[f"{schema}scope"] = "user_impersonation"
    else:
        claims["idtyp"] = "app"
    return {
        "time": time,
        "resourceId": resource.upper(),
        "operationName": operation.upper(),
        "operationVersion": "2019-06-01",
        "category": "Administrative",
        "resultType": status,
        "resultSignature": "Succeeded." if status == "Success" else "Started.",
        "durationMs": 0,
        "callerIpAddress": address,
        "correlationId": correlation,
        "identity": {
            "authorization": {"scope": resource, "action": operation, "evidence": {"role": "Contributor"}},
            "claims": claims,
        },
        "level": "Information",
        "location": "global",
        "properties": {
            "eventDataId": event,
            "eventCategory": "Administrative",
            "entity": resource,
            "message": operation,
            **({"requestbody": body} if body else {}),
            "hierarchy": f"{organisation.id}/{organisation.subscription}",
        },
        "tenantId": organisation.id,
    }


OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
"""Azure's built-in Owner role."""


def role_body(organisation: Organisation, assignment: str, principal: str, role: str = OWNER) -> str:
    """The request that assigns an Azure role to a principal."""
    return orjson.dumps(
        {
            "Id": assignment,
            "Properties": {
                "PrincipalId": principal,
                "PrincipalType": "User",
                "RoleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
                "Scope": f"/subscriptions/{organisation.subscription}",
            },
        }
    ).decode("utf-8")


def azure_call(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    operation: str,
    resource: str,
    *,
    address: str,
    user: User | None = None,
    application: Application,
    token: str = "",
    status: str = "Success",
    body: str = "",
) -> Event:
    """One change of an Azure resource; ``resource`` is the path below the subscription."""
    event = chance.guid()
    record = azure_record(
        organisation,
        time=iso(tick),
        operation=operation,
        resource=f"/subscriptions/{organisation.subscription}/{resource}",
        caller=user,
        principal="" if user else organisation.principal(application),
        application=application.id,
        address=address,
        correlation=chance.guid(),
        event=event,
        token=token,
        status=status,
        body=body,
    )
    return Event(organisation.id, Stream.AZURE, tick, event, record)
