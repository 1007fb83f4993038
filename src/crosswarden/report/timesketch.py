"""Timelines for Timesketch: ``message``, ``datetime`` and ``timestamp_desc`` are what it requires.

Source: Timesketch documentation, "Import from JSON/JSONL or CSV".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from crosswarden.report.cells import csv_cell, visible
from crosswarden.report.document import Document

__all__ = ["timesketch_csv", "timesketch_jsonl"]

COLUMNS = (
    "message",
    "datetime",
    "timestamp_desc",
    "user",
    "ip",
    "hunt",
    "severity",
    "case",
    "event_id",
    "tag",
)


def _events(document: Document) -> Iterator[dict[str, object]]:
    severity = {each["id"]: each["severity"] for each in document.findings}
    told: set[str] = set()
    for case in document.cases:
        for event in case["timeline"]:
            told.add(event["finding"])
            yield {
                "message": visible(event["what"]),
                "datetime": event["time"],
                "timestamp_desc": "Event Logged",
                "user": event["who"],
                "ip": event["address"],
                "hunt": event["hunt"],
                "severity": severity.get(event["finding"], ""),
                "case": case["id"],
                "event_id": event["event_id"],
                "tag": ["crosswarden", case["family"]],
            }
    for each in document.findings:
        if each["id"] not in told and each["first_seen"]:
            yield {
                "message": visible(each["title"]),
                "datetime": each["first_seen"],
                "timestamp_desc": "Finding First Seen",
                "user": "",
                "ip": "",
                "hunt": each["hunt"],
                "severity": each["severity"],
                "case": "",
                "event_id": "",
                "tag": ["crosswarden", each["family"]],
            }


def timesketch_jsonl(document: Document) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in _events(document))


def timesketch_csv(document: Document) -> str:
    """The same as CSV, cells guarded against formula injection."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in _events(document):
        writer.writerow([csv_cell(each[column]) for column in COLUMNS])
    return stream.getvalue()
