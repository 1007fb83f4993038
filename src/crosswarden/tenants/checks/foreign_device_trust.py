"""Device claims of foreign tenants are believed without a narrowed scope of users."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, portal, url
from crosswarden.tenants.trusts import trusts

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for item in trusts(scope):
        if isinstance(item, Gap):
            yield item
        elif (item.trust.compliant_device or item.trust.hybrid_device) and (
            item.subject == "default" or not item.narrowed
        ):
            kinds = [
                name
                for name, on in (
                    ("compliant", item.trust.compliant_device),
                    ("hybrid joined", item.trust.hybrid_device),
                )
                if on
            ]
            yield Fault(
                item.subject,
                f"{' and '.join(kinds)} devices of {'any tenant' if item.subject == 'default' else 'this tenant'} count as trusted here",
                Remedy(
                    "PATCH",
                    url(item.subject),
                    {
                        "inboundTrust": {
                            "isCompliantDeviceAccepted": False,
                            "isHybridAzureADJoinedDeviceAccepted": False,
                        }
                    },
                    portal(item.subject, "Inbound access > Trust settings"),
                ),
                Severity.HIGH if item.subject == "default" else Severity.MEDIUM,
            )


CHECK = Check(
    id="foreign_device_trust",
    title="Foreign devices trusted without a narrowed scope",
    severity=Severity.MEDIUM,
    why="Compliance is what the foreign tenant says it is: its administrator defines and grants it.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=("T1484.002",),
)
