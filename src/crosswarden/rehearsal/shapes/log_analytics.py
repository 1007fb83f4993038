"""Log Analytics: the portal's CSV, with `` [UTC]`` after the names of time columns, and the query API's JSON."""

from __future__ import annotations

import orjson

from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape
from crosswarden.rehearsal.shapes.tables import TABLES, columns_of, row_of
from crosswarden.rehearsal.shapes.unified import csv_line

__all__ = ["PORTAL_CSV", "QUERY_API"]


def _cell(kind: str, value: object) -> str:
    if value is None:
        return ""
    if kind == "datetime":
        return as_form("portal", str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _csv(stream: Stream, record: Record, setting: Setting) -> bytes:
    return csv_line(_cell(kind, value) for kind, value in row_of(stream, record, setting))


def _csv_head(stream: Stream, setting: Setting) -> bytes:
    names = (f"{name} [UTC]" if kind == "datetime" else name for name, kind in columns_of(stream))
    return ",".join(names).encode("utf-8") + b"\r\n"


def _csv_tail(stream: Stream, setting: Setting) -> bytes:
    return b"\r\n"


def _json(stream: Stream, record: Record, setting: Setting) -> bytes:
    cells = []
    for kind, value in row_of(stream, record, setting):
        if kind == "string":
            value = "" if value is None else value if isinstance(value, str) else str(value)
        cells.append(value)
    return orjson.dumps(cells)


def _json_head(stream: Stream, setting: Setting) -> bytes:
    columns = [{"name": name, "type": kind} for name, kind in columns_of(stream)]
    return b'{"tables":[{"name":"PrimaryResult","columns":' + orjson.dumps(columns) + b',"rows":[\n'


def _json_tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n]}]}\n"


PORTAL_CSV = Shape(
    "log-analytics-csv",
    "Log Analytics portal CSV (times as 3/2/2026, 8:15:23.123 AM)",
    {stream: f"{table}.csv" for stream, table in TABLES.items()},
    _csv,
    _csv_head,
    _csv_tail,
    b"\r\n",
)
QUERY_API = Shape(
    "query-api",
    'Log Analytics query API: {"tables": […]}',
    {stream: f"{table}.query.json" for stream, table in TABLES.items()},
    _json,
    _json_head,
    _json_tail,
    b",\n",
)
