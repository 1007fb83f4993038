"""Multi-factor claims of foreign tenants are believed without a narrowed scope of users."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, portal, url
from crosswarden.tenants.trusts import trusts

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    for item in trusts(scope):
        if isinstance(item, Gap):
            yield item
        elif item.trust.mfa and (item.subject == "default" or not item.narrowed):
            yield Fault(
                item.subject,
                "multi-factor authentication done in any tenant is accepted"
                if item.subject == "default"
                else "this tenant's multi-factor authentication is accepted for all its users",
                Remedy(
                    "PATCH",
                    url(item.subject),
                    {"inboundTrust": {"isMfaAccepted": False}},
                    portal(item.subject, "Inbound access > Trust settings"),
                ),
                Severity.HIGH if item.subject == "default" else Severity.MEDIUM,
            )


CHECK = Check(
    id="foreign_mfa_trust",
    title="Foreign multi-factor authentication trusted without a narrowed scope",
    severity=Severity.MEDIUM,
    why="A foreign administrator can enrol a second factor for any user there; here it would count.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=(
        "T1484.002",
        "T1556.006",
    ),
)
