"""Squid configurations: read as Squid reads them and asked, host by host, what they would do.

Understood: ``acl`` of types dstdomain, dstdom_regex, ssl::server_name(_regex), any-of, all-of, at_step; ``ssl_bump``;
``request_header_access``; ``request_header_add``. Other acl types are taken to match, which can only bring more to
light.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from crosswarden.restrictions.hosts import normal
from crosswarden.restrictions.lint.problem import BYSTANDERS, Expected, Problem, Sent, judge_sent
from crosswarden.restrictions.policy import EXCLUDED_HOSTS, HEADERS, HOSTS

__all__ = ["lint_squid"]

_NAMES = {name.lower() for name in HEADERS}
_DOMAINS = ("dstdomain", "ssl::server_name")
_REGEXES = ("dstdom_regex", "ssl::server_name_regex")


@dataclass
class _Acl:
    kind: str
    values: list[str] = field(default_factory=list)
    insensitive: bool = False


@dataclass
class _Config:
    acls: dict[str, _Acl] = field(default_factory=dict)
    bumps: list[tuple[int, str, list[str]]] = field(default_factory=list)
    denies: list[tuple[int, str, str, list[str]]] = field(default_factory=list)
    adds: list[tuple[int, str, str, list[str]]] = field(default_factory=list)


def lint_squid(file: str, text: str, expected: Expected) -> Iterator[Problem]:
    """The mistakes of one configuration."""
    config = _read(text)
    sent: list[Sent] = []
    for host in (*HOSTS, *EXCLUDED_HOSTS, *BYSTANDERS):
        for line, name, value, acls in config.adds:
            if name.lower() in _NAMES and _all_match(config, acls, host):
                sent.append(Sent(host, name, value, line))
                if host in HOSTS and not _denied(config, name, host):
                    yield Problem(
                        file, line, "not-replaced", f"{name} is added on {host}, never denied before"
                    )
    yield from judge_sent(file, sent, expected, complete=True)
    yield from _decryption(file, config)


def _decryption(file: str, config: _Config) -> Iterator[Problem]:
    for host in EXCLUDED_HOSTS:
        line = _bumped(config, host)
        if line:
            yield Problem(file, line, "excluded-caught", f"{host} is decrypted")
    caught = [(host, line) for host in BYSTANDERS if (line := _bumped(config, host))]
    if caught:
        host, line = caught[0]
        yield Problem(file, line, "decrypts-others", f"{host} is decrypted")


def _bumped(config: _Config, host: str) -> int:
    """The line of the ssl_bump rule that decrypts HOST at step 2, or 0."""
    for line, action, acls in config.bumps:
        if action in ("peek", "stare"):
            continue
        if _all_match(config, acls, host, step="SslBump2"):
            return line if action in ("bump", "server-first", "client-first") else 0
    return 0


def _denied(config: _Config, name: str, host: str) -> bool:
    for _, denied, action, acls in config.denies:
        if denied.lower() in (name.lower(), "all") and _all_match(config, acls, host):
            return action == "deny"
    return False


def _all_match(config: _Config, acls: list[str], host: str, step: str = "") -> bool:
    return all(_match(config, acl, host, step) for acl in acls)


def _match(config: _Config, name: str, host: str, step: str) -> bool:
    negated, name = name.startswith("!"), name.lstrip("!")
    acl = config.acls.get(name)
    if name == "all" or acl is None:
        return not negated
    return negated != _acl_matches(config, acl, host, step)


def _acl_matches(config: _Config, acl: _Acl, host: str, step: str) -> bool:
    if acl.kind in ("any-of", "all-of"):
        known = [value for value in acl.values if value.lstrip("!") in config.acls]
        decide = any if acl.kind == "any-of" else all
        return decide(
            _match(config, value, host, step) for value in known if config.acls[value.lstrip("!")] is not acl
        )
    if acl.kind in _DOMAINS:
        return any(_domain(value, host) for value in acl.values)
    if acl.kind in _REGEXES:
        flags = re.IGNORECASE if acl.insensitive else 0
        return any(_search(value, host, flags) for value in acl.values)
    if acl.kind == "at_step":
        return not step or step in acl.values
    return True


def _domain(value: str, host: str) -> bool:
    value = value.lower()
    if value.startswith("."):  # Squid's leading dot covers the domain itself as well
        return normal(host) == value[1:] or normal(host).endswith(value)
    return normal(host) == normal(value)


def _search(value: str, host: str, flags: int) -> bool:
    if len(value) > 500:
        return True
    try:
        return re.search(value, host, flags) is not None
    except re.error:
        return True


def _read(text: str) -> _Config:
    config = _Config()
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        if len(words) < 3:
            continue
        head, rest = words[0], words[1:]
        if head == "acl":
            acl = config.acls.setdefault(rest[0], _Acl(rest[1]))
            acl.insensitive |= "-i" in rest[2:]
            acl.values += [value for value in rest[2:] if not value.startswith("-")]
        elif head == "ssl_bump":
            config.bumps.append((number, rest[0], rest[1:]))
        elif head == "request_header_access":
            config.denies.append((number, rest[0], rest[1], rest[2:]))
        elif head == "request_header_add":
            config.adds.append((number, rest[0].rstrip(":"), rest[1], rest[2:]))
    return config


def _words(line: str) -> list[str]:
    bare = line.strip()
    if not bare or bare.startswith("#"):
        return []
    try:
        return shlex.split(bare, comments=True)
    except ValueError:
        return bare.split()
