"""schema_merge: several results of getschema as one."""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Staged
from crosswarden.tables import Type

__all__ = ["PLUGINS"]

_COLUMNS = (
    ("ColumnName", Type.STRING),
    ("ColumnOrdinal", Type.LONG),
    ("DataType", Type.STRING),
    ("ColumnType", Type.STRING),
)


def schema_merge(call: PluginCall) -> Tabular:
    """``schema_merge(PreserveOrder)``: the rows have to be those of getschema."""
    found = [(column.name, column.type) for column in call.table.columns]
    if found != list(_COLUMNS) and not call.table.open:
        call.binder.error("kql-schema", "schema_merge wants the rows of getschema.", call.node)
    preserve = call.constant(0, "PreserveOrder", True)
    fields = tuple(Field(name, of(kind)) for name, kind in _COLUMNS)
    plan = Staged("schema_merge", (call.table.plan,), fields, {"preserve_order": preserve is not False})
    return Tabular(plan, fields)


PLUGINS: Mapping[str, Plugin] = {"schema_merge": schema_merge}
