"""Accepted findings stay visible, expire, and must say why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crosswarden.errors import UsageError
from crosswarden.hunts.model import Entity, Finding, Severity
from crosswarden.hunts.suppression import load_suppressions, suppressed

FINDING = Finding(
    "application-chain", Severity.HIGH, "t", (Entity("application", "a-1", "Backup"),), "", "", (), ("k",)
)


def _file(folder: Path, text: str) -> Path:
    path = folder / "accepted.yaml"
    path.write_text(text)
    return path


def test_a_matching_entry_marks_the_finding_with_its_reason(tmp_path: Path) -> None:
    """The finding stays, marked with reason and expiry."""
    entries = load_suppressions(
        _file(
            tmp_path,
            "suppress:\n  - {hunt: application-chain, entity: backup, reason: ours, expires: 2026-06-01}",
        )
    )
    (marked,) = suppressed([FINDING], entries, date(2026, 5, 1))
    assert marked.suppressed == "ours (until 2026-06-01)"
    assert marked.id == FINDING.id


@pytest.mark.parametrize(("entity", "today"), [("backup", date(2026, 6, 2)), ("other", date(2026, 5, 1))])
def test_expired_or_foreign_entries_suppress_nothing(tmp_path: Path, entity: str, today: date) -> None:
    """After its last day, or for another entity, an entry has no effect."""
    entries = load_suppressions(
        _file(tmp_path, f"suppress:\n  - {{entity: {entity}, reason: r, expires: 2026-06-01}}")
    )
    (marked,) = suppressed([FINDING], entries, today)
    assert marked.suppressed == ""


def test_an_entry_without_reason_is_refused(tmp_path: Path) -> None:
    """Why and until when are not optional."""
    with pytest.raises(UsageError, match="entry 1"):
        load_suppressions(_file(tmp_path, "suppress:\n  - {hunt: x, expires: 2026-06-01}"))
