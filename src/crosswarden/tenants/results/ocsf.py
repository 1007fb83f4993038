"""OCSF Compliance Finding (class 2003, version 1.1.0), one object a finding, as a JSON array."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson

from crosswarden.tenants.check import Finding, Severity, Status

__all__ = ["ocsf"]

_SEVERITY = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
# compliance.status_id: 0 unknown, 1 pass, 2 warning, 3 fail; finding status_id: 1 new, 3 suppressed, 4 resolved
_STATUS = {
    Status.FOUND: (3, "Fail", 1, "New"),
    Status.CLEAN: (1, "Pass", 4, "Resolved"),
    Status.NOT_ASSESSED: (0, "Unknown", 0, "Unknown"),
    Status.EXCEPTED: (2, "Warning", 3, "Suppressed"),
}


def ocsf(findings: Sequence[Finding], source: str, now: str) -> str:
    """The array."""
    time = int(dt.datetime.fromisoformat(now).timestamp() * 1000)
    events = [_event(finding, source, time) for finding in findings]
    return orjson.dumps(events, option=orjson.OPT_INDENT_2).decode()


def _event(finding: Finding, source: str, time: int) -> dict[str, Any]:
    severity_id, severity = _SEVERITY[finding.severity]
    result_id, result, status_id, status = _STATUS[finding.status]
    check = finding.check
    event: dict[str, Any] = {
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200301,
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "metadata": {
            "version": "1.1.0",
            "product": {"name": "crosswarden", "vendor_name": "crosswarden"},
            "log_name": source,
        },
        "finding_info": {
            "uid": f"{check.id}/{finding.subject}",
            "title": check.title,
            "desc": finding.reason,
            "types": [check.id],
        },
        "compliance": {
            "status_id": result_id,
            "status": result,
            "control": check.id,
            "requirements": list(check.overlaps),
            "standards": sorted({overlap.rpartition(" ")[0] for overlap in check.overlaps})
            or ["crosswarden"],
        },
        "resources": [{"uid": finding.subject, "type": "cross-tenant access setting"}],
    }
    if finding.remedy:
        desc = f"{finding.remedy.method} {finding.remedy.url} ({finding.remedy.portal})"
        event["remediation"] = {"desc": desc, "references": list(check.references)}
    return event
