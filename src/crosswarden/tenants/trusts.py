"""Inbound trust of the default and of every partner that sets its own, with whether its users are narrowed down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crosswarden.tenants.check import Gap, Scope
from crosswarden.tenants.effective import effective
from crosswarden.tenants.model import ALL_USERS, Access, Direction, Half, Trust
from crosswarden.tenants.observed import NotObserved

__all__ = ["Held", "trusts"]


@dataclass(frozen=True)
class Held:
    """A trust in force; narrowed when inbound collaboration names particular users or groups only."""

    subject: str
    trust: Trust
    narrowed: bool


def trusts(scope: Scope) -> Iterator[Held | Gap]:
    """Every trust that the default or a partner sets itself."""
    default = scope.default()
    if isinstance(default, Gap):
        yield default
    elif isinstance(default.trust, NotObserved):
        yield Gap("default", default.trust.reason)
    else:
        yield Held("default", default.trust.value, False)
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
        elif partner.trust is not None:
            found = effective(scope.policy, partner.tenant)
            inbound = found.settings[Direction.COLLABORATION_INBOUND]
            if isinstance(found.trust, NotObserved):
                yield Gap(partner.tenant, found.trust.reason)
            elif isinstance(inbound, NotObserved):
                yield Gap(partner.tenant, inbound.reason)
            else:
                yield Held(partner.tenant, found.trust.value, _narrowed(inbound.value.setting.users))


def _narrowed(half: Half | None) -> bool:
    if half is None:
        return False
    if half.access is Access.ALLOWED:
        return not half.names(ALL_USERS)
    return half.names(ALL_USERS)
