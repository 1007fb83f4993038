"""The KQL types and the log tables' columns: the one place where they are written down."""

from crosswarden.tables.catalogue import Column, Table, documented, known_tables, time_column
from crosswarden.tables.own import HIDDEN, OWN, RAW_TABLE
from crosswarden.tables.promoted import PROMOTED, Promoted
from crosswarden.tables.types import Type

__all__ = [
    "HIDDEN",
    "OWN",
    "PROMOTED",
    "RAW_TABLE",
    "Column",
    "Promoted",
    "Table",
    "Type",
    "documented",
    "known_tables",
    "time_column",
]
