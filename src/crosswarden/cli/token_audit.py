"""``crosswarden token audit``: reads a project's code and lock files for how it validates tokens."""

from __future__ import annotations

import json
from pathlib import Path

import click

from crosswarden.cli.token import PATH
from crosswarden.errors import UsageError

__all__ = ["command"]

_LEVELS = ("low", "medium", "high", "critical")


@click.command()
@click.argument("paths", type=PATH, nargs=-1, required=True)
@click.option("--fail-on", type=click.Choice(_LEVELS), help="End with 1 when a finding is at least so grave.")
@click.option("-o", "--output", type=PATH, help="Write the findings as JSON Lines.")
def command(paths: tuple[Path, ...], fail_on: str | None, output: Path | None) -> int:
    """Audit the code in PATHs: Python, JavaScript and TypeScript, C#, and their lock files.

    Says found, clean, or blind when there was nothing that could be read. Exit code 3 when something was left out.
    """
    from crosswarden.tokens.audit_finding import RULES
    from crosswarden.tokens.auditing import audit_paths

    for path in paths:
        if not path.exists():
            raise UsageError("path-absent", f"{path} does not exist")
    audit = audit_paths(paths)
    if output is not None:
        lines = [json.dumps(one.document(), ensure_ascii=True) + "\n" for one in audit.findings]
        output.write_text("".join(lines), encoding="utf-8")
    for one in audit.findings:
        rule = RULES[one.rule]
        click.echo(
            f"{one.path}:{one.line}: {rule.severity}: {rule.sentence} [{rule.id}]\n    {one.what}\n    {rule.remedy}"
        )
    counted = (
        ", ".join(f"{count} {kind}" for kind, count in sorted(audit.read.items()))
        or "nothing that could be read"
    )
    click.echo(f"{audit.verdict}: {len(audit.findings)} findings; read {counted}", err=True)
    for name, problem in audit.left_out:
        click.echo(f"left out: {name}: {problem}", err=True)
    if audit.left_out or audit.verdict == "blind":
        return 3
    grave = _LEVELS.index(fail_on) if fail_on else len(_LEVELS)
    return int(any(_LEVELS.index(RULES[one.rule].severity) >= grave for one in audit.findings))
