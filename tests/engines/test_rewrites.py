"""Rewrites change no answer: the same rows with and without them, over files in the lake's layout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crosswarden import duck
from crosswarden.engines import Engine
from crosswarden.kql.compile import compile_query
from crosswarden.kql.lowering import lowered
from crosswarden.kql.plan import Scan, walk_plan
from crosswarden.kql.rewrites import REWRITES, rewrite
from crosswarden.kql.sql import to_sql
from crosswarden.tables import HIDDEN, OWN, PROMOTED, Column, Type, documented

AUDIT = documented("AuditLogs")
assert AUDIT is not None
NOW = datetime(2026, 3, 5, tzinfo=UTC)
STORED = {
    Type.DATETIME: "TIMESTAMP",
    Type.LONG: "BIGINT",
    Type.INT: "INTEGER",
    Type.REAL: "DOUBLE",
    Type.BOOL: "BOOLEAN",
}
ROWS = [
    # (day, operation, InitiatedBy, TargetResources), synthetic
    (
        1,
        "Add user",
        '{"user":{"id":"u1","ipAddress":"1.2.3.4"}}',
        '[{"id":"t1","modifiedProperties":[{"displayName":"tenantId"}]}]',
    ),
    (
        1,
        "Add user",
        '{"user":{"id":"u2","ipAddress":null}}',
        '[{"id":"t2","modifiedProperties":"[{\\"displayName\\":\\"tenantId\\"}]"}]',
    ),
    (2, "Delete user", '{"user":"{\\"id\\":\\"u3\\",\\"ipAddress\\":\\"5.6.7.8\\"}"}', "[]"),
    (
        3,
        "Delete user",
        '{"app":{"displayName":"App","servicePrincipalId":"s"}}',
        '[{"id":null,"displayName":"x"}]',
    ),
    (4, "Add user", None, None),
]


class Files:
    """One Parquet file a day in a folder, as the lake lays them out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[datetime | None, datetime | None]] = []

    def tables(self) -> tuple[str, ...]:
        """The one table."""
        return ("AuditLogs",)

    def files(
        self, table: str, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[Path, ...]:
        """The days between, as a lake would choose them."""
        self.asked.append((start, end))
        chosen = []
        for day in range(1, 5):
            begins = datetime(2026, 3, day, tzinfo=UTC)
            if (start is None or datetime(2026, 3, day + 1, tzinfo=UTC) > start) and (
                end is None or begins < end
            ):
                chosen.append(self.folder / f"{day}.parquet")
        return tuple(chosen)

    def schema(self, table: str) -> tuple[Column, ...]:
        """Documented, own, hidden and promoted columns."""
        assert AUDIT is not None
        promoted = (Column(item.column, Type.DYNAMIC) for item in PROMOTED["AuditLogs"])
        return (*AUDIT.columns, *OWN, *HIDDEN, *promoted)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The rows above, written by DuckDB; promoted columns hold the JSON text that their paths lead to."""
    folder = tmp_path_factory.mktemp("audit")
    made = Files(folder)
    with duck.connect() as connection:
        for day in range(1, 5):
            selects = [_select(row) for row in ROWS if row[0] == day]
            connection.execute(
                f"COPY ({' UNION ALL '.join(selects)}) TO '{folder}/{day}.parquet' (FORMAT parquet)"
            )
    return made


def _select(row: tuple[int, str, str | None, str | None]) -> str:
    day, operation, actor, target = row
    given = {
        "TimeGenerated": f"TIMESTAMP '2026-03-0{day} 12:00:00'",
        "OperationName": f"'{operation}'",
        "InitiatedBy": f"'{actor}'" if actor else "NULL::VARCHAR",
        "TargetResources": f"'{target}'" if target else "NULL::VARCHAR",
        "_tick": "7::INTEGER",
    }
    columns = []
    for column in Files(Path()).schema("AuditLogs"):
        value = given.get(column.name)
        if value is None:
            value = "''" if column.type is Type.STRING else f"NULL::{STORED.get(column.type, 'VARCHAR')}"
        columns.append(f'{value} AS "{column.name}"')
    for item in PROMOTED["AuditLogs"]:
        path = "$" + "".join(f"[{s}]" if isinstance(s, int) else f'."{s}"' for s in item.path)
        columns = [c for c in columns if not c.endswith(f'"{item.column}"')]
        columns.append(f"CAST(json_extract({given[item.source]}, '{path}') AS VARCHAR) AS \"{item.column}\"")
    return f"SELECT {', '.join(columns)}"


QUERIES = [
    "AuditLogs | where TimeGenerated > datetime(2026-03-02) | project TimeGenerated, OperationName",
    "AuditLogs | where TimeGenerated between (datetime(2026-03-01) .. datetime(2026-03-02 12:00:00.0000006)) | count",
    "AuditLogs | where TimeGenerated == datetime(2026-03-02 12:00:00.0000007) | count",
    "AuditLogs | where TimeGenerated >= ago(3d) and TimeGenerated < now(-1d) | count",
    "AuditLogs | extend ip = tostring(InitiatedBy.user.ipAddress) | where ip != '' | project ip",
    "AuditLogs | extend ip = tostring(parse_json(tostring(InitiatedBy.user)).ipAddress) | project ip, i = isempty(ip)",
    "AuditLogs | extend ip = parse_json(tostring(InitiatedBy.user)).ipAddress | project ip, n = isnull(ip)",
    "AuditLogs | where parse_json(tostring(TargetResources[0].modifiedProperties))[0].displayName == 'tenantId' | project TargetResources[0].id",
    "AuditLogs | mv-expand t = TargetResources | extend id = tostring(t.id) | summarize ids = array_sort_asc(make_set(id)) by OperationName",
    "AuditLogs | mv-apply t = TargetResources on (where isnotnull(t.id) | extend who = tostring(InitiatedBy.user.id)) | project who, t.id",
    "let A = AuditLogs | where OperationName == 'Add user'; let B = AuditLogs | where isnotnull(InitiatedBy.app);"
    " union A, B | where TimeGenerated < datetime(2026-03-04) | summarize count() by OperationName",
    "let A = AuditLogs | extend who = tostring(InitiatedBy.user.id); A | join kind=leftouter (A | project who, o = OperationName) on who | project who, o",
    "AuditLogs | summarize arg_max(TimeGenerated, *) by OperationName | project OperationName, TimeGenerated, InitiatedBy",
    "AuditLogs | summarize take_any(InitiatedBy, TargetResources) by TimeGenerated | count",
    "AuditLogs | sort by TimeGenerated asc | extend p = prev(OperationName) | where OperationName == 'Delete user' | project p",
    "AuditLogs | where OperationName in ((AuditLogs | where TimeGenerated > datetime(2026-03-03) | project OperationName)) | count",
    "AuditLogs | extend n = toscalar(AuditLogs | count) | where n > 3 | distinct n",
    "AuditLogs | make-series c = count() on TimeGenerated from datetime(2026-03-01) to datetime(2026-03-05) step 1d by OperationName",
]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lowering without any rewrite."""
    monkeypatch.setattr(lowered, "rewrite", lambda plan, wanted, now: plan)
    yield


def rows(files: Files, query: str) -> list[str]:
    """The rows in an order of their own."""
    return sorted(map(repr, Engine(lake=files).run(query, now=NOW).rows()))


@pytest.fixture
def both(files: Files, request: pytest.FixtureRequest) -> tuple[list[str], list[str]]:
    """The rows of a query with the rewrites, then without."""
    with_rewrites = rows(files, request.param)
    request.getfixturevalue("plain")
    return with_rewrites, rows(files, request.param)


@pytest.mark.parametrize("both", QUERIES, indirect=True)
def test_rewrites_keep_the_rows(both: tuple[list[str], list[str]]) -> None:
    """With and without rewrites a query gives the same rows."""
    assert both[0] == both[1]


def test_queries_find_something(files: Files) -> None:
    """The comparison is not one of empty results."""
    assert all(rows(files, query) for query in QUERIES)


def test_files_outside_the_time_are_not_asked_for(files: Files) -> None:
    """A filter on the time column reaches the choice of files."""
    files.asked.clear()
    Engine(lake=files).run("AuditLogs | where TimeGenerated > datetime(2026-03-03) | count", now=NOW)
    assert files.asked[-1][0] == datetime(2026, 3, 3, tzinfo=UTC)


def test_promoted_columns_are_read_in_place_of_paths(files: Files) -> None:
    """The lowered query reads the promoted column, and not the whole document."""
    engine = Engine(lake=files)
    compiled = compile_query(
        "AuditLogs | where tostring(InitiatedBy.user.ipAddress) == '1.2.3.4' | project OperationName",
        engine.environment(NOW),
    )
    sql = to_sql(compiled.queries[-1].statement.expression)
    assert "_p_InitiatedBy_user_ipAddress" in sql and '"InitiatedBy"' not in sql


def test_unread_columns_are_dropped() -> None:
    """Only what the result depends on is read from the table."""
    scans = _scans("AuditLogs | summarize arg_max(TimeGenerated, *) by Identity | project Identity, Result")
    assert [field.name for field in scans[0].fields] == ["TimeGenerated", "Identity", "Result"]


def _scans(query: str) -> list[Scan]:
    from crosswarden.kql.compile import bind

    block, _ = bind(query)
    bound = block.queries[-1]
    plan: Any = rewrite(bound.plan, bound.columns, 0)
    return [node for node in walk_plan(plan) if isinstance(node, Scan)]


def test_the_sequence_is_visible() -> None:
    """Every rewrite stands in one ordered tuple."""
    assert len(REWRITES) == 5
