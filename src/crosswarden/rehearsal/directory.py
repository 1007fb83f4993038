"""Directory audit events, and the copy of each that the unified audit log keeps.

Structure follows real events: the unified copy those of a public tenant export (Add application, Add service
principal, Add app role assignment, Consent, Add delegated permission grant, Certificates and secrets, role and group
membership), the directory form published Graph and diagnostic-settings samples. Property values are JSON inside a
string; the unified copy unpacks quoted strings, indents arrays with CR LF, and writes an absent value as "".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from crosswarden.rehearsal.applications import Application
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = [
    "Actor",
    "Target",
    "added",
    "application_target",
    "by_application",
    "by_user",
    "directory_event",
    "included",
    "policy_target",
    "principal_target",
    "set_to",
    "user_target",
]

Property = dict[str, str | None]


def compact(value: object) -> str:
    """JSON text without spaces, as .NET writes it."""
    return orjson.dumps(value).decode("utf-8")


def added(name: str, *values: object, old: Sequence[object] = ()) -> Property:
    """A multi-valued property: ``oldValue`` and ``newValue`` are JSON arrays in strings.

    >>> added("AccountEnabled", True)
    {'displayName': 'AccountEnabled', 'oldValue': '[]', 'newValue': '[true]'}
    """
    return {"displayName": name, "oldValue": compact(list(old)), "newValue": compact(list(values))}


def set_to(name: str, new: str | None, old: str | None = None) -> Property:
    """A single-valued property: a JSON string in a string, or null.

    >>> set_to("tenantId", "x")
    {'displayName': 'tenantId', 'oldValue': None, 'newValue': '"x"'}
    """
    return {
        "displayName": name,
        "oldValue": None if old is None else compact(old),
        "newValue": None if new is None else compact(new),
    }


def included(properties: Iterable[Property]) -> Property:
    """The property that lists which others were set."""
    return set_to("Included Updated Properties", ", ".join(str(each["displayName"]) for each in properties))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a user or an application, from where and through what."""

    kind: str
    id: str
    name: str
    """Principal name of a user, display name of an application."""
    application: str = ""
    """The application's own id, or the one a user worked through."""
    puid: str = ""
    address: str = ""
    user_agent: str = ""

    def at(self, address: str) -> Actor:
        """The same actor, logged with another address ("" where the log has none)."""
        return replace(self, address=address)


def by_user(user: User, address: str = "", user_agent: str = "", through: Application | None = None) -> Actor:
    """A user, from an address, through an application such as the portal."""
    return Actor(
        "user",
        user.id,
        user.principal_name,
        through.id if through else "",
        user.puid,
        address,
        user_agent,
    )


def by_application(organisation: Organisation, application: Application, address: str = "") -> Actor:
    """An application acting as itself."""
    return Actor(
        "app", organisation.principal(application), application.name, application.id, address=address
    )


NOBODY = Actor("nobody", "", "")
"""Some services log no actor (redeeming by automatic redemption)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What it was done to."""

    type: str
    id: str
    name: str = ""
    principal_name: str = ""
    puid: str = ""
    application: str = ""
    names: str = ""


def user_target(user: User) -> Target:
    return Target("User", user.id, user.name, user.principal_name, user.puid)


def application_target(organisation: Organisation, application: Application) -> Target:
    return Target(
        "Application", organisation.object(application), application.name, application=application.id
    )


def principal_target(organisation: Organisation, application: Application) -> Target:
    return Target(
        "ServicePrincipal",
        organisation.principal(application),
        application.name,
        application=application.id,
        names=application.principal_names,
    )


def policy_target(id: str, name: str) -> Target:
    return Target("Policy", id, name)


def _initiator(actor: Actor) -> Record:
    if actor.kind == "user":
        return {
            "user": {
                "id": actor.id,
                "displayName": None,
                "userPrincipalName": actor.name,
                "ipAddress": actor.address or None,
            }
        }
    if actor.kind == "app":
        return {
            "app": {
                "appId": None,
                "displayName": actor.name,
                "servicePrincipalId": actor.id,
                "servicePrincipalName": None,
            }
        }
    return {}


def _resource(target: Target, properties: Sequence[Property]) -> Record:
    return {
        "id": target.id,
        "displayName": None if target.type == "User" else target.name,
        "type": target.type,
        "userPrincipalName": target.principal_name or None,
        "groupType": "unifiedGroups" if target.type == "Group" else None,
        "modifiedProperties": list(properties),
    }


def _unpacked(value: str | None) -> str:
    """A property value as the unified audit log writes it."""
    if value is None:
        return ""
    parsed = orjson.loads(value)
    if isinstance(parsed, str):
        return parsed
    if parsed == []:
        return "[]"
    text = orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode("utf-8")
    return text.replace("\n", "\r\n")


def _actors(actor: Actor) -> list[Record]:
    if actor.kind == "nobody":
        return []
    who = "User" if actor.kind == "user" else "ServicePrincipal"
    tail = [{"ID": f"{who}_{actor.id}", "Type": 2}, {"ID": actor.id, "Type": 2}, {"ID": who, "Type": 2}]
    if actor.kind == "app":
        return [{"ID": actor.name, "Type": 1}, {"ID": actor.application, "Type": 2}, *tail]
    head = [{"ID": actor.name, "Type": 5}, {"ID": actor.puid, "Type": 3}]
    if actor.application:
        head.append({"ID": actor.application, "Type": 2})
    return head + tail


def _targets(target: Target) -> list[Record]:
    rows: list[Record] = [
        {"ID": f"{target.type}_{target.id}", "Type": 2},
        {"ID": target.id, "Type": 2},
        {"ID": target.type, "Type": 2},
    ]
    if target.type == "User":
        return [*rows, {"ID": target.principal_name, "Type": 5}, {"ID": target.puid, "Type": 3}]
    rows.append({"ID": target.name, "Type": 1})
    if target.type == "ServicePrincipal":
        rows += [{"ID": target.application, "Type": 2}, {"ID": target.names, "Type": 4}]
    return rows


def _object_id(target: Target) -> str:
    if target.type == "User":
        return target.principal_name
    if target.type == "ServicePrincipal":
        return target.names
    return f"{target.type}_{target.id}"


def _unified(
    organisation: Organisation,
    chance: Chance,
    record: Record,
    actor: Actor,
    target: Target,
    tick: int,
    category: str,
) -> Record:
    activity = record["activityDisplayName"]
    user = actor.kind == "user"
    details = {each["key"]: each["value"] for each in record["additionalDetails"]}
    unified: Record = {
        "CreationTime": iso(tick),
        "Id": chance.guid(),
        "Operation": activity if activity.endswith(" ") else f"{activity}.",
        "OrganizationId": organisation.id,
        "RecordType": 8,
        "ResultStatus": "Success" if record["result"] == "success" else "Failure",
        "UserKey": f"{actor.puid}@{organisation.domain}" if user else "Not Available",
        "UserType": 0 if user else 4,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ObjectId": _object_id(target),
        "UserId": actor.name if user else f"ServicePrincipal_{actor.id}" if actor.id else "Not Available",
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "additionalDetails", "Value": compact(details)},
            {"Name": "extendedAuditEventCategory", "Value": category},
        ],
        "ModifiedProperties": [
            {
                "Name": each["displayName"],
                "NewValue": _unpacked(each["newValue"]),
                "OldValue": _unpacked(each["oldValue"]),
            }
            for each in record["targetResources"][0]["modifiedProperties"]
        ],
        "Actor": _actors(actor),
        "ActorContextId": organisation.id,
        "InterSystemsId": record["correlationId"],
        "IntraSystemId": chance.guid(),
        "SupportTicketId": "",
        "Target": _targets(target),
        "TargetContextId": organisation.id,
    }
    if actor.address:
        unified["ClientIP"] = unified["ActorIpAddress"] = actor.address
    return unified


def directory_event(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    activity: str,
    actor: Actor,
    targets: Sequence[Target],
    properties: Sequence[Property] = (),
    *,
    category: str,
    operation: str,
    service: str = "Core Directory",
    details: Iterable[tuple[str, Any]] = (),
    correlation: str = "",
    failure: str = "",
    unified: bool = True,
    unified_category: str = "",
) -> list[Event]:
    """A directory audit event and, where the service writes one, its copy in the unified audit log.

    ``properties`` belong to the first target. ``category`` and ``operation`` are the audit's own words
    (``ApplicationManagement``, ``Add``). ``failure`` is the reason of a failed one.
    """
    correlation = correlation or chance.guid()
    prefix = {"Core Directory": "Directory", "Account Provisioning": "Sync"}.get(service, service)
    first, *others = targets
    pairs = list(details)
    if actor.user_agent:
        pairs = [("User-Agent", actor.user_agent), *pairs]
    record: Record = {
        "id": f"{prefix}_{correlation}_{chance.letters(5)}_{chance.between(10**6, 10**9)}",
        "category": category,
        "correlationId": correlation,
        "result": "failure" if failure else "success",
        "resultReason": failure,
        "activityDisplayName": activity,
        "activityDateTime": iso(tick),
        "loggedByService": service,
        "operationType": operation,
        "initiatedBy": _initiator(actor),
        "userAgent": None,
        "targetResources": [_resource(first, properties), *(_resource(other, ()) for other in others)],
        "additionalDetails": [{"key": key, "value": value} for key, value in pairs],
    }
    events = [Event(organisation.id, Stream.AUDIT, tick, record["id"], record)]
    if unified:
        copy = _unified(
            organisation, chance, record, actor, first, tick, unified_category or _unified_category(first)
        )
        events.append(Event(organisation.id, Stream.UNIFIED, tick, copy["Id"], copy))
    return events


def _unified_category(target: Target) -> str:
    return target.type
