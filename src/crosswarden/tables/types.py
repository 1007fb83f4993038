"""The scalar types of KQL, as Kusto names them.

Source: Kusto documentation, "Scalar data types".
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Type"]


class Type(StrEnum):
    """A KQL scalar type; the value is the name that KQL prints.

    >>> Type("datetime").is_numeric, Type.named("date"), Type.named("double")
    (False, <Type.DATETIME: 'datetime'>, <Type.REAL: 'real'>)
    """

    BOOL = "bool"
    INT = "int"
    LONG = "long"
    REAL = "real"
    DECIMAL = "decimal"
    STRING = "string"
    DATETIME = "datetime"
    TIMESPAN = "timespan"
    DYNAMIC = "dynamic"
    GUID = "guid"

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic yields a number: int, long, real and decimal do."""
        return self in (Type.INT, Type.LONG, Type.REAL, Type.DECIMAL)

    @classmethod
    def named(cls, name: str) -> Type | None:
        """The type of that name or documented alias (boolean, date, time, double, uniqueid, …), if there is one."""
        return _NAMES.get(name)


_ALIASES = {
    "boolean": Type.BOOL,
    "date": Type.DATETIME,
    "time": Type.TIMESPAN,
    "double": Type.REAL,
    "float": Type.REAL,
    "int32": Type.INT,
    "int64": Type.LONG,
    "uuid": Type.GUID,
    "uniqueid": Type.GUID,
}
_NAMES = {member.value: member for member in Type} | _ALIASES
