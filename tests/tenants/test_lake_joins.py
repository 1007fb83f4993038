"""The joins with the lake: stale partners by sign-ins, changes by the audit log."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crosswarden.cli.lake_joins import audit_events, foreign_sign_ins, last_sign_ins
from crosswarden.cli.main import cli
from crosswarden.lake import Lake, ingest
from crosswarden.tenants.observed import NotObserved, Observed

OWN = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
NOW = dt.datetime.now(dt.UTC)


def _row(category: str, days_ago: int, home: str, resource: str) -> dict[str, Any]:
    """A synthetic diagnostic-settings record of a sign-in."""
    moment = (NOW - dt.timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
    return {
        "time": moment,
        "category": category,
        "operationName": "Sign-in activity",
        "tenantId": OWN,
        "resultType": "0",
        "properties": {
            "id": f"{category}-{days_ago}-{resource}",
            "createdDateTime": moment,
            "homeTenantId": home,
            "resourceTenantId": resource,
            "userPrincipalName": "ann@contoso.example",
        },
    }


def _lake(tmp_path: Path, rows: list[dict[str, Any]]) -> str:
    export = tmp_path / "signins.jsonl"
    export.write_text("\n".join(json.dumps(row) for row in rows))
    folder = tmp_path / "test.lake"
    account = ingest([str(export)], Lake.open(folder, create=True))
    assert account.complete
    return str(folder)


def _check(place: Path, lake: str) -> dict[str, tuple[str, str]]:
    done: Result = CliRunner().invoke(
        cli, ["tenants", "check", str(place), "--lake", lake, "--format", "json"], standalone_mode=False
    )
    findings = json.loads(done.stdout)["findings"]
    return {f["subject"]: (f["status"], f["reason"]) for f in findings if f["check"] == "stale_partners"}


def test_stale_partners_from_the_lake(folder: Any, samples: Any, tmp_path: Path) -> None:
    """A partner with a recent sign-in is fine, one whose last is old is stale, one never seen is stale."""
    rows = [
        _row(category, days, OWN, resource)
        for category in ("SignInLogs", "NonInteractiveUserSignInLogs")
        for days, resource in ((200, OWN), (1, OWN), (5, samples.PARTNER), (150, samples.OTHER))
    ]
    partners = [samples.partner(tenantId=t) for t in (samples.PARTNER, samples.OTHER, samples.APP)]
    told = _check(folder(default=samples.default(), partners=partners), _lake(tmp_path, rows))
    assert {subject: status for subject, (status, _) in told.items()} == {
        samples.OTHER: "found",
        samples.APP: "found",
    }


def test_a_short_lake_accuses_nobody(folder: Any, samples: Any, tmp_path: Path) -> None:
    """Sign-ins of a week cannot show that a partner was idle for 90 days: not assessed."""
    rows = [
        _row(category, days, OWN, OWN)
        for category in ("SignInLogs", "NonInteractiveUserSignInLogs")
        for days in (7, 1)
    ]
    told = _check(folder(default=samples.default(), partners=[samples.partner()]), _lake(tmp_path, rows))
    assert told[samples.PARTNER][0] == "not assessed"


def test_half_the_sign_ins_are_not_observed(tmp_path: Path) -> None:
    """Without the non-interactive sign-ins the last one with a tenant is not known."""
    found = last_sign_ins(_lake(tmp_path, [_row("SignInLogs", 1, OWN, OWN)]))
    assert isinstance(found.last, NotObserved)
    assert "AADNonInteractiveUserSignInLogs" in found.last.reason


def test_both_sides_of_a_sign_in_count(tmp_path: Path) -> None:
    """A user of the partner here, and a user of ours there, are both sign-ins with the partner."""
    there, here = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
    rows = [
        _row(c, 1, h, r)
        for c in ("SignInLogs", "NonInteractiveUserSignInLogs")
        for h, r in ((OWN, there), (here, OWN))
    ]
    found = last_sign_ins(_lake(tmp_path, rows)).last
    assert isinstance(found, Observed)
    assert {there, here} <= found.value.keys()


def test_the_lake_names_the_users_to_disable(samples: Any, tmp_path: Path) -> None:
    """The plan disables the users of the hostile tenant who signed in here, and nobody else."""
    rows = [_row("SignInLogs", 1, samples.PARTNER, OWN), _row("SignInLogs", 2, OWN, OWN)]
    rows[0]["properties"]["userId"] = samples.GROUP
    rows[1]["properties"]["userId"] = samples.APP
    lake = _lake(tmp_path, rows)
    done = CliRunner().invoke(
        cli, ["tenants", "contain", samples.PARTNER, "--lake", lake, "--json"], standalone_mode=False
    )
    urls = [step["url"] for step in json.loads(done.stdout)]
    assert f"https://graph.microsoft.com/v1.0/users/{samples.GROUP}" in urls
    assert not any(samples.APP in url for url in urls)


def test_foreign_sign_ins_of_the_lake(tmp_path: Path) -> None:
    """Only sign-ins that cross the border come out, with the fields that evidence needs."""
    there = "11111111-0000-4000-8000-000000000001"
    lake = _lake(tmp_path, [_row("SignInLogs", 1, OWN, OWN), _row("SignInLogs", 2, OWN, there)])
    (row,) = foreign_sign_ins(lake)
    assert (row.home, row.resource, row.code, row.user) == (OWN, there, "0", "ann@contoso.example")
    done = CliRunner().invoke(
        cli,
        ["restrict", "evidence", "--lake", lake, "--tenant", OWN, "--format", "json"],
        standalone_mode=False,
    )
    assert {item["kind"] for item in json.loads(done.stdout)} >= {
        "blocked-attempt",
        "foreign-sign-in-not-stopped",
    }


def test_the_lakes_audit_log_explains_a_change(
    folder: Any, samples: Any, shared: Path, tmp_path: Path
) -> None:
    """The real event of the added partner, ingested, explains the change by name."""
    lake = tmp_path / "audit.lake"
    ingest([str(shared / "data/logs/graph/directoryAudits.json")], Lake.open(lake, create=True))
    assert "Add a partner to cross-tenant access setting" in {
        event.activity for event in audit_events(str(lake))
    }
    old = folder("old", default=samples.default(), partners=[])
    new = folder("new", default=samples.default(), partners=[samples.partner()])
    done = CliRunner().invoke(
        cli,
        ["tenants", "diff", str(old), str(new), "--lake", str(lake), "--format", "json"],
        standalone_mode=False,
    )
    (change,) = json.loads(done.stdout)
    assert change["explanation"] == "explained"
    assert change["events"][0]["actor"] == "attacker@securathesis.onmicrosoft.com"
