"""Partners with which nobody has signed in for a long time."""

from __future__ import annotations

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
        else:
            last = scope.sign_ins.value.get(partner.tenant)
            if last is None or (scope.today - last).days > scope.stale_days:
                yield Fault(
                    partner.tenant,
                    f"the last sign-in with this tenant was on {last}"
                    if last
                    else f"no sign-in with this tenant in the {scope.stale_days} days that the lake covers",
                    Remedy("DELETE", url(partner.tenant), {}, portal(partner.tenant, "Delete")),
                )


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
