"""Rows that carry a record inside (shapes/unified_audit_export.py): the record is taken out, the row goes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from crosswarden.duck import Connection
from crosswarden.logs.batch import Piece
from crosswarden.logs.shapes.unified_audit_export import INNER

__all__ = ["unwrapped"]


def unwrapped(
    connection: Connection, lines: Any, signatures: Iterable[int], pieces: Mapping[str, Piece]
) -> list[Piece]:
    """The inner records of the rows in ``lines`` that have these signatures, as pieces of the same files.

    ``pieces`` are the batch's pieces by file. Fills the temporary table ``opened`` (i, …) with the rows whose inner
    record is a JSON object; the others (empty or cut AuditData) stay what they are. The rows are chosen before any
    of them is read as JSON: DuckDB may run a function below the join that would have left a broken record out.
    """
    inner = ", ".join(f"json_extract_string(record, '/{key}')" for key in INNER)
    without = "{" + ", ".join(f'"{key}": null' for key in INNER) + "}"
    listed = ", ".join(map(str, signatures))
    chosen = connection.sql(
        f"SELECT i FROM signed WHERE signature IN ({listed}) AND i NOT IN (SELECT i FROM refused) ORDER BY i"
    ).to_arrow_table()["i"]
    connection.register("wrapping", lines.take(chosen.combine_chunks()))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE opened AS SELECT * FROM ("
        f" SELECT i, file, position, coalesce({inner}) AS inside,"
        f" CAST(json_merge_patch(record, '{without}') AS VARCHAR) AS wrapper"
        " FROM wrapping)"
        " WHERE ltrim(inside)[1] = '{' AND json_valid(inside)"
    )
    connection.unregister("wrapping")
    found = []
    for (file,) in connection.execute("SELECT DISTINCT file FROM opened ORDER BY 1").fetchall():
        table = connection.sql(
            "SELECT inside, wrapper, position FROM opened WHERE file = $file ORDER BY i",
            params={"file": file},
        ).to_arrow_table()
        columns = {name: table[name].combine_chunks() for name in table.column_names}
        found.append(
            replace(
                pieces[file],
                records=columns["inside"],
                wrappers=columns["wrapper"],
                positions=columns["position"],
            )
        )
    return found
