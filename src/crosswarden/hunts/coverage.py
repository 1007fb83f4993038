"""What the lake holds of what a hunt needs, by tenant and day: the ground under every "clean".

A day counts for a requirement when some alternative has rows of that tenant on that day and each needed column holds
a value in at least one of them. Without that the hunt is blind on the day, whatever the reason: no log, an export
without the column, audit switched off, or a truly quiet day; from the log alone they look the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from crosswarden.errors import QueryError
from crosswarden.hunts.model import Alternative, Coverage, Hunt, Requirement, TenantCoverage

__all__ = ["Holdings", "Runs", "Window", "days_text", "rows_of"]

Window = tuple[datetime, datetime]
"""Start (inclusive) and end (exclusive), UTC."""


class _Column(Protocol):
    @property
    def name(self) -> str: ...


class _Result(Protocol):
    @property
    def columns(self) -> Sequence[_Column]: ...

    def rows(self) -> list[tuple[Any, ...]]: ...


class Runs(Protocol):
    """Whatever runs a KQL query over a window: crosswarden.engines.Engine, or a stand-in."""

    def run(self, query: str, *, now: datetime | None = None, window: Window | None = None) -> _Result:
        """Runs the query."""
        ...


def rows_of(engine: Runs, query: str, window: Window | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries by column name."""
    result = engine.run(query, window=window)
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows()]


@dataclass(frozen=True, slots=True)
class _Held:
    """Days on which an alternative has rows, and for each needed column the days on which it holds a value."""

    days: frozenset[date]
    columns: Mapping[str, frozenset[date]]


def days_text(days: Iterable[date]) -> str:
    """Days as short ranges.

    >>> days_text([date(2026, 1, 3), date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 1)])
    '2026-01-01 to 2026-01-03, 2026-02-01'
    """
    ranges: list[list[date]] = []
    for day in sorted(set(days)):
        if ranges and day - ranges[-1][1] == timedelta(days=1):
            ranges[-1][1] = day
        else:
            ranges.append([day, day])
    texts = [f"{a}" if a == b else f"{a} to {b}" for a, b in ranges]
    return ", ".join(texts[:6]) + (f" and {len(texts) - 6} more gaps" if len(texts) > 6 else "")


class Holdings:
    """Counts what the lake holds, each alternative once, and judges hunts against it."""

    def __init__(self, engine: Runs, window: Window | None = None) -> None:
        self._engine = engine
        self._window = window
        self._held: dict[Alternative, dict[str, _Held]] = {}
        self._failed: dict[Alternative, str] = {}
        self._spans: dict[str, tuple[date, date]] = {}
        self._aliases: dict[str, str] = {}

    def survey(self, hunts: Iterable[Hunt], more: Iterable[Requirement] = ()) -> None:
        """Counts every alternative that the hunts name, and the span of each tenant over all their tables."""
        needed = [each for hunt in hunts for each in hunt.requires] + list(more)
        alternatives = dict.fromkeys(one for each in needed for one in each.any)
        tables = dict.fromkeys(Alternative(one.table) for one in alternatives)
        for one in [*tables, *alternatives]:
            self._count(one)
        known = {tenant for one in tables for tenant in self._held.get(one, {}) if tenant}
        self._aliases = {"": next(iter(known))} if len(known) == 1 else {}
        days: dict[str, set[date]] = defaultdict(set)
        for one in tables:
            for tenant, held in self._held.get(one, {}).items():
                days[self._aliases.get(tenant, tenant)] |= held.days
        self._spans = {tenant: self._span(seen) for tenant, seen in sorted(days.items()) if seen}

    def _span(self, days: set[date]) -> tuple[date, date]:
        if self._window is None:
            return min(days), max(days)
        start, end = self._window
        return start.date(), (end - timedelta(microseconds=1)).date()

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants that any surveyed table holds, "" for rows that state none."""
        return tuple(self._spans)

    def span(self, tenant: str) -> tuple[date, date] | None:
        """First and last day judged for a tenant."""
        return self._spans.get(tenant)

    def days(self, alternative: Alternative, tenant: str) -> frozenset[date]:
        """The days on which an alternative counts for a tenant."""
        found: set[date] = set()
        for label, held in self._held.get(alternative, {}).items():
            if self._aliases.get(label, label) == tenant:
                found |= held.days.intersection(*held.columns.values()) if held.columns else held.days
        return frozenset(found)

    def _count(self, one: Alternative) -> None:
        if one in self._held or one in self._failed:
            return
        where = f"| where {one.where}\n" if one.where else ""
        counts = "".join(
            f", C{position} = countif(isnotempty(tostring({column})))"
            for position, column in enumerate(one.columns)
        )
        query = (
            f"{one.table}\n{where}| summarize Rows = count(){counts} "
            "by Day = bin(TimeGenerated, 1d), Tenant = tolower(_tenant)"
        )
        try:
            rows = rows_of(self._engine, query, self._window)
        except QueryError as error:
            self._failed[one] = f"{one.table} could not be counted: {error}"
            return
        days: dict[str, set[date]] = defaultdict(set)
        columns: dict[str, dict[str, set[date]]] = defaultdict(lambda: {name: set() for name in one.columns})
        for row in rows:
            if not row["Day"]:
                continue
            day = date.fromisoformat(str(row["Day"])[:10])
            days[row["Tenant"]].add(day)
            for position, name in enumerate(one.columns):
                if row[f"C{position}"]:
                    columns[row["Tenant"]][name].add(day)
        self._held[one] = {
            tenant: _Held(
                frozenset(seen), {name: frozenset(with_it) for name, with_it in columns[tenant].items()}
            )
            for tenant, seen in days.items()
        }

    def coverage(self, requires: Sequence[Requirement], lookback: timedelta) -> Coverage:
        """What is there and what is missing, for every tenant in the lake."""
        failed = tuple(
            dict.fromkeys(self._failed[one] for each in requires for one in each.any if one in self._failed)
        )
        if not requires:
            return Coverage((), ("the hunt does not say what it needs",))
        if not self._spans:
            tables = sorted({one.table for each in requires for one in each.any})
            return Coverage((), (f"the lake holds no rows of {', '.join(tables)}",))
        tenants = tuple(self._of_tenant(tenant, requires, lookback) for tenant in self._spans)
        return Coverage(tenants, failed)

    def _of_tenant(self, tenant: str, requires: Sequence[Requirement], lookback: timedelta) -> TenantCoverage:
        start, end = self._spans[tenant]
        wanted = {start + timedelta(days=offset) for offset in range((end - start).days + 1)}
        missing: list[str] = []
        rests_on: list[str] = []
        if len(wanted) < lookback.days:
            missing.append(f"{len(wanted)} days are there, {lookback.days} are needed")
        for each in requires:
            covered: set[date] = set()
            for one in each.any:
                days = self.days(one, tenant) & wanted
                covered |= days
                if days:
                    columns = f" ({', '.join(one.columns)})" if one.columns else ""
                    rests_on.append(f"{one.table}{columns} on {len(days)} of {len(wanted)} days")
            if wanted - covered:
                missing.append(self._why(tenant, each, wanted - covered, covered))
        return TenantCoverage(tenant, start, end, tuple(missing), tuple(rests_on))

    def _why(self, tenant: str, each: Requirement, gap: set[date], covered: set[date]) -> str:
        names = " or ".join(one.table for one in each.any)
        without: list[str] = []
        for one in each.any:
            for label, held in self._held.get(one, {}).items():
                if self._aliases.get(label, label) == tenant:
                    lacking = [name for name, seen in held.columns.items() if gap & held.days - seen]
                    without += [f"{one.table}.{name}" for name in lacking]
        if not covered and not without:
            return f"{each.name}: no rows of {names}"
        if without:
            return f"{each.name}: no values in {', '.join(dict.fromkeys(without))} on {days_text(gap)}"
        return f"{each.name}: no rows of {names} on {days_text(gap)}"
