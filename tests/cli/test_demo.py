"""The demo goes the whole way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosswarden.cli.main import main


def test_the_demo_reports_the_rehearsed_attack_from_partner_to_sign_in(tmp_path: Path) -> None:
    """Findings name the added partner, the synced user and its sign-in, and the report is one small file."""
    with pytest.raises(SystemExit) as ended:
        main(["demo", "-o", str(tmp_path / "demo")])
    assert ended.value.code == 0
    lines = (tmp_path / "demo/findings.jsonl").read_text("utf-8").splitlines()
    found = {row["hunt"] for row in map(json.loads, lines) if row["status"] == "found"}
    assert {
        "cross-tenant-partner-added",
        "cross-tenant-sync-enabled",
        "synced-user-created",
        "partner-user-signed-in",
        "cross-tenant-chain",
    } <= found
    report = (tmp_path / "demo/report.html").read_text("utf-8")
    assert len(report) < 1_000_000 and "Partner tenant" in report


def test_the_demo_never_clears_a_folder_that_it_did_not_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody's own files stay; the message says what to do."""
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(SystemExit) as ended:
        main(["demo", "-o", str(tmp_path)])
    assert ended.value.code == 2 and (tmp_path / "mine.txt").exists()
    assert "name another folder" in capsys.readouterr().err
