"""``crosswarden token scan``: finds tokens in files and says which of them could still be used."""

from __future__ import annotations

import json
from pathlib import Path

import click

from crosswarden.cli.token import PATH, read_moment, read_trusts
from crosswarden.errors import UsageError

__all__ = ["command"]


@click.command()
@click.argument("paths", type=PATH, nargs=-1, required=True)
@click.option(
    "--jwks", type=PATH, multiple=True, help="Key set file; without one signatures are not looked at."
)
@click.option("--metadata", type=PATH, multiple=True, help="OpenID configuration file; pairs with --jwks.")
@click.option("--at", help="Moment of judgement: ISO 8601 or seconds since 1970; now when absent.")
@click.option(
    "--fail-on",
    type=click.Choice(["found", "usable"]),
    help="End with 1 when any token (or any usable one) is found.",
)
@click.option("-o", "--output", type=PATH, help="Write the findings as JSON Lines.")
def command(
    paths: tuple[Path, ...],
    jwks: tuple[Path, ...],
    metadata: tuple[Path, ...],
    at: str | None,
    fail_on: str | None,
    output: Path | None,
) -> int:
    """Find tokens in PATHs (files, folders, .gz, .zip), check each, never print a usable one in full.

    One JSON object a distinct token: what it states, whether it is genuine and within its time, and where it was found.
    Exit code 3 when a file could not be read.
    """
    from crosswarden.tokens.scanning import scan_paths

    for path in paths:
        if not path.exists():
            raise UsageError("path-absent", f"{path} does not exist")
    trusts = read_trusts(jwks, metadata) if jwks or metadata else ()
    scan = scan_paths(paths, read_moment(at), trusts)
    lines = [json.dumps(found.document(), ensure_ascii=True) for found in scan.found.values()]
    if output is not None:
        output.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    else:
        for line in lines:
            click.echo(line)
    usable = sum(found.usable for found in scan.found.values())
    click.echo(
        f"{scan.files:,} files, {scan.octets:,} octets: {len(scan.found):,} distinct tokens, {usable:,} within their time",
        err=True,
    )
    if scan.overflow:
        click.echo(f"{scan.overflow:,} further tokens were met and not listed", err=True)
    for name, problem in scan.unread:
        click.echo(f"{name} cannot be read: {problem}", err=True)
    if scan.unread or scan.overflow:
        return 3
    return int((fail_on == "found" and bool(scan.found)) or (fail_on == "usable" and usable > 0))
