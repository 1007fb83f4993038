"""May user U of tenant T reach application A in tenant R: every gate on the way, its rule, and the code a person sees.

Gates, all of them evaluated, the strictest wins (the code shown is the first blocking gate's):

===============  =============================================================  ==============
gate             rule                                                           code
===============  =============================================================  ==============
v1 headers       R must be among Restrict-Access-To-Tenants                     AADSTS500021
consumer         restrict-msa blocks accounts of the consumer tenant            80045C4D
v2 restrictions  the network tenant's tenantRestrictions, for foreign accounts  AADSTS5000211
outbound         T's policy towards R                                           AADSTS500212
inbound          R's policy towards T                                           AADSTS500213
===============  =============================================================  ==============
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crosswarden.tenants.effective import describe, effective
from crosswarden.tenants.evaluate import Application, Person, Verdict, evaluate
from crosswarden.tenants.model import Direction, Policy
from crosswarden.tenants.observed import NotObserved

__all__ = ["CONSUMERS", "Attempt", "Gate", "Kind", "Network", "Outcome", "simulate"]

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all consumer accounts."""


class Kind(StrEnum):
    """How the user comes in: as a guest, or by direct connect (shared channels)."""

    COLLABORATION = "collaboration"
    DIRECT = "direct"


@dataclass(frozen=True)
class Attempt:
    """One person, one application, two tenants. ``resource_names`` are R's domains, for the v1 list."""

    person: Person
    home: str
    resource: str
    application: Application
    kind: Kind = Kind.COLLABORATION
    resource_names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Network:
    """The network or device the person sits at: its tenant, its v2 policy, its v1 header values; all optional."""

    tenant: str = ""
    v2: Policy | None = None
    v1_tenants: tuple[str, ...] = ()
    restrict_msa: bool = False


@dataclass(frozen=True)
class Gate:
    """What one gate says, by which rule, with the code shown when it blocks."""

    name: str
    verdict: Verdict
    rule: str
    code: str = ""


@dataclass(frozen=True)
class Outcome:
    """The answer, the gate that decided it, and every gate passed on the way."""

    verdict: Verdict
    rule: str
    code: str
    gates: tuple[Gate, ...]


def simulate(
    attempt: Attempt, home: Policy | None, resource: Policy | None, network: Network | None = None
) -> Outcome:
    """The outcome of ATTEMPT under T's policy HOME and R's policy RESOURCE; a missing policy is undetermined."""
    network = network or Network()
    gates = [*_v1(attempt, network), *_consumer(attempt, network), *_v2(attempt, network)]
    if attempt.home.lower() != attempt.resource.lower():
        direct = attempt.kind is Kind.DIRECT
        out = Direction.DIRECT_OUTBOUND if direct else Direction.COLLABORATION_OUTBOUND
        into = Direction.DIRECT_INBOUND if direct else Direction.COLLABORATION_INBOUND
        gates.append(_gate("outbound", home, attempt.resource, out, attempt, "AADSTS500212"))
        gates.append(_gate("inbound", resource, attempt.home, into, attempt, "AADSTS500213"))
    for verdict in (Verdict.BLOCKED, Verdict.UNDETERMINED):
        for gate in gates:
            if gate.verdict is verdict:
                code = gate.code if verdict is Verdict.BLOCKED else ""
                return Outcome(verdict, f"{gate.name}: {gate.rule}", code, tuple(gates))
    return Outcome(Verdict.ALLOWED, "every gate allows it", "", tuple(gates))


def _gate(
    name: str, policy: Policy | None, other: str, direction: Direction, attempt: Attempt, code: str
) -> Gate:
    if policy is None:
        return Gate(name, Verdict.UNDETERMINED, "that tenant's policy is not known", code)
    found = effective(policy, other).settings[direction]
    if isinstance(found, NotObserved):
        return Gate(name, Verdict.UNDETERMINED, found.reason, code)
    verdict = evaluate(found.value.setting, attempt.person, attempt.application)
    rule = f"{direction.value} of the {found.value.source} setting: {describe(found.value.setting)}"
    return Gate(name, verdict, rule, code)


def _v2(attempt: Attempt, network: Network) -> list[Gate]:
    if network.v2 is None or network.tenant.lower() == attempt.home.lower():
        return []  # own accounts fall under the outbound settings, not under tenant restrictions
    others = dict.fromkeys((attempt.resource.lower(), attempt.home.lower()))
    return [
        _gate("v2 restrictions", network.v2, other, Direction.RESTRICTIONS, attempt, "AADSTS5000211")
        for other in others
        if other != network.tenant.lower()
    ]


def _v1(attempt: Attempt, network: Network) -> list[Gate]:
    if not network.v1_tenants:
        return []
    listed = {name.lower() for name in network.v1_tenants}
    names = {attempt.resource.lower(), *(name.lower() for name in attempt.resource_names)}
    rule = f"Restrict-Access-To-Tenants: {','.join(network.v1_tenants)}"
    if listed & names:
        return [Gate("v1 headers", Verdict.ALLOWED, rule)]
    domains = any("." in name for name in listed)
    if domains and not attempt.resource_names:
        return [
            Gate("v1 headers", Verdict.UNDETERMINED, f"{rule}; the resource tenant's domains are not known")
        ]
    return [Gate("v1 headers", Verdict.BLOCKED, rule, "AADSTS500021")]


def _consumer(attempt: Attempt, network: Network) -> list[Gate]:
    if not network.restrict_msa or attempt.home.lower() != CONSUMERS:
        return []
    return [Gate("consumer accounts", Verdict.BLOCKED, "restrict-msa on login.live.com", "80045C4D")]
