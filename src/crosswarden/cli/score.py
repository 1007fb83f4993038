"""``crosswarden score``: rehearse attacks, hunt, and say what was found, missed and wrongly found."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from crosswarden.engines import Engine
from crosswarden.errors import UsageError
from crosswarden.hunts.addresses import Addresses
from crosswarden.hunts.correlations import CORRELATIONS
from crosswarden.hunts.loader import load_folder, packaged
from crosswarden.hunts.model import Hunt, Severity, Status
from crosswarden.hunts.runner import Settings, run_hunts
from crosswarden.lake import Lake, ingest
from crosswarden.rehearsal import ATTACK, SCENARIOS, Truth, rehearse, scenario
from crosswarden.scoring import Score, as_junit, as_markdown, as_text, coverage_layer, score

__all__ = ["command"]

_FORMS = {".json": None, ".xml": as_junit, ".md": as_markdown, ".txt": as_text}


@click.command(name="score")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]…")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the score: .json, .md, .txt, .xml (JUnit) or .layer.json (ATT&CK Navigator). Repeatable.",
)
@click.option("--variant", type=click.Choice(["loud", "quiet", "both"]), default="both", show_default=True)
@click.option(
    "--rules",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Score a folder of Sentinel or Sigma rules instead of the packaged hunts. Repeatable.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the rehearsal.")
@click.option("--users", type=int, default=40, show_default=True, help="People of the simulated tenant.")
@click.option("--days", type=int, default=14, show_default=True)
@click.option("--slow", is_flag=True, help="Weeks between what otherwise takes days.")
@click.option("--shape", "shapes", multiple=True, help="As for rehearse [default: diagnostic, management].")
@click.option("--ordinary", type=int, default=0, help="Also hunt 30 days of ordinary life of so many people.")
@click.option(
    "--known-range", "ranges", multiple=True, metavar="CIDR", help="An address range of the organisation."
)
@click.option("--severity", type=click.Choice([each.value for each in Severity]), default="medium", show_default=True,
              help="Findings below it do not count.")  # fmt: skip
@click.option(
    "--fail-under", type=click.FloatRange(0, 1), help="Exit 1 where a variant's recall is below it."
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep exports and lakes in this folder."
)
def command(
    scenarios: tuple[str, ...],
    outputs: tuple[Path, ...],
    variant: str,
    rules: tuple[Path, ...],
    seed: int,
    users: int,
    days: int,
    slow: bool,
    shapes: tuple[str, ...],
    ordinary: int,
    ranges: tuple[str, ...],
    severity: str,
    fail_under: float | None,
    keep: Path | None,
) -> int:
    """Rehearse attacks (all, or the SCENARIOs named), hunt in their logs, and score the hunts.

    Prints recall by scenario, precision by hunt and the time to detection. Loud attacks, quiet ones and what only looks
    like one are tenants of their own; a hunt that reports a look-alike is wrong.
    """
    for output in outputs:
        if output.suffix not in _FORMS:
            raise UsageError(
                "score-output", f"{output} has no form", remedy=f"use {', '.join(_FORMS)} or .layer.json"
            )
    hunts = _hunts(rules)
    chosen_ones = scenarios or tuple(SCENARIOS)
    attacks = tuple(each for each in chosen_ones if scenario(each).kind == ATTACK)
    others = tuple(each for each in chosen_ones if each not in attacks)
    plans: list[tuple[str, tuple[str, ...], int, int]] = []
    if attacks:
        plans += [
            (each, attacks, users, days) for each in (("loud", "quiet") if variant == "both" else (variant,))
        ]
    if others:
        plans.append(("look-alikes", others, users, days))
    if ordinary:
        plans.append(("ordinary", (), ordinary, 30))
    total: Score | None = None
    with tempfile.TemporaryDirectory() as temporary:
        for name, chosen, people, length in plans:
            folder = (keep or Path(temporary)) / name
            _say(f"rehearsing {name}: {len(chosen)} scenarios, {people} people, {length} days")
            truth = rehearse(
                chosen, folder / "exports", seed=seed, users=people, days=length, slow=slow, variants=(name,),
                shapes=shapes or ("diagnostic", "management"),
            )  # fmt: skip
            scored = _hunted(truth, folder, hunts, bool(rules), Addresses(ranges), severity)
            total = total.with_other(scored) if total else scored
    assert total is not None
    click.echo(as_text(total), nl=False)
    for output in outputs:
        output.write_text(_formed(total, output), "utf-8")
    if fail_under is not None and any((total.recall(each) or 0.0) < fail_under for each in total.variants):
        return 1
    return 0


def _say(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(text, err=True)


def _hunts(rules: Sequence[Path]) -> tuple[Hunt, ...]:
    if not rules:
        return packaged()
    loaded: list[Hunt] = []
    for folder in rules:
        some, refused = load_folder(folder)
        loaded += some
        for path, reason in refused:
            click.echo(f"{path}: cannot run: {reason}", err=True)
    return tuple(loaded)


def _hunted(
    truth: Truth, folder: Path, hunts: tuple[Hunt, ...], foreign: bool, addresses: Addresses, severity: str
) -> Score:
    """Ingests the exports, hunts in them, and scores the findings against the truth."""
    lake = Lake.open(folder / "lake", create=True)
    ingest([str(folder / "exports" / each.path) for each in truth.files], lake)
    _say(f"hunting with {len(hunts)} hunts")
    outcome = run_hunts(
        Engine(lake=lake),
        hunts,
        settings=Settings(addresses=addresses),
        correlations=() if foreign else CORRELATIONS,
    )
    results = [finding.as_json() for finding in outcome.findings]
    results += [
        {"hunt": each.hunt, "status": each.status.value}
        for each in outcome.results
        if each.status is not Status.FOUND
    ]
    return score(truth.document(), results, severity)


def _formed(total: Score, output: Path) -> str:
    if output.name.endswith(".layer.json"):
        return coverage_layer(total)
    form = _FORMS[output.suffix]
    return (
        form(total)
        if form
        else orjson.dumps(total.document(), option=orjson.OPT_INDENT_2).decode("utf-8") + "\n"
    )
