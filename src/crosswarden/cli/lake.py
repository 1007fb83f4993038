"""``crosswarden lake``: what the lake holds, and looking after its files."""

from __future__ import annotations

import datetime as dt
import json

import click

from crosswarden.cli.accounts import lake_option
from crosswarden.lake import Lake
from crosswarden.lake.compaction import compact, vacuum

__all__ = ["command"]


@click.group()
def command() -> None:
    """Shows the lake's tables, compacts their files, deletes what no version needs."""


@command.command()
@lake_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a table and tenant.")
def tables(lake: str, as_json: bool) -> None:
    """Lists the tables: rows, first and last event, days observed, for every tenant."""
    opened = Lake.open(lake)
    for table in opened.tables():
        for part in opened.coverage(table):
            first, last = (moment.isoformat() if moment else None for moment in (part.first, part.last))
            if as_json:
                values = {
                    "table": table,
                    "tenant": part.tenant,
                    "rows": part.rows,
                    "first": first,
                    "last": last,
                    "days": len(part.days),
                    "timeless": part.timeless,
                }
                click.echo(json.dumps(values))
            else:
                span = f"{first} … {last}, {len(part.days)} days" if first else "no readable time"
                click.echo(f"{table}\t{part.tenant or '(tenant not stated)'}\t{part.rows:,} rows\t{span}")


@command.command("compact")
@lake_option
@click.argument("names", nargs=-1, metavar="[TABLE…]")
def compact_command(lake: str, names: tuple[str, ...]) -> None:
    """Rewrites the small files of each day as few, ordered by operation and time, so that hunts read less."""
    opened = Lake.open(lake)
    unknown = sorted(set(names) - set(opened.tables()))
    if unknown:
        raise click.UsageError(
            f"the lake has no table {', '.join(unknown)}; it has {', '.join(opened.tables())}"
        )
    done = compact(opened, names or None)
    for part in done:
        click.echo(
            f"{part.table} {part.day or 'without time'}: {part.before} files → {part.after}, {part.rows:,} rows"
        )
    if not done:
        click.echo("nothing to compact", err=True)


@command.command("vacuum")
@lake_option
@click.option(
    "--hours", default=24.0, show_default=True, help="Keep files younger than this; readers may use them."
)
def vacuum_command(lake: str, hours: float) -> None:
    """Deletes data files that no version needs: replaced by compaction, or left by a process that died."""
    click.echo(f"{vacuum(Lake.open(lake), older_than=dt.timedelta(hours=hours))} files deleted")
