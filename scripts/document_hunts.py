"""Writes docs/hunts.md from the packaged hunts and correlations. Usage: python scripts/document_hunts.py"""

from __future__ import annotations

from pathlib import Path

from crosswarden.hunts.correlations import CORRELATIONS
from crosswarden.hunts.loader import packaged
from crosswarden.hunts.model import Requirement

TARGET = Path(__file__).resolve().parents[1] / "docs/hunts.md"
INTRODUCTION = """# The hunts

`crosswarden hunt PATH… -o report.html` ingests the exports, runs every hunt and correlation below over the lake, and ends
each in one word: **found**, **clean** or **blind**. Clean is said only where every tenant in the lake has every day of what
the hunt needs (one of the tables named, with values in the columns named); otherwise the hunt is blind and says which
table, column or days are missing. A finding stays a finding whatever is missing.

Hunts are files in Sentinel's analytic-rule format (`src/crosswarden/content/hunts`); `crosswarden hunt --export DIR`
writes them without our own keys. `crosswarden hunt --rules DIR` runs anybody's Sentinel rules and Sigma rules for Azure
and Microsoft 365 instead; which could not run, and why, is part of the result.

Correlations say what KQL cannot: sequences over days and tenants, one story an application, tokens that were never issued.

A suppression file (`--suppress`) holds accepted findings: a YAML list under `suppress`, each entry with `reason`,
`expires`, and one or more of `hunt`, `entity`, `finding`. Suppressed findings stay visible as such.

"""


def needs(requires: tuple[Requirement, ...]) -> str:
    """What a hunt needs, in words."""
    texts = []
    for need in requires:
        tables = " or ".join(
            f"{one.table} ({', '.join(one.columns)})" if one.columns else one.table for one in need.any
        )
        texts.append(f"{need.name}: {tables}")
    return "; ".join(texts)


def main() -> None:
    """Writes the page."""
    lines = [INTRODUCTION]
    for hunt in packaged():
        lines.append(
            f"## {hunt.id}\n\n**{hunt.name}** · {hunt.severity.value} · {', '.join(hunt.techniques)}\n\n{hunt.description}\n"
        )
        lines.append(f"- needs {needs(hunt.requires)}\n- clean: {hunt.clean}")
        lines += [f"- limit: {limit}" for limit in hunt.limits]
        lines.append("")
    lines.append("# The correlations\n")
    for each in CORRELATIONS:
        text = " ".join(each.description.split())
        lines.append(f"## {each.id}\n\n**{each.name}** · {', '.join(each.techniques)}\n\n{text}\n")
        lines.append(
            f"- reads {', '.join(each.inputs)}\n- needs {needs(each.requires)}\n- clean: {each.clean}"
        )
        lines += [f"- limit: {limit}" for limit in each.limits]
        lines.append("")
    TARGET.write_text("\n".join(lines).rstrip("\n") + "\n", "utf-8")


if __name__ == "__main__":
    main()
