"""The pages on tokens say what the code does: commands, options, codes, rules and examples."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from bench._compare import ordinary
from bench._corpus import forged, valid

from crosswarden.cli.token import command
from crosswarden.tokens.key_events import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tokens.md").read_text(encoding="utf-8")


def commands(group: click.Group, name: str = "token") -> Iterator[tuple[str, click.Command]]:
    """Every command below ``token``, by its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        one = group.get_command(context, word)
        assert one is not None
        if isinstance(one, click.Group):
            yield from commands(one, f"{name} {word}")
        else:
            yield f"{name} {word}", one


COMMANDS = dict(commands(command))


def test_refusals_page_is_the_catalogue() -> None:
    """docs/token-refusals.md is exactly what the script writes."""
    path = ROOT / "scripts" / "token_refusals_page.py"
    spec = importlib.util.spec_from_file_location("token_refusals_page", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), (
        "run python scripts/token_refusals_page.py"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    """Each command is shown, and each of its options is named on the page."""
    assert name in PAGE
    for parameter in COMMANDS[name].params:
        options = [option for option in parameter.opts if option.startswith("-")]
        assert not options or any(option in PAGE for option in options), options


def test_no_option_is_documented_that_does_not_exist() -> None:
    """The page names no option of the past."""
    known = {option for one in COMMANDS.values() for parameter in one.params for option in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", PAGE)) <= known


def test_every_kind_of_key_event_is_documented() -> None:
    """Kinds of events are on the page, all of them."""
    assert [kind for kind in KINDS if kind not in PAGE] == []


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_python_on_the_page_runs(block: str) -> None:
    """Each example can be executed as it stands."""
    exec(compile(block, "docs/tokens.md", "exec"), {"__name__": "example"})


def test_figures_on_the_page_are_those_of_the_corpus() -> None:
    """How many forged and valid tokens there are, and how many are compared with other libraries."""
    every, good = forged(), valid()
    assert (
        f"{len(every)} forged tokens, each refused for its own reason ({len({one.code for one in every})} of them)"
        in PAGE
    )
    assert (
        f"{len(good)} valid ones" in PAGE and f"on {sum(map(ordinary, every))} of the forged tokens" in PAGE
    )
