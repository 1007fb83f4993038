"""What the tests of the lake share: writing synthetic exports and reading a lake's rows back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from crosswarden import duck
from crosswarden.lake import Lake

Rows = list[dict[str, Any]]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open(tmp_path / "test.lake", create=True)


@pytest.fixture
def rows() -> Callable[..., Rows]:
    """Reads a table's rows as dictionaries, times as text, in order of _file and _position."""

    def read(lake: Lake, table: str, columns: str = "*") -> Rows:
        files = [str(file) for file in lake.files(table)]
        if not files:
            return []
        with duck.connect() as connection:
            found = connection.execute(
                "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM"
                f" (SELECT {columns} FROM read_parquet($files, hive_partitioning = false) ORDER BY _file, _position)",
                {"files": files},
            )
            names = [entry[0] for entry in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return read


@pytest.fixture
def audit() -> Callable[..., dict[str, Any]]:
    """Makes a synthetic diagnostic-settings record of an Entra audit event."""

    def make(number: int, **properties: Any) -> dict[str, Any]:
        moment = f"2026-03-{1 + number % 20:02d}T10:{number // 60 % 60:02d}:{number % 60:02d}.1234567"
        event = f"0b5ca3f1-90aa-4c71-8d7c-{number:012x}"
        return {
            "time": moment + "Z",
            "resourceId": "/tenants/5C0FFEE1-1111-4222-8333-444455556666/providers/Microsoft.aadiam",
            "operationName": "Add user",
            "category": "AuditLogs",
            "tenantId": "5c0ffee1-1111-4222-8333-444455556666",
            "correlationId": event,
            "properties": {
                "id": f"Directory_{event}_SYNTH_{number}",
                "category": "UserManagement",
                "correlationId": event,
                "result": "success",
                "activityDisplayName": "Add user",
                "activityDateTime": moment + "+00:00",
                "loggedByService": "Core Directory",
                "initiatedBy": {
                    "user": {
                        "id": "u",
                        "userPrincipalName": "admin@synthetic.example",
                        "ipAddress": "192.0.2.7",
                    }
                },
                "targetResources": [
                    {"id": f"t{number}", "displayName": None, "type": "User", "modifiedProperties": []}
                ],
                "additionalDetails": [],
                **properties,
            },
        }

    return make


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, Iterable[dict[str, Any]]], Path]:
    """Writes records as JSON Lines and returns the file."""

    def write(name: str, records: Iterable[dict[str, Any]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        return path

    return write
