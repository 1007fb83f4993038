"""A multi-tenant organisation's template allows synchronisation for partners to come or present."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import GRAPH, Check, Fault, Gap, Remedy, Scope, Severity

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for template in scope.policy.templates:
        if template.sync_allowed and template.level not in ("", "none"):
            yield Fault(
                template.name,
                f"the template allows inbound synchronisation for {template.level}",
                Remedy(
                    "PATCH",
                    f"{GRAPH}/templates/multiTenantOrganizationIdentitySynchronization",
                    {"templateApplicationLevel": "none"},
                    "Microsoft 365 admin center > Settings > Org settings > Multitenant collaboration",
                ),
            )


CHECK = Check(
    id="sync_templates",
    title="Synchronisation by template",
    severity=Severity.MEDIUM,
    why="Whoever joins the organisation may then push users here at once.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/identity/multi-tenant-organizations/multi-tenant-organization-templates",
    ),
    overlaps=(),
    techniques=("T1484.002",),
)
