"""Every scenario, as a whole."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from crosswarden.errors import UsageError
from crosswarden.rehearsal import ATTACK, SCENARIOS, Truth, rehearse


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return rehearse(
        list(SCENARIOS),
        tmp_path_factory.mktemp("all"),
        seed=11,
        life=False,
        cleanup=True,
        variants=("loud", "quiet"),
    )


def test_every_scenario_is_told_in_its_variants(rehearsed: Truth) -> None:
    """Each attack is told loud and quiet, and each look-alike once."""
    told = {(story.scenario, story.variant) for story in rehearsed.stories}
    for name, scenario in SCENARIOS.items():
        variants = ("loud", "quiet") if scenario.kind == ATTACK else ("ordinary",)
        assert {variant for which, variant in told if which == name} == set(variants)


def test_every_event_of_ours_is_in_its_file(rehearsed: Truth) -> None:
    """The truth names a file for each event, and the file holds its id."""
    texts = {each.path: (rehearsed.folder / each.path).read_text("utf-8") for each in rehearsed.files}
    for story in rehearsed.stories:
        for step in story.steps:
            for event in step.events:
                assert event.files, (story.scenario, step.step, event.operation, event.missing)
                assert all(event.id in texts[path] for path in event.files)


def test_quiet_leaves_less_than_loud(rehearsed: Truth) -> None:
    """A quiet attack leaves fewer events than the loud one of the same name."""
    count = {
        (story.scenario, story.variant): sum(len(step.events) for step in story.steps)
        for story in rehearsed.stories
    }
    for name, scenario in SCENARIOS.items():
        if scenario.kind == ATTACK:
            assert count[name, "quiet"] < count[name, "loud"], name


def test_events_of_a_log_have_distinct_ids(rehearsed: Truth) -> None:
    """No two events of one tenant's log share an id."""
    seen = [
        (event.tenant, event.log, event.id)
        for story in rehearsed.stories
        for step in story.steps
        for event in step.events
    ]
    assert len(seen) == len(set(seen))


def test_forged_tokens_are_in_no_signin(rehearsed: Truth) -> None:
    """The token identifiers of the forged-token story occur in no sign-in log."""
    signins = "".join(
        (rehearsed.folder / each.path).read_text("utf-8")
        for each in rehearsed.files
        if each.log in ("signin", "noninteractive", "principal", "managed")
    )
    forged = [story.entities["token"] for story in rehearsed.stories if story.scenario == "forged-token"]
    assert len(forged) == 2
    assert all(token not in signins for token in forged)


def test_slow_attacks_take_weeks(tmp_path: Path) -> None:
    """With slow, what takes days takes weeks, and the truth says from when to when."""
    fast = rehearse(["cross-tenant-sync"], tmp_path / "fast", days=45, life=False, variants=("quiet",))
    slow = rehearse(
        ["cross-tenant-sync"], tmp_path / "slow", days=45, life=False, variants=("quiet",), slow=True
    )

    def span(truth: Truth) -> int:
        first, last = truth.stories[0].first, truth.stories[0].last
        return (int(last[5:7]) - int(first[5:7])) * 30 + int(last[8:10]) - int(first[8:10])

    assert span(fast) <= 4
    assert span(slow) >= 20


def test_unknown_scenario_is_refused(tmp_path: Path) -> None:
    """An unknown scenario is refused by name, and what there is is listed."""
    with pytest.raises(UsageError, match=r"no scenario 'nonsense'.*cross-tenant-sync"):
        rehearse(["nonsense"], tmp_path)


def test_attackers_come_from_global_addresses(rehearsed: Truth) -> None:
    """What a loud attacker uses is a global address outside every office, not one that a reader takes for private."""
    seen = 0
    for story in rehearsed.stories:
        address = story.entities.get("use_address") or story.entities.get("address", "")
        if story.variant == "loud" and story.scenario != "tenant-restriction-bypass" and address:
            assert ip_address(address).is_global, story.scenario
            seen += 1
    assert seen > 8


@pytest.mark.parametrize(("days", "slow"), [(6, False), (14, False), (36, True), (60, True)])
def test_steps_follow_one_another(tmp_path: Path, days: int, slow: bool) -> None:
    """However short the rehearsal, an attack's set-up precedes its use, and the clean-up ends it."""
    truth = rehearse(
        list(SCENARIOS), tmp_path, days=days, slow=slow, cleanup=True, life=False, variants=("loud", "quiet")
    )
    for story in truth.stories:
        firsts = {step.step: min(event.time for event in step.events) for step in reversed(story.steps)}
        order = list(firsts.values())[::-1]
        assert order == sorted(order), (story.scenario, story.variant, firsts)


def test_too_few_days_are_refused(tmp_path: Path) -> None:
    """A rehearsal too short for its attacks says how many days it needs."""
    with pytest.raises(UsageError, match=r"give 36 or more"):
        rehearse(["cross-tenant-sync"], tmp_path, days=30, slow=True)
