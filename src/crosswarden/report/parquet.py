"""Findings as Parquet: one row a finding, and one for each hunt that is clean or blind; nested values as JSON text."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq

from crosswarden.report.document import Document

__all__ = ["findings_parquet"]

COLUMNS = (
    "hunt",
    "status",
    "severity",
    "title",
    "first_seen",
    "last_seen",
    "entities",
    "evidence",
    "reason",
    "id",
)


def findings_parquet(document: Document) -> bytes:
    """The findings as a Parquet file, every column text."""
    lines = document.lines()
    columns: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    for line in lines:
        for name in COLUMNS:
            value = line.get(name)
            columns[name].append(
                value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            )
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())
