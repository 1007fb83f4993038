"""``crosswarden hunt``: exports in, findings and the case report out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from crosswarden.cases import build_cases
from crosswarden.cli.accounts import Bar, lake_option, print_account
from crosswarden.cli.output import printable
from crosswarden.engines import Engine
from crosswarden.errors import UsageError
from crosswarden.hunts.addresses import Addresses
from crosswarden.hunts.correlations import CORRELATIONS
from crosswarden.hunts.export import export_rules
from crosswarden.hunts.loader import load_folder, packaged
from crosswarden.hunts.model import Hunt, Severity, Status
from crosswarden.hunts.runner import Outcome, Settings, run_hunts
from crosswarden.hunts.suppression import load_suppressions
from crosswarden.hunts.tenant_names import TenantNames, load_names
from crosswarden.lake import Lake, ingest
from crosswarden.report import Document, write_report
from crosswarden.report.writing import form_of

__all__ = ["LAST", "command"]

LAST = "_last-hunt.json"
"""Where a lake keeps the document of its last hunt, for ``crosswarden report``."""

_DAYS = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@click.option(
    "-o", "--output", "outputs", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Write the result there; the ending says the form (.html .md .json .jsonl .csv .stix.json …). Repeatable.",
)  # fmt: skip
@lake_option
@click.option("--from", "start", type=_DAYS, metavar="DAY", help="First day of the window (UTC).")
@click.option("--to", "end", type=_DAYS, metavar="DAY", help="End of the window (UTC, not included).")
@click.option(
    "--fail-on", type=click.Choice([each.value for each in Severity]), help="Exit 1 on findings of this severity or above."
)  # fmt: skip
@click.option(
    "--rules", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of Sentinel rules (YAML) to run instead of the packaged hunts. Repeatable.",
)  # fmt: skip
@click.option("--hunt", "only", multiple=True, metavar="ID", help="Run this packaged hunt only. Repeatable.")
@click.option("--tenant", default="", metavar="GUID", help="Directory id for records that name none.")
@click.option(
    "--known-range", "ranges", multiple=True, metavar="CIDR", help="An address range of the organisation."
)
@click.option(
    "--tenant-names", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON of tenant id to name."
)  # fmt: skip
@click.option(
    "--suppress", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file of accepted findings."
)  # fmt: skip
@click.option(
    "--export", type=click.Path(file_okay=False, path_type=Path), help="Write the packaged hunts as Sentinel rules there, and stop."
)  # fmt: skip
def command(
    paths: tuple[str, ...],
    outputs: tuple[Path, ...],
    lake: str,
    start: datetime | None,
    end: datetime | None,
    fail_on: str | None,
    rules: tuple[Path, ...],
    only: tuple[str, ...],
    tenant: str,
    ranges: tuple[str, ...],
    tenant_names: Path | None,
    suppress: Path | None,
    export: Path | None,
) -> int:
    """Ingests PATHs if given, runs the hunts over the lake, and says of each what was found, clean or blind.

    Findings go to standard output as a table, the summary to standard error. Exit codes: 0 fine, 1 findings at or
    above --fail-on, 2 usage or query error, 3 input unreadable or partial.
    """
    if export:
        click.echo(f"wrote {len(export_rules(export))} rules to {export}", err=True)
        return 0
    for output in outputs:
        form_of(output.name)
    complete, account = _ingest(paths, lake, tenant)
    opened = Lake.open(lake)
    hunts, unusable = _hunts(rules, only)
    names = TenantNames(load_names(tenant_names)) if tenant_names else TenantNames()
    settings = Settings(
        window=_window(start, end),
        addresses=Addresses(ranges),
        names=names,
        suppressions=load_suppressions(suppress) if suppress else (),
        today=datetime.now(UTC).date(),
        progress=_progress,
    )
    correlations = () if rules or only else CORRELATIONS
    outcome = run_hunts(Engine(lake=opened), hunts, settings=settings, correlations=correlations)
    _progress("")
    cases = build_cases(outcome.results)
    document = Document.of(
        outcome,
        cases,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        names={key: name for key, (name, _) in outcome.names.known.items()},
        account=account,
        unusable=unusable,
    )
    write_report(document, opened.path / LAST)
    for output in outputs:
        write_report(document, output)
    _print(document, outcome, outputs)
    if not complete:
        return 3
    worst = max((each.severity.rank for each in outcome.findings if not each.suppressed), default=-1)
    return 1 if fail_on and worst >= Severity(fail_on).rank else 0


def _ingest(paths: Sequence[str], lake: str, tenant: str) -> tuple[bool, dict[str, Any]]:
    if not paths:
        return True, {}
    with Bar() as bar:
        account = ingest(paths, Lake.open(lake, create=True), tenant=tenant, progress=bar.show)
    print_account(account, quiet=not sys.stderr.isatty())
    return account.complete, account.to_json()


def _window(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime] | None:
    if start is None and end is None:
        return None
    low = (start or datetime(1970, 1, 2)).replace(tzinfo=UTC)  # noqa: DTZ001 - the zone is set on the whole expression
    high = end.replace(tzinfo=UTC) if end else datetime.now(UTC)
    if low >= high:
        raise UsageError("window", f"the window from {low:%Y-%m-%d} to {high:%Y-%m-%d} is empty")
    return low, high


def _hunts(rules: Sequence[Path], only: Sequence[str]) -> tuple[tuple[Hunt, ...], list[dict[str, str]]]:
    if rules:
        hunts: list[Hunt] = []
        unusable: list[dict[str, str]] = []
        for folder in rules:
            loaded, refused = load_folder(folder)
            hunts += loaded
            unusable += [{"rule": str(path), "reason": reason} for path, reason in refused]
        return tuple(hunts), unusable
    known = {hunt.id: hunt for hunt in packaged()}
    for name in only:
        if name not in known:
            raise UsageError(
                "hunt-name", f"there is no hunt {name!r}", remedy=f"there are {', '.join(known)}"
            )
    return tuple(known[name] for name in only) or packaged(), []


def _progress(hunt: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{hunt}", nl=False, err=True)


def _print(document: Document, outcome: Outcome, outputs: Iterable[Path]) -> None:
    for each in outcome.findings:
        mark = "suppressed" if each.suppressed else each.severity.value
        click.echo(f"{mark:<13} {each.first_seen[:19]:<19}  {each.hunt:<32} {printable(each.title)[:200]}")
    if not sys.stderr.isatty():
        return
    for status in Status:
        chosen = [each for each in outcome.results if each.status is status]
        click.echo(f"{len(chosen):>3} {status.value}: {', '.join(each.hunt for each in chosen)}", err=True)
    click.echo(f"{len(outcome.findings)} findings in {len(document.cases)} cases", err=True)
    for output in outputs:
        click.echo(f"wrote {output}", err=True)
