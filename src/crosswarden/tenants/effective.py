"""What really holds for a tenant: the partner's own setting where there is one, the default's where there is not.

Each effective value says where it comes from (``partner``, ``default`` or ``mixed`` when the halves differ).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosswarden.tenants.model import (
    Access,
    Consent,
    Default,
    Direction,
    Half,
    Partner,
    Policy,
    Setting,
    Trust,
)
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["Effective", "Sourced", "describe", "effective", "elsewhere", "everyone", "nobody"]


@dataclass(frozen=True)
class Sourced:
    """A resolved setting and where it comes from."""

    setting: Setting
    source: str


@dataclass(frozen=True)
class Effective:
    """Everything that holds between this tenant and one other."""

    tenant: str
    partner: Partner | None
    settings: Mapping[Direction, Value[Sourced]]
    trust: Value[Trust]
    consent: Consent
    synchronization: Value[bool | None]


def effective(policy: Policy, tenant: str) -> Effective:
    """What POLICY says about TENANT, inheritance resolved; a tenant that is no partner has the default."""
    found = policy.partner(tenant)
    reason = policy.partners if isinstance(policy.partners, NotObserved) else None
    if policy.partners_incomplete:
        reason = reason or NotObserved(policy.partners_incomplete)
    if found is None and reason is not None:
        return Effective(
            tenant.lower(), None, dict.fromkeys(Direction, reason), reason, Consent(None, None), reason
        )
    return Effective(
        tenant=tenant.lower(),
        partner=found,
        settings={direction: _setting(policy.default, found, direction) for direction in Direction},
        trust=_trust(policy.default, found),
        consent=_consent(policy.default, found),
        synchronization=found.synchronization if found else Observed(None),
    )


def elsewhere(policy: Policy) -> Effective:
    """What POLICY says about any tenant that is no partner."""
    return effective(Policy(policy.source, default=policy.default, partners=Observed(())), "*")


def _setting(default: Value[Default], partner: Partner | None, direction: Direction) -> Value[Sourced]:
    own = partner.settings[direction] if partner else None
    if isinstance(own, NotObserved):
        return own
    inherited = default.value.settings[direction] if isinstance(default, Observed) else default
    if own is None:
        return Observed(Sourced(inherited.value, "default")) if isinstance(inherited, Observed) else inherited
    if own.value.users and own.value.applications:
        return Observed(Sourced(own.value, "partner"))
    if isinstance(inherited, NotObserved):
        return inherited
    mixed = Setting(
        own.value.users or inherited.value.users,
        own.value.applications or inherited.value.applications,
        own.value.unknown,
    )
    return Observed(Sourced(mixed, "mixed"))


def _trust(default: Value[Default], partner: Partner | None) -> Value[Trust]:
    own = partner.trust if partner else None
    if isinstance(own, NotObserved):
        return own
    inherited = default.value.trust if isinstance(default, Observed) else default
    if own is None:
        return inherited
    values = (own.value.mfa, own.value.compliant_device, own.value.hybrid_device)
    if None not in values:
        return own
    if isinstance(inherited, NotObserved):
        return inherited
    base = (inherited.value.mfa, inherited.value.compliant_device, inherited.value.hybrid_device)
    return Observed(Trust(*(b if a is None else a for a, b in zip(values, base, strict=True))))


def _consent(default: Value[Default], partner: Partner | None) -> Consent:
    base = default.value.consent if isinstance(default, Observed) else Consent(None, None)
    own = partner.consent if partner else Consent(None, None)
    return Consent(
        base.inbound if own.inbound is None else own.inbound,
        base.outbound if own.outbound is None else own.outbound,
        own.doubt or base.doubt,
    )


def everyone(setting: Setting) -> bool:
    """Whether a setting lets every user use every application.

    That is two halves that allow all, or two halves that block nothing (an empty intersection).
    """
    users, applications = setting.users, setting.applications
    if users is None or applications is None:
        return False
    if users.access is Access.BLOCKED and applications.access is Access.BLOCKED:
        return not users.targets or not applications.targets
    return _admits_all(users, "AllUsers") and _admits_all(applications, "AllApplications")


def nobody(setting: Setting) -> bool:
    """Whether a setting lets no user use any application."""
    users, applications = setting.users, setting.applications
    if users is None or applications is None:
        return False
    if users.access is Access.BLOCKED and applications.access is Access.BLOCKED:
        return users.names("AllUsers") and applications.names("AllApplications")
    return _admits_none(users, "AllUsers") or _admits_none(applications, "AllApplications")


def _admits_none(half: Half, keyword: str) -> bool:
    return not half.targets if half.access is Access.ALLOWED else half.names(keyword)


def _admits_all(half: Half, keyword: str) -> bool:
    return half.names(keyword) if half.access is Access.ALLOWED else not half.targets


def describe(setting: Setting) -> str:
    """One line a person can read: who may use what."""
    return f"{_half(setting.users, 'users')}, {_half(setting.applications, 'applications')}"


def _half(half: Half | None, what: str) -> str:
    if half is None:
        return f"{what} not observed"
    names = sorted(item.target for item in half.targets)
    shown = f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}" if names else f"no {what}"
    return f"{half.access.value} {shown}"
