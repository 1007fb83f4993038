"""Groups that cross-tenant settings give access to, without an access review or access package over them."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, own_settings
from crosswarden.tenants.model import Access, Direction
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]

_DIRECTIONS = (
    Direction.COLLABORATION_INBOUND,
    Direction.COLLABORATION_OUTBOUND,
    Direction.DIRECT_INBOUND,
    Direction.DIRECT_OUTBOUND,
)
_INBOUND = (Direction.COLLABORATION_INBOUND, Direction.DIRECT_INBOUND)


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    groups: dict[str, set[str]] = {}
    foreign: set[str] = set()
    for item in own_settings(scope, *_DIRECTIONS):
        if isinstance(item, Gap):
            yield item
        elif item.setting.users and item.setting.users.access is Access.ALLOWED:
            for target in item.setting.users.targets:
                if target.kind == "group":
                    groups.setdefault(target.target, set()).add(item.subject)
                    if item.direction in _INBOUND:
                        foreign.add(target.target)
    governed = scope.policy.governed_groups
    for group, subjects in sorted(groups.items()):
        if isinstance(governed, NotObserved):
            yield Gap(group, f"{governed.reason}; the group opens the way to {', '.join(sorted(subjects))}")
        elif group not in governed.value:
            yield _fault(group, ", ".join(sorted(subjects)), group in foreign)


def _fault(group: str, subjects: str, foreign: bool) -> Fault:
    if foreign:
        reason = f"members of this group of {subjects} come in; its membership is managed there and nobody reviews it here"
    else:
        reason = f"membership of this group opens the way to {subjects}, and nobody reviews it"
    return Fault(
        group,
        reason,
        Remedy(
            "POST",
            "https://graph.microsoft.com/v1.0/identityGovernance/accessReviews/definitions",
            {
                "displayName": f"Cross-tenant access of {group}",
                "scope": {
                    "@odata.type": "#microsoft.graph.accessReviewQueryScope",
                    "query": "/users?$filter=userType eq 'Guest'"
                    if foreign
                    else f"/groups/{group}/transitiveMembers",
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
