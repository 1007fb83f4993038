"""The correlations on synthetic rows: chains in any order of arrival, attribution with its confidence, issuance."""

from __future__ import annotations

import random
from typing import Any

from crosswarden.hunts.model import Severity, Status
from crosswarden.hunts.runner import run_hunts

TENANT = "11111111-1111-1111-1111-111111111111"
PARTNER = "99999999-9999-9999-9999-999999999999"
OTHER = "88888888-8888-8888-8888-888888888888"
USER = "55555555-5555-5555-5555-555555555555"


def _row(time: str, **more: Any) -> dict[str, Any]:
    base = {"TimeGenerated": f"2026-03-{time}:00.0000000Z", "Tenant": TENANT, "Actor": "admin@victim.example"}
    return {**base, "ActorId": "", "ActorIp": "40.126.32.99", "EventId": time, **more}


def _attack(partner: str = PARTNER) -> dict[str, list[dict[str, Any]]]:
    return {
        "cross-tenant-partner-added": [_row("05T09:00", Partner=partner, Operation="add a partner")],
        "cross-tenant-settings-loosened": [
            _row("05T09:02", Partner=partner, Operation="update a partner", Scope=partner, Effect="inbound automatic redemption", Severity="High")
        ],
        "cross-tenant-sync-enabled": [
            _row("05T09:03", Partner=partner, Operation="create a partner cross-tenant identity sync setting", SyncAllowed="true", Severity="High")
        ],
        "synced-user-created": [
            _row("06T10:00", UserId=USER, User="eve_evil.example#EXT#@victim.example", UserType="Member", HomeDomain="evil.example", Sequence="", Severity="Medium")
        ],
        "partner-user-signed-in": [
            _row("07T11:00", UserId=USER, User="eve", Partner=partner, SignIns=2, Failures=0, Synced=True, Application="OfficeHome", Addresses=["203.0.113.9"], FirstAddress="203.0.113.9", Severity="High")
        ],
        "cross-tenant-trust-removed": [_row("08T12:00", Partner=partner, Operation="delete partner specific cross-tenant access setting")],
    }  # fmt: skip


def _chain(engine: Any) -> Any:
    results = {result.hunt: result for result in run_hunts(engine).results}
    return results["cross-tenant-chain"]


def test_set_up_user_use_and_cleanup_are_one_story(stand_in: Any, all_days: Any) -> None:
    """One finding names partner, user and all four stages, and the Microsoft address is not taken for the actor's."""
    result = _chain(stand_in(found=_attack(), held=all_days()))
    (finding,) = result.findings
    assert finding.severity is Severity.HIGH
    assert "set-up, synchronised user, use, cleanup" in finding.title
    assert {("tenant", PARTNER), ("user", USER)} <= {(each.type, each.id) for each in finding.entities}
    assert any("certain: its sign-in names the home tenant" in reason for reason in finding.reasons)
    assert any("40.126.32.99 (microsoft egress)" in reason for reason in finding.reasons)
    assert finding.evidence_total == 6


def test_order_of_arrival_does_not_matter(stand_in: Any, all_days: Any) -> None:
    """Rows in any order give the same finding."""
    expected = _chain(stand_in(found=_attack(), held=all_days())).findings
    for seed in range(10):
        mixed = list(_attack().items())
        random.Random(seed).shuffle(mixed)
        assert _chain(stand_in(found=dict(mixed), held=all_days())).findings == expected


def test_a_set_up_outside_the_days_covered_is_said(stand_in: Any, all_days: Any) -> None:
    """A synchronised user without any set-up is attributed to nobody, unless its sign-in names the tenant."""
    attack = _attack()
    rows = {
        "synced-user-created": attack["synced-user-created"],
        "partner-user-signed-in": attack["partner-user-signed-in"],
    }
    (finding,) = _chain(stand_in(found=rows, held=all_days())).findings
    assert any("set-up itself is not in the days covered" in reason for reason in finding.reasons)
    assert (PARTNER in {each.id for each in finding.entities}) and "synchronised user, use" in finding.title


def test_confidence_falls_with_several_possible_partners(stand_in: Any, all_days: Any) -> None:
    """Without a sign-in, two partners that could send users make the attribution low."""
    rows = _attack()
    rows["partner-user-signed-in"] = []
    rows["cross-tenant-sync-enabled"] = (
        rows["cross-tenant-sync-enabled"] + _attack(OTHER)["cross-tenant-sync-enabled"]
    )
    findings = _chain(stand_in(found=rows, held=all_days())).findings
    assert any("low: one of 2 partners" in reason for finding in findings for reason in finding.reasons)


def test_a_partner_added_and_nothing_else_is_no_chain(stand_in: Any, all_days: Any) -> None:
    """One step is a finding of its own hunt, not a story."""
    rows = {"cross-tenant-partner-added": _attack()["cross-tenant-partner-added"]}
    assert _chain(stand_in(found=rows, held=all_days())).status is Status.CLEAN


def _use(day: str, issued: str | None = None) -> dict[str, Any]:
    return _row(
        day,
        Principal="owner@victim.example",
        AppId="app",
        TokenId=f"token{day}",
        Address="203.0.113.9",
        IssuedAt=issued,
        What="MailItemsAccessed Bind",
        Path="",
        Log="OfficeActivity",
    )


def test_unissued_tokens_are_found_on_covered_days_and_unknown_on_others(
    stand_in: Any, all_days: Any
) -> None:
    """Where the sign-in logs have the day it is a finding; where they have not, it cannot be said."""
    held = all_days()
    for table in ("SigninLogs", "AADNonInteractiveUserSignInLogs"):
        held[table] = {key: days[:10] for key, days in held[table].items()}
    rows = {"unissued-token-use": [_use("05T09:00"), _use("14T09:00")]}
    result = next(
        each
        for each in run_hunts(stand_in(found=rows, held=held)).results
        if each.hunt == "issuance-reconciliation"
    )
    assert result.status is Status.FOUND and len(result.findings) == 1
    assert result.findings[0].evidence_total == 1
    assert "1 accesses carry a token that no sign-in shows" in result.reason


def test_without_sign_in_logs_issuance_is_blind(stand_in: Any, all_days: Any) -> None:
    """No sign-in log, no verdict: every token would look forged."""
    held = all_days() | {"SigninLogs": {}, "AADNonInteractiveUserSignInLogs": {}}
    rows = {"unissued-token-use": [_use("05T09:00")]}
    result = next(
        each
        for each in run_hunts(stand_in(found=rows, held=held)).results
        if each.hunt == "issuance-reconciliation"
    )
    assert result.status is Status.BLIND and not result.findings
