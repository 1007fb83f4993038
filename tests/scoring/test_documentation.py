"""The page about scoring names all there is."""

from __future__ import annotations

from pathlib import Path

from crosswarden.cli.score import command
from crosswarden.rehearsal import SCENARIOS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_options_are_documented() -> None:
    """Each option of the command is on the page."""
    page = (DOCS / "scoring.md").read_text("utf-8")
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--output":
                assert option in page, option


def test_the_table_has_every_scenario() -> None:
    """The table of results has a row for each scenario that there is."""
    table = (DOCS / "score.md").read_text("utf-8")
    for name in SCENARIOS:
        assert f"| {name} |" in table
