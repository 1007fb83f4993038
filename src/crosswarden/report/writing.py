"""Which file name asks for which form, and writing it whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from crosswarden.errors import UsageError
from crosswarden.report.attack import attack_layer
from crosswarden.report.csv_findings import findings_csv
from crosswarden.report.document import Document
from crosswarden.report.html import html
from crosswarden.report.markdown import markdown
from crosswarden.report.ocsf import ocsf
from crosswarden.report.parquet import findings_parquet
from crosswarden.report.stix import stix
from crosswarden.report.timesketch import timesketch_csv, timesketch_jsonl

__all__ = ["FORMS", "form_of", "render", "write_report"]


def _json(document: Document) -> str:
    return json.dumps(document.as_json(), ensure_ascii=False, indent=1) + "\n"


def _jsonl(document: Document) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in document.lines())


FORMS: Mapping[str, Callable[[Document], str | bytes]] = {
    ".timesketch.jsonl": timesketch_jsonl,
    ".timesketch.csv": timesketch_csv,
    ".ocsf.json": ocsf,
    ".stix.json": stix,
    ".attack.json": attack_layer,
    ".html": html,
    ".md": markdown,
    ".jsonl": _jsonl,
    ".json": _json,
    ".csv": findings_csv,
    ".parquet": findings_parquet,
}
"""Ending → renderer; the longest ending that fits wins."""


def form_of(name: str) -> str:
    """The ending of :data:`FORMS` that a file name has; raises UsageError for an unknown one.

    >>> form_of("case.stix.json"), form_of("report.HTML")
    ('.stix.json', '.html')
    """
    found = next((each for each in FORMS if name.lower().endswith(each)), None)
    if found is None:
        raise UsageError(
            "report-form", f"{name}: no known form", remedy=f"use an ending of {', '.join(FORMS)}"
        )
    return found


def render(document: Document, form: str) -> str | bytes:
    """The document in one form (an ending of :data:`FORMS`)."""
    return FORMS[form](document)


def write_report(document: Document, path: Path) -> None:
    """Writes the document to a file in the form that its ending asks for; the file appears whole or not at all."""
    content = render(document, form_of(path.name))
    content = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
