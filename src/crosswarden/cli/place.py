"""Options that several verbs share: where the lake is, and which window of time is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["LAKE_ENVIRONMENT", "Moment", "lake_option", "window_options"]

LAKE_ENVIRONMENT = "CROSSWARDEN_LAKE"
_Command = TypeVar("_Command", bound=Callable[..., Any])
_AGO = re.compile(r"(\d+)\s*([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Moment(click.ParamType[datetime]):
    """A time on the command line: ISO 8601 (UTC unless it says otherwise), or an age such as 30d, 12h, 90m."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        age = _AGO.fullmatch(str(value))
        if age:
            return datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(
                f"'{value}' is no time; 2024-05-31, 2024-05-31T12:00:00Z or an age such as 30d fit",
                param,
                ctx,
            )
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def lake_option(command: _Command) -> _Command:
    """Adds ``--lake DIR``: the folder of the lake, from the environment, or ./crosswarden.lake."""
    return click.option(
        "--lake",
        "lake_folder",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("crosswarden.lake"),
        envvar=LAKE_ENVIRONMENT,
        show_default=True,
        show_envvar=True,
        help="Folder of the lake.",
    )(command)


def window_options(command: _Command) -> _Command:
    """Adds ``--from`` and ``--to``: the half-open window [from, to) of event times."""
    for name, word in (("--to", "end"), ("--from", "start")):
        command = click.option(
            name,
            word,
            metavar="TIME",
            type=Moment(),
            help=f"{word.title()} of the window: a time or an age (30d).",
        )(command)
    return command
