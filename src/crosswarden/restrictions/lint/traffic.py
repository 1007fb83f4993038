"""PAC files, nftables rule sets and HAR recordings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson

from crosswarden.restrictions.hosts import normal
from crosswarden.restrictions.lint.problem import Expected, Problem, Sent, judge_sent
from crosswarden.restrictions.policy import EXCLUDED_HOSTS, HEADERS, HOSTS

__all__ = ["lint_har", "lint_nftables", "lint_pac"]

_SUFFIX = re.compile(r"""(dnsDomainIs|shExpMatch|localHostOrDomainIs)\s*\(\s*\w+\s*,\s*["']([^"']+)["']""")
_NAMES = {name.lower() for name in HEADERS}


def lint_pac(file: str, text: str) -> Iterator[Problem]:
    """A PAC file that catches excluded hosts by suffix, leaves a way around the proxy, or misses a host."""
    for match in _SUFFIX.finditer(text):
        tail = match[2].lower().lstrip("*.")
        if any(host == tail or host.endswith("." + tail) for host in EXCLUDED_HOSTS):
            line = text.count("\n", 0, match.start()) + 1
            yield Problem(
                file, line, "excluded-caught", f"{match[1]}(…, {match[2]!r}) matches an excluded host"
            )
    for match in re.finditer(r"PROXY[^\"']*;\s*DIRECT", text):
        line = text.count("\n", 0, match.start()) + 1
        yield Problem(
            file, line, "host-missing", "DIRECT behind the proxy: without the proxy nothing is restricted"
        )
    catch_all = re.search(r"return\s+[\"']PROXY", text) and not re.search(r"DIRECT", text)
    if not catch_all and not _SUFFIX.search(text):
        for host in HOSTS[1:]:  # v1 leaves the first, the consumer host, alone
            if host not in text.lower():
                yield Problem(file, 0, "host-missing", f"{host} is not sent to the proxy")


def lint_nftables(file: str, text: str) -> Iterator[Problem]:
    """A rule set that leaves QUIC open."""
    if not re.search(r"udp\s+dport\s+(?:443|https|\{[^}]*\b443\b)[^\n]*(?:reject|drop)", text):
        yield Problem(file, 0, "quic-open", "no rule closes UDP 443")


def lint_har(file: str, text: str, expected: Expected) -> Iterator[Problem]:
    """What a recording shows: headers on wrong hosts, restricted hosts without, HTTP/3 past the proxy."""
    try:
        entries = orjson.loads(text)["log"]["entries"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        yield Problem(file, 0, "not-readable", f"no HAR: {error!r}")
        return
    sent: list[Sent] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
        request = entry.get("request", {}) if isinstance(entry, dict) else {}
        host = normal(urlsplit(str(request.get("url", ""))).netloc)
        names = list(_headers(request, host, number))
        sent += names
        if host in HOSTS and not names:
            yield Problem(file, number, "host-missing", f"a request to {host} has no header")
        version = str(request.get("httpVersion", "")).lower()
        if host in HOSTS and version.startswith(("h3", "http/3", "quic")):
            yield Problem(file, number, "quic-open", f"a request to {host} went over {version}")
    yield from judge_sent(file, sent, expected, complete=False)


def _headers(request: dict[str, Any], host: str, number: int) -> Iterator[Sent]:
    seen: set[tuple[str, str]] = set()
    headers = request.get("headers")
    for header in headers if isinstance(headers, list) else []:
        name, value = str(header.get("name", "")), str(header.get("value", ""))
        if name.lower() in _NAMES and (name.lower(), value) not in seen:
            seen.add((name.lower(), value))
            yield Sent(host, name, value, number)
