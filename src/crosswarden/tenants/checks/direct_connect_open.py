"""B2B direct connect is open: foreign users work here without a guest account that anyone could review."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, own_settings, portal, url
from crosswarden.tenants.effective import describe, nobody
from crosswarden.tenants.model import Direction

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for item in own_settings(scope, Direction.DIRECT_INBOUND, Direction.DIRECT_OUTBOUND):
        if isinstance(item, Gap):
            yield item
        elif not nobody(item.setting):
            inbound = item.direction is Direction.DIRECT_INBOUND
            default = item.subject == "default"
            yield Fault(
                item.subject,
                f"direct connect {'inbound' if inbound else 'outbound'} is open: {describe(item.setting)}",
                Remedy(
                    "PATCH",
                    url(item.subject),
                    {
                        item.direction.value: {
                            "usersAndGroups": {
                                "accessType": "blocked",
                                "targets": [{"target": "AllUsers", "targetType": "user"}],
                            },
                            "applications": {
                                "accessType": "blocked",
                                "targets": [{"target": "AllApplications", "targetType": "application"}],
                            },
                        }
                    },
                    portal(item.subject, f"{'In' if inbound else 'Out'}bound access > B2B direct connect"),
                ),
                Severity.HIGH if default else Severity.MEDIUM,
            )


CHECK = Check(
    id="direct_connect_open",
    title="Direct connect opened",
    severity=Severity.MEDIUM,
    why="Direct connect creates no guest object: nothing to review, nothing to disable.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/external-id/cross-tenant-access-settings-b2b-direct-connect",
    ),
    overlaps=(),
    techniques=("T1199",),
)
