"""Graph JSON objects → the typed model: one function an object, tolerant of members it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from crosswarden.tenants.model import (
    Access,
    Authorization,
    Consent,
    Default,
    Direction,
    Half,
    Partner,
    Setting,
    Target,
    Template,
    Trust,
)
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["authorization", "default", "partner", "setting", "synchronization", "template", "trust"]

_ALL_BLOCKED = {
    "usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]},
    "applications": {
        "accessType": "blocked",
        "targets": [{"target": "AllApplications", "targetType": "application"}],
    },
}
_ALL_ALLOWED = {
    "usersAndGroups": {"accessType": "allowed", "targets": [{"target": "AllUsers", "targetType": "user"}]},
    "applications": {
        "accessType": "allowed",
        "targets": [{"target": "AllApplications", "targetType": "application"}],
    },
}
SERVICE_DEFAULT: Mapping[str, Any] = {
    "isServiceDefault": True,
    "inboundTrust": {
        "isMfaAccepted": False,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": False,
    },
    "b2bCollaborationInbound": _ALL_ALLOWED,
    "b2bCollaborationOutbound": _ALL_ALLOWED,
    "b2bDirectConnectInbound": _ALL_BLOCKED,
    "b2bDirectConnectOutbound": _ALL_BLOCKED,
    "tenantRestrictions": _ALL_BLOCKED,
    "automaticUserConsentSettings": {"inboundAllowed": False, "outboundAllowed": False},
}
"""What Microsoft's service default says, where nobody has set anything."""

_KEYWORDS = {
    name.lower(): name for name in ("AllUsers", "AllApplications", "Office365", "MicrosoftAdminPortals")
}
_SHARED = (
    *(direction.value for direction in Direction),
    "inboundTrust",
    "automaticUserConsentSettings",
    "invitationRedemptionIdentityProviderConfiguration",
)


def default(record: Mapping[str, Any]) -> Default:
    """A crossTenantAccessPolicyConfigurationDefault; absent members of an untouched one are the service's."""
    untouched = record.get("isServiceDefault")
    whole = (
        {**SERVICE_DEFAULT, **{k: v for k, v in record.items() if v is not None}}
        if untouched is True
        else record
    )
    settings: dict[Direction, Value[Setting]] = {}
    for direction in Direction:
        settings[direction] = _default_setting(whole.get(direction.value), direction.value)
    return Default(
        id=str(record.get("id") or "").lower(),
        is_service_default=untouched if isinstance(untouched, bool) else None,
        settings=settings,
        trust=_default_trust(whole.get("inboundTrust")),
        consent=_consent(whole.get("automaticUserConsentSettings")),
        size=_size(record),
        cleared=_cleared_members(record),
        unknown=_unknown(record, ("id", "isServiceDefault", *_SHARED)),
    )


def _default_setting(given: Any, name: str) -> Value[Setting]:
    """A direction of the default, which has nothing to inherit: both halves must be there."""
    if given is None:
        return NotObserved(f"the default has no {name}")
    found = setting(given, name)
    if isinstance(found, Observed) and (found.value.users is None or found.value.applications is None):
        return NotObserved(f"the default's {name} is not complete")
    return found


def _default_trust(given: Any) -> Value[Trust]:
    if given is None:
        return NotObserved("the default has no inboundTrust")
    found = trust(given)
    if isinstance(found, Observed) and None in (
        found.value.mfa,
        found.value.compliant_device,
        found.value.hybrid_device,
    ):
        return NotObserved("the default's inboundTrust is not complete")
    return found


def _cleared_members(record: Mapping[str, Any]) -> frozenset[str]:
    """Directions that the default leaves out or null, when it has any: an export with none of them is a bare one."""
    names = [direction.value for direction in Direction]
    if not any(record.get(name) for name in names):
        return frozenset()
    return frozenset(name for name in names if _cleared(record.get(name)))


def _cleared(given: Any) -> bool:
    """Whether a member is there and empty: null, or an object whose two halves are null."""
    halves = ("usersAndGroups", "applications")
    return given is None or (
        isinstance(given, Mapping) and all(name in given and given[name] is None for name in halves)
    )


def partner(record: Mapping[str, Any], sync: Value[bool | None]) -> Partner:
    """A crossTenantAccessPolicyConfigurationPartner, with what was observed of its identitySynchronization."""
    settings: dict[Direction, Value[Setting] | None] = {}
    for direction in Direction:
        given = record.get(direction.value)
        settings[direction] = None if given is None else setting(given, direction.value)
    given_trust = record.get("inboundTrust")
    return Partner(
        tenant=str(record.get("tenantId") or "").lower(),
        settings=settings,
        trust=None if given_trust is None else trust(given_trust),
        consent=_consent(record.get("automaticUserConsentSettings")),
        synchronization=sync,
        is_service_provider=record.get("isServiceProvider") is True,
        in_multi_tenant_organization=record.get("isInMultiTenantOrganization") is True,
        size=_size(record),
        unknown=_unknown(
            record,
            (
                "tenantId",
                "isServiceProvider",
                "isInMultiTenantOrganization",
                "identitySynchronization",
                *_SHARED,
            ),
        ),
    )


def setting(record: Any, name: str) -> Value[Setting]:
    """One direction; not observed when an access type or a target is not understood.

    >>> setting({"usersAndGroups": {"accessType": "perhaps", "targets": []}}, "b2bCollaborationInbound")
    NotObserved(reason="b2bCollaborationInbound.usersAndGroups.accessType is 'perhaps'")
    """
    if not isinstance(record, Mapping):
        return NotObserved(f"{name} is no object")
    if not {"usersAndGroups", "applications"} & record.keys():
        return NotObserved(f"{name} has neither usersAndGroups nor applications")
    halves: list[Half | None] = []
    for member in ("usersAndGroups", "applications"):
        half = _half(record.get(member), f"{name}.{member}")
        if isinstance(half, NotObserved):
            return half
        halves.append(half)
    return Observed(Setting(halves[0], halves[1], _unknown(record, ("usersAndGroups", "applications"))))


def _half(record: Any, name: str) -> Half | NotObserved | None:
    if record is None:
        return None
    if not isinstance(record, Mapping):
        return NotObserved(f"{name} is no object")
    access = str(record.get("accessType") or "").lower()
    access = {"1": "allowed", "2": "blocked"}.get(access, access)
    if access not in ("allowed", "blocked"):
        return NotObserved(f"{name}.accessType is {record.get('accessType')!r}")
    targets = record.get("targets")
    if not isinstance(targets, list) or not all(isinstance(item, Mapping) for item in targets):
        return NotObserved(f"{name}.targets is no list of targets")
    made = (
        _target(str(item.get("target") or ""), str(item.get("targetType") or "").lower()) for item in targets
    )
    return Half(Access(access), frozenset(made))


def _target(name: str, kind: str) -> Target:
    return Target(_KEYWORDS.get(name.lower(), name.lower()), kind)


def trust(record: Any) -> Value[Trust]:
    """An inboundTrust; a member that is neither true, false nor absent makes it not observed."""
    if not isinstance(record, Mapping):
        return NotObserved("inboundTrust is no object")
    names = ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted")
    for name in names:
        if record.get(name) not in (True, False, None):
            return NotObserved(f"inboundTrust.{name} is {record[name]!r}")
    mfa, compliant, hybrid = (record.get(name) for name in names)
    return Observed(Trust(mfa, compliant, hybrid))


def _consent(record: Any) -> Consent:
    if record is None:
        return Consent(None, None)
    if not isinstance(record, Mapping):
        return Consent(None, None, "automaticUserConsentSettings is no object")
    values = [record.get(name) for name in ("inboundAllowed", "outboundAllowed")]
    if any(value is not None and not isinstance(value, bool) for value in values):
        return Consent(None, None, f"automaticUserConsentSettings holds {values!r:.80}")
    return Consent(values[0], values[1])


def synchronization(record: Any) -> Value[bool | None]:
    """An identitySynchronization: whether that tenant may create users here; None when there is no setting.

    >>> synchronization({"userSyncInbound": {"isSyncAllowed": True}}), synchronization(None)
    (Observed(value=True), Observed(value=None))
    """
    if record is None:
        return Observed(None)
    if not isinstance(record, Mapping):
        return NotObserved("identitySynchronization is no object")
    error = record.get("error")
    if isinstance(error, Mapping):
        code = str(error.get("code") or "")
        if "notfound" in code.lower():
            return Observed(None)
        return NotObserved(f"identitySynchronization was refused: {code}")
    inbound = record.get("userSyncInbound")
    if inbound is None:
        return Observed(None)
    allowed = inbound.get("isSyncAllowed") if isinstance(inbound, Mapping) else inbound
    if allowed is None:
        return Observed(None)
    if not isinstance(allowed, bool):
        return NotObserved(f"userSyncInbound.isSyncAllowed is {allowed!r}")
    return Observed(allowed)


def template(record: Mapping[str, Any], name: str) -> Template:
    """A multi-tenant organisation's template."""
    level = str(record.get("templateApplicationLevel") or "")
    sync = synchronization(record)
    return Template(name, level, sync.value if isinstance(sync, Observed) else None)


def authorization(record: Mapping[str, Any]) -> Authorization:
    """The authorizationPolicy."""
    return Authorization(
        invites=str(record.get("allowInvitesFrom") or ""),
        guest_role=str(record.get("guestUserRoleId") or "").lower(),
        unknown=_unknown(record, ("allowInvitesFrom", "guestUserRoleId")),
    )


def _unknown(record: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: value
        for name, value in record.items()
        if name not in known and not name.startswith("@odata") and "@odata." not in name
    }


def _size(record: Mapping[str, Any]) -> int:
    return len(orjson.dumps(dict(record)))
