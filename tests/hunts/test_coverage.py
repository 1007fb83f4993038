"""Found, clean or blind: blind whenever a table, a column or days are missing, and never the reverse."""

from __future__ import annotations

from typing import Any

import pytest

from crosswarden.hunts.loader import packaged
from crosswarden.hunts.model import Status
from crosswarden.hunts.runner import run_hunts

HUNTS = [hunt.id for hunt in packaged()] + [
    "cross-tenant-chain",
    "application-chain",
    "issuance-reconciliation",
]


def _statuses(engine: Any) -> dict[str, Status]:
    return {result.hunt: result.status for result in run_hunts(engine).results}


def test_with_everything_there_and_nothing_found_every_hunt_is_clean(stand_in: Any, all_days: Any) -> None:
    """Clean is possible: all tables, columns and days are held."""
    assert set(_statuses(stand_in(held=all_days())).values()) == {Status.CLEAN}


def test_an_empty_lake_is_blind(stand_in: Any) -> None:
    """Nothing at all is never clean, and the reason names the tables."""
    results = run_hunts(stand_in()).results
    assert {result.status for result in results} == {Status.BLIND}
    assert all("no rows of" in result.reason for result in results)


@pytest.mark.parametrize("what", ["table", "column", "three days"])
def test_taking_away_what_a_hunt_needs_makes_it_blind(stand_in: Any, all_days: Any, what: str) -> None:
    """For every hunt and every requirement: without the table, a column's values, or three days, clean turns blind."""
    from crosswarden.hunts.correlations import CORRELATIONS

    needs = {hunt.id: hunt.requires for hunt in packaged()} | {
        each.id: each.requires for each in CORRELATIONS
    }
    for hunt, requires in needs.items():
        for need in requires:
            held = all_days()
            empty: set[str] = set()
            for one in need.any:
                if what == "table":
                    held[one.table] = {}
                elif what == "three days":
                    held[one.table] = {
                        tenant: days[:4] + days[7:] for tenant, days in held[one.table].items()
                    }
                else:
                    empty |= set(one.columns)
            if what == "column" and not empty:
                continue
            status = _statuses(stand_in(held=held, empty_columns=frozenset(empty)))
            assert status[hunt] is Status.BLIND, (hunt, need.name)


def test_days_missing_for_one_of_two_tenants_make_the_hunt_blind(stand_in: Any, all_days: Any) -> None:
    """A tenant that is in the lake but whose audit log is not keeps the hunt from saying clean."""
    held = all_days()
    held["SigninLogs"]["22222222-2222-2222-2222-222222222222"] = held["SigninLogs"][
        next(iter(held["SigninLogs"]))
    ]
    results = {result.hunt: result for result in run_hunts(stand_in(held=held)).results}
    assert results["cross-tenant-partner-added"].status is Status.BLIND
    assert "22222222" in results["cross-tenant-partner-added"].reason


def test_rows_without_tenant_belong_to_the_only_one_there_is(stand_in: Any, all_days: Any) -> None:
    """Graph exports name no tenant; with one tenant in the lake they are its own."""
    held = all_days()
    held["AuditLogs"] = {"": next(iter(held["AuditLogs"].values()))}
    assert _statuses(stand_in(held=held))["cross-tenant-partner-added"] is Status.CLEAN


def test_a_found_hunt_stays_found_and_names_its_gaps(stand_in: Any, all_days: Any) -> None:
    """Missing days never hide a finding; they are named beside it."""
    held = all_days()
    held["AuditLogs"] = {key: days[:5] for key, days in held["AuditLogs"].items()}
    held["OfficeActivity"] = held["CloudAppEvents"] = {}
    row = {
        "TimeGenerated": "2026-03-03T10:00:00.0000000Z",
        "Tenant": "t",
        "Partner": "p",
        "Actor": "a@b",
        "ActorIp": "",
    }
    results = run_hunts(stand_in(held=held, found={"cross-tenant-partner-added": [row]})).results
    result = next(each for each in results if each.hunt == "cross-tenant-partner-added")
    assert result.status is Status.FOUND
    assert "2026-03-07 to 2026-03-15" in result.reason
