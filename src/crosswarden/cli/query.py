"""``crosswarden query``: a KQL query over the lake."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from crosswarden.cli.output import FORMATS, write_rows
from crosswarden.cli.place import Moment, lake_option, window_options
from crosswarden.errors import UsageError

__all__ = ["command"]


def _text(query: str | None, file: Path | None) -> str:
    """The query: an argument, a file, or standard input when it is ``-`` or nothing else was given."""
    if file and query:
        raise UsageError(
            "query-twice", "a query was given as an argument and with --file", remedy="give one of them"
        )
    if file:
        return file.read_text("utf-8-sig")
    if query and query != "-":
        return query
    if query is None and sys.stdin.isatty():
        raise UsageError(
            "query-none",
            "no query was given",
            remedy="crosswarden query 'AuditLogs | take 5', --file NAME.kql, or pipe one in",
        )
    return sys.stdin.read()


@click.command()
@click.argument("query", required=False)
@click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read the query from a file.",
)
@lake_option
@window_options
@click.option(
    "--now", type=Moment(), help="What now() and ago() count from, for answers that can be repeated."
)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file; .csv, .json, .jsonl or .parquet.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="The form; by default the file's ending, a table on a terminal, JSON Lines in a pipe.",
)
def command(
    query: str | None,
    file: Path | None,
    lake_folder: Path,
    start: datetime | None,
    end: datetime | None,
    now: datetime | None,
    target: Path | None,
    form: str | None,
) -> int:
    """Run a KQL query on the lake.

    \b
    crosswarden query "AuditLogs | summarize count() by OperationName | top 10 by count_"
    crosswarden query -f hunt.kql -o rows.csv
    echo "SigninLogs | count" | crosswarden query
    """
    from crosswarden.engines import Engine
    from crosswarden.lake import Lake

    text = _text(query, file)
    engine = Engine(lake=Lake.open(lake_folder))
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    window = (start or earliest, end or latest) if start or end else None
    result = engine.run(text, now=now, window=window)
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    write_rows(result.columns, result.rows(), target, form)
    if target and sys.stderr.isatty():
        click.echo(f"{len(result.rows())} rows in {target}", err=True)
    return 0
