"""What a case is: findings about the same thing, told as a story whose every sentence keeps its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crosswarden.hunts.model import Entity, Finding, Severity

__all__ = ["Answer", "Case", "Edge", "Event", "Step", "Verdict"]


class Verdict(StrEnum):
    """How the case reads as a whole."""

    ATTACK = "likely attack"
    SUSPICIOUS = "suspicious"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of a case: when, what, by whom, and the finding whose row says so."""

    time: str
    what: str
    who: str
    address: str
    hunt: str
    finding: str
    event_id: str

    def as_json(self) -> dict[str, str]:
        """The event as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Edge:
    """Two entities that a finding names together; positions in the case's entities."""

    source: int
    target: int
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """A containment step: what to do, where, and why at this point of the order."""

    action: str
    why: str
    command: str = ""

    def as_json(self) -> dict[str, str]:
        """The step as a JSON object."""
        return {"action": self.action, "why": self.why, "command": self.command}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the investigation: answered from the data, or left for a person to ask."""

    question: str
    answer: str = ""
    ask: str = ""
    findings: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the data answers it."""
        return bool(self.answer)

    def as_json(self) -> dict[str, Any]:
        """The answer as a JSON object."""
        return {
            "question": self.question,
            "answer": self.answer,
            "ask": self.ask,
            "findings": list(self.findings),
        }


@dataclass(frozen=True, slots=True)
class Case:
    """Findings about the same thing."""

    id: str
    title: str
    family: str
    severity: Severity
    verdict: Verdict
    reasons: tuple[str, ...]
    would_change: tuple[str, ...]
    findings: tuple[Finding, ...]
    entities: tuple[Entity, ...]
    edges: tuple[Edge, ...]
    timeline: tuple[Event, ...]
    containment: tuple[Step, ...]
    playbook: tuple[Answer, ...] = ()
    related: tuple[str, ...] = field(default=())

    @property
    def first_seen(self) -> str:
        """When the first finding begins."""
        return min((each.first_seen for each in self.findings if each.first_seen), default="")

    @property
    def last_seen(self) -> str:
        """When the last finding ends."""
        return max((each.last_seen for each in self.findings if each.last_seen), default="")

    def as_json(self) -> dict[str, Any]:
        """The case as a JSON object; findings by id."""
        return {
            "id": self.id,
            "title": self.title,
            "family": self.family,
            "severity": self.severity.value,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "would_change": list(self.would_change),
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "findings": [each.id for each in self.findings],
            "entities": [each.as_json() for each in self.entities],
            "edges": [[each.source, each.target, each.label] for each in self.edges],
            "timeline": [each.as_json() for each in self.timeline],
            "containment": [each.as_json() for each in self.containment],
            "playbook": [each.as_json() for each in self.playbook],
            "related": list(self.related),
        }
