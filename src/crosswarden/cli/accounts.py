"""How an ingest shows itself on the command line: the lake option, the progress bar, the account in words."""

from __future__ import annotations

import sys
import time
from types import TracebackType

import click

from crosswarden.lake import Progress
from crosswarden.logs.account import Account, FileAccount

__all__ = ["Bar", "lake_option", "print_account"]

_PATIENCE = 1.0  # seconds before a bar appears
_FEW = 12

lake_option = click.option(
    "--lake",
    default="./crosswarden.lake",
    show_default=True,
    envvar="CROSSWARDEN_LAKE",
    metavar="DIR",
    help="The lake's folder (or the environment variable CROSSWARDEN_LAKE).",
)


class Bar:
    """A line on a terminal that says how far an ingest is, once it takes longer than a second."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown = 0.0
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def show(self, progress: Progress) -> None:
        """Draws the line again, ten times a second at most."""
        now = time.monotonic()
        if not self._terminal or now - self._started < _PATIENCE or now - self._shown < 0.1:
            return
        self._shown = now
        rate = progress.records / (now - self._started)
        text = (
            f"{progress.files_done + 1}/{progress.files} files, {progress.records:,} records,"
            f" {rate:,.0f}/s  {click.format_filename(progress.file, shorten=True)}"
        )
        click.echo(f"\r\033[K{text[:100]}", nl=False, err=True)


def print_account(account: Account, *, quiet: bool) -> None:
    """Says on standard error what an ingest did; ``quiet`` leaves out everything but what went wrong."""
    for file in account:
        if file.error or file.skipped_count:
            _problem(file)
    if quiet:
        return
    shown = [file for file in account if file.rows or file.duplicates or file.notes]
    for file in shown[:_FEW]:
        click.echo(f"  {_name(file)}: {_summary(file)}", err=True)
    if len(shown) > _FEW:
        click.echo(f"  … and {len(shown) - _FEW} more files (--json lists them all)", err=True)
    tables = ", ".join(f"{table} {rows:,}" for table, rows in sorted(account.rows.items()))
    click.echo(
        f"{len(account.files)} files, {account.records:,} records: {sum(account.rows.values()):,} rows added"
        f"{f' ({tables})' if tables else ''}, {account.duplicates:,} duplicates, {account.skipped:,} skipped",
        err=True,
    )


def _name(file: FileAccount) -> str:
    return str(click.format_filename(file.file))


def _summary(file: FileAccount) -> str:
    rows = ", ".join(f"{table} {count:,}" for table, count in sorted(file.rows.items()) if count)
    parts = [f"{file.records:,} records", rows or "nothing new"]
    if file.duplicates:
        parts.append(f"{file.duplicates:,} duplicates")
    return "; ".join([*parts, *file.notes])


def _problem(file: FileAccount) -> None:
    if file.error:
        click.echo(f"crosswarden: {_name(file)}: {file.error}", err=True)
    for skip in file.skipped[:_FEW]:
        click.echo(f"crosswarden: {_name(file)}: {skip.place} skipped: {skip.reason}", err=True)
    if file.skipped_count > _FEW:
        click.echo(f"crosswarden: {_name(file)}: {file.skipped_count:,} records skipped in all", err=True)
