"""Every user of a foreign tenant may use every application here (B2B collaboration, inbound)."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, own_settings, portal, url
from crosswarden.tenants.effective import everyone
from crosswarden.tenants.model import Direction

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for item in own_settings(scope, Direction.COLLABORATION_INBOUND):
        if isinstance(item, Gap):
            yield item
        elif everyone(item.setting):
            default = item.subject == "default"
            yield Fault(
                item.subject,
                "every user of any tenant may be a guest of every application, unless a partner setting says otherwise"
                if default
                else "every user of this tenant may come in, to every application",
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
                    portal(item.subject, "Inbound access > B2B collaboration"),
                ),
                Severity.MEDIUM if default else Severity.HIGH,
            )


CHECK = Check(
    id="inbound_everyone",
    title="All-encompassing inbound access",
    severity=Severity.HIGH,
    why="Where every foreign user may come in, the foreign tenant's compromise is one's own.",
    run=_run,
    references=(
        "https://learn.microsoft.com/entra/external-id/cross-tenant-access-settings-b2b-collaboration",
    ),
    overlaps=(
        "CIS M365 5.1.6.1",
        "CISA SCuBA MS.AAD.8.3v1",
    ),
    techniques=(
        "T1199",
        "T1078.004",
    ),
)
