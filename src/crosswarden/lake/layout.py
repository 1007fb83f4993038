"""What a lake table holds physically: documented columns, own, hidden and promoted ones, and the day.

Parquet and Delta tell columns apart without regard to case, a few documented tables do not (``CloudAppEvents`` has
``ISP`` and ``Isp``): the first spelling is stored, reading either gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crosswarden.tables import HIDDEN, OWN, PROMOTED, RAW_TABLE, Column, Table, Type, documented, time_column

__all__ = ["DAY", "physical", "physical_type", "row_table", "time_of"]

DAY = "_day"
"""The partition column: the UTC day of the table's time column, null where a row has no readable time."""

_RAW = Table(RAW_TABLE, (Column("TimeGenerated", Type.DATETIME), Column("Type", Type.STRING)))

_SQL = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "INTEGER",
    Type.LONG: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.DECIMAL: "DECIMAL(38,10)",
    Type.DATETIME: "TIMESTAMP WITH TIME ZONE",
    Type.TIMESPAN: "BIGINT",
    Type.STRING: "VARCHAR",
    Type.DYNAMIC: "VARCHAR",
    Type.GUID: "VARCHAR",
}


def physical_type(kind: Type) -> str:
    """The DuckDB type that a column of this KQL type has in the files (timespan: ticks of 100 ns)."""
    return _SQL[kind]


@cache
def row_table(name: str) -> Table | None:
    """The table of that name as rows fill it: documented columns, each once regardless of case.

    >>> row_table("Raw_CW").columns[0].name
    'TimeGenerated'
    """
    table = _RAW if name == RAW_TABLE else documented(name)
    return Table(name, tuple(_once(table.columns))) if table else None


def _once(columns: Iterable[Column]) -> Iterable[Column]:
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() not in seen:
            seen.add(column.name.lower())
            yield column


@cache
def physical(name: str) -> tuple[Column, ...]:
    """Every column of the table's files in order, the partition column ``_day`` left out.

    >>> [column.name for column in physical("Raw_CW")][-3:]
    ['_event', '_ingested', '_tick']
    """
    table = row_table(name)
    if table is None:
        return ()
    promoted = (Column(hot.column, Type.DYNAMIC) for hot in PROMOTED.get(name, ()))
    return tuple(_once((*table.columns, *OWN, *HIDDEN, *promoted)))


def time_of(name: str) -> str:
    """The table's time column."""
    table = row_table(name)
    return (time_column(table) if table else None) or "TimeGenerated"
