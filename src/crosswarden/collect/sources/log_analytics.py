"""Tables of a Log Analytics workspace: Graph activity, and the sign-in and audit tables it holds.

A query's answer is cut at 500,000 rows and 64 MB, and then says "partial": the window is halved until it is whole.
Source: Azure Monitor documentation, "Azure Monitor Log Analytics API", "Query limits".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources.model import Source, Window, stamp

__all__ = ["TABLES", "workspace_table"]

TABLES = (
    "MicrosoftGraphActivityLogs",
    "AuditLogs",
    "SigninLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
    "OfficeActivity",
)
_STEP = timedelta(days=1)
_SHORTEST = timedelta(seconds=1)
_TOO_LARGE = (413, 504)


def workspace_table(workspace: str, table: str) -> Source:
    """The source for one table of one workspace."""
    path = f"/v1/workspaces/{quote(workspace)}/query"

    def collect(session: Session, window: Window, shelf: Shelf) -> tuple[str, ...]:
        start = datetime.fromisoformat(shelf.state.get("reached", window.start.isoformat()))
        step = _STEP
        while start < window.end:
            end = min(start + step, window.end)
            body = _rows(session, path, table, start, end)
            if body is None:
                if step <= _SHORTEST:
                    raise CollectError(
                        "collect-partial",
                        f"{table}: one second ({stamp(start)}) holds more than an answer can",
                    )
                step = max(step / 2, _SHORTEST)
                continue
            shelf.keep(f"{start:%Y%m%dT%H%M%S%f}.json", body, reached=end.isoformat())
            start, step = end, min(step * 2, _STEP)
        return ()

    return Source(
        f"workspace-{table}",
        "log_analytics",
        ("Data.Read (Log Analytics API)", "Log Analytics Reader"),
        collect,
    )


def _rows(session: Session, path: str, table: str, start: datetime, end: datetime) -> bytes | None:
    """The answer's bytes, or None where it was cut or too large to give."""
    query = f"{table} | where TimeGenerated >= datetime({start.isoformat()}) and TimeGenerated < datetime({end.isoformat()})"
    try:
        answer = session.post(path, {"query": query})
    except CollectError as error:
        if error.status in _TOO_LARGE:
            return None
        raise
    return None if answer.json().get("error") else answer.body
