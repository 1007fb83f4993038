"""The header that enforcement points send names the wrong tenant or policy."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import GRAPH, Check, Fault, Gap, Remedy, Scope, Severity, portal
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    default = scope.default()
    if isinstance(default, Gap):
        yield default
        return
    if isinstance(scope.enforced, NotObserved):
        yield Gap("enforcement", "no header value in use was given (--enforced)")
        return
    partners = [item for item in scope.partners() if not isinstance(item, Gap)]
    for value in scope.enforced.value:
        tenant, _, guid = value.lower().rpartition(":")
        remedy = Remedy("GET", f"{GRAPH}/default", {}, portal("default", "Tenant restrictions > Policy ID"))
        if guid in {item.tenant for item in partners}:
            yield Fault(
                value,
                "the policy GUID is a partner's tenant id; it has to be the id of the default policy",
                remedy,
            )
        elif guid == scope.policy.tenant or guid == tenant.rpartition(":")[2]:
            yield Fault(
                value,
                "the policy GUID is the tenant's own id; it has to be the id of the default policy",
                remedy,
            )
        elif not default.id:
            yield Gap("default", "the default in the export has no id to compare with")
        elif guid != default.id:
            yield Fault(value, f"the policy GUID is not the id of the default policy, {default.id}", remedy)
        elif scope.policy.tenant and tenant.rpartition(":")[2] != scope.policy.tenant:
            yield Fault(value, f"the header names another tenant than {scope.policy.tenant}", remedy)


CHECK = Check(
    id="policy_guid",
    title="Policy GUID mistakes",
    severity=Severity.HIGH,
    why="With a partner's id in place of the default's nothing is restricted, or everything.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/tenant-restrictions-v2",),
    overlaps=(),
    techniques=(),
)
