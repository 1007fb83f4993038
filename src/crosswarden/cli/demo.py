"""``crosswarden demo``: the whole way once, on a simulated attack, in a folder of its own."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import click

from crosswarden.errors import UsageError
from crosswarden.rehearsal import rehearse

__all__ = ["command"]

SCENARIO = "cross-tenant-sync"
_MARK = "ground-truth.json"


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same attack.")
@click.pass_context
def command(ctx: click.Context, folder: Path, seed: int) -> int:
    """Rehearse a cross-tenant synchronisation attack, ingest its logs, hunt, and write the report.

    Nothing real is touched. The folder is made anew each time.
    """
    exports, lake, report = folder / "exports", folder / "lake", folder / "report.html"
    _clear(folder)
    started = time.monotonic()
    click.echo(f"1. Rehearsing '{SCENARIO}' amid ordinary life …", err=True)
    truth = rehearse([SCENARIO], exports, seed=seed, shapes=("graph", "diagnostic", "search-csv"))
    story = truth.stories[0]
    click.echo(f"   {truth.events:,} events in {len(truth.files)} files: {exports}", err=True)
    click.echo(
        f"   the attack: {len(story.steps)} steps, {story.first[:16]} to {story.last[:16]}; the answers are in {exports / _MARK}",
        err=True,
    )
    click.echo("2. Ingesting and hunting …", err=True)
    from crosswarden.cli import hunt

    logs = [str(path) for path in sorted(exports.iterdir()) if path.name != _MARK]
    arguments = [*logs, "--lake", str(lake), "-o", str(report), "-o", str(folder / "findings.jsonl")]
    with hunt.command.make_context("hunt", arguments, parent=ctx) as inner:
        code = hunt.command.invoke(inner) or 0
    click.echo(f"3. Done in {time.monotonic() - started:.0f} s.", err=True)
    sys.stderr.flush()
    _next(report, lake)
    return int(code)


def _clear(folder: Path) -> None:
    """Removes what an earlier demo left; anything else stays, and stops the demo."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "exports" / _MARK).exists():
        raise UsageError(
            "demo-folder",
            f"{folder} holds something that no demo wrote",
            remedy="name another folder with -o",
        )
    shutil.rmtree(folder)


def _next(report: Path, lake: Path) -> None:
    program = Path(sys.argv[0]) if Path(sys.argv[0]).name == "crosswarden" else Path("crosswarden")
    seen = (
        ".venv/bin/crosswarden"
        if program.is_absolute() and program.parts[-3:-1] == (".venv", "bin")
        else str(program)
    )
    click.echo(f"\nThe report: {report.resolve()}")
    click.echo("What to try next:")
    click.echo(
        f'  {seen} query --lake {lake} "AuditLogs | summarize count() by OperationName | top 10 by count_"'
    )
    click.echo(f"  {seen} rehearse --list")
    click.echo(f"  {seen} hunt FOLDER-WITH-YOUR-EXPORTS -o report.html")
