"""The documented log tables: names, columns and types, as Microsoft's table reference gives them.

Facts carried in ``data/tables.json`` (see NOTICE): 918 Log Analytics and Defender tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crosswarden.tables.types import Type

__all__ = ["Column", "Table", "documented", "known_tables", "time_column"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name (case matters in KQL) and its type."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name and its columns in documented order."""

    name: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of exactly that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


@cache
def known_tables() -> Mapping[str, str]:
    """Every documented table's columns as compact text (``name:type name:type …``), by table name."""
    text = files("crosswarden.tables").joinpath("data/tables.json").read_text("utf-8")
    tables: dict[str, str] = json.loads(text)
    return tables


@cache
def documented(name: str) -> Table | None:
    """The documented table of exactly that name, if there is one.

    >>> documented("SigninLogs").column("DeviceDetail").type.value
    'dynamic'
    >>> documented("AADNonInteractiveUserSignInLogs").column("DeviceDetail").type.value
    'string'
    """
    columns = known_tables().get(name)
    if columns is None:
        return None
    pairs = (column.rsplit(":", 1) for column in columns.split(" "))
    return Table(name, tuple(Column(label, Type(kind)) for label, kind in pairs))


def time_column(table: Table) -> str | None:
    """The column that says when a row's event happened: TimeGenerated, or Timestamp in Defender's tables.

    >>> time_column(documented("AuditLogs"))
    'TimeGenerated'
    """
    for name in ("TimeGenerated", "Timestamp"):
        if table.column(name):
            return name
    return None
