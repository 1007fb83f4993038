"""Findings as CSV: one line a finding, and one for each hunt that is clean or blind."""

from __future__ import annotations

import csv
import io

from crosswarden.report.cells import csv_cell
from crosswarden.report.document import Document

__all__ = ["findings_csv"]

COLUMNS = ("hunt", "status", "severity", "title", "entities", "first_seen", "last_seen", "evidence", "reason")


def findings_csv(document: Document) -> str:
    """The findings as CSV text (RFC 4180), every cell guarded against formula injection."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in document.lines():
        entities = "; ".join(f"{each['type']} {each['name']} [{each['id']}]" for each in line["entities"])
        reason = line.get("reason") or "; ".join(line.get("reasons", ()))
        values = {**line, "entities": entities, "evidence": len(line["evidence"]), "reason": reason}
        writer.writerow([csv_cell(values.get(column)) for column in COLUMNS])
    return stream.getvalue()
