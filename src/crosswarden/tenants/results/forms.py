"""The forms that findings are written in, by the ending of the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from crosswarden.tenants.check import Finding, Remedy
from crosswarden.tenants.results.html import html
from crosswarden.tenants.results.junit import junit
from crosswarden.tenants.results.ocsf import ocsf
from crosswarden.tenants.results.sarif import sarif

__all__ = ["FORMS", "as_record", "render"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_record(finding: Finding) -> dict[str, Any]:
    """A finding as one JSON object.

    Members: check, title, status, severity, subject, reason, why, remedy {method, url, body, portal} or null,
    references, overlaps, techniques.
    """
    check = finding.check
    return {
        "check": check.id,
        "title": check.title,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "reason": finding.reason,
        "why": check.why,
        "remedy": _remedy(finding.remedy),
        "references": list(check.references),
        "overlaps": list(check.overlaps),
        "techniques": list(check.techniques),
    }


def _remedy(remedy: Remedy | None) -> dict[str, Any] | None:
    if remedy is None:
        return None
    return {"method": remedy.method, "url": remedy.url, "body": dict(remedy.body), "portal": remedy.portal}


def _json(findings: Sequence[Finding], source: str, now: str) -> str:
    document = {"source": source, "time": now, "findings": [as_record(finding) for finding in findings]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _csv(findings: Sequence[Finding], source: str, now: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    columns = ("check", "title", "status", "severity", "subject", "reason", "method", "url", "body", "portal")
    writer.writerow((*columns, "references", "overlaps", "techniques"))
    for finding in findings:
        record = as_record(finding)
        remedy = record["remedy"] or {}
        body = orjson.dumps(remedy["body"]).decode() if remedy.get("body") else ""
        cells = [record[name] for name in columns[:6]]
        cells += [remedy.get("method", ""), remedy.get("url", ""), body, remedy.get("portal", "")]
        cells += [
            " ".join(record["references"]),
            "; ".join(record["overlaps"]),
            " ".join(record["techniques"]),
        ]
        writer.writerow("'" + cell if cell.startswith(_FORMULA) else cell for cell in cells)
    return text.getvalue()


FORMS: Mapping[str, Callable[[Sequence[Finding], str, str], str]] = {
    "json": _json,
    "csv": _csv,
    "html": html,
    "ocsf.json": ocsf,
    "sarif": sarif,
    "xml": junit,
}
"""Ending → (findings, source of the policy, time as ISO 8601) → text."""


def render(form: str, findings: Sequence[Finding], source: str, now: str) -> str:
    """The findings in one of FORMS."""
    return FORMS[form](findings, source, now)
