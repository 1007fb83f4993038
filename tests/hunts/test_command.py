"""The hunt and report verbs: outputs, exit codes, foreign rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.errors import UsageError
from crosswarden.hunts.loader import load_file

Run = Callable[..., tuple[int, str, str]]

EVENT = {
    "id": "e1", "category": "CrossTenantAccessSettings", "result": "success", "loggedByService": "Core Directory",
    "activityDisplayName": "Add a partner to cross-tenant access setting", "activityDateTime": "2026-03-02T08:37:42Z",
    "initiatedBy": {"user": {"id": "u1", "userPrincipalName": "=admin@victim.example", "ipAddress": "40.126.32.99"}},
    "targetResources": [{"id": "p", "type": "Policy", "displayName": "x", "modifiedProperties": [
        {"displayName": "other", "oldValue": None, "newValue": '"x"'},
        {"displayName": "TenantId", "oldValue": None, "newValue": '"EE07D55E-928e-4049-89e2-c36739e30514"'},
    ]}],
    "additionalDetails": [],
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a verb on a lake of its own; gives exit code, standard output and standard error."""

    def invoke(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(
            cli, [*arguments, "--lake", str(tmp_path / "lake")], standalone_mode=False
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.return_value or 0, result.stdout, result.stderr

    return invoke


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with one synthetic partner event."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "audit.json").write_text(json.dumps({"value": [EVENT]}))
    return folder


def test_a_folder_in_findings_and_report_out(run: Run, logs: Path, tmp_path: Path) -> None:
    """One command ingests, hunts and writes every asked form; the finding names partner and actor."""
    names = [
        tmp_path / name
        for name in ("f.jsonl", "f.csv", "f.json", "f.html", "f.md", "f.parquet", "f.stix.json")
    ]
    options = [text for name in names for text in ("-o", str(name))]
    code, out, _ = run("hunt", str(logs), "--hunt", "cross-tenant-partner-added", *options)
    assert code == 0 and "ee07d55e-928e-4049-89e2-c36739e30514" in out
    assert all(name.stat().st_size > 100 for name in names)
    (found,) = [json.loads(line) for line in names[0].read_text().splitlines()]
    assert (found["hunt"], found["status"], found["severity"]) == (
        "cross-tenant-partner-added",
        "found",
        "medium",
    )
    assert {"type": "tenant", "id": "ee07d55e-928e-4049-89e2-c36739e30514"}.items() <= found["entities"][
        0
    ].items()
    assert found["evidence"][0]["EventId"] == "e1" and found["first_seen"] == "2026-03-02T08:37:42.0000000Z"
    assert pq.read_table(names[5]).num_rows == 1


def test_fail_on_makes_the_exit_code(run: Run, logs: Path) -> None:
    """1 for findings at or above the level, 0 below it."""
    assert run("hunt", str(logs), "--hunt", "cross-tenant-partner-added", "--fail-on", "medium")[0] == 1
    assert run("hunt", "--hunt", "cross-tenant-partner-added", "--fail-on", "high")[0] == 0


def test_an_unreadable_file_makes_three_and_is_named(run: Run, logs: Path) -> None:
    """Partial input is never silence."""
    (logs / "broken.json.gz").write_bytes(b"\x1f\x8b\x08truncated")
    code, _, err = run("hunt", str(logs), "--hunt", "cross-tenant-partner-added", "--fail-on", "medium")
    assert code == 3 and "broken.json.gz" in err


def test_the_window_leaves_out_other_days(run: Run, logs: Path) -> None:
    """Outside the window nothing is found, and nothing is clean either where the window has no rows."""
    _, out, _ = run(
        "hunt",
        str(logs),
        "--hunt",
        "cross-tenant-partner-added",
        "--from",
        "2026-04-01",
        "--to",
        "2026-04-02",
    )
    assert out == ""


def test_the_last_hunt_can_be_reported_again(run: Run, logs: Path, tmp_path: Path) -> None:
    """report renders what the lake remembers, on standard output or into files."""
    run("hunt", str(logs), "--hunt", "cross-tenant-partner-added")
    code, out, _ = run("report", "-o", str(tmp_path / "again.html"))
    assert code == 0 and out == "" and "ee07d55e" in (tmp_path / "again.html").read_text()
    assert "# crosswarden report" in run("report")[1]


def test_foreign_rules_run_and_those_that_cannot_are_named(run: Run, logs: Path, tmp_path: Path) -> None:
    """Sentinel and Sigma rules from a folder; a file that is no rule and a query that is wrong are part of the result."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "sentinel.yaml").write_text(
        "id: 2c0ad1a1-0e3d-4a3e-8b4a-6f0e9d8c7b6a\nname: Partner added\nseverity: High\nquery: |\n"
        "  AuditLogs\n  | where OperationName has \"Add a partner\"\n  | extend Who = tostring(InitiatedBy.user.userPrincipalName)\n"
        "entityMappings:\n  - entityType: Account\n    fieldMappings:\n      - identifier: FullName\n        columnName: Who\n"
    )  # fmt: skip
    (rules / "sigma.yml").write_text(
        "title: Partner\nlogsource: {product: azure, service: auditlogs}\ndetection:\n  s:\n"
        "    properties.message|contains: Add a partner\n    TargetResources.ModifiedProperties.DisplayName: tenantid\n  condition: s\n"
    )  # fmt: skip
    (rules / "wrong.yaml").write_text("id: x\nname: W\nseverity: Low\nquery: Nowhere | take 1\n")
    (rules / "none.yaml").write_text("a: 1\n")
    target = tmp_path / "out.json"
    run("hunt", str(logs), "--rules", str(rules), "-o", str(target))
    document = json.loads(target.read_text())
    status = {hunt["hunt"]: hunt["status"] for hunt in document["hunts"]}
    assert status == {"sentinel": "found", "sigma": "found", "wrong": "blind"}
    assert "Nowhere" in next(hunt["reason"] for hunt in document["hunts"] if hunt["hunt"] == "wrong")
    assert [each["rule"].endswith("none.yaml") for each in document["unusable"]] == [True]


def test_our_hunts_export_as_sentinel_rules(run: Run, tmp_path: Path) -> None:
    """Without our own keys they still load, with the same query."""
    run("hunt", "--export", str(tmp_path / "rules"))
    files = sorted((tmp_path / "rules").iterdir())
    assert len(files) > 20
    for path in files:
        assert "crosswarden:" not in path.read_text()
        assert load_file(path).requires


@pytest.mark.parametrize(
    "arguments", [["--hunt", "no-such"], ["-o", "x.docx"], ["--known-range", "300.0.0.0/8"], ["--from", "2026-02-02", "--to", "2026-02-01"]]
)  # fmt: skip
def test_what_cannot_be_carried_out_is_refused(run: Run, logs: Path, arguments: list[str]) -> None:
    """Wrong options are usage errors (exit code 2) that say what fits."""
    with pytest.raises(UsageError):
        run("hunt", str(logs), *arguments)
