"""The effective policy for people: a table with a line for each partner, and a graph of who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosswarden.tenants.check import MICROSOFT_TENANTS
from crosswarden.tenants.effective import Effective, Sourced, describe, effective, elsewhere, nobody
from crosswarden.tenants.model import Direction, Partner, Policy
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["Edge", "as_dot", "as_record", "edges", "rows", "unknown_members"]

_RELATIONS = {
    Direction.COLLABORATION_INBOUND: "may come in",
    Direction.COLLABORATION_OUTBOUND: "may be gone to",
    Direction.DIRECT_INBOUND: "may come in directly",
    Direction.DIRECT_OUTBOUND: "may be gone to directly",
    Direction.RESTRICTIONS: "accounts usable on own network",
}


@dataclass(frozen=True)
class Edge:
    """One relation: this tenant's users may come in, are synchronised here, are trusted …"""

    source: str
    target: str
    relation: str
    detail: str


def effective_partners(policy: Policy) -> Iterator[Effective]:
    """What holds for any other tenant, then for every partner."""
    yield elsewhere(policy)
    if isinstance(policy.partners, Observed):
        for partner in policy.partners.value:
            yield effective(policy, partner.tenant)


def kind(partner: Partner | None) -> str:
    """What sort of partner it is."""
    if partner is None:
        return "any other tenant"
    if partner.tenant in MICROSOFT_TENANTS:
        return MICROSOFT_TENANTS[partner.tenant]
    if partner.is_service_provider:
        return "service provider"
    return "multi-tenant organisation" if partner.in_multi_tenant_organization else "partner"


def as_record(found: Effective) -> dict[str, Any]:
    """The effective settings as one JSON object; what was not observed says why."""
    record: dict[str, Any] = {"tenant": found.tenant, "kind": kind(found.partner)}
    for direction, value in found.settings.items():
        record[direction.value] = _setting(value)
    if isinstance(found.trust, NotObserved):
        record["inboundTrust"] = {"not_observed": found.trust.reason}
    else:
        trust = found.trust.value
        record["inboundTrust"] = {
            "isMfaAccepted": trust.mfa,
            "isCompliantDeviceAccepted": trust.compliant_device,
            "isHybridAzureADJoinedDeviceAccepted": trust.hybrid_device,
        }
    record["automaticUserConsentSettings"] = {
        "inboundAllowed": bool(found.consent.inbound),
        "outboundAllowed": bool(found.consent.outbound),
    }
    sync = found.synchronization
    record["inboundSync"] = (
        {"not_observed": sync.reason} if isinstance(sync, NotObserved) else bool(sync.value)
    )
    if found.partner and found.partner.unknown:
        record["unknown"] = dict(found.partner.unknown)
    return record


def _setting(value: Value[Sourced]) -> dict[str, Any]:
    if isinstance(value, NotObserved):
        return {"not_observed": value.reason}
    setting = value.value.setting
    record: dict[str, Any] = {"from": value.value.source, "meaning": describe(setting)}
    for name, half in (("usersAndGroups", setting.users), ("applications", setting.applications)):
        if half is not None:
            record[name] = {
                "accessType": half.access.value,
                "targets": [{"target": t.target, "targetType": t.kind} for t in sorted(half.targets)],
            }
    return record


def rows(policy: Policy) -> list[dict[str, Any]]:
    """One record for any other tenant and for each partner."""
    return [as_record(found) for found in effective_partners(policy)]


def edges(policy: Policy, own: str = "this tenant") -> tuple[Edge, ...]:
    """Who may come in, go out, be synchronised and be trusted; what nobody may is no edge."""
    made: list[Edge] = []
    for found in effective_partners(policy):
        name = "any other tenant" if found.tenant == "*" else found.tenant
        for direction, relation in _RELATIONS.items():
            value = found.settings[direction]
            if isinstance(value, Observed) and not nobody(value.value.setting):
                outwards = direction in (Direction.COLLABORATION_OUTBOUND, Direction.DIRECT_OUTBOUND)
                ends = (own, name) if outwards else (name, own)
                made.append(Edge(*ends, relation, describe(value.value.setting)))
        if isinstance(found.synchronization, Observed) and found.synchronization.value:
            made.append(Edge(name, own, "synchronises users", "userSyncInbound.isSyncAllowed"))
        made.extend(Edge(own, name, "trusts", claim) for claim in _claims(found))
        if found.consent.inbound:
            made.append(
                Edge(name, own, "redeems without asking", "automaticUserConsentSettings.inboundAllowed")
            )
    return tuple(made)


def _claims(found: Effective) -> list[str]:
    if isinstance(found.trust, NotObserved):
        return []
    trust = found.trust.value
    held = (
        ("multi-factor", trust.mfa),
        ("compliant device", trust.compliant_device),
        ("hybrid", trust.hybrid_device),
    )
    return [name for name, on in held if on]


def as_dot(policy: Policy) -> str:
    """The graph in Graphviz' language; names are quoted."""
    lines = ["digraph tenants {", "  rankdir=LR;", "  node [shape=box];"]
    for edge in edges(policy):
        ends = f"{_quoted(edge.source)} -> {_quoted(edge.target)}"
        lines.append(f"  {ends} [label={_quoted(edge.relation)} tooltip={_quoted(edge.detail)}];")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def unknown_members(policy: Policy) -> dict[str, list[str]]:
    """Members of the export that are not known here, by the object that has them."""
    found: dict[str, list[str]] = {}
    if isinstance(policy.default, Observed) and policy.default.value.unknown:
        found["default"] = sorted(policy.default.value.unknown)
    if isinstance(policy.partners, Observed):
        found.update({p.tenant: sorted(p.unknown) for p in policy.partners.value if p.unknown})
    return found
