"""Packages in project and lock files that validate tokens without binding keys to issuers, or are outdated.

.NET: csproj, fsproj, vbproj, props, packages.config, packages.lock.json, project.assets.json, *.deps.json. JavaScript:
package.json, package-lock.json, yarn.lock, pnpm-lock.yaml. Python: requirements, Pipfile.lock, poetry.lock, uv.lock,
pdm.lock, pyproject.toml. Versions fixed: CHANGELOG of IdentityModel (6.32.0), issue 2323 of microsoft-identity-web.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from crosswarden.tokens.audit_finding import Finding, finding

__all__ = ["MANIFESTS", "audit_manifest", "is_manifest", "older"]

Package = tuple[int, str, str]
"""Line, name, version or range."""

_IDENTITY_MODEL = re.compile(
    r"(microsoft\.identitymodel\.[a-z0-9.]+|system\.identitymodel\.tokens\.jwt)", re.IGNORECASE
)
_IDENTITY_WEB = re.compile(r"microsoft\.identity\.web(\.[a-z0-9.]+)?", re.IGNORECASE)
_SEPARATE = frozenset(
    {"microsoft.identitymodel.clients.activedirectory", "microsoft.identitymodel.abstractions"}
)
"""Other products, with versions of their own."""

_UNMAINTAINED = frozenset(
    {
        "passport-azure-ad",
        "python-jose",
        "adal",
        "adal-node",
        "microsoft.identitymodel.clients.activedirectory",
        "python-jwt",
    }
)

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z.]+)?")


def older(version: str, than: tuple[int, int, int]) -> bool:
    """Whether a version or the least one of a range is older; what cannot be read is not.

    >>> older("6.31.0", (6, 32, 0)), older("[6.32.3, 7.0.0)", (6, 32, 0)), older("6.32.0-preview", (6, 32, 0))
    (True, False, True)
    """
    match = _VERSION.search(version)
    if match is None:
        return False
    found = (int(match[1]), int(match[2]), int(match[3] or 0))
    return found < than or (found == than and match[4] is not None)


_XML = re.compile(
    r"<(?:PackageReference|PackageVersion|GlobalPackageReference|package)\b[^>]*?"
    r"(?:Include|Update|id)\s*=\s*[\"'](?P<name>[\w.-]+)[\"'](?P<rest>[^>]*)(?:>\s*<Version>(?P<inner>[^<]+))?",
    re.IGNORECASE | re.DOTALL,
)
_XML_VERSION = re.compile(r"(?:^|\s)version(?:override)?\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_SLASHED = re.compile(r"[\"'](?P<name>[\w.-]+)/(?P<version>\d+\.\d+[\w.+-]*)[\"']")
_RESOLVED = re.compile(
    r"\"(?P<name>[\w.-]+)\"\s*:\s*\{[^{}]*?\"resolved\"\s*:\s*\"(?P<version>[^\"]+)\"", re.DOTALL
)
_JSON_PAIR = re.compile(
    r"\"(?:node_modules/)?(?P<name>[@\w./-]+)\"\s*:\s*(?:\"(?P<version>[~^>=<\sv]*\d[^\"]*)\"|\{\s*\"version\"\s*:\s*\"(?P<locked>[^\"]+)\")"
)
_YARN = re.compile(
    r"^\"?(?P<name>@?[\w./-]+)@[^:\n]+:\s*\n\s+version:?\s+\"?(?P<version>[^\"\n]+)", re.MULTILINE
)
_PNPM = re.compile(r"^\s+'?/?(?P<name>@?[\w./-]+?)[@/](?P<version>\d+\.\d+[\w.-]*)[^:\n]*'?:", re.MULTILINE)
_REQUIREMENT = re.compile(
    r"^\s*[\"']?(?P<name>[A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:[=~<>!]=?\s*(?P<version>\d[^\s;,\\#\"']*))?",
    re.MULTILINE,
)
_TOML_LOCK = re.compile(r"name\s*=\s*\"(?P<name>[\w.-]+)\"\s*\nversion\s*=\s*\"(?P<version>[^\"]+)\"")
_TOML_QUOTED = re.compile(
    r"\"(?P<name>[A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:[=~<>!]=?\s*(?P<version>\d[^\",;]*))?[^\"]*\""
)
_TOML_KEY = re.compile(
    r"^(?P<name>[A-Za-z][\w-]*)\s*=\s*(?:\{[^}\n]*version\s*=\s*)?\"(?P<version>[^\"\n]*)\"", re.MULTILINE
)


def _matches(text: str, *patterns: re.Pattern[str]) -> Iterator[Package]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            version = groups.get("version") or groups.get("locked") or ""
            yield text.count("\n", 0, match.start("name")) + 1, match["name"], version


def _xml(text: str) -> Iterator[Package]:
    for match in _XML.finditer(text):
        version = _XML_VERSION.search(match["rest"] or "")
        before = _XML_VERSION.search(match[0])
        found = match["inner"] or (version[1] if version else before[1] if before else "")
        yield text.count("\n", 0, match.start("name")) + 1, match["name"], found


def _by(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[Package]]:
    return lambda text: _matches(text, *patterns)


MANIFESTS: Mapping[str, Callable[[str], Iterator[Package]]] = {
    r".*\.(csproj|fsproj|vbproj|props|targets)": _xml,
    r"packages\.config": _xml,
    r"packages\.lock\.json": _by(_RESOLVED),
    r"project\.assets\.json|.*\.deps\.json": _by(_SLASHED),
    r"package\.json|package-lock\.json|npm-shrinkwrap\.json": _by(_JSON_PAIR),
    r"yarn\.lock": _by(_YARN),
    r"pnpm-lock\.ya?ml": _by(_PNPM),
    r"(.*requirements.*|constraints)\.(txt|in)": _by(_REQUIREMENT),
    r"pipfile\.lock": _by(re.compile(r"\"(?P<name>[\w.-]+)\"\s*:\s*\{[^{}]*?\"version\"\s*:\s*\"==(?P<version>[^\"]+)\"", re.DOTALL)),
    r"(poetry|uv|pdm)\.lock": _by(_TOML_LOCK),
    r"pyproject\.toml|pipfile": _by(_TOML_QUOTED, _TOML_KEY),
}  # fmt: skip
"""File name (lower case) → how its packages are read."""


def is_manifest(name: str) -> bool:
    """Whether a file of this name lists packages."""
    return any(re.fullmatch(pattern, name.lower()) for pattern in MANIFESTS)


def audit_manifest(path: str, name: str, text: str) -> tuple[list[Finding], frozenset[str]]:
    """Findings in one file, and the lower-case names of all packages in it."""
    findings: list[Finding] = []
    names: set[str] = set()
    for pattern, read in MANIFESTS.items():
        if not re.fullmatch(pattern, name.lower()):
            continue
        for line, package, version in read(text):
            lower = package.lower()
            names.add(lower.replace("_", "-"))
            if rule := _rule(lower, version):
                findings.append(finding(path, line, rule, f"{package} {version}".strip()))
    return sorted(set(findings)), frozenset(names)


def _rule(package: str, version: str) -> str:
    if package in _UNMAINTAINED:
        return "unmaintained"
    if package in _SEPARATE:
        return ""
    if _IDENTITY_MODEL.fullmatch(package) and older(version, (6, 32, 0)):
        return "outdated-identitymodel"
    if _IDENTITY_WEB.fullmatch(package) and older(version, (2, 13, 2)):
        return "outdated-identity-web"
    return ""
