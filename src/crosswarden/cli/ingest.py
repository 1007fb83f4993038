"""``crosswarden ingest``: exports into the lake, and the account of what was read."""

from __future__ import annotations

import json
import sys

import click

from crosswarden.cli.accounts import Bar, lake_option, print_account
from crosswarden.lake import Lake, ingest

__all__ = ["command"]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@lake_option
@click.option(
    "--tenant", default="", metavar="GUID", help="Directory id for records that name none (Graph exports)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON on standard output.")
def command(paths: tuple[str, ...], lake: str, tenant: str, as_json: bool) -> int:
    """Reads exported logs into the lake.

    PATH is a file, a folder, a glob, or - for standard input; .gz and .zip are opened. Every export is recognised
    by its content. The account says for every file what was read, by table, what was there already, and what was
    skipped and why; a file that cannot be read whole makes the exit code 3.
    """
    with Bar() as bar:
        account = ingest(paths, Lake.open(lake, create=True), tenant=tenant, progress=bar.show)
    if as_json:
        click.echo(json.dumps(account.to_json(), indent=1))
    print_account(account, quiet=not sys.stderr.isatty())
    return 0 if account.complete else 3
