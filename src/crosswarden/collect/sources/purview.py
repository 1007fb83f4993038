"""The unified audit log through Microsoft Graph's audit log query interface.

A search is made, polled until the service has run it, and its records are paged.
Source: Microsoft Graph reference, "auditLogQuery resource type", "List auditLogRecords".
"""

from __future__ import annotations

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources.graph import keep_pages
from crosswarden.collect.sources.model import Source, Window, stamp

__all__ = ["UNIFIED_AUDIT"]

_QUERIES = "/v1.0/security/auditLog/queries"
MOST_POLLS = 24 * 60 * 4
"""A search that has not run after a day of polling is given up."""


def _collect(session: Session, window: Window, shelf: Shelf) -> tuple[str, ...]:
    if "query" not in shelf.state:
        request = {
            "@odata.type": "#microsoft.graph.security.auditLogQuery",
            "displayName": f"crosswarden {stamp(window.start)} to {stamp(window.end)}",
            "filterStartDateTime": stamp(window.start),
            "filterEndDateTime": stamp(window.end),
        }
        shelf.note(query=session.post(_QUERIES, request).json()["id"])
    query = f"{_QUERIES}/{shelf.state['query']}"
    _until_run(session, query)
    keep_pages(session, f"{query}/records?$top=1000", shelf)
    return ()


def _until_run(session: Session, query: str) -> None:
    for _ in range(MOST_POLLS):
        status = session.get(query).json().get("status")
        if status == "succeeded":
            return
        if status not in ("notStarted", "running"):
            raise CollectError(
                "collect-query",
                f"the audit log search ended as '{status}'",
                remedy="remove its folder and collect again",
            )
        session.sleep(session.patience)
    raise CollectError("collect-query", "the audit log search did not run within a day")


UNIFIED_AUDIT = Source("unifiedAudit", "graph", ("AuditLogsQuery.Read.All",), _collect)
