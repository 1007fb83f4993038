"""What every command on a policy snapshot shares: reading it, and the forms of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from crosswarden.cli.output import printable
from crosswarden.tenants.model import Policy
from crosswarden.tenants.read import read

__all__ = ["PATH", "forms", "policy_at", "print_json"]

PATH = click.Path(path_type=Path)


def policy_at(path: Path) -> Policy:
    """The snapshot at PATH; what could not be read of it is said on standard error."""
    policy = read(path)
    for note in policy.notes:
        click.echo(f"note: {printable(note)}", err=True)
    return policy


def print_json(document: Any, output: Path | None) -> None:
    """JSON to the file, or to standard output without one."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)


def forms(command: Any) -> Any:
    """Adds ``--format``, its short form ``--json``, and ``-o FILE`` (JSON)."""
    for option in (
        click.option("-o", "--output", type=PATH, help="Write JSON to this file."),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option(
            "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
        ),
    ):
        command = option(command)
    return command
