"""Audits a project's code for how it validates tokens: Python, JavaScript and TypeScript, C#, and their lock files.

What is looked at is counted; what is not (too large, unreadable, another language) is never called clean.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crosswarden.tokens.audit_finding import Finding
from crosswarden.tokens.audit_packages import audit_manifest, is_manifest
from crosswarden.tokens.audit_python import MICROSOFT, audit_python
from crosswarden.tokens.audit_text import audit_csharp, audit_javascript

__all__ = ["Audit", "audit_paths"]

SIZE_LIMIT = 4 * 1024 * 1024
LOCK_LIMIT = 32 * 1024 * 1024
_SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        "site-packages",
        "bin",
        "obj",
        "dist",
        ".mypy_cache",
    }
)
_SETTINGS = frozenset({".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".config", ".env"})
_READERS: Mapping[str, Callable[[str, str, bool], list[Finding]]] = {
    ".py": audit_python, ".pyi": audit_python, ".cs": audit_csharp,
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"), audit_javascript),
}  # fmt: skip


@dataclass
class Audit:
    """Findings, how many files of which kind were read, and what was left out."""

    findings: list[Finding] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)

    @property
    def verdict(self) -> str:
        """found, clean, or blind when there was nothing that could be read."""
        if self.findings:
            return "found"
        return "clean" if self.read else "blind"


def audit_paths(paths: Sequence[Path]) -> Audit:
    """Audits files and folders; folders of dependencies and builds are passed over."""
    audit = Audit()
    for path in paths:
        files = list(_files(path))
        microsoft = any(map(_names_microsoft, files))
        for file in files:
            _audit_file(audit, file, microsoft)
    audit.findings.sort()
    return audit


def _names_microsoft(path: Path) -> bool:
    """Whether a source or settings file names an authority of Microsoft."""
    if (
        path.suffix.lower() not in _READERS
        and path.suffix.lower() not in _SETTINGS
        and not path.name.startswith(".env")
    ):
        return False
    try:
        return (
            path.stat().st_size <= SIZE_LIMIT
            and MICROSOFT.search(path.read_bytes().decode("utf-8", "replace")) is not None
        )
    except OSError:
        return False


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            yield Path(folder, name)


def _audit_file(audit: Audit, path: Path, microsoft: bool) -> None:
    reader = _READERS.get(path.suffix.lower())
    manifest = is_manifest(path.name)
    if reader is None and not manifest:
        return
    try:
        if path.stat().st_size > (LOCK_LIMIT if manifest else SIZE_LIMIT):
            audit.left_out.append((str(path), "too large"))
            return
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        audit.left_out.append((str(path), error.strerror or type(error).__name__))
        return
    if manifest:
        findings, packages = audit_manifest(str(path), path.name, text)
        audit.packages |= packages
        audit.findings += findings
    elif reader is not None:
        audit.findings += reader(str(path), text, microsoft)
    kind = "lock or project file" if manifest else path.suffix.lower().lstrip(".")
    audit.read[kind] = audit.read.get(kind, 0) + 1
