"""A record that DuckDB cannot take costs itself, never the file beside it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from crosswarden import duck
from crosswarden.lake import Lake, ingest
from crosswarden.lake.writer import Writer
from crosswarden.logs.batch import Batch


def event(number: int) -> dict[str, object]:
    """A synthetic directory audit as Graph gives it."""
    return {
        "id": f"Directory_{number:012x}",
        "activityDateTime": "2024-05-01T10:00:00.1234567Z",
        "activityDisplayName": "Update user",
        "category": "UserManagement",
        "loggedByService": "Core Directory",
        "result": "success",
        "correlationId": f"{number:032x}",
        "initiatedBy": {"user": {"id": "u", "userPrincipalName": "a@contoso.example"}},
        "targetResources": [],
        "additionalDetails": [],
    }


def test_a_cut_record_beside_rows_that_carry_records_inside(tmp_path: Path) -> None:
    """A truncated gzip and a Search-UnifiedAuditLog CSV in one batch: both land, the cut record is named."""
    lines = "\n".join(json.dumps(event(number)) for number in range(400)).encode()
    packed = gzip.compress(lines, mtime=0)
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[:-40])
    audit = {
        "Id": "11111111-1111-4111-8111-111111111111",
        "CreationTime": "2024-01-01T10:00:00",
        "Operation": "Set-Mailbox",
        "OrganizationId": "o",
        "RecordType": 1,
        "Workload": "Exchange",
        "UserId": "u@x",
    }
    quoted = json.dumps(audit).replace('"', '""')
    (tmp_path / "search.csv").write_text(
        f'RecordType,CreationDate,UserIds,Operations,AuditData\nExchangeAdmin,2024-01-01,u@x,Set-Mailbox,"{quoted}"\n'
    )
    account = ingest(
        [tmp_path / "cut.jsonl.gz", tmp_path / "search.csv"], Lake.open(tmp_path / "lake", create=True)
    )
    cut, search = account.files
    assert search.rows == {"OfficeActivity": 1}
    assert cut.error and cut.skipped_count == 1 and cut.rows["AuditLogs"] == cut.records - 1 > 300


def test_a_record_that_no_check_foresaw_is_found_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever DuckDB refuses, the other records land and the culprit is skipped with its place."""
    write = Writer.write

    def failing(self: Writer, batch: Batch) -> None:
        if any("poison" in str(record) for piece in batch.pieces for record in piece.records):
            raise duck.Error("Invalid Input Error: poison")
        write(self, batch)

    monkeypatch.setattr(Writer, "write", failing)
    events = [event(number) for number in range(9)]
    events[4]["resultReason"] = "poison"
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    (tmp_path / "b.jsonl").write_text(json.dumps(event(99)))
    account = ingest([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], Lake.open(tmp_path / "lake", create=True))
    first, second = account.files
    assert (first.rows["AuditLogs"], second.rows["AuditLogs"]) == (8, 1)
    assert [(item.place, "poison" in item.reason) for item in first.skipped] == [("line 5", True)]
    assert not account.complete
