"""One self-contained page: no script, no network, prints well; every value is escaped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from html import escape

from crosswarden.tenants.check import Finding, Remedy, Status

__all__ = ["html"]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccc;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#f3f3f3}code,pre{font:13px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.critical,.high{border-left:6px solid #b3261e}.medium{border-left:6px solid #c77700}.low,.info{border-left:6px solid #5a6b7b}
"""


def html(findings: Sequence[Finding], source: str, now: str) -> str:
    """The page."""
    counted = Counter(finding.status.value for finding in findings)
    summary = ", ".join(f"{counted[status.value]} {status.value}" for status in Status)
    sections = "".join(_section(status, [f for f in findings if f.status is status]) for status in Status)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cross-tenant access policy</title>'
        f"<style>{_STYLE}</style></head><body><h1>Cross-tenant access policy</h1>"
        f"<p>{escape(source)}, {escape(now)}: {summary}.</p>{sections}</body></html>\n"
    )


def _section(status: Status, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(_row(finding) for finding in findings)
    return (
        f"<h2>{status.value.capitalize()}</h2><table><thead><tr><th>Check</th><th>Severity</th><th>Subject</th>"
        f"<th>Reason and remedy</th><th>References</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(finding: Finding) -> str:
    check = finding.check
    links = "<br>".join(
        f'<a href="{escape(link)}" rel="noreferrer">{escape(link.split("/")[-1])}</a>'
        for link in check.references
    )
    others = "<br>".join(escape(item) for item in (*check.overlaps, *check.techniques))
    return (
        f'<tr><td class="{finding.severity.value}">{escape(check.title)}<br><code>{check.id}</code></td>'
        f"<td>{finding.severity.value}</td><td><code>{escape(finding.subject)}</code></td>"
        f"<td>{escape(finding.reason)}{_remedy(finding.remedy)}</td><td>{links}<br>{others}</td></tr>"
    )


def _remedy(remedy: Remedy | None) -> str:
    if remedy is None:
        return ""
    body = escape(json.dumps(remedy.body, indent=1)) if remedy.body else ""
    return f"<br>{escape(remedy.portal)}<pre>{escape(remedy.method)} {escape(remedy.url)}\n{body}</pre>"
