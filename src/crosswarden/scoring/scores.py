"""Recall by story, precision by hunt, time to detection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crosswarden.scoring.matching import match

__all__ = ["HuntScore", "Score", "StoryScore", "score"]

RANKS = ("informational", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class StoryScore:
    """What was found of one story at the severity that counts."""

    scenario: str
    variant: str
    kind: str
    techniques: tuple[str, ...]
    hunts: tuple[str, ...]
    """Hunts with a finding that counts."""
    quieter: tuple[str, ...]
    """Hunts that found it below that severity only."""
    seconds: int | None
    """From the story's first event to the first that a counting finding rests on."""

    @property
    def found(self) -> bool:
        return bool(self.hunts)


@dataclass(frozen=True, slots=True)
class HuntScore:
    """What one hunt's counting findings were about."""

    hunt: str
    status: str
    attacks: int
    lookalikes: int
    ordinary: int
    stories: tuple[str, ...]
    titles: tuple[str, ...]
    """Of the findings that were about no attack."""

    @property
    def precision(self) -> float | None:
        """The share that was about attacks; None where nothing was found."""
        every = self.attacks + self.lookalikes + self.ordinary
        return self.attacks / every if every else None


@dataclass(frozen=True)
class Score:
    """Every story and every hunt of one or more rehearsals."""

    stories: tuple[StoryScore, ...]
    hunts: tuple[HuntScore, ...]
    threshold: str

    def recall(self, variant: str = "") -> float | None:
        """The share of attacks found, of one variant or of all."""
        chosen = [
            each
            for each in self.stories
            if each.kind == "attack" and (not variant or each.variant == variant)
        ]
        return sum(each.found for each in chosen) / len(chosen) if chosen else None

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.variant for each in self.stories if each.kind == "attack"))

    @property
    def false_findings(self) -> int:
        return sum(each.lookalikes + each.ordinary for each in self.hunts)

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "threshold": self.threshold,
            "recall": {variant: self.recall(variant) for variant in self.variants},
            "false_findings": self.false_findings,
            "stories": [asdict(each) | {"found": each.found} for each in self.stories],
            "hunts": [asdict(each) | {"precision": each.precision} for each in self.hunts],
        }

    def with_other(self, other: Score) -> Score:
        """Both together; a hunt's counts are added, and it is blind only where it was blind in both."""
        merged: dict[str, HuntScore] = {each.hunt: each for each in self.hunts}
        for each in other.hunts:
            known = merged.get(each.hunt)
            merged[each.hunt] = _added(known, each) if known else each
        return Score(
            self.stories + other.stories, tuple(merged[name] for name in sorted(merged)), self.threshold
        )


def _added(one: HuntScore, two: HuntScore) -> HuntScore:
    status = one.status if one.status != "blind" else two.status
    return HuntScore(
        one.hunt,
        "found" if "found" in (one.status, two.status) else status,
        one.attacks + two.attacks,
        one.lookalikes + two.lookalikes,
        one.ordinary + two.ordinary,
        tuple(sorted({*one.stories, *two.stories})),
        one.titles + two.titles,
    )


def _seconds(first: str, seen: str) -> int:
    later = datetime.fromisoformat(seen[:19]) - datetime.fromisoformat(first[:19])
    return max(0, int(later.total_seconds()))


def score(truth: Mapping[str, Any], results: Iterable[Mapping[str, Any]], threshold: str = "medium") -> Score:
    """Scores one rehearsal.

    ``results`` are the objects of ``hunt -o findings.jsonl``: findings, and clean and blind hunts. Findings of at least
    ``threshold`` count; suppressed ones do not.
    """
    stories: Sequence[Mapping[str, Any]] = truth["attacks"]
    counting: dict[int, dict[str, str]] = defaultdict(dict)
    quieter: dict[int, set[str]] = defaultdict(set)
    status: dict[str, str] = {}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    about: dict[str, set[str]] = defaultdict(set)
    titles: dict[str, list[str]] = defaultdict(list)
    for result in results:
        hunt = result["hunt"]
        status[hunt] = result["status"] if status.get(hunt) != "found" else "found"
        if result["status"] != "found" or result.get("suppressed"):
            continue
        matches = match(result, stories)
        if any(stories[each.story]["kind"] == "attack" for each in matches):
            matches = [each for each in matches if stories[each.story]["kind"] == "attack"]
        counts_here = RANKS.index(result["severity"]) >= RANKS.index(threshold)
        for each in matches:
            if counts_here:
                counting[each.story][hunt] = min(counting[each.story].get(hunt, each.seen), each.seen)
            else:
                quieter[each.story].add(hunt)
        if not counts_here:
            continue
        attacks = [each for each in matches if stories[each.story]["kind"] == "attack"]
        about[hunt].update(
            f"{stories[each.story]['scenario']}/{stories[each.story]['variant']}" for each in attacks
        )
        counts[hunt][0 if attacks else 1 if matches else 2] += 1
        if not attacks:
            titles[hunt].append(result["title"])
    told = tuple(
        StoryScore(
            story["scenario"],
            story["variant"],
            story["kind"],
            tuple(story["techniques"]),
            tuple(sorted(counting[number])),
            tuple(sorted(quieter[number] - counting[number].keys())),
            _seconds(story["first"], min(counting[number].values())) if counting[number] else None,
        )
        for number, story in enumerate(stories)
    )
    hunts = tuple(
        HuntScore(
            name,
            status[name],
            counts[name][0],
            counts[name][1],
            counts[name][2],
            tuple(sorted(about[name])),
            tuple(titles[name][:20]),
        )
        for name in sorted(status)
    )
    return Score(told, hunts, threshold)
