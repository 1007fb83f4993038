"""Append-only Delta Lake tables, one a log table, by day; exactly once by event id."""

from crosswarden.lake.ingestion import Progress, ingest
from crosswarden.lake.store import Coverage, Lake

__all__ = ["Coverage", "Lake", "Progress", "ingest"]
