"""Groups that cross-tenant settings give access to, without an access review or access package over them."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, own_settings
from crosswarden.tenants.model import Access, Direction
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    groups: dict[str, set[str]] = {}
    for item in own_settings(scope, Direction.COLLABORATION_OUTBOUND, Direction.DIRECT_OUTBOUND):
        if isinstance(item, Gap):
            yield item
        elif item.setting.users and item.setting.users.access is Access.ALLOWED:
            for target in item.setting.users.targets:
                if target.kind == "group":
                    groups.setdefault(target.target, set()).add(item.subject)
    governed = scope.policy.governed_groups
    for group, subjects in sorted(groups.items()):
        if isinstance(governed, NotObserved):
            yield Gap(group, f"{governed.reason}; the group opens the way to {', '.join(sorted(subjects))}")
        elif group not in governed.value:
            yield Fault(
                group,
                f"membership of this group opens the way to {', '.join(sorted(subjects))}, and nobody reviews it",
                Remedy(
                    "POST",
                    "https://graph.microsoft.com/v1.0/identityGovernance/accessReviews/definitions",
                    {
                        "displayName": f"Cross-tenant access of {group}",
                        "scope": {
                            "@odata.type": "#microsoft.graph.accessReviewQueryScope",
                            "query": f"/groups/{group}/transitiveMembers",
                            "queryType": "MicrosoftGraph",
                        },
                    },
                    "Entra admin center > Identity Governance > Access reviews > New access review",
                ),
            )


CHECK = Check(
    id="ungoverned_groups",
    title="Groups with access that are not governed",
    severity=Severity.MEDIUM,
    why="Whoever can change the group's members changes who may cross the border.",
    run=_run,
    references=("https://learn.microsoft.com/entra/id-governance/access-reviews-overview",),
    overlaps=(),
    techniques=("T1098",),
)
