"""The hunts on rehearsed attacks and on what only looks like one: what must be found and what must not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crosswarden.cases import build_cases
from crosswarden.engines import Engine
from crosswarden.hunts.model import Finding, Severity, Status
from crosswarden.hunts.runner import Outcome, run_hunts
from crosswarden.lake import Lake, ingest
from crosswarden.rehearsal import SCENARIOS, Truth, rehearse

ATTACKS = [
    "cross-tenant-sync", "default-policy-opened", "guest-invitation", "single-tenant-application", "consent-phishing",
    "credentials-added", "mail-theft", "inbound-connector", "tenant-restriction-bypass", "account-backdoor",
    "domain-federated",
]  # fmt: skip
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "cross-tenant-sync": ("cross-tenant-chain", "cross-tenant-partner-added", "synced-user-created"),
    "default-policy-opened": ("cross-tenant-settings-loosened", "cross-tenant-chain"),
    "single-tenant-application": ("application-chain", "application-permissive-role"),
    "consent-phishing": ("application-chain", "delegated-permission-granted"),
    "credentials-added": ("application-credential-added",),
}
"""Hunts that must find the attack in both variants."""
LOUD: Mapping[str, tuple[str, ...]] = {
    "guest-invitation": ("guests-invited-in-bulk", "external-user-gained-access"),
    "mail-theft": ("mailbox-permission-given", "inbox-rule-forwards"),
    "inbound-connector": ("mail-flow-changed",),
    "tenant-restriction-bypass": ("cross-tenant-settings-loosened", "restricted-tenant-reached"),
    "account-backdoor": ("privileged-role-to-new-account", "second-factor-switched-off"),
    "domain-federated": ("domain-federation-changed",),
}
"""Hunts that must find the loud variant."""


def _hunted(folder: Path, lake: Path) -> Outcome:
    opened = Lake.open(lake, create=True)
    account = ingest([folder], opened)
    assert account.complete
    return run_hunts(Engine(lake=opened))


@pytest.fixture(scope="module", params=["loud", "quiet"])
def attacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Truth, Outcome]:
    """Every attack of one variant in one tenant, without ordinary life."""
    folder = tmp_path_factory.mktemp("attacks")
    truth = rehearse(
        ATTACKS, folder / "logs", seed=11, life=False, users=40, variants=(request.param,), cleanup=True
    )
    return request.param, truth, _hunted(folder / "logs", folder / "lake")


def _naming(outcome: Outcome, hunt: str, ids: set[str]) -> list[Finding]:
    return [
        each
        for each in outcome.findings
        if each.hunt == hunt
        and ids
        & {
            text.lower()
            for entity in each.entities
            for text in (entity.id, entity.name, *entity.note.split())
        }
    ]


def test_every_attack_is_found_by_name(attacked: tuple[str, Truth, Outcome]) -> None:
    """Each hunt that should find an attack does so at medium or above, with an entity of the truth in it."""
    variant, truth, outcome = attacked
    missing = []
    for story in truth.stories:
        ids = {
            str(value).lower() for key, value in story.entities.items() if key not in ("tenant", "address")
        }
        for hunt in EXPECTED.get(story.scenario, ()) + (
            LOUD.get(story.scenario, ()) if variant == "loud" else ()
        ):
            found = [each for each in outcome.findings if each.hunt == hunt]
            if hunt not in (
                "mail-flow-changed",
                "mailbox-permission-given",
                "inbox-rule-forwards",
                "guests-invited-in-bulk",
            ):
                found = _naming(outcome, hunt, ids) or found
            if not [each for each in found if each.severity.rank >= Severity.MEDIUM.rank]:
                missing.append((story.scenario, hunt))
    assert missing == []


def test_the_synchronisation_attack_is_one_case_from_partner_to_use(
    attacked: tuple[str, Truth, Outcome],
) -> None:
    """Partner, synchronised user, its sign-in and the cleanup are told together, with certain attribution."""
    _, truth, outcome = attacked
    story = next(each for each in truth.stories if each.scenario == "cross-tenant-sync")
    partner, user = story.entities["partner"], story.entities["synced_user"]
    cases = [
        case
        for case in build_cases(outcome.results)
        if {("tenant", partner), ("user", user)} <= {(each.type, each.id) for each in case.entities}
    ]
    assert len(cases) == 1 and cases[0].severity is Severity.HIGH
    text = "; ".join(cases[0].reasons)
    assert (
        "certain: its sign-in names the home tenant" in text and "users already synchronised remain" in text
    )
    assert (
        partner in cases[0].containment[0].command
        and "identitySynchronization" in cases[0].containment[0].command
    )


def test_no_query_fails(attacked: tuple[str, Truth, Outcome]) -> None:
    """Every hunt runs on what the rehearsal writes."""
    assert not [result.reason for result in attacked[2].results if "could not" in result.reason]


@pytest.mark.parametrize("variant", ["loud", "quiet"])
def test_forged_tokens_are_found_only_beside_sign_in_logs(tmp_path: Path, variant: str) -> None:
    """With ordinary life's sign-in logs the unissued tokens are found; without those logs the answer is blind."""
    rehearse(["forged-token"], tmp_path / "logs", seed=5, users=12, variants=(variant,))
    outcome = _hunted(tmp_path / "logs", tmp_path / "lake")
    result = next(each for each in outcome.results if each.hunt == "issuance-reconciliation")
    assert result.status is Status.FOUND and result.findings[0].severity is Severity.HIGH
    if variant == "loud":
        return  # the other half needs no second telling
    for path in (tmp_path / "logs").rglob("*ign*n*"):
        if path.is_file() and "sign" in path.name.lower():
            path.unlink()
    blind = _hunted(tmp_path / "logs", tmp_path / "lake without sign-ins")
    result = next(each for each in blind.results if each.hunt == "issuance-reconciliation")
    assert result.status is Status.BLIND and not result.findings


def test_what_only_looks_like_an_attack_is_not_found(tmp_path: Path) -> None:
    """Microsoft's support partner, a multi-tenant organisation, invitations, Outlook on a phone: nothing above low."""
    benign = ["support-partner", "organisation-join", "ordinary-invitation", "outlook-mobile"]
    assert all(SCENARIOS[name].kind == "benign" for name in benign)
    rehearse(benign, tmp_path / "logs", seed=3)
    outcome = _hunted(tmp_path / "logs", tmp_path / "lake")
    assert [each.title for each in outcome.findings if each.severity.rank >= Severity.LOW.rank] == []
    assert build_cases(outcome.results) == ()
    clean = {each.hunt for each in outcome.results if each.status is Status.CLEAN}
    assert {
        "cross-tenant-partner-added",
        "cross-tenant-chain",
        "application-chain",
        "mailbox-access-new-application",
    } <= clean


def _print(outcome: Outcome) -> set[tuple[Any, ...]]:
    return {
        (each.hunt, each.severity, each.title, each.first_seen[:19], each.last_seen[:19],
         tuple(sorted((entity.type, entity.id, entity.role) for entity in each.entities)))
        for each in outcome.findings
    }  # fmt: skip


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[Any, ...]]:
    """Findings of three attacks in the usual shapes."""
    folder = tmp_path_factory.mktemp("reference")
    rehearse(
        ["cross-tenant-sync", "single-tenant-application"], folder / "logs", seed=9, life=False, users=12
    )
    return _print(_hunted(folder / "logs", folder / "lake"))


@pytest.mark.parametrize(
    "shapes",
    [("records", "search-csv"), ("log-analytics-csv",), ("query-api",), ("diagnostic", "purview-csv")],
    ids=lambda shapes: "+".join(shapes),
)
def test_another_shape_changes_no_finding(
    tmp_path: Path, reference: set[tuple[Any, ...]], shapes: tuple[str, ...]
) -> None:
    """The same events re-exported give the same findings."""
    rehearse(["cross-tenant-sync", "single-tenant-application"], tmp_path / "logs", seed=9, life=False, users=12, shapes=(*shapes, "diagnostic"))  # fmt: skip
    assert _print(_hunted(tmp_path / "logs", tmp_path / "lake")) == reference


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        value = {key: _shuffled(each, chance) for key, each in value.items()}
        for key in ("modifiedProperties", "ModifiedProperties"):
            if isinstance(value.get(key), list):
                chance.shuffle(value[key])
        return value
    return [_shuffled(each, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", [1])
def test_shuffling_splitting_and_repeating_change_no_finding(
    tmp_path: Path, reference: set[tuple[Any, ...]], seed: int
) -> None:
    """modifiedProperties in any order, files cut in pieces, and everything exported twice: the same findings."""
    chance = random.Random(seed)
    rehearse(
        ["cross-tenant-sync", "single-tenant-application"], tmp_path / "logs", seed=9, life=False, users=12
    )
    out = tmp_path / "mixed"
    out.mkdir()
    for path in (tmp_path / "logs").rglob("*"):
        if path.suffix not in (".json", ".jsonl") or path.name == "ground-truth.json":
            continue
        if path.suffix == ".jsonl":
            records = [json.loads(line) for line in path.read_text().splitlines()]
        else:
            content = json.loads(path.read_text())
            records = content["value"] if isinstance(content, dict) else content
        records = [_shuffled(each, chance) for each in records]
        chance.shuffle(records)
        cut = chance.randint(0, len(records))
        for part, chosen in enumerate((records[:cut], records[cut:], records[: cut // 2 + 1])):
            (out / f"{path.stem}-{part}.jsonl").write_text(
                "".join(json.dumps(each) + "\n" for each in chosen)
            )
    assert _print(_hunted(out, tmp_path / "lake")) == reference


@pytest.mark.parametrize("first", [6])
def test_three_days_without_a_log_turn_clean_into_blind(
    tmp_path: Path, cut_days: Callable[[Path, str, int], None], first: int
) -> None:
    """In a lake of ordinary life, taking three days of the directory audit away blinds what was clean; nothing else changes."""
    rehearse(["outlook-mobile"], tmp_path / "logs", seed=3, shapes=("diagnostic", "management=unified"))
    whole = {each.hunt: each.status for each in _hunted(tmp_path / "logs", tmp_path / "whole").results}
    cut_days(tmp_path / "logs", "2026-03-02", first)
    less = {each.hunt: each.status for each in _hunted(tmp_path / "logs", tmp_path / "less").results}
    assert (
        whole["cross-tenant-partner-added"] is Status.CLEAN
        and less["cross-tenant-partner-added"] is Status.BLIND
    )
    assert not [hunt for hunt in whole if whole[hunt] is not Status.CLEAN and less[hunt] is Status.CLEAN]
