"""The known mistakes, and how one is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosswarden.restrictions.hosts import normal
from crosswarden.restrictions.policy import CONSUMER_HOST, EXCLUDED_HOSTS, HEADER, HOSTS, TENANTS_HEADER

__all__ = ["BYSTANDERS", "MISTAKES", "Expected", "Problem", "Sent", "judge_sent", "judge_value"]

MISTAKES: Mapping[str, str] = {
    "header-everywhere": "the header is sent to other sites: it tells them the tenant, and restricts nothing",
    "excluded-caught": "a host that authenticates devices by client certificate is decrypted or gets the header",
    "decrypts-others": "sites beside the restricted hosts are decrypted",
    "partner-id": "the policy GUID is not the id of the default policy",
    "both-versions": "v1 and v2 are sent to one host; both are evaluated and the stricter wins",
    "msa-everywhere": "restrict-msa is sent beyond login.live.com",
    "tag-mismatch": "the App Control tag is not the one that the firewall's condition asks for",
    "quic-open": "QUIC (UDP 443) stays open, past the proxy",
    "not-replaced": "what the client sends under the header's name is kept",
    "host-missing": "a restricted host does not get the header",
    "malformed-value": "the value is not TENANT:POLICY with two GUIDs",
    "not-readable": "the file is not what its name says",
}
"""Id → what is wrong."""

BYSTANDERS = (
    "www.example.com",
    "login.microsoftonline.com.evil.example",
    "xlogin.live.com",
    "www.login.microsoft.com",
    "account.live.com",
    "outlook.office.com",
)
"""Hosts that must be left alone; several look like restricted ones."""

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_V2 = re.compile(rf"(?:[^:\s]+:)?({_GUID}):({_GUID})\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """One mistake at one place; ``mistake`` is an id of MISTAKES."""

    file: str
    line: int
    mistake: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.mistake}: {self.detail}"


@dataclass(frozen=True)
class Expected:
    """What the administrator knows: the default policy's id, the own tenant, ids of partners."""

    default_id: str = ""
    tenant: str = ""
    partners: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """One header that a configuration would send, or did send, to a host."""

    host: str
    name: str
    value: str
    line: int = 0


def judge_value(file: str, line: int, value: str, expected: Expected) -> Iterator[Problem]:
    """What is wrong with a value of the v2 header."""
    if value.lower() == "restrict-msa":
        return
    match = _V2.match(value.strip())
    if not match:
        yield Problem(file, line, "malformed-value", f"{value[:80]!r}")
        return
    tenant, policy = (part.lower() for part in match.groups())
    if policy in expected.partners:
        yield Problem(file, line, "partner-id", f"{policy} is a partner's tenant id")
    elif policy == tenant:
        yield Problem(file, line, "partner-id", f"{policy} is the tenant's own id")
    elif expected.default_id and policy != expected.default_id.lower():
        yield Problem(
            file, line, "partner-id", f"{policy} is not the default's id, {expected.default_id.lower()}"
        )
    if expected.tenant and tenant != expected.tenant.lower():
        yield Problem(
            file, line, "malformed-value", f"{tenant} is not the own tenant, {expected.tenant.lower()}"
        )


def judge_sent(file: str, sent: Sequence[Sent], expected: Expected, *, complete: bool) -> Iterator[Problem]:
    """What is wrong with the headers sent per host; COMPLETE when every restricted host was tried."""
    by_host: dict[str, list[Sent]] = {}
    for item in sent:
        by_host.setdefault(normal(item.host), []).append(item)
    judged: set[tuple[str, int]] = set()
    for host, items in by_host.items():
        first = items[0]
        values = {item.name.lower(): item.value for item in items}
        v2 = values.get(HEADER.lower(), "")
        if host in EXCLUDED_HOSTS:
            yield Problem(file, first.line, "excluded-caught", f"{host} gets {first.name}")
        elif host not in HOSTS:
            yield Problem(file, first.line, "header-everywhere", f"{host} gets {first.name}")
        if v2.lower() == "restrict-msa" and host != CONSUMER_HOST:
            yield Problem(file, first.line, "msa-everywhere", f"{host} gets restrict-msa")
        if v2 and v2.lower() != "restrict-msa" and TENANTS_HEADER.lower() in values:
            yield Problem(file, first.line, "both-versions", f"{host} gets {HEADER} and {TENANTS_HEADER}")
        if len([item for item in items if item.name.lower() == HEADER.lower()]) > 1:
            yield Problem(file, first.line, "not-replaced", f"{host} gets {HEADER} more than once")
        for item in items:
            if item.name.lower() == HEADER.lower() and (item.value, item.line) not in judged:
                judged.add((item.value, item.line))
                yield from judge_value(file, item.line, item.value, expected)
    if complete and sent:
        needed = HOSTS if any(i.name.lower() == HEADER.lower() for i in sent) else HOSTS[1:]
        for host in needed:
            if host not in by_host:
                yield Problem(file, 0, "host-missing", f"{host} gets no header")
