"""What the tests of log reading share: an export in, rows out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosswarden import duck
from crosswarden.lake import Lake, ingest
from crosswarden.logs.account import Account

Landed = tuple[Account, dict[str, list[dict[str, Any]]]]


@pytest.fixture
def land(tmp_path: Path) -> Callable[..., Landed]:
    """Writes bytes or text as a file (or takes a path), ingests it into a new lake, returns account and rows by table."""
    made = iter(range(1000))

    def go(content: bytes | str | Path, name: str = "export.dat", tenant: str = "") -> Landed:
        number = next(made)
        lake = Lake.open(tmp_path / f"{number}.lake", create=True)
        path = content if isinstance(content, Path) else tmp_path / f"{number}-{name}"
        if isinstance(content, str):
            path.write_text(content, "utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        account = ingest([path], lake, tenant=tenant)
        tables = {}
        for table in lake.tables():
            with duck.connect() as connection:
                found = connection.execute(
                    "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT * FROM read_parquet($files,"
                    " hive_partitioning = false) ORDER BY _position)",
                    {"files": [str(file) for file in lake.files(table)]},
                )
                names = [entry[0] for entry in found.description or []]
                tables[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return account, tables

    return go
