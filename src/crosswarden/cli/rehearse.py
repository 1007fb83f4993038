"""``crosswarden rehearse``: write the logs of simulated attacks, with the answers."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from crosswarden.errors import UsageError
from crosswarden.rehearsal import DEFAULT_START, SCENARIOS, SHAPES, USUAL, Missing, Stream, rehearse

__all__ = ["command"]


def _list() -> None:
    click.echo("scenarios")
    for each in SCENARIOS.values():
        click.echo(f"  {each.name:28} {each.kind:7} {each.title}")
    click.echo("\nshapes")
    for shape in SHAPES.values():
        click.echo(f"  {shape.name:28} {shape.about}")
        click.echo(f"  {'':28} logs: {', '.join(stream.value for stream in shape.files)}")


def _gap(text: str) -> Missing:
    """``LOG=FIRST..LAST``: days a log lacks; ``all`` is every log, a lone number one day."""
    name, _, days = text.partition("=")
    known = {stream.value: stream for stream in Stream}
    first, _, last = days.partition("..")
    if (name != "all" and name not in known) or not first.isdigit() or not (last or first).isdigit():
        raise UsageError(
            "rehearsal-gap", f"--gap {text!r} is not LOG=FIRST..LAST", remedy="an example is --gap audit=3..5"
        )
    return Missing(known.get(name), int(first), int(last or first))


def _serve(
    scenarios: tuple[str, ...],
    variant: str,
    seed: int,
    users: int,
    days: int,
    port: int,
    throttled: float,
    broken: float,
) -> None:
    """Serves until interrupted; says on standard output how to collect from it."""
    import time

    from crosswarden.rehearsal.served import Faults, rehearsed_store, serve

    variants = ("loud", "quiet") if variant == "both" else (variant,)
    store, truth = rehearsed_store(scenarios, seed=seed, users=users, days=min(days, 7), variants=variants)
    with serve(store, Faults(seed=seed, throttled=throttled, reset=broken), port=port) as served:
        urls = " ".join(f"--{name}-url {served.url}" for name in ("graph", "login", "management"))
        click.echo(
            f"{truth.events} events of tenant {served.tenant} at {served.url} (simulated; interrupt to end)"
        )
        click.echo(f"export CROSSWARDEN_CLIENT_SECRET={served.client_secret}")
        click.echo(
            f"crosswarden collect --tenant {served.tenant} --client-id {served.client_id} --auth secret "
            f"--ca-file {served.certificate} {urls} -o collected"
        )
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            click.echo("ended", err=True)


@click.command(name="rehearse")
@click.argument("scenarios", nargs=-1, metavar="SCENARIO…")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to."
)
@click.option("--list", "show", is_flag=True, help="List scenarios and shapes.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@click.option(
    "--shape", "shapes", multiple=True, help="NAME or NAME=LOG+LOG; the first that has a log gets it."
)
@click.option("--everywhere", is_flag=True, help="Write each log in every shape that has it.")
@click.option("--users", type=int, default=40, show_default=True, help="People of the simulated tenant.")
@click.option("--days", type=int, default=14, show_default=True)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help=f"First day [default: {DEFAULT_START}]")
@click.option("--variant", type=click.Choice(["loud", "quiet", "both"]), default="loud", show_default=True)
@click.option("--cleanup", is_flag=True, help="The attacker tidies up afterwards.")
@click.option("--slow", is_flag=True, help="Weeks between what otherwise takes days.")
@click.option("--life/--no-life", default=True, help="Ordinary life around the attack.", show_default=True)
@click.option("--gap", "gaps", multiple=True, metavar="LOG=FIRST..LAST", help="Days that a log lacks.")
@click.option("--pack", type=click.Choice(["gz", "zip"]), help="Compress every file.")
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]),
    default="utf-8",
    show_default=True,
)
@click.option(
    "--language", default="en", show_default=True, help="Of the Entra portal's headers: en, es, fr, it."
)
@click.option(
    "--serve",
    "serving",
    is_flag=True,
    help="Serve the tenant over HTTPS on loopback instead of writing files.",
)
@click.option("--port", type=int, default=0, help="Port to serve on [default: a free one].")
@click.option(
    "--throttled", type=click.FloatRange(0, 1), default=0.0, help="Served: share of requests answered 429."
)
@click.option(
    "--broken", type=click.FloatRange(0, 1), default=0.0, help="Served: share of connections that break."
)
@click.option("--workers", type=int, default=0, help="Processes [default: one a core].")
def command(
    scenarios: tuple[str, ...],
    output: Path | None,
    show: bool,
    seed: int,
    shapes: tuple[str, ...],
    everywhere: bool,
    users: int,
    days: int,
    start: datetime | None,
    variant: str,
    cleanup: bool,
    slow: bool,
    life: bool,
    gaps: tuple[str, ...],
    pack: str | None,
    encoding: str,
    language: str,
    serving: bool,
    port: int,
    throttled: float,
    broken: float,
    workers: int,
) -> None:
    """Write the logs of simulated attacks amid ordinary life, and ground-truth.json beside them.

    SCENARIO is a name of --list, or "all". No real tenant is touched. With no scenario, ordinary life alone.
    """
    if show:
        _list()
        return
    if serving:
        chosen = tuple(SCENARIOS) if scenarios == ("all",) else scenarios
        _serve(chosen, variant, seed, users, days, port, throttled, broken)
        return
    if output is None:
        raise UsageError("rehearsal-output", "rehearse needs a folder to write to", remedy="give -o DIR")
    truth = rehearse(
        tuple(SCENARIOS) if scenarios == ("all",) else scenarios,
        output,
        seed=seed,
        shapes=shapes or USUAL,
        everywhere=everywhere,
        users=users,
        days=days,
        start=start.date() if start else DEFAULT_START,
        variants=("loud", "quiet") if variant == "both" else (variant,),
        cleanup=cleanup,
        slow=slow,
        life=life,
        missing=[_gap(each) for each in gaps],
        pack=pack or "",
        encoding=encoding,
        language=language,
        workers=workers or os.cpu_count() or 1,
    )
    for story in truth.stories:
        steps = len(story.steps)
        click.echo(
            f"{story.kind}\t{story.scenario}\t{story.variant}\t{steps} steps\t{story.first} to {story.last}"
        )
    if sys.stderr.isatty():
        click.echo(
            f"{truth.events} events in {len(truth.files)} files, answers in {output / 'ground-truth.json'}",
            err=True,
        )
