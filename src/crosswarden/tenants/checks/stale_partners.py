"""Partners with which nobody has signed in for a long time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from crosswarden.tenants.check import (
    MICROSOFT_TENANTS,
    Check,
    Fault,
    Gap,
    Remedy,
    Scope,
    Severity,
    portal,
    url,
)
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
        elif partner.tenant in MICROSOFT_TENANTS:
            continue
        elif isinstance(scope.sign_ins, NotObserved):
            yield Gap(partner.tenant, f"sign-ins were not observed: {scope.sign_ins.reason}")
        elif told := _judge(scope, partner.tenant, scope.sign_ins.value.get(partner.tenant)):
            yield told


def _judge(scope: Scope, tenant: str, last: dt.date | None) -> Fault | Gap | None:
    first, until = scope.sign_ins_days or (dt.date.min, scope.today)
    oldest = min(until, scope.today) - dt.timedelta(days=scope.stale_days)
    if last is not None and last >= oldest:
        return None
    if last is None and first > oldest:
        days = (min(until, scope.today) - first).days + 1
        return Gap(
            tenant, f"no sign-in with this tenant, but the sign-ins cover {days} days, not {scope.stale_days}"
        )
    said = (
        f"the last sign-in with this tenant was on {last}"
        if last
        else f"no sign-in in {scope.stale_days} days"
    )
    return Fault(tenant, said, Remedy("DELETE", url(tenant), {}, portal(tenant, "Delete")))


CHECK = Check(
    id="stale_partners",
    title="Stale partners",
    severity=Severity.LOW,
    why="Trust that nobody uses is only of use to an intruder.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=("T1199",),
)
