"""The report as one self-contained HTML file: no script, no network, everything from logs escaped.

Stays under 1 MB: long values and long lists of rows are cut, and the cut is stated; the JSON form holds everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from crosswarden.report.cells import plain, visible
from crosswarden.report.document import Document, Object
from crosswarden.report.drawing import graph_of, timeline_of

__all__ = ["LIMIT", "html"]

LIMIT = 1_000_000
"""The largest report, in bytes."""

_HIDDEN = {"Tenant", "ActorId", "Log", "EventId", "Severity", "Changes", "TargetId", "PolicyId"}
_ORDER = ("high", "medium", "low", "informational")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("crosswarden.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda value, limit=0: visible(plain(value), limit)
    environment.filters["when"] = lambda text: str(text or "")[:19].replace("T", " ")
    return environment.get_template("report.html.j2")


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns worth a reader's eye: those with values, the time first, machine ids left out while others remain."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    filled = [name for name in names if any(plain(row.get(name)) not in ("", "[]", "{}") for row in rows)]
    chosen = [name for name in filled if name not in _HIDDEN] or filled
    return chosen[:12]


def html(document: Document) -> str:
    """The report as HTML text of at most :data:`LIMIT` bytes."""
    for rows, events, width in ((40, 200, 240), (15, 80, 160), (5, 40, 120), (2, 15, 80), (0, 5, 60)):
        text = _template().render(_context(document, rows, events, width))
        if len(text.encode()) <= LIMIT:
            return text
    return _template().render(_context(document, 0, 0, 40, cases=40))


def _context(document: Document, rows: int, events: int, width: int, cases: int = 10_000) -> dict[str, Any]:
    in_cases = {each for case in document.cases for each in case["findings"]}
    others = [each for each in document.findings if each["id"] not in in_cases]
    severities = [(each["id"], each["severity"]) for each in document.findings]
    by_status = {
        name: [each for each in document.hunts if each["status"] == name]
        for name in ("found", "clean", "blind")
    }
    return {
        "document": document,
        "cases": [_case(case, document, severities) for case in document.cases[:cases]],
        "cases_left": max(0, len(document.cases) - cases),
        "others": others[: 200 if cases > 40 else 40],
        "others_total": len(others),
        "counts": {name: sum(each["severity"] == name for each in document.findings) for name in _ORDER},
        "by_status": by_status,
        "columns": _columns,
        "rows": rows,
        "events": events,
        "width": width,
    }


def _case(case: Object, document: Document, severities: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        **case,
        "graph": graph_of(case),
        "drawn": timeline_of(case, severities),
        "evidence": [document.finding(each) for each in case["findings"]],
    }
