"""``crosswarden doctor``: what works on this machine, what the lake holds, what is missing."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import click
import orjson

from crosswarden import __version__
from crosswarden.cli.place import lake_option
from crosswarden.errors import CrosswardenError
from crosswarden.lake import Coverage, Lake

__all__ = ["command"]

_PACKAGES = ("duckdb", "deltalake", "pyarrow", "sqlglot", "cryptography", "pyjwt", "msal", "httpx")
_OPTIONAL = (
    ("mitmdump", "run compiled tenant restrictions (restrict run)"),
    ("squid", "run the compiled Squid configuration"),
    ("nft", "load the compiled nftables set-up"),
)
_MARKS = {"good": "ok  ", "missing": "  - ", "bad": "BAD "}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: *good*, *missing* (nothing breaks without it) or *bad*."""

    state: Literal["good", "missing", "bad"]
    about: str
    found: str


def _machine() -> Iterator[Line]:
    good = sys.version_info >= (3, 11)
    yield Line(
        "good" if good else "bad",
        "Python",
        f"{platform.python_version()}{'' if good else ', needs 3.11 or newer'}",
    )
    yield Line("good", "crosswarden", __version__)
    for package in _PACKAGES:
        try:
            yield Line("good", package, version(package))
        except PackageNotFoundError:
            yield Line("bad", package, "not installed: run make install")
    yield Line("good", "processors", str(os.cpu_count()))
    for program, purpose in _OPTIONAL:
        place = shutil.which(program)
        yield Line(
            "good" if place else "missing", program, place or f"not on the PATH; only needed to {purpose}"
        )


def _lake(folder: Path) -> Iterator[Line]:
    if not folder.exists():
        yield Line("missing", "lake", f"{folder} does not exist yet; crosswarden ingest PATH fills it")
        return
    try:
        lake = Lake.open(folder)
        for table in lake.tables():
            yield Line("good", table, _held(lake.coverage(table)))
    except CrosswardenError as error:
        yield Line("bad", "lake", str(error))
    free = shutil.disk_usage(folder).free
    yield Line("good" if free > 2 << 30 else "bad", "free disk", f"{free / (1 << 30):,.1f} GiB at {folder}")


def _held(parts: Sequence[Coverage]) -> str:
    """What a table holds, over its tenants: rows, tenants, the time between first and last event, days seen."""
    rows = sum(part.rows for part in parts)
    known = sorted({part.tenant for part in parts if part.tenant})
    tenants = known[0] if len(known) == 1 else f"{len(known)} tenants" if known else "no tenant id"
    firsts, lasts = [part.first for part in parts if part.first], [part.last for part in parts if part.last]
    if not firsts or not lasts:
        return f"{rows:,} rows, {tenants}, no event times"
    days = len({day for part in parts for day in part.days})
    return f"{rows:,} rows, {tenants}, {min(firsts):%Y-%m-%d %H:%M} to {max(lasts):%Y-%m-%d %H:%M}, {days} day{'' if days == 1 else 's'} with events"


@click.command()
@lake_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(lake_folder: Path, as_json: bool) -> int:
    """Say what works on this machine, what the lake holds and what is missing. Exit code 3 when something is bad."""
    lines = [*_machine(), *_lake(lake_folder)]
    for line in lines:
        if as_json:
            click.echo(orjson.dumps({"state": line.state, "about": line.about, "found": line.found}).decode())
        else:
            click.echo(f"{_MARKS[line.state]} {line.about:<34} {line.found}")
    return 3 if any(line.state == "bad" for line in lines) else 0
