"""``crosswarden score`` from end to end, on one scenario."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from crosswarden.cli.score import command


def test_score_finds_the_rehearsed_backdoor_and_not_the_support_case(tmp_path: Path) -> None:
    """The loud backdoor is found, Microsoft's support tenant is no finding, and the score is written in every form."""
    outputs = [tmp_path / name for name in ("score.json", "score.xml", "score.md", "score.layer.json")]
    arguments = [
        "cross-tenant-sync",
        "support-partner",
        "--variant",
        "loud",
        "--users",
        "14",
        "--days",
        "8",
        "--fail-under",
        "1",
    ]
    for output in outputs:
        arguments += ["-o", str(output)]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert result.exception is None, result.output
    assert result.return_value == 0
    document = json.loads(outputs[0].read_text("utf-8"))
    assert document["recall"] == {"loud": 1.0}
    assert {each["scenario"]: each["found"] for each in document["stories"]} == {
        "cross-tenant-sync": True,
        "support-partner": False,
    }
    assert "cross-tenant-partner-added" in document["stories"][0]["hunts"]
    assert all(output.stat().st_size > 100 for output in outputs)
    assert "recall: loud 1.00" in result.stdout


def test_unknown_form_is_refused(tmp_path: Path) -> None:
    """An output whose ending says no form is refused before anything is rehearsed."""
    result = CliRunner().invoke(command, ["-o", str(tmp_path / "score.pdf")], standalone_mode=False)
    assert "has no form" in str(result.exception)
