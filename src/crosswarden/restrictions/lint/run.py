"""Lints files together: what App Control files tag is held against what firewall files ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from crosswarden.errors import InputError
from crosswarden.restrictions.lint.addon import lint_addon
from crosswarden.restrictions.lint.problem import Expected, Problem
from crosswarden.restrictions.lint.squid import lint_squid
from crosswarden.restrictions.lint.traffic import lint_har, lint_nftables, lint_pac
from crosswarden.restrictions.lint.windows import lint_appcontrol, lint_firewall, lint_registry, tags_of

__all__ = ["kind_of", "lint_files"]

_LARGEST = 64 << 20


def kind_of(path: Path, text: str) -> str:
    """What a file is: by its ending, and where that says little by its content; '' when it is none of ours."""
    ending = path.suffix.lower()
    known = {
        ".py": "addon",
        ".pac": "pac",
        ".reg": "registry",
        ".xml": "appcontrol",
        ".ps1": "firewall",
        ".har": "har",
    }
    if ending in known:
        return known[ending]
    if "FindProxyForURL" in text:
        return "pac"
    if re.search(r"^\s*(ssl_bump|request_header_add|http_port)\b", text, re.MULTILINE):
        return "squid"
    if re.search(r"^\s*table\s+(inet|ip|ip6)\s", text, re.MULTILINE):
        return "nftables"
    return "har" if ending == ".json" and '"entries"' in text and '"log"' in text else ""


def lint_files(paths: Sequence[Path], expected: Expected | None = None) -> tuple[Problem, ...]:
    """Every mistake in PATHS (folders are searched); raises InputError when none of them is of a known kind."""
    expected = expected or Expected()
    texts = [
        (path, text, kind)
        for path in _files(paths)
        for text in [_text(path)]
        if (kind := kind_of(path, text))
    ]
    if not texts:
        raise InputError(
            "lint-nothing",
            "no file of a known kind",
            remedy="give Squid, mitmproxy, PAC, .reg, XML or HAR files",
        )
    tags = frozenset(tag for _, text, kind in texts if kind == "appcontrol" for tag in _tags(text))
    asked = frozenset(
        name
        for _, text, kind in texts
        if kind == "firewall"
        for name in re.findall(r"POLICYAPPID://([\w.-]+)", text)
    )
    each: dict[str, Callable[[str, str], Iterator[Problem]]] = {
        "addon": lambda file, text: lint_addon(file, text, expected),
        "squid": lambda file, text: lint_squid(file, text, expected),
        "registry": lambda file, text: lint_registry(file, text, expected),
        "har": lambda file, text: lint_har(file, text, expected),
        "pac": lint_pac,
        "nftables": lint_nftables,
        "appcontrol": lambda file, text: lint_appcontrol(file, text, asked),
        "firewall": lambda file, text: lint_firewall(file, text, tags),
    }
    return tuple(problem for path, text, kind in texts for problem in each[kind](str(path), text))


def _tags(text: str) -> list[str]:
    try:
        return tags_of(text)
    except ElementTree.ParseError:
        return []


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                item for item in path.rglob("*") if item.is_file() and item.stat().st_size < _LARGEST
            )
        elif path.is_file():
            yield path
        else:
            raise InputError("lint-missing", f"{path} does not exist")


def _text(path: Path) -> str:
    data = path.read_bytes()[:_LARGEST]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
