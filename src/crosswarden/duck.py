"""The one door to DuckDB: connections that never reach outside the machine.

DuckDB's wheel holds core_functions, icu, json and parquet and would try to download every other extension on
first use, so automatic installation and loading are off.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection
from duckdb import Error

__all__ = ["Connection", "Error", "connect"]


def connect(*, memory: str = "1500MB", threads: int | None = None, spill: Path | None = None) -> Connection:
    """An in-process, in-memory DuckDB connection with the limits that crosswarden works under.

    ``memory`` is DuckDB's own syntax ("1500MB"); ``threads`` defaults to the processors there are; ``spill`` is the
    folder for what does not fit in memory (none: DuckDB's default of the working folder is never used).

    >>> connect().execute("select 40 + 2").fetchone()
    (42,)
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": str(threads or os.cpu_count() or 1),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spill) if spill else "",
            "preserve_insertion_order": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would go to standard output
    return connection
