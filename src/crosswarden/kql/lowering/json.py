"""Values as JSON, for arrays and bags that the lowering itself puts together."""

from __future__ import annotations

from crosswarden.kql.functions import find_function, of
from crosswarden.kql.functions.model import Argument
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.sql import Expression, call, cast
from crosswarden.tables import Type

__all__ = ["json_value"]


def json_value(lowering: Lowering, value: Expression, kind: Type) -> Expression:
    """A value of that type as DuckDB JSON: numbers and bools as such, dates and spans as KQL's text."""
    if kind is Type.DYNAMIC:
        return cast(value, "JSON")
    if kind in (Type.DATETIME, Type.TIMESPAN, Type.GUID):
        function = find_function("tostring")
        assert function is not None
        value = function.lower([Argument(value, of(kind))], of(Type.STRING), lowering.context)
    return call("to_json", value)
