"""Which stories a finding is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["Match", "match"]

SHARED = frozenset(
    {"tenant", "administrator", "address", "use_address", "inviter", "home_tenant", "application_name"}
)
"""Entities of a story that others share; they prove nothing."""

AFTER = timedelta(days=1)
"""How long after a story's last event a finding about its entities may still be seen."""


@dataclass(frozen=True, slots=True)
class Match:
    """A finding is about a story: how that is known, and the first of the story's events it rests on."""

    story: int
    by: str
    """``events`` or ``entities``."""
    seen: str


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.lower()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19] + "+00:00")


def _events(story: Mapping[str, Any]) -> dict[str, str]:
    """Event id → time of the story's events that were exported."""
    return {
        event["id"].lower(): event["time"]
        for step in story["steps"]
        for event in step["events"]
        if event["files"]
    }


def _entities(story: Mapping[str, Any]) -> set[str]:
    return {value.lower() for key, value in story["entities"].items() if key not in SHARED and len(value) > 7}


def match(finding: Mapping[str, Any], stories: Sequence[Mapping[str, Any]]) -> list[Match]:
    """The stories that a finding is about: those whose events it shows, or else those whose entities it names most of.

    >>> story = {"steps": [{"events": [{"id": "E-1", "time": "2026-03-09T09:00:00Z", "files": ["f"]}]}],
    ...          "entities": {}, "first": "2026-03-09T09:00:00Z", "last": "2026-03-09T09:00:00Z"}
    >>> match({"evidence": [{"EventId": "e-1"}], "entities": []}, [story])
    [Match(story=0, by='events', seen='2026-03-09T09:00:00Z')]
    """
    evidence = set(_texts(finding.get("evidence", ())))
    named = set(_texts(finding.get("entities", ())))
    proved: list[Match] = []
    supposed: list[tuple[int, Match]] = []
    for number, story in enumerate(stories):
        events = _events(story)
        times = sorted(events[each] for each in events.keys() & evidence)
        if times:
            proved.append(Match(number, "events", times[0]))
            continue
        first, last = finding.get("first_seen", ""), finding.get("last_seen", "")
        shared = len(_entities(story) & named)
        if first and shared:
            began, ended = _moment(story["first"]), _moment(story["last"]) + AFTER
            if _moment(last or first) >= began and _moment(first) <= ended:
                supposed.append((shared, Match(number, "entities", max(first, story["first"]))))
    most = max((shared for shared, _ in supposed), default=0)
    return proved or [each for shared, each in supposed if shared == most]
