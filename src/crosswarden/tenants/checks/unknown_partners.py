"""Partners that the organisation does not know."""

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
        elif partner.tenant in MICROSOFT_TENANTS or partner.in_multi_tenant_organization:
            continue
        elif isinstance(scope.known, NotObserved):
            yield Gap(partner.tenant, "no list of known tenants was given (--known)")
        elif partner.tenant not in scope.known.value:
            kind = "service provider" if partner.is_service_provider else "partner"
            yield Fault(
                partner.tenant,
                f"this {kind} is not among the tenants that the organisation knows",
                Remedy("DELETE", url(partner.tenant), {}, portal(partner.tenant, "Delete")),
            )


CHECK = Check(
    id="unknown_partners",
    title="Partners unknown to the organisation",
    severity=Severity.HIGH,
    why="A partner that nobody knows is the first trace of a trust set up by an intruder.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=("T1484.002",),
)
