"""Host names as the restriction rules compare them: exact names and sub-domain names, nothing else.

The rules are those documented for GetTenantRestrictionsHostnames: ``foo.ca`` matches ``foo.ca`` but not ``bar.foo.ca``;
``.bar.ca`` (in the web service's spelling ``*.bar.ca``) matches ``sub.bar.ca`` but not ``bar.ca``. Comparison is of
ASCII letters without case, one final dot (the DNS root) is ignored, and a name with any other character is itself only:
a Kelvin sign is no ``k`` here, so no look-alike is ever taken for the real host.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from crosswarden.errors import UsageError

__all__ = ["HostList", "normal", "pattern"]

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\Z")
_SUBDOMAINS = re.compile(rf"\.{_LABEL}(?:\.{_LABEL})*\Z")
_INNER = re.compile(rf"{_LABEL}(?:\.(?:\*|{_LABEL}))*\.{_LABEL}\Z")


def normal(host: str) -> str:
    """The host as it is compared: no port, no brackets, lower case when ASCII, without the final root dot.

    >>> normal("LOGIN.Live.com.:443"), normal("[2603:1006::1]:443")
    ('login.live.com', '2603:1006::1')
    """
    name = host.strip()
    if name.startswith("["):
        return name[1:].partition("]")[0].lower()
    if name.count(":") == 1:
        name = name.partition(":")[0]
    name = name.removesuffix(".")
    return name.lower() if name.isascii() else name


def pattern(text: str) -> str:
    """A host pattern in its one spelling: ``foo.ca``, ``.bar.ca`` or, with a star inside, ``a.*.b``.

    >>> pattern("*.SharePoint.com"), pattern("login.live.com")
    ('.sharepoint.com', 'login.live.com')

    Raises UsageError for what is no host name: URLs, addresses, spaces, a star for a part of a label.
    """
    name = text.strip().lower().removesuffix(".")
    if name.startswith("*."):
        name = name[1:]
    if _is_address(name) or not (_NAME.match(name) or _SUBDOMAINS.match(name) or _INNER.match(name)):
        raise UsageError(
            "host-pattern",
            f"{text!r} is no host name pattern",
            remedy="write foo.example, .bar.example or *.bar.example",
        )
    return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class HostList:
    """Exact names, sub-domain suffixes (with their leading dot) and patterns with a star as an inner label.

    >>> hosts = HostList.of(["foo.ca", "*.bar.ca"])
    >>> [hosts.matches(h) for h in ("foo.ca", "bar.foo.ca", "sub.bar.ca", "bar.ca", "xbar.ca", "SUB.bar.ca.")]
    [True, False, True, False, False, True]
    """

    exact: frozenset[str]
    subdomains: frozenset[str]
    inner: frozenset[str] = frozenset()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> HostList:
        """The list of PATTERNS; raises UsageError for one that is no host name."""
        names = {pattern(text) for text in patterns}
        inner = {name for name in names if "*" in name}
        subdomains = {name for name in names - inner if name.startswith(".")}
        return cls(frozenset(names - inner - subdomains), frozenset(subdomains), frozenset(inner))

    def matches(self, host: str) -> bool:
        """Whether HOST falls under the list."""
        name = normal(host)
        if name in self.exact:
            return True
        at = name.find(".", 1)
        while at >= 0:
            if name[at:] in self.subdomains:
                return True
            at = name.find(".", at + 1)
        return any(_inner_match(star, name) for star in self.inner)

    def patterns(self) -> tuple[str, ...]:
        """Every pattern, sorted, exact names first."""
        return (*sorted(self.exact), *sorted(self.subdomains), *sorted(self.inner))


def _inner_match(star: str, name: str) -> bool:
    wanted, labels = star.split("."), name.split(".")
    if len(wanted) != len(labels):
        return False
    return all(want in ("*", label) for want, label in zip(wanted, labels, strict=True))
