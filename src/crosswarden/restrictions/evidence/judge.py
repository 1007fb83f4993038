"""What the evidence says: enforcement not running, list not synced, blocked attempts, sign-ins that slipped through.

Windows events of Microsoft-Windows-TenantRestrictions: 1004 service started, 1005 endpoint list synced, 1013 sync
failed. Sign-in codes: 5000211 (v2) and 500021 (v1) are blocks. A source that was not given is *not assessed*.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosswarden.restrictions.evidence.reading import Gathered, ProxyLine, SignIn, WindowsEvent
from crosswarden.restrictions.hosts import normal
from crosswarden.restrictions.policy import HOSTS
from crosswarden.tenants.effective import effective
from crosswarden.tenants.evaluate import Application, Person, Verdict, evaluate
from crosswarden.tenants.model import Direction, Policy
from crosswarden.tenants.observed import NotObserved

__all__ = ["Evidence", "judge"]

_BLOCKS = {"5000211": "tenant restrictions v2", "500021": "tenant restrictions v1"}
_SHOWN = 20


@dataclass(frozen=True)
class Evidence:
    """One statement: ``status`` is found, clean or not assessed; ``rows`` are the first of the COUNT behind it."""

    kind: str
    status: str
    severity: str
    sentence: str
    count: int = 0
    rows: tuple[object, ...] = ()


def judge(
    gathered: Gathered, *, tenant: str = "", policy: Policy | None = None, networks: Sequence[str] = ()
) -> tuple[Evidence, ...]:
    """Every statement that GATHERED supports. TENANT is the own one; NETWORKS the own egress ranges."""
    inside = [ipaddress.ip_network(text, strict=False) for text in networks]
    return (
        *_windows(gathered.events),
        *_proxy(gathered.proxy),
        *_sign_ins(gathered.sign_ins, tenant.lower(), policy, inside),
    )


def _windows(events: Sequence[WindowsEvent]) -> Iterator[Evidence]:
    if not events:
        yield Evidence(
            "enforcement-not-running", "not assessed", "high", "no TenantRestrictions events were given"
        )
        yield Evidence("list-not-synced", "not assessed", "medium", "no TenantRestrictions events were given")
        return
    computers: dict[str, list[WindowsEvent]] = {}
    for event in sorted(events, key=lambda item: item.time):
        computers.setdefault(event.computer, []).append(event)
    stopped = [c for c, held in computers.items() if not any(e.id in (1004, 1005) for e in held)]
    yield _said(
        "enforcement-not-running",
        "high",
        f"the service neither started (1004) nor synced (1005) on {len(stopped)} computers",
        stopped,
    )
    stale: list[WindowsEvent] = []
    for held in computers.values():
        last = next((e for e in reversed(held) if e.id in (1005, 1013)), None)
        if last and last.id == 1013:
            stale.append(last)
    yield _said(
        "list-not-synced",
        "medium",
        f"the last sync of the endpoint list failed (1013) on {len(stale)} computers",
        stale,
    )


def _proxy(lines: Sequence[ProxyLine]) -> Iterator[Evidence]:
    if not lines:
        yield Evidence("restricted-host-not-decrypted", "not assessed", "high", "no proxy log was given")
        return
    passed = [line for line in lines if line.action == "splice" and normal(line.host) in HOSTS]
    yield _said(
        "restricted-host-not-decrypted",
        "high",
        f"{len(passed)} connections to restricted hosts went through the proxy without the header",
        passed,
    )
    forged = [line for line in lines if line.replaced]
    yield _said("forged-header", "medium", f"{len(forged)} requests brought a header of their own", forged)


def _sign_ins(
    rows: Sequence[SignIn], tenant: str, policy: Policy | None, inside: Sequence[object]
) -> Iterator[Evidence]:
    if not rows:
        for kind in ("blocked-attempt", "foreign-sign-in-not-stopped"):
            yield Evidence(kind, "not assessed", "high", "no sign-in rows were given")
        return
    blocked = [row for row in rows if row.code in _BLOCKS]
    yield _said(
        "blocked-attempt", "low", f"{len(blocked)} sign-ins were stopped by tenant restrictions", blocked
    )
    if not tenant:
        yield Evidence(
            "foreign-sign-in-not-stopped", "not assessed", "high", "the own tenant was not named (--tenant)"
        )
        return
    foreign = [
        row for row in rows if row.code == "0" and row.resource not in ("", tenant) and _from(row, inside)
    ]
    if policy is None:
        slipped = [row for row in foreign if row.restricted == "false"]
        said = f"{len(slipped)} sign-ins to foreign tenants carried no tenant restriction"
        yield _said("foreign-sign-in-not-stopped", "medium", said, slipped)
        return
    slipped = [row for row in foreign if _blocked_by(policy, row)]
    said = f"{len(slipped)} sign-ins to foreign tenants succeeded although the policy blocks them"
    yield _said("foreign-sign-in-not-stopped", "high", said, slipped)


def _from(row: SignIn, inside: Sequence[object]) -> bool:
    if not inside:
        return True
    try:
        address = ipaddress.ip_address(row.address)
    except ValueError:
        return False
    return any(
        address in network
        for network in inside
        if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)
    )


def _blocked_by(policy: Policy, row: SignIn) -> bool:
    own = row.home == policy.tenant or row.access_type.lower() in ("b2bcollaboration", "b2bdirectconnect")
    direction = Direction.COLLABORATION_OUTBOUND if own else Direction.RESTRICTIONS
    if row.access_type.lower() == "b2bdirectconnect":
        direction = Direction.DIRECT_OUTBOUND
    found = effective(policy, row.resource).settings[direction]
    if isinstance(found, NotObserved):
        return False
    verdict = evaluate(found.value.setting, Person(row.user_id, None), Application(row.application))
    return verdict is Verdict.BLOCKED


def _said(kind: str, severity: str, sentence: str, rows: Sequence[object]) -> Evidence:
    status = "found" if rows else "clean"
    return Evidence(kind, status, severity, sentence, len(rows), tuple(rows[:_SHOWN]))
