"""A baseline and suppression file: what was judged and accepted, by whom, why and until when.

Form: YAML, a list under ``suppress``, each with ``reason`` and ``expires`` (a date), and one or more of ``hunt``,
``entity`` (an id or name) and ``finding`` (the finding's id), all of which must match. Suppressed findings stay in
every result, marked as suppressed; an expired entry suppresses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from crosswarden.errors import UsageError
from crosswarden.hunts.model import Finding

__all__ = ["Suppression", "load_suppressions", "suppressed"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One accepted matter."""

    reason: str
    expires: date
    hunt: str = ""
    entity: str = ""
    finding: str = ""

    def matches(self, finding: Finding, today: date) -> bool:
        """Whether the entry is still valid and every member it states fits the finding."""
        names = {text.lower() for entity in finding.entities for text in (entity.id, entity.name)}
        return (
            today <= self.expires
            and bool(self.hunt or self.entity or self.finding)
            and (not self.hunt or self.hunt == finding.hunt)
            and (not self.entity or self.entity.lower() in names)
            and (not self.finding or self.finding == finding.id)
        )


def load_suppressions(path: Path) -> tuple[Suppression, ...]:
    """The entries of a suppression file; raises UsageError naming file and entry."""
    try:
        entries = (yaml.safe_load(path.read_text("utf-8")) or {}).get("suppress") or []
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError) as error:
        raise UsageError("suppressions", f"{path}: cannot be read: {error}") from None
    result = []
    for position, entry in enumerate(entries, 1):
        try:
            expires = entry["expires"]
            day = expires if isinstance(expires, date) else date.fromisoformat(str(expires))
            members = {name: str(entry.get(name) or "") for name in ("hunt", "entity", "finding")}
            result.append(Suppression(str(entry["reason"]), day, **members))
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                "suppressions",
                f"{path}: entry {position} is wrong: {error!r}",
                remedy="reason and expires are needed",
            ) from None
    return tuple(result)


def suppressed(
    findings: Iterable[Finding], entries: Iterable[Suppression], today: date
) -> tuple[Finding, ...]:
    """The findings, each marked with the reason of the first entry that matches it."""
    known = tuple(entries)
    marked = []
    for finding in findings:
        entry = next((each for each in known if each.matches(finding, today)), None)
        marked.append(
            finding.with_suppression(f"{entry.reason} (until {entry.expires})")
            if entry is not None
            else finding
        )
    return tuple(marked)
