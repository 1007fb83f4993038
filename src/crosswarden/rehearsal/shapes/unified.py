"""The unified audit log's own shapes: Search-UnifiedAuditLog CSV, Purview CSV, Management Activity API.

Columns follow a public Search-UnifiedAuditLog export of 2021 and the Purview portal's export. AuditData is the record
as the API gives it; the PowerShell export escapes slashes in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson

from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape

__all__ = ["MANAGEMENT", "PURVIEW", "SEARCH", "audit_data", "csv_line"]

RECORD_TYPES: Mapping[int, str] = {
    1: "ExchangeAdmin",
    2: "ExchangeItem",
    3: "ExchangeItemGroup",
    4: "SharePoint",
    6: "SharePointFileOperation",
    8: "AzureActiveDirectory",
    14: "SharePointSharingOperation",
    15: "AzureActiveDirectoryStsLogon",
    25: "MicrosoftTeams",
    50: "ExchangeItemAggregated",
}


def audit_data(record: Record) -> Record:
    """The record as the API gives it: times without zone."""
    return record | {"CreationTime": as_form("seconds", record["CreationTime"])}


def csv_line(fields: Iterable[str]) -> bytes:
    """A CSV line with every field quoted.

    >>> csv_line(["a", 'say "b"'])
    b'"a","say ""b\"""'
    """
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields).encode("utf-8")


def _search(stream: Stream, record: Record, setting: Setting) -> bytes:
    data = orjson.dumps(audit_data(record)).decode("utf-8").replace("/", "\\/")
    return csv_line(
        (
            RECORD_TYPES[record["RecordType"]],
            as_form("search", record["CreationTime"]),
            record["UserId"],
            record["Operation"],
            data,
            "1",
            "5000",
            record["Id"],
            "True",
            "Unchanged",
        )
    )


def _search_head(stream: Stream, setting: Setting) -> bytes:
    names = "RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity,IsValid,ObjectState"
    return csv_line(names.split(",")) + b"\r\n"


def _purview(stream: Stream, record: Record, setting: Setting) -> bytes:
    data = orjson.dumps(audit_data(record)).decode("utf-8")
    time = as_form("seconds", record["CreationTime"])
    return csv_line(
        (
            record["Id"],
            f"{time}.0000000Z",
            str(record["RecordType"]),
            record["Operation"],
            record["UserId"],
            data,
            "",
            "",
        )
    )


def _purview_head(stream: Stream, setting: Setting) -> bytes:
    names = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames"
    return names.encode() + b"\r\n"


def _line_end(stream: Stream, setting: Setting) -> bytes:
    return b"\r\n"


def _management(stream: Stream, record: Record, setting: Setting) -> bytes:
    return orjson.dumps(audit_data(record))


def _array_head(stream: Stream, setting: Setting) -> bytes:
    return b"[\n"


def _array_tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n]\n"


SEARCH = Shape(
    "search-csv",
    "Search-UnifiedAuditLog | Export-Csv",
    {Stream.UNIFIED: "UnifiedAuditLog.csv"},
    _search,
    _search_head,
    _line_end,
    b"\r\n",
)
PURVIEW = Shape(
    "purview-csv",
    "the Purview portal's audit search export",
    {Stream.UNIFIED: "AuditLogSearch.csv"},
    _purview,
    _purview_head,
    _line_end,
    b"\r\n",
)
MANAGEMENT = Shape(
    "management",
    "Management Activity API content: a JSON array",
    {Stream.UNIFIED: "managementActivity.json"},
    _management,
    _array_head,
    _array_tail,
    b",\n",
)
