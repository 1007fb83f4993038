"""A score as text for people, as Markdown, and as JUnit XML for build servers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from crosswarden.scoring.scores import HuntScore, Score, StoryScore

__all__ = ["as_junit", "as_markdown", "as_text"]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _span(seconds: int | None) -> str:
    """Seconds as days, hours and minutes.

    >>> _span(93_600), _span(0), _span(None)
    ('1d 2h', '0m', '-')
    """
    if seconds is None:
        return "-"
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {rest // 60}m" if hours else f"{rest // 60}m"


def _story_row(each: StoryScore) -> list[str]:
    if each.kind != "attack":
        mark = "quiet" if not each.found else "false alarm"
    else:
        mark = "found" if each.found else "MISSED"
    below = f" (below: {', '.join(each.quieter)})" if each.quieter and not each.found else ""
    return [each.scenario, each.variant, mark, _span(each.seconds), ", ".join(each.hunts) + below]


def _hunt_row(each: HuntScore) -> list[str]:
    counts = [str(each.attacks), str(each.lookalikes), str(each.ordinary)]
    return [each.hunt, each.status, _share(each.precision), *counts, str(len(each.stories))]


_STORIES = ("scenario", "variant", "result", "after", "hunts")
_HUNTS = ("hunt", "status", "precision", "attacks", "look-alikes", "ordinary", "stories")


def _summary(score: Score) -> str:
    recalls = ", ".join(f"{variant} {_share(score.recall(variant))}" for variant in score.variants)
    return f"recall: {recalls or '-'}; findings of {score.threshold} or above about no attack: {score.false_findings}"


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[number]) for row in (head, *rows)) for number in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]


def as_text(score: Score) -> str:
    """Two tables and one line."""
    parts = []
    if score.stories:
        parts += [*_columns(_STORIES, [_story_row(each) for each in score.stories]), ""]
    parts += [*_columns(_HUNTS, [_hunt_row(each) for each in score.hunts]), "", _summary(score)]
    return "\n".join(parts) + "\n"


def _pipes(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines]


def as_markdown(score: Score) -> str:
    """Two tables for a page."""
    lines = [_summary(score), ""]
    if score.stories:
        lines += [*_pipes(_STORIES, [_story_row(each) for each in score.stories]), ""]
    return "\n".join([*lines, *_pipes(_HUNTS, [_hunt_row(each) for each in score.hunts])]) + "\n"


def as_junit(score: Score) -> str:
    """A suite of stories (an attack that was missed and a look-alike that was taken for one fail) and one of hunts (a
    finding about no attack fails, a blind hunt is skipped)."""
    cases: list[str] = []
    failures = 0
    for each in score.stories:
        name = quoteattr(f"{each.scenario} ({each.variant})")
        wrong = each.found != (each.kind == "attack")
        failures += wrong
        message = "missed" if each.kind == "attack" else f"taken for an attack by {', '.join(each.hunts)}"
        inner = f"<failure message={quoteattr(message)}/>" if wrong else ""
        cases.append(f'<testcase classname="stories" name={name}>{inner}</testcase>')
    for hunt in score.hunts:
        wrong = bool(hunt.lookalikes + hunt.ordinary)
        failures += wrong
        inner = f"<failure message={quoteattr('; '.join(hunt.titles))}/>" if wrong else ""
        if hunt.status == "blind" and not wrong:
            inner = '<skipped message="blind"/>'
        cases.append(f'<testcase classname="hunts" name={quoteattr(hunt.hunt)}>{inner}</testcase>')
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="crosswarden score" tests="{len(cases)}" failures="{failures}">\n{body}\n</testsuite>\n'
    )
