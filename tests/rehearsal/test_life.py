"""Ordinary life: consistent with itself, and the same however it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crosswarden.rehearsal import Truth, rehearse
from crosswarden.rehearsal.chance import token_of
from crosswarden.rehearsal.organisation import found

SIGNINS = ("signin", "noninteractive", "principal", "managed")


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return rehearse(
        [], tmp_path_factory.mktemp("life"), seed=4, days=8, users=30, shapes=["diagnostic", "management"]
    )


def records(truth: Truth, *logs: str) -> Iterator[dict[str, Any]]:
    for each in truth.files:
        if each.log in logs:
            text = (truth.folder / each.path).read_text("utf-8")
            rows = (
                json.loads(text)
                if each.path.endswith(".json")
                else [json.loads(line) for line in text.splitlines()]
            )
            assert len(rows) == each.events
            yield from rows


def test_every_access_was_issued_a_token(ordinary: Truth) -> None:
    """Each token that mail, files or Graph calls carry was issued by a sign-in before, to the same person."""
    issued = {
        row["properties"]["uniqueTokenIdentifier"]: (row["time"], row["properties"].get("userId"))
        for row in records(ordinary, *SIGNINS)
    }
    checked = 0
    for row in records(ordinary, "unified"):
        token = row.get("AppAccessContext", {}).get("UniqueTokenId")
        if token:
            assert issued[token][0][:19] <= row["CreationTime"]
            checked += 1
    for row in records(ordinary, "graph-activity"):
        time, user = issued[row["properties"]["signInActivityId"]]
        assert time <= row["time"]
        assert (user or "") == row["properties"]["userId"]
        checked += 1
    assert checked > 2000


def test_token_is_the_request_id(ordinary: Truth) -> None:
    """Each sign-in's unique token identifier is its request id in base64url, as real ones are."""
    for row in records(ordinary, *SIGNINS):
        assert row["properties"]["uniqueTokenIdentifier"] == token_of(row["properties"]["id"])


def test_interactive_signins_are_in_both_logs(ordinary: Truth) -> None:
    """Each interactive sign-in has its copy in the unified audit log under the same id."""
    first = {row["properties"]["id"] for row in records(ordinary, "signin")}
    second = {row["Id"] for row in records(ordinary, "unified") if row["Operation"].startswith("UserLog")}
    assert first == second
    assert len(first) > 100


def test_files_are_in_order_of_time(ordinary: Truth) -> None:
    """Within a log, events are in order of time."""
    for log in (*SIGNINS, "graph-activity", "audit", "azure-activity"):
        times = [row["time"] for row in records(ordinary, log)]
        assert times == sorted(times)
        assert times


def test_weekends_are_quiet(ordinary: Truth) -> None:
    """A Sunday has less than a fifth of a Monday's interactive sign-ins."""
    days = [row["time"][:10] for row in records(ordinary, "signin")]
    assert days.count("2026-03-08") * 5 < days.count("2026-03-02")


def test_workers_do_not_change_a_byte(tmp_path: Path) -> None:
    """One process and two write the same bytes, attack and ordinary life together."""
    for workers in (1, 2):
        rehearse(["cross-tenant-sync"], tmp_path / str(workers), seed=9, days=6, users=20, workers=workers)
    first, second = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in "12"
    )
    assert len(first) > 8
    assert first == second


def test_large_rehearsals_write_a_file_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past so many user-days each day is a file of its own, and each is whole."""
    monkeypatch.setattr("crosswarden.rehearsal.writing.WHOLE", 50)
    truth = rehearse([], tmp_path, days=2, users=30, shapes=["graph=signin"], workers=1)
    assert [each.path for each in truth.files] == [
        "graph/signIns.2026-03-02.json",
        "graph/signIns.2026-03-03.json",
    ]
    for each in truth.files:
        assert len(json.loads((tmp_path / each.path).read_bytes())["value"]) == each.events > 20


def test_people_have_names_of_their_own() -> None:
    """No two of 10,000 people share a principal name, an id or a mailbox."""
    users = found(1, users=10_000).users
    for name in ("principal_name", "id", "mailbox", "puid", "sid"):
        assert len({getattr(user, name) for user in users}) == len(users)
