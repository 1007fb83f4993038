"""Service providers and members of the multi-tenant organisation, told apart from ordinary partners."""

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

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
            continue
        if partner.tenant in MICROSOFT_TENANTS:
            continue  # the support tenant appears by itself while a support request is open
        if partner.is_service_provider:
            yield Fault(
                partner.tenant,
                "a service provider: its access runs through delegated administration, which these settings do not limit",
                Remedy(
                    "GET",
                    "https://graph.microsoft.com/v1.0/tenantRelationships/delegatedAdminRelationships",
                    {},
                    "Microsoft 365 admin center > Settings > Partner relationships",
                ),
            )
        elif partner.in_multi_tenant_organization:
            yield Fault(
                partner.tenant,
                "a member of the multi-tenant organisation: the organisation's templates apply to it",
                Remedy("GET", url(partner.tenant), {}, portal(partner.tenant, "Multitenant organization")),
            )


CHECK = Check(
    id="partner_kinds",
    title="Service providers and multi-tenant organisation members",
    severity=Severity.INFO,
    why="Their access has other roots than the settings of this page.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/identity/multi-tenant-organizations/multi-tenant-organization-overview",
    ),
    overlaps=(),
    techniques=("T1199",),
)
