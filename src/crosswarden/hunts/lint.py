"""What a hunt must be, one small class a rule: the style guide of content, run over every hunt by a test.

>>> from crosswarden.hunts.loader import packaged
>>> [complaint for hunt in packaged() for complaint in lint(hunt, bind=False)]
[]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import ClassVar, Protocol
from uuid import UUID

from crosswarden.hunts.model import Hunt
from crosswarden.kql.compile import check
from crosswarden.kql.environment import Environment
from crosswarden.tables import Table, documented, known_tables

__all__ = ["LINTS", "Lint", "lint"]

TACTICS = frozenset(
    [
        "Reconnaissance",
        "ResourceDevelopment",
        "InitialAccess",
        "Execution",
        "Persistence",
        "PrivilegeEscalation",
        "DefenseEvasion",
        "CredentialAccess",
        "Discovery",
        "LateralMovement",
        "Collection",
        "CommandAndControl",
        "Exfiltration",
        "Impact",
    ]
)


class Lint(Protocol):
    """A rule: its name, why it exists, and the complaints about a hunt."""

    name: ClassVar[str]
    reason: ClassVar[str]

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        """What is wrong, one sentence each."""
        ...


class Identity:
    """A GUID, which Sentinel updates a rule by."""

    name: ClassVar[str] = "identity"
    reason: ClassVar[str] = "Sentinel identifies a rule by its GUID"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        try:
            UUID(hunt.guid)
        except ValueError:
            yield f"id {hunt.guid!r} is no GUID"
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", hunt.id):
            yield f"the file name {hunt.id!r} is not words joined by hyphens"


class Technique:
    """Known tactics and techniques only."""

    name: ClassVar[str] = "technique"
    reason: ClassVar[str] = "layers and reports show technique names"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        for each in hunt.tactics:
            if each not in TACTICS:
                yield f"tactic {each!r} is not known"
        for each in hunt.techniques:
            if each not in _attack_names():
                yield f"technique {each!r} has no name in content/attack.json"
        if not hunt.techniques:
            yield "no technique"


class ByName:
    """modifiedProperties are looked up by name."""

    name: ClassVar[str] = "by-name"
    reason: ClassVar[str] = "their order is not guaranteed; Microsoft's own samples index them and miss"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        if re.search(r"modifiedproperties\)*\s*\[\s*\d", hunt.query, re.IGNORECASE):
            yield "modifiedProperties are looked up by position"


class Requirements:
    """Needs that can be checked: known tables and columns."""

    name: ClassVar[str] = "requirements"
    reason: ClassVar[str] = "clean rests on them"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        for need in hunt.requires:
            for one in need.any:
                table = documented(one.table)
                for column in one.columns:
                    if table is None or table.column(column) is None:
                        yield f"{one.table} has no column {column!r}"
                if not re.search(rf"\b{one.table}\b", hunt.query):
                    yield f"{one.table} is needed but the query does not read it"


class Prelude:
    """The shared text is the same everywhere."""

    name: ClassVar[str] = "prelude"
    reason: ClassVar[str] = "a correction to it must reach every hunt"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        if "DirectoryEvents" in hunt.query and _prelude() not in hunt.query:
            yield "its directory events are not those of content/prelude.kql"


class CleanSentence:
    """A hunt that reports says what clean means."""

    name: ClassVar[str] = "clean-sentence"
    reason: ClassVar[str] = "a reader must know what was not found"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        if hunt.finding and not hunt.clean.endswith("."):
            yield "'clean' is not a sentence"
        if len(hunt.description) < 40:
            yield "the description says too little"


class OwnWindow:
    """The window comes from outside."""

    name: ClassVar[str] = "own-window"
    reason: ClassVar[str] = "a filter on now() would hide what was imported later"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        if re.search(r"\bago\s*\(|\bnow\s*\(", hunt.query):
            yield "the query reads the clock"


class Columns:
    """The result holds the columns that findings are made of."""

    name: ClassVar[str] = "columns"
    reason: ClassVar[str] = "a title or entity without its column would be empty"

    def complaints(self, hunt: Hunt) -> Iterator[str]:
        checked = check(hunt.query, Environment(tables=_tables()))
        for each in checked.diagnostics:
            if each.severity == "error":
                yield f"KQL: {each.message}"
        if checked.columns is None or hunt.finding is None:
            return
        there = {column.name for column in checked.columns}
        needed = {"TimeGenerated", *hunt.finding.key, *re.findall(r"\{(\w+)\}", hunt.finding.title)}
        needed |= {name for each in hunt.finding.entities for name in (each.id, each.name, each.alias)}
        needed.add(hunt.finding.severity)
        for name in sorted(needed - there - {""}):
            yield f"the result has no column {name!r}"


LINTS: tuple[Lint, ...] = (
    Identity(),
    Technique(),
    ByName(),
    Requirements(),
    Prelude(),
    CleanSentence(),
    OwnWindow(),
    Columns(),
)
"""Every rule, in the order in which complaints appear."""


@cache
def _tables() -> dict[str, Table]:
    return {name: found for name in known_tables() if (found := documented(name))}


@cache
def _attack_names() -> dict[str, str]:
    names: dict[str, str] = json.loads(
        files("crosswarden.content").joinpath("attack.json").read_text("utf-8")
    )
    return names


@cache
def _prelude() -> str:
    return files("crosswarden.content").joinpath("prelude.kql").read_text("utf-8").strip()


def lint(hunt: Hunt, *, bind: bool = True) -> list[str]:
    """Every complaint about a hunt; ``bind`` false leaves out the rules that need the KQL front end."""
    return [
        f"{hunt.id}: {rule.name}: {complaint}"
        for rule in LINTS
        if bind or not isinstance(rule, Columns)
        for complaint in rule.complaints(hunt)
    ]
