"""Windows: registry files, App Control policies, firewall scripts; and whether their tags agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from crosswarden.restrictions.lint.problem import Expected, Problem, judge_value
from crosswarden.restrictions.points.appcontrol import TAG, WRONG_TAG

__all__ = ["lint_appcontrol", "lint_firewall", "lint_registry", "tags_of"]

_VALUE = re.compile(r'^"(\w+)"=(?:"((?:[^"\\]|\\.)*)"|dword:([0-9a-fA-F]{1,8}))', re.MULTILINE)
_CONDITION = re.compile(r"POLICYAPPID://([\w.-]+)")


def lint_registry(file: str, text: str, expected: Expected) -> Iterator[Problem]:
    """The mistakes of a .reg file with the tenant restrictions payload."""
    found = {
        m[1].lower(): (text.count("\n", 0, m.start()) + 1, m[2] or m[3] or "") for m in _VALUE.finditer(text)
    }
    if "tenantid" not in found and "policyid" not in found:
        return
    line = found.get("policyid", (0, ""))[0]
    tenant, policy = (found.get(name, (0, ""))[1] for name in ("tenantid", "policyid"))
    yield from judge_value(file, line, f"{tenant}:{policy}", expected)


def tags_of(text: str) -> list[str]:
    """The tag names that an App Control policy sets; raises ParseError for what is no XML."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ElementTree.ParseError("document type declarations are not read")
    root = ElementTree.fromstring(text.encode())  # noqa: S314 - entities are refused above
    return [item.get("Key", "") for item in root.iter() if item.tag.endswith("AppIDTag")]


def lint_appcontrol(file: str, text: str, conditions: frozenset[str]) -> Iterator[Problem]:
    """The mistakes of an App Control policy; CONDITIONS are tag names that firewall files ask for."""
    try:
        tags = tags_of(text)
    except ElementTree.ParseError as error:
        yield Problem(file, 0, "not-readable", f"no XML: {error}")
        return
    wanted = conditions or frozenset({TAG})
    line = next((n for n, row in enumerate(text.splitlines(), start=1) if "AppIDTag " in row), 0)
    if not wanted & set(tags):
        said = f"sets {', '.join(tags) or 'no tag'}; the condition asks for {', '.join(sorted(wanted))}"
        yield Problem(file, line, "tag-mismatch", said)
    elif WRONG_TAG in tags and TAG not in tags:
        yield Problem(
            file, line, "tag-mismatch", f"{WRONG_TAG} is not the name in Windows Firewall, which is {TAG}"
        )
    if 'PolicyType="AppID Tagging Policy"' not in text:
        yield Problem(
            file, 1, "tag-mismatch", 'PolicyType is not "AppID Tagging Policy": no process is tagged'
        )


def lint_firewall(file: str, text: str, tags: frozenset[str]) -> Iterator[Problem]:
    """The mistakes of a firewall script; TAGS are what App Control files set."""
    wanted = tags or frozenset({TAG})
    for match in _CONDITION.finditer(text):
        if match[1] not in wanted:
            line = text.count("\n", 0, match.start()) + 1
            yield Problem(
                file, line, "tag-mismatch", f"asks for {match[1]}; the tag is {', '.join(sorted(wanted))}"
            )
    if not re.search(r"UDP\b[^\n]*\n?[^\n]*443|443[^\n]*\n?[^\n]*\bUDP", text, re.IGNORECASE):
        yield Problem(file, 0, "quic-open", "no rule closes UDP 443")
