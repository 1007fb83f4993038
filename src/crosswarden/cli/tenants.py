"""``crosswarden tenants``: show, check, compare, contain and simulate the cross-tenant access policy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import orjson
import yaml

from crosswarden.cli.containing import contain
from crosswarden.cli.lake_joins import SignIns, audit_events, last_sign_ins
from crosswarden.cli.output import printable
from crosswarden.cli.simulating import simulate
from crosswarden.cli.snapshots import PATH, forms, policy_at, print_json
from crosswarden.errors import InputError, UsageError
from crosswarden.tenants.check import SEVERITIES, Exemption, Finding, Scope, Severity, Status, assess
from crosswarden.tenants.checks import CHECKS
from crosswarden.tenants.difference import Change, difference
from crosswarden.tenants.explain import Explained, events, explain
from crosswarden.tenants.model import ABSENT, Policy
from crosswarden.tenants.observed import NotObserved, Observed, Value
from crosswarden.tenants.results import FORMS, render
from crosswarden.tenants.show import as_dot, edges, rows, unknown_members

__all__ = ["command"]

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@click.group()
def command() -> None:
    """Audit the cross-tenant access policy: a folder or file with what Graph says of it."""


def _unreadable(policy: Policy) -> bool:
    """Whether some file of the snapshot could not be read (exit code 3: the answer is partial)."""
    return bool(policy.notes)


@command.command()
@click.argument("path", type=PATH)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "dot"]), default="table", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "-o", "--output", type=PATH, help="Write JSON, or with the ending .dot the graph, to this file."
)
def show(path: Path, form: str, as_json: bool, output: Path | None) -> int:
    """The effective setting of every partner, inheritance resolved, and the graph of who may do what."""
    policy = policy_at(path)
    if output and output.suffix.lower() == ".dot":
        output.write_text(as_dot(policy), encoding="utf-8")
    elif form == "dot":
        click.echo(as_dot(policy), nl=False)
    elif as_json or output or form == "json":
        document = {
            "source": policy.source,
            "effective": rows(policy),
            "graph": [
                {"source": e.source, "target": e.target, "relation": e.relation, "detail": e.detail}
                for e in edges(policy)
            ],
            "unknown": unknown_members(policy),
        }
        print_json(document, output)
    else:
        _table(policy)
    for part, value in (("default", policy.default), ("partners", policy.partners)):
        if isinstance(value, NotObserved):
            click.echo(f"note: {part} not observed: {printable(value.reason)}", err=True)
    return 3 if _unreadable(policy) else 0


def _table(policy: Policy) -> None:
    for row in rows(policy):
        name = "any other tenant" if row["tenant"] == "*" else f"{row['tenant']} ({row['kind']})"
        click.echo(printable(name))
        for key, value in row.items():
            if key in ("tenant", "kind"):
                continue
            click.echo(f"  {key:<30}{printable(_cell(value))}")
    for owner, names in unknown_members(policy).items():
        click.echo(printable(f"not known here, kept: {owner}: {', '.join(names)}"))


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        if "not_observed" in value:
            return f"not observed: {value['not_observed']}"
        if "meaning" in value:
            return f"{value['meaning']}  [{value['from']}]"
        return ", ".join(f"{name} {str(on).lower()}" for name, on in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


@command.command()
@click.argument("path", type=PATH)
@click.option(
    "--known", "known", multiple=True, metavar="FILE|GUID", help="Tenants that the organisation knows."
)
@click.option(
    "--enforced", multiple=True, metavar="TENANT:POLICY", help="Header value that enforcement points send."
)
@click.option("--exceptions", type=PATH, help="YAML or JSON list of {check, subject, reason, expires}.")
@click.option("--sign-ins", type=PATH, help="JSON object: tenant id to date of the last sign-in.")
@click.option(
    "--lake", metavar="DIR", envvar="CROSSWARDEN_LAKE", help="Lake whose sign-ins tell stale partners."
)
@click.option("--stale-days", type=click.IntRange(min=1), default=90, show_default=True)
@click.option(
    "--fail-on", type=click.Choice([s.value for s in SEVERITIES]), help="Exit 1 from this severity up."
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--format", "form", type=click.Choice(["table", *FORMS]), default="table", show_default=True)
@click.option(
    "-o", "--output", "outputs", multiple=True, type=PATH, help=f"File; endings: {', '.join(FORMS)}."
)
def check(
    path: Path,
    known: tuple[str, ...],
    enforced: tuple[str, ...],
    exceptions: Path | None,
    sign_ins: Path | None,
    lake: str | None,
    stale_days: int,
    fail_on: str | None,
    form: str,
    as_json: bool,
    outputs: tuple[Path, ...],
) -> int:
    """Findings about the policy, with reason and remedy; what could not be read is not assessed, never passed."""
    now = dt.datetime.now(dt.UTC)
    form = "json" if as_json else form
    forms = [(_form(output), output) for output in outputs]
    policy = policy_at(path)
    joined = last_sign_ins(lake) if lake and not sign_ins else SignIns(_sign_ins(sign_ins))
    scope = Scope(
        policy,
        now.date(),
        known=_known(known),
        sign_ins=joined.last,
        sign_ins_days=joined.days,
        enforced=Observed(enforced) if enforced else ABSENT,
        stale_days=stale_days,
    )
    findings = assess(scope, CHECKS, _exemptions(exceptions))
    stamp = now.isoformat(timespec="seconds")
    for name, output in forms:
        output.write_text(render(name, findings, policy.source, stamp), encoding="utf-8")
    if form != "table":
        click.echo(render(form, findings, policy.source, stamp), nl=False)
    elif not outputs:
        _lines(findings)
    _summary(findings)
    if fail_on and _reaches(findings, Severity(fail_on)):
        return 1
    return 3 if _unreadable(policy) else 0


def _form(path: Path) -> str:
    for ending in sorted(FORMS, key=len, reverse=True):
        if path.name.lower().endswith(f".{ending}"):
            return ending
    raise UsageError("tenants-output", f"{path}: no such form", remedy=f"end in one of {', '.join(FORMS)}")


def _reaches(findings: Iterable[Finding], level: Severity) -> bool:
    high = SEVERITIES[: SEVERITIES.index(level) + 1]
    return any(finding.status is Status.FOUND and finding.severity in high for finding in findings)


def _lines(findings: Iterable[Finding]) -> None:
    for finding in findings:
        head = f"{finding.status.value:<13}{finding.severity.value:<9}{finding.check.id:<22}{finding.subject}"
        click.echo(printable(head))
        click.echo(f"             {printable(finding.reason)}")
        if finding.remedy and finding.status is Status.FOUND:
            click.echo(f"             {finding.remedy.method} {printable(finding.remedy.url)}")


def _summary(findings: Iterable[Finding]) -> None:
    counted = dict.fromkeys(Status, 0)
    for finding in findings:
        counted[finding.status] += 1
    click.echo(", ".join(f"{number} {status.value}" for status, number in counted.items()), err=True)


def _known(given: tuple[str, ...]) -> Value[frozenset[str]]:
    if not given:
        return ABSENT
    found: set[str] = set()
    for item in given:
        if _GUID.fullmatch(item):
            found.add(item.lower())
            continue
        try:
            text = Path(item).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise InputError("tenants-known", f"{item}: {error.strerror}") from None
        found |= {guid.lower() for guid in _GUID.findall(text)}
    return Observed(frozenset(found))


def _sign_ins(path: Path | None) -> Value[Mapping[str, dt.date]]:
    if path is None:
        return ABSENT
    document = _json(path)
    if not isinstance(document, Mapping):
        raise InputError("tenants-sign-ins", f"{path} is no JSON object")
    try:
        return Observed(
            {str(k).lower(): dt.datetime.fromisoformat(str(v)).date() for k, v in document.items()}
        )
    except ValueError as error:
        raise InputError("tenants-sign-ins", f"{path}: {error}") from None


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise InputError("tenants-file", f"{path}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise InputError("tenants-json", f"{path}: {error}") from None


def _exemptions(path: Path | None) -> tuple[Exemption, ...]:
    if path is None:
        return ()
    try:
        items = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError("tenants-exceptions", f"{path}: {error}") from None
    if not isinstance(items, list):
        raise InputError("tenants-exceptions", f"{path} is no list of exceptions")
    return tuple(_exemption(item, f"{path}, entry {number}") for number, item in enumerate(items, start=1))


def _exemption(item: Any, place: str) -> Exemption:
    ids = {check.id for check in CHECKS}
    if not isinstance(item, Mapping) or not {"check", "reason", "expires"} <= item.keys():
        raise UsageError("tenants-exception", f"{place}: check, reason and expires are needed")
    if item["check"] not in ids:
        raise UsageError("tenants-exception", f"{place}: no check is called {item['check']!r}")
    try:
        expires = dt.date.fromisoformat(str(item["expires"])[:10])
    except ValueError:
        raise UsageError("tenants-exception", f"{place}: expires {item['expires']!r} is no date") from None
    return Exemption(str(item["check"]), str(item.get("subject", "*")).lower(), str(item["reason"]), expires)


@command.command()
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--audit", type=PATH, help="Directory audit events (JSON) that may explain the changes.")
@click.option(
    "--lake", metavar="DIR", envvar="CROSSWARDEN_LAKE", help="Lake whose audit log may explain them."
)
@forms
def diff(
    old: Path,
    new: Path,
    audit: Path | None,
    lake: str | None,
    form: str,
    as_json: bool,
    output: Path | None,
) -> int:
    """What changed in meaning from OLD to NEW.

    With --audit or --lake also which event made it and by whom, or that no event explains it.
    """
    before, after = policy_at(old), policy_at(new)
    changes = difference(before, after)
    log = [*(events(_audit_records(audit)) if audit else ()), *(audit_events(lake) if lake else ())]
    explained = explain(changes, log) if audit or lake else None
    if as_json or output or form == "json":
        document = [_change(c, e) for c, e in zip(changes, explained or [None] * len(changes), strict=True)]
        print_json(document, output)
    else:
        for number, change in enumerate(changes):
            click.echo(printable(change.sentence()))
            if explained:
                _explanation(explained[number])
    click.echo(f"{len(changes)} changes in meaning", err=True)
    return 3 if _unreadable(before) or _unreadable(after) else 0


def _audit_records(path: Path) -> list[Mapping[str, Any]]:
    document = _json(path)
    if isinstance(document, Mapping):
        document = document.get("value", document.get("records", [document]))
    return [item for item in document if isinstance(item, Mapping)] if isinstance(document, list) else []


def _change(change: Change, explained: Explained | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "tenant": change.tenant,
        "topic": change.topic,
        "effect": change.effect.value,
        "before": change.before,
        "after": change.after,
    }
    if explained:
        record["explanation"] = explained.status
        record["events"] = [
            {"time": e.time, "activity": e.activity, "actor": e.actor, "address": e.address, "id": e.id}
            for e in explained.events
        ]
    return record


def _explanation(explained: Explained) -> None:
    if not explained.events:
        click.echo("  no event explains it")
    for event in explained.events:
        said = f"  {explained.status}: {event.time} {event.activity} by {event.actor or 'nobody named'} {event.address}"
        click.echo(printable(said.rstrip()))


command.add_command(contain)
command.add_command(simulate)
