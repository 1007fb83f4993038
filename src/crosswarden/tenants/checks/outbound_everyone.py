"""Every own user may go to every application of a foreign tenant (B2B collaboration, outbound)."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, own_settings, portal, url
from crosswarden.tenants.effective import everyone
from crosswarden.tenants.model import Direction

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for item in own_settings(scope, Direction.COLLABORATION_OUTBOUND):
        if isinstance(item, Gap):
            yield item
        elif everyone(item.setting):
            default = item.subject == "default"
            yield Fault(
                item.subject,
                "every user may become a guest in any tenant, to every application"
                if default
                else "every user may go to this tenant, to every application",
                Remedy(
                    "PATCH",
                    url(item.subject),
                    {
                        item.direction.value: {
                            "usersAndGroups": {
                                "accessType": "allowed",
                                "targets": [{"target": "{group id}", "targetType": "group"}],
                            },
                            "applications": {
                                "accessType": "allowed",
                                "targets": [{"target": "{application id}", "targetType": "application"}],
                            },
                        }
                    },
                    portal(item.subject, "Outbound access > B2B collaboration"),
                ),
                Severity.LOW if default else Severity.MEDIUM,
            )


CHECK = Check(
    id="outbound_everyone",
    title="All-encompassing outbound access",
    severity=Severity.MEDIUM,
    why="Accounts that may go anywhere can carry data anywhere.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/external-id/cross-tenant-access-settings-b2b-collaboration",
    ),
    overlaps=("Microsoft Zero Trust Assessment 21790",),
    techniques=("T1537",),
)
