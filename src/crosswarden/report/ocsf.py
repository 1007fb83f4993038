"""Findings as OCSF Detection Finding events (class 2004, schema 1.3.0).

Source: schema.ocsf.io, classes/detection_finding.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from crosswarden.report.document import Document, Object

__all__ = ["ocsf"]

_SEVERITY = {
    "informational": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
}


def _milliseconds(text: str | None) -> int | None:
    if not text:
        return None
    return int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp() * 1000)


def _event(finding: Object, document: Document) -> dict[str, Any]:
    number, caption = _SEVERITY[finding["severity"]]
    made = _milliseconds(document.made)
    return {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200401,
        "type_name": "Detection Finding: Create",
        "time": made,
        "severity_id": number,
        "severity": caption,
        "status_id": 3 if finding["suppressed"] else 1,
        "status": "Suppressed" if finding["suppressed"] else "New",
        "message": finding["title"],
        "metadata": {
            "version": "1.3.0",
            "product": {"name": "crosswarden", "vendor_name": "crosswarden", "version": document.version},
        },
        "finding_info": {
            "uid": finding["id"],
            "title": finding["title"],
            "desc": "; ".join(finding["reasons"]) or finding["title"],
            "types": [finding["family"]],
            "first_seen_time": _milliseconds(finding["first_seen"]),
            "last_seen_time": _milliseconds(finding["last_seen"]),
            "created_time": made,
            "analytic": {"name": finding["hunt"], "type": "Rule", "type_id": 1, "uid": finding["hunt"]},
            "attacks": [{"technique": {"uid": each}, "version": "17"} for each in finding["techniques"]],
        },
        "observables": [_observable(each) for each in finding["entities"]],
        "evidences": [{"data": row} for row in finding["evidence"]],
        "count": finding["evidence_total"],
    }


def _observable(entity: Object) -> dict[str, Any]:
    number, caption = {
        "address": (2, "IP Address"),
        "user": (4, "User Name"),
        "mailbox": (5, "Email Address"),
    }.get(entity["type"], (10, "Resource UID"))
    return {
        "name": f"entity.{entity['type'].replace(' ', '_')}",
        "type_id": number,
        "type": caption,
        "value": entity["id"],
    }


def ocsf(document: Document) -> str:
    """A JSON array of detection findings."""
    return (
        json.dumps([_event(each, document) for each in document.findings], ensure_ascii=False, indent=1)
        + "\n"
    )
