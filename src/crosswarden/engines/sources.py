"""Where an engine's tables come from: a lake's files, or nothing but their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from crosswarden.kql.environment import Tables
from crosswarden.kql.lowering.rows import scan_name
from crosswarden.kql.sql import (
    Expression,
    alias,
    all_of,
    call,
    cast,
    column,
    exp,
    identifier,
    null,
    text,
    truth,
)
from crosswarden.tables import HIDDEN, OWN, PROMOTED, Column, Table, Type, documented, time_column

__all__ = ["Sources", "TableSource", "Window"]

Window = tuple[datetime, datetime]
"""Start (inclusive) and end (exclusive), UTC."""

Span = tuple[int | None, int | None]
"""First and last ticks of interest, both included; None where there is no bound."""

STORED: Mapping[Type, str] = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "INTEGER",
    Type.LONG: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.DECIMAL: "DECIMAL(38,18)",
    Type.STRING: "VARCHAR",
    Type.DATETIME: "TIMESTAMP",
    Type.TIMESPAN: "BIGINT",
    Type.DYNAMIC: "VARCHAR",
    Type.GUID: "VARCHAR",
}


class TableSource(Protocol):
    """What an engine asks of a lake (``crosswarden.lake.Lake`` is one)."""

    def tables(self) -> Sequence[str]:
        """The names of the tables that hold data."""
        ...

    def files(self, table: str, start: datetime | None = None, end: datetime | None = None) -> Sequence[Path]:
        """The Parquet files that can hold rows from ``start`` to before ``end``."""
        ...

    def schema(self, table: str) -> Sequence[Column]:
        """The columns of those files, in order."""
        ...


class Sources:
    """The tables that queries can name: the lake's, else the given ones, else the documented ones, empty."""

    def __init__(self, lake: TableSource | None, given: Mapping[str, Table] | None) -> None:
        self.lake = lake
        self._held = frozenset(lake.tables()) if lake is not None else frozenset()
        self.present = self._held
        self.tables = Tables({**self._from_lake(), **(given or {})}, with_documented=given is None)

    def _from_lake(self) -> dict[str, Table]:
        """The lake's tables that the documentation does not know (Raw_CW, custom ones)."""
        made: dict[str, Table] = {}
        for name in self._held:
            if documented(name) is None and self.lake is not None:
                shown = tuple(c for c in self.lake.schema(name) if not _is_ours(c.name))
                made[name] = Table(name, shown)
        return made

    def holds(self, table: str) -> bool:
        """Whether there are rows to read."""
        return table in self._held

    def hidden(self, table: str) -> tuple[Column, ...]:
        """The columns that only a name reaches: our own, and what the files hold beside the documented ones."""
        if self.lake is None or table not in self._held:
            return (*OWN, *HIDDEN)
        return tuple(column_ for column_ in self.lake.schema(table) if _is_ours(column_.name))

    def query(self, table: Table, window: Window | None, span: Span = (None, None)) -> Expression:
        """The rows of a table as stored, within the window; files outside the span (ticks) are not needed."""
        files = self._files(table, window, span)
        if not files or self.lake is None:
            return self._empty(table)
        stored = {item.name for item in self.lake.schema(table.name)}
        paths = call("list_value", *[text(str(path)) for path in files])
        by_name = exp.Kwarg(this=exp.Var(this="union_by_name"), expression=truth(True))
        source = exp.Table(this=call("read_parquet", paths, by_name))
        columns: list[Expression] = [
            column(item.name) if item.name in stored else alias(_nothing(item), item.name)
            for item in self._columns(table)
        ]
        parts: dict[str, object] = {"expressions": columns, "from_": exp.From(this=source)}
        time = time_column(table)
        if window is not None and time is not None and time in stored:
            parts["where"] = exp.Where(this=_within(time, window))
        return exp.Select(**parts)

    def _files(self, table: Table, window: Window | None, span: Span) -> Sequence[Path]:
        if self.lake is None or table.name not in self._held:
            return ()
        start, end = window or (None, None)
        low, high = (None if tick is None else _moment(tick) for tick in span)
        start = low if start is None or (low is not None and low > start) else start
        after = None if high is None else high + timedelta(microseconds=1)
        end = after if end is None or (after is not None and after < end) else end
        return self.lake.files(table.name, start, end)

    def _columns(self, table: Table) -> tuple[Column, ...]:
        shown = {item.name for item in table.columns}
        return (*table.columns, *(item for item in self.hidden(table.name) if item.name not in shown))

    def _empty(self, table: Table) -> Expression:
        columns: list[Expression] = [alias(_nothing(item), item.name) for item in self._columns(table)]
        return exp.Select(expressions=columns, where=exp.Where(this=truth(False)))

    def view(self, table: Table, window: Window | None, span: Span = (None, None)) -> Expression:
        """``CREATE OR REPLACE TEMP VIEW`` of those rows, under the name that lowered queries use."""
        return exp.Create(
            this=exp.Table(this=identifier(scan_name(table.name))),
            kind="VIEW",
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            expression=self.query(table, window, span),
        )


def _moment(ticks: int) -> datetime | None:
    """Ticks as a moment, rounded down to microseconds; None beyond what files can hold."""
    try:
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def _is_ours(name: str) -> bool:
    return name.startswith("_p_") or name in _OURS


_OURS = frozenset(item.name for item in (*OWN, *HIDDEN)) | {
    promoted.column for every in PROMOTED.values() for promoted in every
}


def _nothing(item: Column) -> Expression:
    return cast(null(), STORED[item.type])


def _within(time: str, window: Window) -> Expression:
    start, end = (cast(text(moment.strftime("%Y-%m-%d %H:%M:%S.%f")), "TIMESTAMP") for moment in window)
    return all_of([exp.GTE(this=column(time), expression=start), exp.LT(this=column(time), expression=end)])
