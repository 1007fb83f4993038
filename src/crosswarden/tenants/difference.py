"""What changed in meaning between two snapshots: who may now do what, not which text differs.

Rewriting a list in another order, or writing down what was inherited before, changes nothing here; narrowing a default
changes every partner that inherits it, and is told for each of them. Changes are said for the default and for every
tenant that is a partner in either snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crosswarden.tenants.effective import Effective, Sourced, describe, effective, elsewhere, everyone, nobody
from crosswarden.tenants.model import Access, Direction, Half, Policy, Setting
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["ANY_TENANT", "Change", "Effect", "difference"]

ANY_TENANT = "any other tenant"


class Effect(StrEnum):
    """Which way a change goes."""

    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    CHANGED = "changed"
    NOT_OBSERVED = "not observed"


@dataclass(frozen=True)
class Change:
    """One thing that a tenant may now do, or no longer; ``topic`` is the Graph member that says it."""

    tenant: str
    topic: str
    effect: Effect
    before: str
    after: str

    def sentence(self) -> str:
        """The change in words."""
        return f"{self.tenant}: {self.topic} {self.effect.value}: {self.before} -> {self.after}"


def difference(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every change in meaning from OLD to NEW."""
    changes = list(_tenant(ANY_TENANT, elsewhere(old), elsewhere(new)))
    for tenant in sorted(_partners(old) | _partners(new)):
        changes.extend(_tenant(tenant, effective(old, tenant), effective(new, tenant)))
    changes.extend(_authorization(old, new))
    return tuple(changes)


def _partners(policy: Policy) -> set[str]:
    return {item.tenant for item in policy.partners.value} if isinstance(policy.partners, Observed) else set()


def _tenant(name: str, old: Effective, new: Effective) -> Iterator[Change]:
    if (old.partner is None) != (new.partner is None) and name != ANY_TENANT:
        words = ("no partner", "partner")
        yield Change(
            name, "partner", Effect.CHANGED, words[old.partner is not None], words[new.partner is not None]
        )
    for direction in Direction:
        yield from _setting(name, direction, old.settings[direction], new.settings[direction])
    yield from _trust(name, old, new)
    for topic, before, after in (
        ("automaticUserConsentSettings.inboundAllowed", old.consent.inbound, new.consent.inbound),
        ("automaticUserConsentSettings.outboundAllowed", old.consent.outbound, new.consent.outbound),
    ):
        yield from _flag(name, topic, bool(before), bool(after))
    yield from _synchronization(name, old.synchronization, new.synchronization)


def _setting(name: str, direction: Direction, old: Value[Sourced], new: Value[Sourced]) -> Iterator[Change]:
    if isinstance(old, NotObserved) or isinstance(new, NotObserved):
        if isinstance(old, NotObserved) != isinstance(new, NotObserved):
            yield Change(name, direction.value, Effect.NOT_OBSERVED, _said(old), _said(new))
        return
    before, after = old.value.setting, new.value.setting
    if _meaning(before) != _meaning(after):
        yield Change(name, direction.value, _effect(before, after), describe(before), describe(after))


def _said(value: Value[Sourced]) -> str:
    return describe(value.value.setting) if isinstance(value, Observed) else f"not observed: {value.reason}"


def _meaning(setting: Setting) -> object:
    """Two settings with the same meaning have equal meanings: targets as sets, the two extremes by name."""
    if everyone(setting):
        return "everyone"
    if nobody(setting):
        return "nobody"
    return (_half(setting.users, "AllUsers"), _half(setting.applications, "AllApplications"))


def _half(half: Half | None, keyword: str) -> object:
    if half is None:
        return None
    targets = frozenset({keyword}) if half.names(keyword) else frozenset(item.target for item in half.targets)
    return (half.access, targets)


def _effect(before: Setting, after: Setting) -> Effect:
    """Loosened or tightened where that is certain; changed where both widened and narrowed, or not comparable."""
    if nobody(before) or everyone(after):
        return Effect.LOOSENED
    if nobody(after) or everyone(before):
        return Effect.TIGHTENED
    orders = {
        _order(before.users, after.users, "AllUsers"),
        _order(before.applications, after.applications, "AllApplications"),
    } - {0}
    if _both_blocked(before) != _both_blocked(after) or len(orders) != 1:
        return Effect.CHANGED
    return {1: Effect.LOOSENED, -1: Effect.TIGHTENED}.get(orders.pop(), Effect.CHANGED)


def _both_blocked(setting: Setting) -> bool:
    halves = (setting.users, setting.applications)
    return all(half is not None and half.access is Access.BLOCKED for half in halves)


def _order(before: Half | None, after: Half | None, keyword: str) -> int:
    """1 when AFTER admits more, -1 when less, 0 when the same, 2 when it cannot be said."""
    if before is None or after is None or before.access is not after.access:
        return 2
    if _half(before, keyword) == _half(after, keyword):
        return 0
    more = before.targets < after.targets or (after.names(keyword) and not before.names(keyword))
    less = after.targets < before.targets or (before.names(keyword) and not after.names(keyword))
    if not more and not less:
        return 2
    grows = 1 if more else -1
    return grows if after.access is Access.ALLOWED else -grows


def _trust(name: str, old: Effective, new: Effective) -> Iterator[Change]:
    if isinstance(old.trust, NotObserved) or isinstance(new.trust, NotObserved):
        return
    before, after = old.trust.value, new.trust.value
    for topic, was, now in (
        ("inboundTrust.isMfaAccepted", before.mfa, after.mfa),
        ("inboundTrust.isCompliantDeviceAccepted", before.compliant_device, after.compliant_device),
        ("inboundTrust.isHybridAzureADJoinedDeviceAccepted", before.hybrid_device, after.hybrid_device),
    ):
        yield from _flag(name, topic, bool(was), bool(now))


def _flag(name: str, topic: str, was: bool, now: bool) -> Iterator[Change]:
    if was != now:
        words = ("no", "yes")
        yield Change(name, topic, Effect.LOOSENED if now else Effect.TIGHTENED, words[was], words[now])


def _synchronization(name: str, old: Value[bool | None], new: Value[bool | None]) -> Iterator[Change]:
    topic = "identitySynchronization.userSyncInbound.isSyncAllowed"
    if isinstance(old, Observed) and isinstance(new, Observed):
        yield from _flag(name, topic, bool(old.value), bool(new.value))
    elif isinstance(old, NotObserved) != isinstance(new, NotObserved):
        said = [
            f"not observed: {v.reason}" if isinstance(v, NotObserved) else str(bool(v.value))
            for v in (old, new)
        ]
        yield Change(name, topic, Effect.NOT_OBSERVED, said[0], said[1])


def _authorization(old: Policy, new: Policy) -> Iterator[Change]:
    if isinstance(old.authorization, NotObserved) or isinstance(new.authorization, NotObserved):
        return
    before, after = old.authorization.value, new.authorization.value
    for topic, was, now in (
        ("allowInvitesFrom", before.invites, after.invites),
        ("guestUserRoleId", before.guest_role, after.guest_role),
    ):
        if was != now:
            yield Change("authorizationPolicy", topic, Effect.CHANGED, was, now)
