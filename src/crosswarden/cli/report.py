"""``crosswarden report``: the last hunt's result once more, in another form."""

from __future__ import annotations

from pathlib import Path

import click

from crosswarden.cli.accounts import lake_option
from crosswarden.cli.hunt import LAST
from crosswarden.report import read_document, render, write_report

__all__ = ["command"]


@click.command()
@lake_option
@click.option(
    "-o", "--output", "outputs", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report there; the ending says the form. Repeatable; without it, Markdown on standard output.",
)  # fmt: skip
@click.option(
    "--result", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A result in JSON, not the lake's last."
)  # fmt: skip
def command(lake: str, outputs: tuple[Path, ...], result: Path | None) -> int:
    """Writes the case report of the last hunt (kept in the lake), or of a result document.

    Forms by ending: .html .md .json .jsonl .csv .parquet .timesketch.jsonl .timesketch.csv .ocsf.json .stix.json
    .attack.json (ATT&CK Navigator layer).
    """
    document = read_document(result or Path(lake) / LAST)
    for output in outputs:
        write_report(document, output)
    if not outputs:
        click.echo(render(document, ".md"), nl=False)
    return 0
