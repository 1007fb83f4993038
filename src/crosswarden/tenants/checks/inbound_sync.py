"""A foreign tenant may create and update users here (cross-tenant synchronisation, inbound)."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, portal, url
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
        elif isinstance(partner.synchronization, NotObserved):
            yield Gap(partner.tenant, partner.synchronization.reason)
        elif partner.synchronization.value:
            quiet = partner.in_multi_tenant_organization
            yield Fault(
                partner.tenant,
                f"this tenant may synchronise its users into the organisation{' (as a member of the multi-tenant organisation)' if quiet else ''}",
                Remedy(
                    "DELETE",
                    f"{url(partner.tenant)}/identitySynchronization",
                    {},
                    portal(partner.tenant, "Cross-tenant sync"),
                ),
                Severity.MEDIUM if quiet else Severity.HIGH,
            )


CHECK = Check(
    id="inbound_sync",
    title="Inbound synchronisation allowed",
    severity=Severity.HIGH,
    why="Whoever rules the source tenant can push accounts here that land as members, also as a backdoor.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/identity/multi-tenant-organizations/cross-tenant-synchronization-overview",
    ),
    overlaps=(),
    techniques=(
        "T1484.002",
        "T1136.003",
    ),
)
