"""The default is looser than Microsoft's service default."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import GRAPH, Check, Fault, Gap, Remedy, Scope, Severity, portal
from crosswarden.tenants.effective import nobody
from crosswarden.tenants.model import Direction
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    default = scope.default()
    if isinstance(default, Gap):
        yield default
        return
    loose: list[str] = []
    for direction in (Direction.DIRECT_INBOUND, Direction.DIRECT_OUTBOUND, Direction.RESTRICTIONS):
        value = default.settings[direction]
        if isinstance(value, NotObserved):
            yield Gap("default", value.reason)
        elif not nobody(value.value):
            loose.append(direction.value)
    if isinstance(default.trust, NotObserved):
        yield Gap("default", default.trust.reason)
    elif default.trust.value.mfa or default.trust.value.compliant_device or default.trust.value.hybrid_device:
        loose.append("inboundTrust")
    if default.consent.inbound or default.consent.outbound:
        loose.append("automaticUserConsentSettings")
    if loose:
        yield Fault(
            "default",
            f"looser than the service default: {', '.join(loose)}",
            Remedy(
                "POST",
                f"{GRAPH}/default/resetToSystemDefault",
                {},
                portal("default", "Restore to system default"),
            ),
        )


CHECK = Check(
    id="default_loosened",
    title="Default loosened",
    severity=Severity.HIGH,
    why="The default holds for every tenant in the world that is no partner.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=("T1484.002",),
)
