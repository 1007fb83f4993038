"""KQL over the lake beside hand-written DuckDB SQL over the same files, and what promotion and clustering buy.

2,000,000 synthetic audit events (CROSSWARDEN_BENCH_EVENTS changes the number). Times are the best of five in one
process each, so they compare execution alone. The seed's query also runs, as hand-written SQL, on the plain
JSON-text Parquet that DuckDB's own copy makes.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from bench._audit_events import write_audit_events
from crosswarden import duck
from crosswarden.engines import Engine
from crosswarden.lake import Lake, ingest
from crosswarden.lake.compaction import compact

ROOT = Path(__file__).resolve().parents[1]
EVENTS = int(os.environ.get("CROSSWARDEN_BENCH_EVENTS", "2000000"))
ROUNDS = 5

SEED = """AuditLogs
| where OperationName == "Add a partner to cross-tenant access setting"
| where parse_json(tostring(TargetResources[0].modifiedProperties))[0].displayName == "tenantId"
| extend initiating_user=parse_json(tostring(InitiatedBy.user)).userPrincipalName
| extend source_ip=parse_json(tostring(InitiatedBy.user)).ipAddress
| extend target_tenant=parse_json(tostring(TargetResources[0].modifiedProperties))[0].newValue
| project TimeGenerated, OperationName,initiating_user,source_ip, AADTenantId,target_tenant
| project-rename source_tenant= AADTenantId"""

PLAIN_SEED = """SELECT time, operationName, json_extract_string(properties, '$.initiatedBy.user.userPrincipalName'),
  json_extract_string(properties, '$.initiatedBy.user.ipAddress'), tenantId,
  json_extract_string(properties, '$.targetResources[0].modifiedProperties[0].newValue')
FROM read_parquet({files}) WHERE operationName = 'Add a partner to cross-tenant access setting'
  AND json_extract_string(properties, '$.targetResources[0].modifiedProperties[0].displayName') = 'tenantId'"""

KINDS: dict[str, tuple[str, str]] = {
    "nested-path filter": (
        "AuditLogs | where tostring(InitiatedBy.user.userPrincipalName) == 'user77@contoso.example' | project TimeGenerated, OperationName",
        """SELECT epoch_us(TimeGenerated), OperationName FROM read_parquet({files})
        WHERE json_extract_string(InitiatedBy, '$.user.userPrincipalName') = 'user77@contoso.example'""",
    ),
    "rare-term search": (
        "AuditLogs | where AdditionalDetails has '397' | summarize count()",
        r"""SELECT count(*) FROM read_parquet({files}) WHERE contains(AdditionalDetails, '397')
        AND regexp_matches(AdditionalDetails, '(^|[^\p{{L}}\p{{N}}])397($|[^\p{{L}}\p{{N}}])')""",
    ),
    "time-binned count": (
        "AuditLogs | summarize count() by bin(TimeGenerated, 1h), Result",
        "SELECT epoch_us(date_trunc('hour', TimeGenerated)) AS hour, Result, count(*) FROM read_parquet({files}) GROUP BY ALL",
    ),
    "expand and join": (
        """AuditLogs | where OperationName == 'Update user' | mv-expand p = TargetResources[0].modifiedProperties
        | where tostring(p.displayName) == 'Department' | extend to_ = tostring(p.newValue), actor = tostring(InitiatedBy.user.id)
        | join kind=inner (AuditLogs | where OperationName == 'Disable account' | summarize n = count() by actor = tostring(InitiatedBy.user.id)) on actor
        | summarize sum(n) by to_""",
        """WITH a AS (SELECT unnest(CAST(json_extract(TargetResources, '$[0].modifiedProperties') AS JSON[])) AS p, InitiatedBy
            FROM read_parquet({files}) WHERE OperationName = 'Update user'),
        b AS (SELECT json_extract_string(p, '$.newValue') AS to_, json_extract_string(InitiatedBy, '$.user.id') AS actor FROM a
            WHERE json_extract_string(p, '$.displayName') = 'Department'),
        c AS (SELECT json_extract_string(InitiatedBy, '$.user.id') AS actor, count(*) AS n FROM read_parquet({files})
            WHERE OperationName = 'Disable account' GROUP BY ALL)
        SELECT to_, sum(n) FROM b JOIN c USING (actor) GROUP BY to_""",
    ),
}


def _best(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def _files(paths: list[Path] | tuple[Path, ...]) -> str:
    return "[" + ", ".join(f"'{path}'" for path in paths) + "]"


def run() -> None:
    """Prints seconds and ratios for each kind of query, before and after compaction."""
    home = ROOT / ".bench/execution"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    events = write_audit_events(home / "events.jsonl", EVENTS)
    lake = Lake.open(home / "lake", create=True)
    ingest([events], lake)
    plain = home / "plain.parquet"
    by_hand = duck.connect(memory="4GB")
    by_hand.execute(
        f"COPY (SELECT * FROM read_json('{events}', format='newline_delimited', columns={{time: 'VARCHAR', operationName: 'VARCHAR', tenantId: 'VARCHAR', properties: 'JSON'}})) TO '{plain}' (FORMAT parquet, COMPRESSION zstd)"
    )
    compact(lake)
    files = _files(lake.files("AuditLogs"))
    engine = Engine(lake=lake)
    print(f"{EVENTS:,} events; best of {ROUNDS}")
    for name, (kql, sql) in KINDS.items():
        ours = _best(lambda kql=kql: engine.run(kql).rows())  # type: ignore[misc]
        hand = _best(lambda sql=sql: by_hand.execute(sql.format(files=files)).fetchall())  # type: ignore[misc]
        print(
            f"{name:>20}: KQL {ours * 1000:8.1f} ms, hand-written SQL {hand * 1000:8.1f} ms, ratio {ours / hand:.2f}"
        )
    ours = _best(lambda: engine.run(SEED).rows())
    rows = by_hand.execute(PLAIN_SEED.format(files=_files([plain]))).fetchall()
    assert len(engine.run(SEED).rows()) == len(rows) > 0
    hand = _best(lambda: by_hand.execute(PLAIN_SEED.format(files=_files([plain]))).fetchall())
    print(
        f"        seed's query: KQL on the lake {ours * 1000:.1f} ms, SQL on plain JSON-text Parquet {hand * 1000:.1f} ms: {hand / ours:.1f} times faster"
    )
    shutil.rmtree(home)
