"""``crosswarden token keys``: watch signing keys, compare key sets, ask which keys were served when."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

import click

from crosswarden.cli.token import PATH, read_file, read_moment
from crosswarden.errors import InputError, UsageError
from crosswarden.tokens.key_events import KeyEvent, compare
from crosswarden.tokens.rfc7517 import read_key_set

__all__ = ["command"]


@click.group()
def command() -> None:
    """Watch signing keys, compare key sets, ask which were served when."""


def _write(events: Iterable[KeyEvent], output: Path | None) -> int:
    """Writes events as JSON Lines, to a file (appending) or standard output; gives their number."""
    lines = [json.dumps(event.row(), ensure_ascii=True) for event in events]
    if output is None:
        for line in lines:
            click.echo(line)
    elif lines:
        with output.open("a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
    return len(lines)


@command.command()
@click.argument("authorities", nargs=-1, required=True)
@click.option("--history", type=PATH, required=True, help="File that keeps what was served when.")
@click.option(
    "--interval",
    type=click.IntRange(300, 86_400),
    default=3600,
    show_default=True,
    help="Seconds between looks.",
)
@click.option("--once", is_flag=True, help="Look once and end.")
@click.option(
    "--jwks", type=PATH, help="Take the key set from a file instead of fetching; for one authority, once."
)
@click.option("--metadata", type=PATH, help="The metadata that belongs to --jwks.")
@click.option("--at", help="When the file of --jwks was fetched; now when absent.")
@click.option("-o", "--output", type=PATH, help="Append events to this file as JSON Lines.")
def watch(
    authorities: tuple[str, ...],
    history: Path,
    interval: int,
    once: bool,
    jwks: Path | None,
    metadata: Path | None,
    at: str | None,
    output: Path | None,
) -> int:
    """Record every change of the AUTHORITIES' key sets (https://login.microsoftonline.com/<tenant>) as events.

    New and gone keys, changed issuers, clouds and key material, one key under two issuers. Events are rows that can be
    ingested. Exit code 3 with --once when an authority could not be asked.
    """
    from crosswarden.tokens.key_history import KeyHistory

    kept = KeyHistory(history)
    if jwks is not None:
        if len(authorities) != 1:
            raise UsageError("one-authority", "with --jwks exactly one authority is observed")
        described = b"{}" if metadata is None else read_file(metadata)
        _write(kept.observe(authorities[0], described, read_file(jwks), read_moment(at)), output)
        return 0
    while True:
        failed = _look(kept, authorities, output)
        if once:
            return 3 if failed else 0
        time.sleep(interval)


def _look(kept: object, authorities: tuple[str, ...], output: Path | None) -> int:
    from crosswarden.tokens.fetching import http_fetch
    from crosswarden.tokens.key_history import KeyHistory
    from crosswarden.tokens.key_store import fetch_documents

    assert isinstance(kept, KeyHistory)
    failed = 0
    for authority in authorities:
        try:
            documents = fetch_documents(authority, http_fetch)
            _write(kept.observe(authority, *documents, time.time()), output)
        except InputError as error:
            failed += 1
            click.echo(f"{authority}: {error.sentence} [{error.code}]", err=True)
    return failed


@command.command()
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@click.option("--authority", default="", help="Name to put into the events.")
@click.option("-o", "--output", type=PATH, help="Append events to this file as JSON Lines.")
def diff(before: Path, after: Path, authority: str, output: Path | None) -> int:
    """Say what changed between two key set files, as events."""
    try:
        old, new = (read_key_set(read_file(path), str(path)) for path in (before, after))
    except InputError as error:
        raise UsageError(error.code, error.sentence) from None
    count = _write(compare(old, new, authority or str(after), time.time()), output)
    click.echo(f"{count} changes", err=True)
    return 0


@command.command()
@click.option("--history", type=PATH, required=True, help="File that token keys watch keeps.")
@click.option("--at", help="Only keys served at this moment.")
@click.option("--authority", help="Only this authority.")
@click.option("--kid", help="Only this key id.")
@click.option(
    "-o", "--output", type=PATH, help="Write the keys as a key set, usable with token check --jwks."
)
def served(history: Path, at: str | None, authority: str | None, kid: str | None, output: Path | None) -> int:
    """Say which keys were served, and when."""
    from crosswarden.tokens.key_history import KeyHistory

    if not history.exists():
        raise UsageError("history-absent", f"{history} does not exist")
    keys = KeyHistory(history).served(None if at is None else read_moment(at), authority, kid)
    text = json.dumps({"keys": keys}, indent=2)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    click.echo(f"{len(keys)} keys", err=True)
    return 0
