"""The error corpus: what each typical mistake is told.

``tests/kql/errors/<name>.kql`` is the query, ``<name>.txt`` the errors as they are printed. With
``CROSSWARDEN_REGENERATE=1`` in the environment the expected files are written anew, to be reviewed in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crosswarden.kql.diagnostics import KqlError
from crosswarden.kql.parser import parse

CASES = sorted((Path(__file__).parents[1] / "errors").glob("*.kql"))


def rendered(path: Path) -> str:
    """The errors of a query file as a caller prints them, with their places as Microsoft's parser counts them."""
    parsed = parse(path.read_text(encoding="utf-8").rstrip("\n"))
    places = "".join(f"{item.code} {item.start}+{item.length}\n" for item in parsed.diagnostics)
    return f"{KqlError(parsed.diagnostics)}\n{places}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_mistake_is_told(path: Path) -> None:
    """Each mistake gets exactly the message that was reviewed."""
    expected = path.with_suffix(".txt")
    text = rendered(path)
    if os.environ.get("CROSSWARDEN_REGENERATE"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_mistake_reads_well(path: Path) -> None:
    """Every message names line and column, never says 'you', stays on one line and tells no secret."""
    for item in parse(path.read_text(encoding="utf-8")).diagnostics:
        text = str(item)
        assert text.startswith(f"line {item.line}, column {item.column}: ")
        assert " you" not in text.lower()
        assert "\n" not in text
        assert "hunter" not in text


def test_every_expected_file_has_its_query() -> None:
    """No expected file outlives its query."""
    folder = Path(__file__).parents[1] / "errors"
    assert {path.stem for path in folder.glob("*.txt")} == {path.stem for path in CASES}
