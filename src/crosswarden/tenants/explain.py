"""Which audit event made a change, by whom — or that no event explains it.

Events are matched on their activity (categories are unreliable), their names with or without the unified log's final
dot; properties are looked up by name, never by place, and their values are JSON inside JSON. A change that a partner
inherits is explained by an event on the default.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosswarden.tenants.difference import ANY_TENANT, Change

__all__ = ["ACTIVITIES", "Event", "Explained", "events", "explain"]

_PARTNER = (
    "Add a partner to cross-tenant access setting",
    "Update a partner cross-tenant access setting",
    "Delete partner specific cross-tenant access setting",
    "Migrated partner cross-tenant access settings to the scalable model",
)
_DEFAULT = (
    "Reset the cross-tenant access default setting",
    "Update the company default cross-tenant access setting",
)
_SYNC = (
    "Create a partner cross-tenant identity sync setting",
    "Update a partner cross-tenant identity sync setting",
    "Delete a partner cross-tenant identity sync setting",
)
_AUTHORIZATION = ("Update authorization policy",)
ACTIVITIES = (*_PARTNER, *_DEFAULT, *_SYNC, *_AUTHORIZATION)
"""Every activity that changes what a snapshot holds."""

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """One audit event: when, what, by whom, from where, about which tenants, naming which properties."""

    time: str
    activity: str
    actor: str
    address: str
    id: str
    tenants: frozenset[str]
    properties: frozenset[str]


@dataclass(frozen=True)
class Explained:
    """A change with its event: ``by`` names the property, ``near`` only the tenant; none leaves it unexplained."""

    change: Change
    status: str
    events: tuple[Event, ...]


def events(records: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """The events on the cross-tenant policy among directory audit records (Graph or Log Analytics shape)."""
    for raw in records:
        record = {key[:1].lower() + key[1:]: value for key, value in raw.items()}
        activity = (
            str(record.get("activityDisplayName") or record.get("operationName") or "").strip().rstrip(".")
        )
        if activity not in ACTIVITIES or str(record.get("result") or "success").lower() not in (
            "success",
            "0",
        ):
            continue
        targets = _parsed(record.get("targetResources"))
        initiated = _parsed(record.get("initiatedBy"))
        user = _mapping(_mapping(initiated).get("user"))
        app = _mapping(_mapping(initiated).get("app"))
        changed = [
            item
            for target in (targets if isinstance(targets, list) else [])
            for item in _list(_mapping(target).get("modifiedProperties"))
        ]
        yield Event(
            time=str(record.get("activityDateTime") or record.get("timeGenerated") or ""),
            activity=activity,
            actor=str(user.get("userPrincipalName") or app.get("displayName") or user.get("id") or ""),
            address=str(user.get("ipAddress") or ""),
            id=str(record.get("id") or record.get("correlationId") or ""),
            tenants=_tenants(changed),
            properties=frozenset(str(_mapping(item).get("displayName") or "").lower() for item in changed),
        )


def _tenants(changed: Sequence[Any]) -> frozenset[str]:
    found: set[str] = set()
    for item in changed:
        entry = _mapping(item)
        if str(entry.get("displayName") or "").lower() == "tenantid":
            text = f"{entry.get('oldValue')} {entry.get('newValue')}"
            found |= {guid.lower() for guid in _GUID.findall(text)}
    return frozenset(found)


def _parsed(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    parsed = _parsed(value)
    return parsed if isinstance(parsed, Mapping) else {}


def _list(value: Any) -> list[Any]:
    parsed = _parsed(value)
    return parsed if isinstance(parsed, list) else []


def explain(
    changes: Sequence[Change],
    log: Sequence[Event],
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> tuple[Explained, ...]:
    """Each change with the events that made it; events outside SINCE … UNTIL are left out."""
    inside = [event for event in log if _within(event.time, since, until)]
    return tuple(_explained(change, inside) for change in changes)


def _within(text: str, since: dt.datetime | None, until: dt.datetime | None) -> bool:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return True
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (since is None or moment >= since) and (until is None or moment <= until)


def _explained(change: Change, log: Sequence[Event]) -> Explained:
    about = [event for event in log if _about(change, event)]
    named = [event for event in about if _names(change, event)]
    if named:
        return Explained(change, "explained", tuple(named))
    return Explained(change, "same setting, another property" if about else "unexplained", tuple(about))


def _about(change: Change, event: Event) -> bool:
    if change.tenant == "authorizationPolicy":
        return event.activity in _AUTHORIZATION
    if change.topic.startswith("identitySynchronization"):
        return change.tenant in event.tenants and event.activity in (*_SYNC, _PARTNER[2])
    if event.activity in _DEFAULT or (event.activity == _PARTNER[1] and not event.tenants):
        return change.topic != "partner"
    return change.tenant != ANY_TENANT and change.tenant in event.tenants and event.activity in _PARTNER


def _names(change: Change, event: Event) -> bool:
    if event.activity in (_PARTNER[0], _PARTNER[2], _DEFAULT[0], *_SYNC):
        return True  # the whole setting was added, deleted or reset
    parts = [part.lower() for part in change.topic.split(".")]
    return any(part in name or name in part for part in parts for name in event.properties if name)
