"""Scores: which findings are about which stories, and what follows from it. Truth and findings are synthetic."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from crosswarden.scoring import as_junit, as_markdown, as_text, coverage_layer, match, score


def story(name: str, variant: str = "loud", kind: str = "attack", **entities: str) -> dict[str, Any]:
    events = [
        {"id": f"{name}-{variant}-{number}", "time": f"2026-03-09T0{number}:00:00.0000000Z", "files": ["f"]}
        for number in (1, 2, 3)
    ]
    hidden = {"id": f"{name}-{variant}-hidden", "time": "2026-03-09T00:30:00.0000000Z", "files": []}
    return {
        "scenario": name,
        "variant": variant,
        "kind": kind,
        "techniques": ["T1098"],
        "entities": entities,
        "first": "2026-03-09T01:00:00.0000000Z",
        "last": "2026-03-09T03:00:00.0000000Z",
        "steps": [{"events": [hidden, *events]}],
    }


def finding(
    hunt: str, severity: str = "high", day: str = "2026-03-09", entities: Any = (), **row: Any
) -> dict[str, Any]:
    return {
        "hunt": hunt,
        "status": "found",
        "severity": severity,
        "title": f"{hunt} saw something",
        "entities": list(entities),
        "first_seen": f"{day}T02:30:00.0000000Z",
        "last_seen": f"{day}T02:30:00.0000000Z",
        "evidence": [row],
        "suppressed": "",
    }


def test_events_in_the_evidence_prove_a_match() -> None:
    """An event's id anywhere in the evidence, in whatever case and depth, is proof; the earliest tells when."""
    stories = [story("one"), story("two")]
    found = finding("h", Ids=["x", {"deep": "ONE-LOUD-3"}], EventId="one-loud-2")
    assert [(each.story, each.by, each.seen[11:13]) for each in match(found, stories)] == [
        (0, "events", "02")
    ]


def test_events_that_were_not_exported_prove_nothing() -> None:
    """The id of an event that no file holds does not count."""
    assert match(finding("h", EventId="one-loud-hidden"), [story("one")]) == []


@pytest.mark.parametrize(("day", "expected"), [("2026-03-09", 1), ("2026-03-08", 0), ("2026-03-12", 0)])
def test_entities_count_within_the_days_of_the_story(day: str, expected: int) -> None:
    """Where the evidence shows no event, the story's own entity counts while it lasts and a day after."""
    named = [{"type": "application", "id": "APP-12345678"}]
    assert (
        len(match(finding("h", day=day, entities=named), [story("one", application="app-12345678")]))
        == expected
    )


def test_shared_entities_prove_nothing() -> None:
    """The victim's tenant and its administrator take part in every story."""
    named = [{"id": "tenant-0123456"}, {"id": "admin-01234567"}]
    told = [story("one", tenant="tenant-0123456", administrator="admin-01234567")]
    assert match(finding("h", entities=named), told) == []


def test_the_story_with_most_entities_wins() -> None:
    """A finding that names two entities of one story and one of another is about the first."""
    told = [story("one", user="user-12345678"), story("two", user="user-12345678", partner="partner-1234567")]
    named = [{"id": "user-12345678"}, {"id": "partner-1234567"}]
    assert [each.story for each in match(finding("h", entities=named), told)] == [1]


def scored(*results: dict[str, Any], threshold: str = "medium") -> Any:
    stories = [story("one"), story("one", "quiet"), story("join", "ordinary", "benign")]
    return score({"attacks": stories}, results, threshold)


def test_recall_counts_findings_of_the_threshold() -> None:
    """A low finding leaves the attack missed, and is told as quieter."""
    made = scored(finding("a", EventId="one-loud-1"), finding("b", "low", EventId="one-quiet-1"))
    assert made.recall("loud") == 1.0
    assert made.recall("quiet") == 0.0
    assert made.recall() == 0.5
    assert [each.quieter for each in made.stories] == [(), ("b",), ()]
    assert scored(finding("b", "low", EventId="one-quiet-1"), threshold="low").recall("quiet") == 1.0


def test_time_to_detection_is_from_the_first_event_to_the_first_found() -> None:
    """Two findings: the earlier event that one of them rests on counts."""
    made = scored(finding("a", EventId="one-loud-3"), finding("b", EventId="one-loud-2"))
    assert made.stories[0].seconds == 3600


def test_precision_tells_look_alikes_from_ordinary_life() -> None:
    """A finding about a look-alike and one about nothing rehearsed both count against the hunt."""
    made = scored(
        finding("a", EventId="one-loud-1"),
        finding("a", EventId="join-ordinary-1"),
        finding("a", EventId="nothing"),
        {"hunt": "z", "status": "blind"},
    )
    (first, second) = made.hunts
    assert (first.attacks, first.lookalikes, first.ordinary) == (1, 1, 1)
    assert first.precision == pytest.approx(1 / 3)
    assert second.status == "blind"
    assert second.precision is None
    assert made.false_findings == 2


def test_a_finding_about_both_is_about_the_attack() -> None:
    """Evidence that shows an attack and a look-alike is no false alarm."""
    made = scored(finding("a", Ids=["one-loud-1", "join-ordinary-1"]))
    assert made.false_findings == 0
    assert not made.stories[2].found


def test_suppressed_findings_do_not_count() -> None:
    """What a suppression file accepts neither finds an attack nor is a false alarm."""
    made = scored(finding("a", EventId="one-loud-1") | {"suppressed": "known"})
    assert made.recall() == 0.0
    assert made.false_findings == 0


def test_scores_add_up() -> None:
    """Two rehearsals together: stories side by side, a hunt's counts added, blind only where blind in both."""
    one = scored(finding("a", EventId="one-loud-1"), {"hunt": "z", "status": "blind"})
    two = scored(finding("a", EventId="nothing"), {"hunt": "z", "status": "clean"})
    both = one.with_other(two)
    assert len(both.stories) == 6
    assert [(each.hunt, each.status, each.attacks, each.ordinary) for each in both.hunts] == [
        ("a", "found", 1, 1),
        ("z", "clean", 0, 0),
    ]


def test_junit_fails_what_was_missed_and_what_was_wrong() -> None:
    """Missed attacks and false alarms fail, blind hunts are skipped, titles are escaped."""
    wrong = finding("a", EventId="nothing") | {"title": '<b>"x"</b>'}
    root = ElementTree.fromstring(
        as_junit(scored(finding("a", EventId="one-loud-1"), wrong, {"hunt": "z", "status": "blind"}))
    )
    assert (root.attrib["tests"], root.attrib["failures"]) == ("5", "2")
    failed = {case.attrib["name"]: case[0].attrib["message"] for case in root if case.findall("failure")}
    assert failed == {"one (quiet)": "missed", "a": '<b>"x"</b>'}
    assert [case.attrib["name"] for case in root if case.findall("skipped")] == ["z"]


def test_layer_says_how_much_of_a_technique_was_found() -> None:
    """One of two attacks found: half."""
    layer = json.loads(coverage_layer(scored(finding("a", EventId="one-loud-1"))))
    assert [(each["techniqueID"], each["score"]) for each in layer["techniques"]] == [("T1098", 0.5)]


def test_tables_name_every_story_and_hunt() -> None:
    """Text and Markdown say what was found, missed and wrongly found."""
    made = scored(finding("a", EventId="one-loud-1"), finding("a", EventId="join-ordinary-1"))
    for table in (as_text(made), as_markdown(made)):
        for word in ("found", "MISSED", "false alarm", "loud 1.00", "quiet 0.00"):
            assert word in table
