"""Exports go into the lake once, whole, and the account says so."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosswarden.errors import LakeError
from crosswarden.lake import Lake, ingest
from crosswarden.lake.compaction import compact, vacuum

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Rows = Callable[..., list[dict[str, Any]]]


def test_reads_every_shared_log_and_accounts_for_every_record(shared: Path, lake: Lake, rows: Rows) -> None:
    """Every file of the shared logs is read whole; records are rows or duplicates; a second run adds none."""
    account = ingest([shared / "data/logs"], lake)
    assert account.complete
    for file in account:
        assert file.records == sum(file.rows.values()) + file.duplicates, file
        assert file.records > 0, file
    counted: dict[str, int] = {}
    found = rows(lake, "OfficeActivity", "_file, _position, Operation, _record, OfficeId")
    mine = [row for row in found if row["_file"].endswith("auditrecords.csv.gz")]
    for row in mine:
        counted[row["Operation"].rstrip(".")] = counted.get(row["Operation"].rstrip("."), 0) + 1
    assert len(mine) == 3601
    wanted = {
        "MailItemsAccessed": 217,
        "Add application": 15,
        "Add service principal": 32,
        "Add app role assignment to service principal": 6,
        "Consent to application": 6,
        "Add delegated permission grant": 8,
        "Set-Mailbox": 1065,
    }
    assert {name: counted.get(name) for name in wanted} == wanted
    assert all(json.loads(row["_record"])["Id"] == row["OfficeId"] for row in mine)
    again = ingest([shared / "data/logs"], lake)
    assert again.complete
    assert not again.rows
    assert again.duplicates == account.records


def test_seed_event_lands_as_log_analytics_would_show_it(shared: Path, lake: Lake, rows: Rows) -> None:
    """The seed's partner event has the columns that its query asks for, promoted ones included."""
    ingest(
        [shared / "data/logs/graph/directoryAudits.json"], lake, tenant="11111111-2222-4333-8444-555555555555"
    )
    (row,) = rows(lake, "AuditLogs")
    assert row["OperationName"] == "Add a partner to cross-tenant access setting"
    changed = json.loads(json.loads(row["TargetResources"])[0]["modifiedProperties"][0]["newValue"])
    assert changed == "ee07d55e-928e-4049-89e2-c36739e30514"
    assert json.loads(row["InitiatedBy"])["user"]["ipAddress"] == "40.126.32.99"
    assert json.loads(row["_p_InitiatedBy_user_ipAddress"]) == "40.126.32.99"
    assert row["AADTenantId"] == row["_tenant"] == "11111111-2222-4333-8444-555555555555"
    assert row["_tick"] == "7"
    assert row["TimeGenerated"].startswith("2022-06-24 08:37:42.6299")


def test_same_events_through_other_packings_are_duplicates(
    lake: Lake, audit: Make, written: Write, tmp_path: Path, rows: Rows
) -> None:
    """Re-exports as array, envelope, pretty documents, gzip, zip and UTF-16 of the same events add nothing."""
    events = [audit(number) for number in range(40)]
    assert ingest([written("first.jsonl", events)], lake).rows == {"AuditLogs": 40}
    text = "".join(json.dumps(event) + "\n" for event in events)
    (tmp_path / "array.json").write_text(json.dumps(events))
    (tmp_path / "envelope.json").write_text(json.dumps({"records": events}, indent=2))
    (tmp_path / "pretty.json").write_bytes(
        ("\ufeff" + "\n".join(json.dumps(e, indent=4) for e in events)).encode()
    )
    (tmp_path / "utf16.json").write_text(text, "utf-16")
    (tmp_path / "utf16be.json").write_bytes(text.encode("utf-16-be"))
    (tmp_path / "packed.bin").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "eventhub.json").write_text(
        "".join(json.dumps({"records": events[i : i + 8]}) + "\n" for i in range(0, 40, 8))
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("inner/été.json.gz", gzip.compress(text.encode()))
        archive.writestr("plain.txt", text)
    names = [
        "array.json",
        "envelope.json",
        "pretty.json",
        "utf16.json",
        "utf16be.json",
        "packed.bin",
        "eventhub.json",
        "all.zip",
    ]
    for name in names:
        account = ingest([tmp_path / name], lake)
        assert account.complete, (name, account.to_json())
        assert not account.rows, name
        assert account.duplicates == (80 if name == "all.zip" else 40), (name, account.to_json())
    assert len(rows(lake, "AuditLogs")) == 40


def test_graph_and_log_analytics_forms_of_an_event_share_its_identity(
    lake: Lake, audit: Make, written: Write
) -> None:
    """The same audit events as Graph objects and as Log Analytics rows are the events already held."""
    events = [audit(number) for number in range(25)]
    ingest([written("diagnostic.jsonl", events)], lake)
    graph = [event["properties"] for event in events]
    analytics = [
        {
            "TenantId": "00000000-0000-4000-8000-000000000000",
            "TimeGenerated": event["time"],
            "OperationName": event["operationName"],
            "Category": event["properties"]["category"],
            "Id": event["properties"]["id"],
            "ActivityDateTime": event["properties"]["activityDateTime"],
            "InitiatedBy": json.dumps(event["properties"]["initiatedBy"]),
            "TargetResources": json.dumps(event["properties"]["targetResources"]),
            "AADTenantId": event["tenantId"],
            "LoggedByService": "Core Directory",
            "Type": "AuditLogs",
        }
        for event in events
    ]
    for name, records in (("graph.json", graph), ("analytics.json", analytics)):
        account = ingest([written(name, records)], lake)
        assert (dict(+account.rows), account.duplicates) == ({}, 25), name


def test_different_events_with_placeholder_ids_stay_apart(lake: Lake, written: Write) -> None:
    """Anonymised ids do not merge events that differ."""
    records = [
        {"CreationTime": "2026-01-31T10:00:00", "Id": "ANONYMIZED", "Operation": "Send", "RecordType": 2,
         "OrganizationId": "o", "UserId": f"user{number}", "UserType": 0, "Workload": "Exchange"}
        for number in range(5)
    ]  # fmt: skip
    assert ingest([written("placeholder.jsonl", records)], lake).rows == {"OfficeActivity": 5}


def test_nothing_in_a_record_is_lost(lake: Lake, audit: Make, written: Write, rows: Rows) -> None:
    """Unknown keys, keys in another case and values that do not convert are found in _extra as they were."""
    event = audit(1, novelty={"deep": [1, 2]}, durationMs="not a number")
    event["durationMs"] = "eleven"
    event["Level"] = 4
    event["level"] = "Informational"
    event["correlationId"] = "another"
    ingest([written("extra.jsonl", [event])], lake)
    (row,) = rows(lake, "AuditLogs")
    extra = json.loads(row["_extra"])
    assert extra["properties"]["novelty"] == {"deep": [1, 2]}
    held = json.dumps(row)
    for value in ("eleven", "not a number", "Informational", "another", event["properties"]["correlationId"]):
        assert value in held, value
    assert row["Level"] in ("4", "Informational")


def test_bad_input_is_named_and_everything_else_lands(lake: Lake, audit: Make, tmp_path: Path) -> None:
    """Each kind of damage costs its own record, which the account names with place and reason."""
    good = [json.dumps(audit(number)).encode() for number in range(6)]
    deep = (
        b'{"time":"2026-01-01T00:00:00Z","category":"AuditLogs","operationName":"x","properties":{"a":'
        + b"[" * 5000
        + b"]" * 5000
        + b"}}"
    )
    bad = [
        b'{"cut": ',
        b'{"a": NaN, "time": "x"}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff\xfe"}',
        deep,
        b'{"a": "' + b"x" * (33 << 20) + b'"}',
        b"[1, 2]",
    ]
    lines = [
        good[0],
        bad[0],
        good[1],
        bad[1],
        bad[2],
        good[2],
        bad[3],
        bad[4],
        good[3],
        bad[5],
        good[4],
        bad[6],
        good[5],
    ]
    (tmp_path / "damaged.jsonl").write_bytes(b"\n".join(lines))
    account = ingest([tmp_path / "damaged.jsonl"], lake)
    (file,) = account
    assert file.rows == {"AuditLogs": 6}
    assert file.skipped_count == len(bad)
    places = {skip.place: skip.reason for skip in file.skipped}
    assert "not valid JSON" in places["line 2"]
    assert "NaN" in places["line 4"]
    assert "'a' stands twice" in places["line 5"]
    assert "UTF-8" in places["line 7"]
    assert "nested deeper" in places["line 8"]
    assert "bytes long" in places["line 10"]
    assert "not a JSON object" in places["line 12"]
    assert not account.complete


def test_truncated_gzip_keeps_what_was_readable(lake: Lake, audit: Make, tmp_path: Path) -> None:
    """A gzip file that was cut off is named, and the whole records before the cut land."""
    noise = random.Random(7)
    text = "".join(json.dumps(audit(n, noise=noise.random())) + "\n" for n in range(3000)).encode()
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(text)[:-2000])
    account = ingest([tmp_path / "cut.json.gz"], lake)
    (file,) = account
    assert "cut off" in file.error
    assert sum(file.rows.values()) > 1000
    assert not account.complete


def test_gzip_bomb_is_refused(
    lake: Lake, audit: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that unfolds beyond the limits is an error of that file; the other file lands."""
    monkeypatch.setattr("crosswarden.logs.containers.packing.FREE", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b'{"a": "' + b"0" * (64 << 20)))
    (tmp_path / "good.json").write_text(json.dumps(audit(3)))
    account = ingest([tmp_path / "bomb.gz", tmp_path / "good.json"], lake)
    assert "bomb" in account.files[0].error
    assert account.rows == {"AuditLogs": 1}


def test_unreadable_files_are_named(lake: Lake, audit: Make, tmp_path: Path) -> None:
    """Binary files, broken archives and unreadable paths are errors of that file and never silence."""
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04" + b"garbage" * 50)
    (tmp_path / "fine.json").write_text(json.dumps(audit(3)))
    (tmp_path / "none.csv").write_text("")
    account = ingest(
        [tmp_path / name for name in ("picture.png", "broken.zip", "fine.json", "none.csv")], lake
    )
    errors = {Path(file.file).name: file.error for file in account}
    assert errors["picture.png"] and errors["broken.zip"]
    assert not errors["fine.json"]
    assert account.files[-1].notes == ["empty"]
    absent = ingest([tmp_path / "absent", tmp_path / "fine.json"], lake)
    assert "No such file" in absent.files[0].error
    assert (absent.duplicates, absent.complete) == (1, False)


def test_archive_members_and_folders(lake: Lake, audit: Make, tmp_path: Path) -> None:
    """Folders are read whole without hidden files and lakes; archive members are files of their own."""
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("a.json", json.dumps(audit(1)))
        archive.writestr("b/ü.json", json.dumps(audit(2)))
        archive.writestr("readme.bin", b"\0\1\2" * 50)
    folder = tmp_path / "exports/deep"
    folder.mkdir(parents=True)
    (folder / "all.zip").write_bytes(inside.getvalue())
    (folder / ".hidden.json").write_text("{")
    account = ingest([tmp_path / "exports"], lake)
    assert [file.file.partition("!")[2] for file in account] == ["a.json", "b/ü.json", "readme.bin"]
    assert account.rows == {"AuditLogs": 2}
    assert account.files[2].error


def test_csv_with_shifted_columns_and_stray_quote(lake: Lake, tmp_path: Path, rows: Rows) -> None:
    """A row with too many fields and a row with an unclosed quote cost one row each."""
    header = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n"

    def row(number: int) -> str:
        data = {"CreationTime": f"2026-02-03T04:05:{number:02d}", "Id": f"8d4f1ab2-6f0b-4b6e-9d9f-{number:012d}",
                "Operation": "Send", "RecordType": 2, "UserId": "a@b.example", "Workload": "Exchange", "OrganizationId": "o"}  # fmt: skip
        return f'x{number},2026-02-03,2,Send,a@b.example,"{json.dumps(data).replace(chr(34), chr(34) * 2)}"\n'

    text = header + row(1) + "a,b,c,d,e,f,g,h\n" + row(2) + 'x,2026-02-03,2,"Send,a\n' + row(3) + row(4)
    (tmp_path / "purview.csv").write_text(text)
    (file,) = ingest([tmp_path / "purview.csv"], lake)
    assert file.rows == {"OfficeActivity": 4}, file.to_json()
    assert [skip.place for skip in file.skipped] == ["line 3", "line 5"]
    assert {row["OfficeId"][-1] for row in rows(lake, "OfficeActivity")} == {"1", "2", "3", "4"}


def test_empty_audit_data_lands_by_its_row(lake: Lake, tmp_path: Path, rows: Rows) -> None:
    """A Search-UnifiedAuditLog row with an empty AuditData lands with operation, user and time, day before month."""
    text = (
        "RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,Identity\n"
        "ExchangeItem,23/03/2026 15:45:38,a@b.example,Send,,1,8d4f1ab2-6f0b-4b6e-9d9f-000000000001\n"
    )
    (tmp_path / "search.csv").write_text(text)
    ingest([tmp_path / "search.csv"], lake)
    (row,) = rows(lake, "OfficeActivity")
    assert (row["Operation"], row["UserId"]) == ("Send", "a@b.example")
    assert row["TimeGenerated"].startswith("2026-03-23 15:45:38")
    assert json.loads(row["_record"])["ResultIndex"] == "1"


def test_what_fits_no_table_is_kept_whole(lake: Lake, written: Write, rows: Rows) -> None:
    """An unknown record is found unchanged in the raw table, with its time where it names one."""
    record = {
        "@timestamp": "2026-05-06T07:08:09Z",
        "nothing": ["known", {"here": None}],
        "big": 12345678901234567890123,
    }
    ingest([written("raw.jsonl", [record])], lake)
    (row,) = rows(lake, "Raw_CW")
    assert json.loads(row["_record"]) == record
    assert row["TimeGenerated"].startswith("2026-05-06 07:08:09")


def test_compaction_keeps_every_row_and_vacuum_only_drops_the_rest(
    lake: Lake, audit: Make, written: Write, rows: Rows
) -> None:
    """Compaction leaves one file a day with the same rows; vacuum deletes what no version needs."""
    for part in range(5):
        ingest([written(f"part{part}.jsonl", [audit(part * 7 + number) for number in range(7)])], lake)
    before = sorted(row["_event"] for row in rows(lake, "AuditLogs"))
    files = len(lake.files("AuditLogs"))
    done = compact(lake)
    assert done
    assert len(lake.files("AuditLogs")) < files
    assert sorted(row["_event"] for row in rows(lake, "AuditLogs")) == before
    import datetime as dt

    deleted = vacuum(lake, older_than=dt.timedelta(0))
    assert deleted >= sum(part.before for part in done)
    assert sorted(row["_event"] for row in rows(lake, "AuditLogs")) == before
    assert not ingest([written("again.jsonl", [audit(number) for number in range(35)])], lake).rows


def test_coverage_says_days_and_tenants(lake: Lake, audit: Make, written: Write) -> None:
    """Coverage counts rows by tenant and names the days observed; files are pruned by day."""
    import datetime as dt

    ingest([written("days.jsonl", [audit(number) for number in (0, 1, 1, 4)])], lake)
    (part,) = lake.coverage("AuditLogs")
    assert part.tenant == "5c0ffee1-1111-4222-8333-444455556666"
    assert (part.rows, part.timeless) == (3, 0)
    assert part.days == (dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 5))
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert len(lake.files("AuditLogs", start, start + dt.timedelta(hours=23))) == 1
    assert lake.coverage("SigninLogs") == ()


def test_a_folder_that_is_no_lake_is_refused(tmp_path: Path) -> None:
    """A lake is not made in a folder that holds other things, nor opened where there is none."""
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(LakeError, match="not a lake"):
        Lake.open(tmp_path, create=True)
    with pytest.raises(LakeError, match="no lake"):
        Lake.open(tmp_path / "absent")
