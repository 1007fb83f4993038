"""A stand-in for the engine: answers known queries with given rows, and counts days as it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crosswarden.hunts.loader import packaged, packaged_observations

TENANT = "11111111-1111-1111-1111-111111111111"


@dataclass(frozen=True)
class Named:
    """A column."""

    name: str


@dataclass(frozen=True)
class Answer:
    """A result."""

    columns: Sequence[Named]
    given: Sequence[tuple[Any, ...]]

    def rows(self) -> list[tuple[Any, ...]]:
        return list(self.given)


@dataclass
class StandIn:
    """Rows by hunt id, and held days by table and tenant."""

    found: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, Iterable[date]]] = field(default_factory=dict)
    empty_columns: frozenset[str] = frozenset()

    def run(self, query: str, *, now: Any = None, window: Any = None) -> Answer:
        for hunt in (*packaged(), *packaged_observations()):
            if hunt.query == query:
                rows = self.found.get(hunt.id, ())
                names = list(dict.fromkeys(name for row in rows for name in row))
                return Answer(
                    [Named(each) for each in names], [tuple(row.get(each) for each in names) for row in rows]
                )
        return self._count(query)

    def _count(self, query: str) -> Answer:
        table = query.split("\n", 1)[0]
        columns = dict(re.findall(r"(C\d+) = countif\(isnotempty\(tostring\((\w+)\)\)\)", query))
        rows = [
            (
                day.isoformat() + "T00:00:00.0000000Z",
                tenant,
                1,
                *(int(c not in self.empty_columns) for c in columns.values()),
            )
            for tenant, days in self.held.get(table, {}).items()
            for day in days
        ]
        return Answer([Named(each) for each in ("Day", "Tenant", "Rows", *columns)], rows)


@pytest.fixture
def stand_in() -> type[StandIn]:
    """The stand-in engine."""
    return StandIn


@pytest.fixture
def all_days() -> Callable[..., dict[str, dict[str, list[date]]]]:
    """Every table that any hunt needs, held on each of fourteen days for one tenant."""

    def build(days: int = 14, tenant: str = TENANT) -> dict[str, dict[str, list[date]]]:
        tables = {
            one.table
            for hunt in (*packaged(), *packaged_observations())
            for need in hunt.requires
            for one in need.any
        }
        tables |= {"AADNonInteractiveUserSignInLogs"}
        start = date(2026, 3, 2)
        return {table: {tenant: [start + timedelta(days=each) for each in range(days)]} for table in tables}

    return build


@pytest.fixture
def cut_days() -> Callable[[Path, str, int], None]:
    """Removes three days of directory events from JSON Lines and Management API files of a rehearsal."""

    def cut(folder: Path, start: str, first: int) -> None:
        gone = {(date.fromisoformat(start) + timedelta(days=first + each)).isoformat() for each in range(3)}
        audit = folder / "diagnostic/AuditLogs.jsonl"
        lines = [line for line in audit.read_text().splitlines() if json.loads(line)["time"][:10] not in gone]
        audit.write_text("".join(f"{line}\n" for line in lines))
        unified = folder / "management/managementActivity.json"
        records = [
            each
            for each in json.loads(unified.read_text())
            if not (each["Workload"] == "AzureActiveDirectory" and each["CreationTime"][:10] in gone)
        ]
        unified.write_text(json.dumps(records))

    return cut
