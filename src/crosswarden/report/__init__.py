"""One frozen result document; HTML, Markdown, JSON, CSV, Timesketch, OCSF, STIX and ATT&CK made from it."""

from crosswarden.report.document import Document, read_document
from crosswarden.report.writing import FORMS, render, write_report

__all__ = ["FORMS", "Document", "read_document", "render", "write_report"]
