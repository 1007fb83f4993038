"""Invitations are redeemed without asking, inbound and outbound, with one partner."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity, portal, url
from crosswarden.tenants.effective import effective

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    default = scope.default()
    if isinstance(default, Gap):
        yield default
    elif default.consent.doubt:
        yield Gap("default", default.consent.doubt)
    elif default.consent.inbound or default.consent.outbound:
        yield Fault(
            "default",
            "the default redeems invitations automatically, for every tenant",
            _remedy("default"),
            Severity.CRITICAL,
        )
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
            continue
        consent = effective(scope.policy, partner.tenant).consent
        if consent.doubt:
            yield Gap(partner.tenant, consent.doubt)
        elif consent.inbound and consent.outbound:
            yield Fault(
                partner.tenant, "invitations are redeemed automatically both ways", _remedy(partner.tenant)
            )
        elif consent.inbound:
            yield Fault(
                partner.tenant,
                "users of this tenant come in without a consent prompt",
                _remedy(partner.tenant),
                Severity.LOW,
            )


def _remedy(subject: str) -> Remedy:
    body = {"automaticUserConsentSettings": {"inboundAllowed": False, "outboundAllowed": False}}
    return Remedy("PATCH", url(subject), body, portal(subject, "Trust settings > Automatic redemption"))


CHECK = Check(
    id="automatic_redemption",
    title="Automatic redemption",
    severity=Severity.MEDIUM,
    why="Automatic redemption on both sides is what silent cross-tenant synchronisation needs.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=("T1484.002",),
)
