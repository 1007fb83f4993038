"""Ingest beside DuckDB's own JSON-Lines-to-Parquet copy of the same file, in the same run, each in its own process.

    python -m bench ingest                  2,000,000 events of each kind, plain and gzipped
    CROSSWARDEN_BENCH_EVENTS=200000 …       fewer

Two kinds of nested events: Entra audit records as diagnostic settings write them, and unified audit records. Both
are made here (synthetic) and deleted afterwards. The copy is DuckDB at its defaults: schema detected, zstd. Runs
alternate, the best of each side counts, and the ratio is of wall times; processor time and peak memory are printed
with it, at a quarter of the events too, to show whether memory grows with the input.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

EVENTS = int(os.environ.get("CROSSWARDEN_BENCH_EVENTS", "2000000"))
ROUNDS = int(os.environ.get("CROSSWARDEN_BENCH_ROUNDS", "2"))
TENANT = "11111111-2222-4333-8444-555555555555"

_COPY = """
import sys, time, resource, duckdb
start = time.perf_counter()
connection = duckdb.connect(config={"threads": "2"})
connection.execute("SET enable_progress_bar = false")
connection.execute(
    "COPY (SELECT * FROM read_json('" + sys.argv[1] + "', format = 'newline_delimited')) TO '" + sys.argv[2] + "'"
    " (FORMAT parquet, CODEC zstd)"
)
rows = connection.execute("SELECT count(*) FROM '" + sys.argv[2] + "'").fetchone()[0]
"""
_INGEST = """
import sys, time, resource
start = time.perf_counter()
from crosswarden.lake import Lake, ingest
account = ingest([sys.argv[1]], Lake.open(sys.argv[2], create=True))
assert account.complete and not account.duplicates, account.to_json()
rows = sum(account.rows.values())
"""
_REPORT = """
usage = resource.getrusage(resource.RUSAGE_SELF)
print(rows, time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)
"""

_OPERATIONS = (
    "Add user", "Update user", "Add member to group", "Consent to application", "Update application",
    "Add service principal", "Add owner to group", "Update policy",
)  # fmt: skip
_MAIL = (
    "MailItemsAccessed",
    "Send",
    "HardDelete",
    "Update",
    "New-InboxRule",
    "Set-Mailbox",
    "FileDownloaded",
)


def _guid(chance: random.Random) -> str:
    bits = f"{chance.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:]}"


def _moment(chance: random.Random, number: int, count: int) -> str:
    moment = datetime(2026, 1, 1) + timedelta(seconds=number * 7 * 86_400 / count)  # noqa: DTZ001 - only its text is used, with Z
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{chance.randrange(10**7):07d}"


def audit_event(chance: random.Random, number: int, count: int) -> dict[str, Any]:
    """A synthetic Entra audit record as diagnostic settings write it."""
    moment, correlation, operation = _moment(chance, number, count), _guid(chance), chance.choice(_OPERATIONS)
    user, target = (
        f"user{chance.randrange(5000)}@contoso.example",
        f"user{chance.randrange(5000)}@contoso.example",
    )
    address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
    changes = [
        {"displayName": "AccountEnabled", "oldValue": "[]", "newValue": "[true]"},
        {"displayName": "UserPrincipalName", "oldValue": "[]", "newValue": json.dumps([target])},
        {
            "displayName": "Included Updated Properties",
            "oldValue": None,
            "newValue": '"AccountEnabled, UserPrincipalName"',
        },
    ]
    return {
        "time": moment + "Z",
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": operation,
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": TENANT,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": address,
        "correlationId": correlation,
        "level": "Informational",
        "properties": {
            "id": f"Directory_{correlation}_{number}",
            "category": "UserManagement",
            "correlationId": correlation,
            "result": "success",
            "resultReason": "",
            "activityDisplayName": operation,
            "activityDateTime": moment + "+00:00",
            "loggedByService": "Core Directory",
            "operationType": "Update",
            "initiatedBy": {
                "user": {"id": _guid(chance), "displayName": None, "userPrincipalName": user, "ipAddress": address, "roles": []}
            },
            "targetResources": [
                {"id": _guid(chance), "displayName": None, "type": "User", "userPrincipalName": target, "modifiedProperties": changes}
            ],
            "additionalDetails": [{"key": "User-Agent", "value": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chance.randrange(40)}"}],
        },
    }  # fmt: skip


def unified_event(chance: random.Random, number: int, count: int) -> dict[str, Any]:
    """A synthetic unified audit record of a mailbox."""
    user = f"user{chance.randrange(5000)}@contoso.example"
    items = [
        {"InternetMessageId": f"<{_guid(chance)}@contoso.example>", "SizeInBytes": chance.randrange(10**6)}
        for _ in range(chance.randrange(1, 4))
    ]
    return {
        "CreationTime": _moment(chance, number, count)[:19],
        "Id": _guid(chance),
        "Operation": chance.choice(_MAIL),
        "OrganizationId": TENANT,
        "RecordType": 50,
        "ResultStatus": "Succeeded",
        "UserKey": f"1003{chance.getrandbits(48):012X}",
        "UserType": 0,
        "Version": 1,
        "Workload": "Exchange",
        "UserId": user,
        "AppId": _guid(chance),
        "ClientAppId": "00000002-0000-0ff1-ce00-000000000000",
        "ClientIPAddress": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
        "ClientInfoString": "Client=REST;Client=RESTSystem;;",
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 0,
        "MailboxGuid": _guid(chance),
        "MailboxOwnerUPN": user,
        "OperationProperties": [
            {"Name": "MailAccessType", "Value": "Bind"},
            {"Name": "IsThrottled", "Value": "False"},
        ],
        "OrganizationName": "contoso.example",
        "OriginatingServer": "AM5PR0402MB2804 (15.20.3977.024)\r\n",
        "AppAccessContext": {
            "AADSessionId": _guid(chance),
            "UniqueTokenId": f"{chance.getrandbits(96):024x}",
        },
        "Folders": [{"FolderItems": items, "Id": f"LgAAAAD{chance.getrandbits(64):016x}", "Path": "\\Inbox"}],
        "OperationCount": len(items),
    }


def write_events(path: Path, count: int, event: Callable[[random.Random, int, int], dict[str, Any]]) -> None:
    """Writes that many events as JSON Lines, always the same ones."""
    chance = random.Random(20260131)
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write(json.dumps(event(chance, number, count), separators=(",", ":")) + "\n")


def measured(code: str, file: Path, target: Path) -> tuple[int, float, float, int]:
    """Rows, wall seconds, processor seconds and peak MB of one run in a process of its own; removes what it wrote."""
    source = str(Path(__file__).resolve().parents[1] / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(
        [sys.executable, "-c", code + _REPORT, str(file), str(target)],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    rows, wall, processor, peak = done.stdout.split()
    shutil.rmtree(target, ignore_errors=True)
    target.unlink(missing_ok=True)
    return int(rows), float(wall), float(processor), int(peak)


def _best(runs: list[tuple[int, float, float, int]]) -> tuple[int, float, float, int]:
    rows = runs[0][0]
    return rows, min(run[1] for run in runs), min(run[2] for run in runs), max(run[3] for run in runs)


def _compare(file: Path, folder: Path, label: str) -> None:
    copies, ingests = [], []
    for _ in range(ROUNDS):
        copies.append(measured(_COPY, file, folder / "copy.parquet"))
        ingests.append(measured(_INGEST, file, folder / "bench.lake"))
    copy, own = _best(copies), _best(ingests)
    print(
        f"{label:<34} {own[0]:>9,} events  copy {copy[0] / copy[1]:>8,.0f}/s  ingest {own[0] / own[1]:>8,.0f}/s"
        f"  ratio {own[1] / copy[1]:.2f} (processor {own[2] / copy[2]:.2f})  peak {own[3]:,} MB (copy {copy[3]:,} MB)",
        flush=True,
    )


def run() -> None:
    """Prints a line for each kind of event, packing and size."""
    folder = Path(tempfile.mkdtemp(prefix="crosswarden-bench-", dir=os.environ.get("CROSSWARDEN_BENCH_DIR")))
    try:
        for kind, event in (
            ("Entra audit, diagnostic settings", audit_event),
            ("unified audit", unified_event),
        ):
            for count in (EVENTS // 4, EVENTS):
                file = folder / "events.jsonl"
                write_events(file, count, event)
                _compare(file, folder, kind)
            packed = folder / "events.jsonl.gz"
            with file.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as out:
                shutil.copyfileobj(plain, out, 1 << 20)
            _compare(packed, folder, f"{kind}, gzip")
            packed.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
