"""The report as Markdown, for tickets and wikis; text from logs is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crosswarden.report.cells import plain, visible
from crosswarden.report.document import Document, Object

__all__ = ["escaped", "markdown"]

ROWS = 10
COLUMNS = 9


def escaped(value: object, limit: int = 200) -> str:
    """Text that Markdown shows as it is: no links, tags, tables or emphasis of the attacker's.

    >>> escaped("[a](http://x)|<b>")
    '\\\\[a\\\\]\\\\(http://x\\\\)\\\\|&lt;b&gt;'
    """
    text = visible(plain(value), limit).replace("\n", " ").replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#!|~])", r"\\\1", text)


def _table(rows: list[Object]) -> Iterator[str]:
    columns = [name for name in rows[0] if any(plain(row.get(name)) for row in rows)][:COLUMNS]
    yield "| " + " | ".join(map(escaped, columns)) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows[:ROWS]:
        yield "| " + " | ".join(escaped(row.get(name), 80) for name in columns) + " |"


def _case(case: Object, document: Document) -> Iterator[str]:
    yield f"## {escaped(case['title'])}"
    yield ""
    yield f"**{case['severity']}** · {case['verdict']} · {case['first_seen'][:19]} to {case['last_seen'][:19]} · `{case['id']}`"
    yield ""
    for reason in case["reasons"]:
        yield f"- {escaped(reason, 400)}"
    yield ""
    if case["would_change"]:
        yield "What would change it:"
        yield ""
        yield from (f"- {escaped(each, 600)}" for each in case["would_change"])
        yield ""
    yield "### Containment, in this order"
    yield ""
    for position, step in enumerate(case["containment"], 1):
        yield f"{position}. {escaped(step['action'])} ({escaped(step['why'])})"
    yield ""
    yield "### Evidence"
    yield ""
    for identifier in case["findings"]:
        finding = document.finding(identifier)
        yield f"**{escaped(finding['title'])}** ({finding['hunt']}, {finding['severity']}, {finding['evidence_total']} rows)"
        yield ""
        if finding["evidence"]:
            yield from _table(finding["evidence"])
            yield ""


def markdown(document: Document) -> str:
    """The report as Markdown text."""
    counts = {
        name: sum(each["severity"] == name for each in document.findings)
        for name in ("high", "medium", "low")
    }
    lines = [
        "# crosswarden report",
        "",
        f"Made {document.made} by crosswarden {document.version}. "
        f"{len(document.cases)} cases; findings: {counts['high']} high, {counts['medium']} medium, {counts['low']} low.",
        "",
    ]
    for case in document.cases:
        lines += _case(case, document)
    lines += ["## Coverage", "", "| hunt | status | reason |", "|---|---|---|"]
    lines += [
        f"| {each['hunt']} | {each['status']} | {escaped(each['reason'], 500)} |" for each in document.hunts
    ]
    return "\n".join(lines) + "\n"
