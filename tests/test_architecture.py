"""ARCHITECTURE.md, README.md and the code say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from crosswarden.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[1]
BENEATH = {"errors", "duck"}


def rooms() -> set[str]:
    """The packages of crosswarden."""
    return {path.parent.name for path in (ROOT / "src/crosswarden").glob("*/__init__.py")}


def test_every_room_has_its_line_in_architecture() -> None:
    """The table of rooms names each package, and no package that does not exist."""
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## Rooms")[1].split("## Values")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == rooms()


def test_every_room_stands_in_the_import_contract() -> None:
    """No package escapes the layers (rehearsal has a contract of its own)."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = {
        name.strip().removeprefix("crosswarden.")
        for layer in contracts[0]["layers"]
        for name in layer.split("|")
    }
    assert layers | {"rehearsal"} == rooms() | BENEATH


def test_every_verb_stands_in_the_readme() -> None:
    """A verb that exists is documented where people look first."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [verb for verb in VERBS if f"`{verb}" not in readme] == []


def test_no_module_grows_beyond_knowing() -> None:
    """A module of over 500 lines is cut."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "src").rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 500
    }
    assert long == {}
