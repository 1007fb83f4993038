"""The synchronisation backdoor as written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosswarden.rehearsal import Truth, rehearse


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return rehearse(["cross-tenant-sync"], tmp_path_factory.mktemp("sync"), seed=3, life=False, cleanup=True)


def test_every_event_of_the_truth_is_in_the_file_it_names(rehearsed: Truth) -> None:
    """The id of each event of each step occurs in the file that the truth gives for it."""
    texts = {each.path: (rehearsed.folder / each.path).read_text("utf-8") for each in rehearsed.files}
    events = [event for step in rehearsed.stories[0].steps for event in step.events]
    assert len(events) > 30
    for event in events:
        assert event.files
        assert all(event.id in texts[path] for path in event.files)


def test_the_partner_is_the_attackers_tenant(rehearsed: Truth) -> None:
    """The partner added is the tenant id in the truth, in the quoting of the real event."""
    audits = json.loads((rehearsed.folder / "graph/directoryAudits.json").read_text("utf-8"))["value"]
    added = next(
        each
        for each in audits
        if each["activityDisplayName"] == "Add a partner to cross-tenant access setting"
    )
    (changed,) = added["targetResources"][0]["modifiedProperties"]
    assert changed == {
        "displayName": "tenantId",
        "oldValue": None,
        "newValue": f'"{rehearsed.stories[0].entities["partner"]}"',
    }


def test_synchronised_user_leaves_the_documented_sequence(rehearsed: Truth) -> None:
    """One synchronised user leaves the seven directory events that the documentation shows, in its order."""
    step = next(each for each in rehearsed.stories[0].steps if each.step == "user-synchronised")
    audits = [each.operation for each in step.events if each.log == "audit"]
    assert audits == [
        "Add user",
        "Invite external user",
        "Update user",
        "Redeem external user invite",
        "Redeem external user invite",
        "Update user",
        "Update user",
    ]


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two rehearsals with one seed are equal byte for byte; another seed differs."""
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        rehearse(["cross-tenant-sync"], tmp_path / name, seed=seed, life=False, workers=1 + (name == "b"))
    first, second, other = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in "abc"
    )
    assert first == second
    assert first != other
