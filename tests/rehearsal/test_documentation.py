"""The page about rehearsals names all there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosswarden.cli.rehearse import command
from crosswarden.rehearsal import SCENARIOS, SHAPES

PAGE = (Path(__file__).resolve().parents[2] / "docs/rehearsal.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*SCENARIOS, *SHAPES])
def test_scenarios_and_shapes_are_documented(name: str) -> None:
    """Each scenario and each shape is on the page."""
    assert f"`{name}`" in PAGE


def test_options_are_documented() -> None:
    """Each option of the command is on the page."""
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert f"`{option}`" in PAGE, option


def test_list_names_every_scenario_and_shape() -> None:
    """--list prints each scenario with its kind, and each shape with its logs."""
    result = CliRunner().invoke(command, ["--list"])
    assert result.exit_code == 0
    for name in (*SCENARIOS, *SHAPES):
        assert re.search(rf"^  {re.escape(name)} ", result.stdout, re.MULTILINE), name


def test_command_prints_one_line_a_story(tmp_path: Path) -> None:
    """The command prints what it told, one line a story, on standard output, and writes the answers."""
    arguments = ["forged-token", "support-partner", "--variant", "both", "--no-life", "--gap", "audit=0..20"]
    result = CliRunner().invoke(command, [*arguments, "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    lines = [line.split("\t")[:3] for line in result.stdout.splitlines()]
    assert lines == [
        ["attack", "forged-token", "loud"],
        ["attack", "forged-token", "quiet"],
        ["benign", "support-partner", "ordinary"],
    ]
    assert (tmp_path / "ground-truth.json").exists()
    assert not (tmp_path / "graph/directoryAudits.json").exists()
