"""Rows of the Entra portal's CSV downloads → the objects that Graph gives for the same events.

Defined by: the portal's "Download" of audit logs and sign-in logs. The portal flattens an audit event's targets and
modified properties to ``Target1ModifiedProperty1Name…`` and translates its headers. Headers are matched by name in
the languages known, then by the portal's fixed column order, checked against what the values look like.
What these objects have no place for keeps its header as key, so that it ends in ``_extra``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crosswarden.logs.containers.portal_names import AUDIT, SIGN_IN, TRANSLATIONS

__all__ = ["Rebuild", "portal_rows"]

Rebuild = Callable[[Sequence[str]], dict[str, Any]]
"""From the fields of one row to the record."""

_GUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_DATE = re.compile(r"^(\d{4}-\d\d-\d\d|\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4})[T ,]")
_TARGET = re.compile(r"^Target(\d+)(.+?)$")
_PROPERTY = re.compile(r"^ModifiedProperty(\d+)(Name|OldValue|NewValue)$")
_DETAIL = re.compile(r"^AdditionalDetail(\d+)(Key|Value)$")

_AUDIT_FIELDS = {
    "Date (UTC)": "activityDateTime", "Date": "activityDateTime", "CorrelationId": "correlationId",
    "Correlation ID": "correlationId", "Service": "loggedByService", "Category": "category",
    "Activity": "activityDisplayName", "Result": "result", "ResultReason": "resultReason",
}  # fmt: skip
_USER = {
    "ActorObjectId": "id", "ActorDisplayName": "displayName", "ActorUserPrincipalName": "userPrincipalName",
    "IPAddress": "ipAddress", "ActorHomeTenantId": "homeTenantId", "ActorHomeTenantName": "homeTenantName",
}  # fmt: skip
_APP = {
    "ActorDisplayName": "displayName", "ActorServicePrincipalId": "servicePrincipalId",
    "ActorServicePrincipalName": "servicePrincipalName", "IPAddress": "ipAddress", "ActorObjectId": "objectId",
}  # fmt: skip
_SIGN_IN_FIELDS = {
    "Date (UTC)": "createdDateTime", "Date": "createdDateTime", "Request ID": "id", "User agent": "userAgent",
    "User Agent": "userAgent", "Correlation ID": "correlationId", "CorrelationId": "correlationId",
    "User ID": "userId", "User": "userDisplayName", "Username": "userPrincipalName", "User type": "userType",
    "Cross tenant access type": "crossTenantAccessType", "Incoming token type": "incomingTokenType",
    "Authentication Protocol": "authenticationProtocol", "Unique token identifier": "uniqueTokenIdentifier",
    "Original transfer method": "originalTransferMethod", "Client credential type": "clientCredentialType",
    "Application": "appDisplayName", "Application ID": "appId", "App owner tenant ID": "appOwnerTenantId",
    "Resource": "resourceDisplayName", "Resource ID": "resourceId", "Resource tenant ID": "resourceTenantId",
    "Resource owner tenant ID": "resourceOwnerTenantId", "Home tenant ID": "homeTenantId",
    "Home tenant name": "homeTenantName", "IP address": "ipAddress", "Client app": "clientAppUsed",
    "Authentication requirement": "authenticationRequirement", "Sign-in identifier": "signInIdentifier",
    "Session ID": "sessionId", "IP address (seen by resource)": "ipAddressFromResourceProvider",
    "Global Secure Access IP address": "globalSecureAccessIpAddress",
    "Autonomous system number": "autonomousSystemNumber", "Flagged for review": "flaggedForReview",
    "Token issuer type": "tokenIssuerType", "Token issuer name": "tokenIssuerName",
    "Latency": "processingTimeInMilliseconds", "Conditional Access": "conditionalAccessStatus",
    "Service principal ID": "servicePrincipalId", "Service principal name": "servicePrincipalName",
    "Credential key ID": "servicePrincipalCredentialKeyId",
    "Credential thumbprint": "servicePrincipalCredentialThumbprint",
    "Through Global Secure Access": "isThroughGlobalSecureAccess",
}  # fmt: skip
_DEVICE = {
    "Device ID": "deviceId", "Browser": "browser", "Operating System": "operatingSystem",
    "Compliant": "isCompliant", "Managed": "isManaged", "Join Type": "trustType",
}  # fmt: skip
_MFA = {
    "Multifactor authentication auth method": "authMethod",
    "Multifactor authentication auth detail": "authDetail",
}
_ERRORS = {"Sign-in error code": "errorCode", "Failure reason": "failureReason"}


def portal_rows(header: Sequence[str], first: Sequence[str]) -> tuple[Rebuild, str] | None:
    """How rows under that header become records and a note for the account; None where it is not the portal's.

    ``first`` is the first row.
    """
    names = [" ".join(name.split()) for name in header]
    english = [_english(name) for name in names]
    if _kind(names) is None:
        english = _by_place(names, english, first) or english
    kind = _kind(english)
    if kind is None:
        return None
    note = "" if english == names else "localised portal headers, read by name and column order"
    if kind == "audit":
        return lambda row: _audit(_row(english, row)), note
    if "Service principal ID" not in english:
        also = "the portal's CSV does not say whether sign-ins were interactive: taken as interactive"
        note = f"{note}; {also}" if note else also
    return lambda row: _sign_in(_row(english, row)), note


def _english(name: str) -> str:
    return TRANSLATIONS.get(name.casefold(), name)


def _kind(names: Sequence[str]) -> str | None:
    found = set(names)
    if {"Activity", "Service"} <= found and found & {"Date (UTC)", "Date"} and "Category" in found:
        return (
            "audit"
            if found & {"ActorType", "ActorUserPrincipalName", "Target1Type", "CorrelationId"}
            else None
        )
    if {"Request ID", "Application"} <= found and found & {"Date (UTC)", "Date"}:
        return "sign-in" if found & {"Username", "Service principal ID", "IP address"} else None
    return None


def _by_place(names: Sequence[str], english: Sequence[str], first: Sequence[str]) -> list[str] | None:
    """English headers by the portal's column order, where the first row's values look like those columns'."""
    if len(first) != len(names) or not _DATE.match(first[0]):
        return None
    for layout, guids in ((SIGN_IN, (1, 3, 4)), (AUDIT, (1,))):
        long_enough = len(names) >= (40 if layout is SIGN_IN else 30)
        if (
            long_enough
            and all(_GUID.match(first[place]) or not first[place] for place in guids)
            and _GUID.match(first[1])
        ):
            if layout is SIGN_IN and not _GUID.match(first[3]):
                continue
            placed = list(layout[: len(names)]) + list(names[len(layout) :])
            known = {
                name: place for place, name in enumerate(english) if name in layout and name != names[place]
            }
            if all(placed[place] == name for name, place in known.items() if place < len(layout)):
                return placed
    return None


def _row(names: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in zip(names, fields, strict=False):
        row[name] = row.get(name) or value
    return row


def _audit(row: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    targets: dict[int, dict[str, Any]] = {}
    details: dict[int, dict[str, str]] = {}
    user: dict[str, str] = {}
    app: dict[str, str] = {}
    is_app = row.get("ActorType", "").lower().startswith(("app", "serviceprincipal", "aplica", "applica"))
    is_app = is_app or bool(row.get("ActorServicePrincipalId") and not row.get("ActorUserPrincipalName"))
    for name, value in row.items():
        target, detail = _TARGET.match(name), _DETAIL.match(name)
        if not value:
            continue
        if name in _AUDIT_FIELDS:
            record[_AUDIT_FIELDS[name]] = value
        elif is_app and name in _APP:
            app[_APP[name]] = value
        elif name in _USER:
            user[_USER[name]] = value
        elif target:
            _set_target(targets.setdefault(int(target[1]), {}), target[2], value)
        elif detail:
            details.setdefault(int(detail[1]), {})[detail[2].lower()] = value
        elif name in ("User Agent", "User agent"):
            details.setdefault(0, {}).update(key="User-Agent", value=value)
        else:
            record[name] = value
    record.setdefault("activityDisplayName", "")
    record["initiatedBy"] = {key: value for key, value in (("user", user), ("app", app)) if value}
    record["targetResources"] = [_target(targets[number]) for number in sorted(targets)]
    record["additionalDetails"] = [details[number] for number in sorted(details)]
    return record


def _set_target(target: dict[str, Any], part: str, value: str) -> None:
    found = _PROPERTY.match(part)
    if found:
        label = {"Name": "displayName", "OldValue": "oldValue", "NewValue": "newValue"}[found[2]]
        target.setdefault("properties", {}).setdefault(int(found[1]), {})[label] = value
    else:
        labels = {"ObjectId": "id", "Id": "id", "DisplayName": "displayName", "Type": "type"}
        target[labels.get(part, part[:1].lower() + part[1:])] = value


def _target(target: dict[str, Any]) -> dict[str, Any]:
    properties = target.pop("properties", {})
    empty = {"displayName": None, "oldValue": None, "newValue": None}
    return {
        **target,
        "modifiedProperties": [{**empty, **properties[number]} for number in sorted(properties)],
    }


def _sign_in(row: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    parts: dict[str, dict[str, str]] = {"deviceDetail": {}, "mfaDetail": {}, "status": {}, "location": {}}
    for name, value in row.items():
        if not value:
            continue
        if name in _SIGN_IN_FIELDS:
            record[_SIGN_IN_FIELDS[name]] = value
        elif name in _DEVICE:
            parts["deviceDetail"][_DEVICE[name]] = value
        elif name in _MFA:
            parts["mfaDetail"][_MFA[name]] = value
        elif name in _ERRORS and value != "Other.":
            parts["status"][_ERRORS[name]] = value
        elif name == "Multifactor authentication result":
            parts["status"]["additionalDetails"] = value
        elif name == "Location":
            parts["location"] = _location(value)
        else:
            record[name] = value
    if "errorCode" not in parts["status"] and row.get("Status", "").lower() in (
        "success",
        "correcto",
        "operazione riuscita",
    ):
        parts["status"]["errorCode"] = "0"
    record.setdefault("id", "")
    record["signInEventTypes"] = [_event_type(row)]
    return {**record, **{name: part for name, part in parts.items() if part}}


def _event_type(row: Mapping[str, str]) -> str:
    if row.get("Service principal ID") and not row.get("Username"):
        managed = row.get("Managed Identity type", "").lower() not in ("", "none", "unknown")
        return "managedIdentity" if managed else "servicePrincipal"
    return "interactiveUser"


def _location(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.rsplit(",", 2)]
    labels = {
        1: ("countryOrRegion",),
        2: ("city", "countryOrRegion"),
        3: ("city", "state", "countryOrRegion"),
    }
    return dict(zip(labels[len(parts)], parts, strict=True))
