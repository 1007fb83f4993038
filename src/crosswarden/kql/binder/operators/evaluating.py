"""evaluate: hands the rows to a plugin."""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, Binder, OperatorHandler, SourceHandler
from crosswarden.kql.binder.plugins.call import PluginCall
from crosswarden.kql.binder.plugins.table import PLUGINS
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.binder.sources import declared_fields
from crosswarden.kql.functions import find_plugin
from crosswarden.kql.functions.signatures import names as catalogue_names
from crosswarden.kql.plan import Field, Rows

__all__ = ["HANDLERS", "SOURCES"]


def bind_evaluate(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``evaluate plugin(…) : (schema)``."""
    assert isinstance(operator, syntax.Evaluate)
    name = operator.call.name.text
    plugin = PLUGINS.get(name)
    if plugin is not None:
        return plugin(PluginCall(binder, table, operator.call, _schema(binder, table, operator)))
    known = find_plugin(name)
    if known is None:
        binder.unknown("kql-unknown-plugin", "plugin", name, catalogue_names("plugins"), operator.call.name)
        return NOTHING
    binder.refuse(f"The plugin '{name}'", operator.call.name, known.reason)
    schema = _schema(binder, table, operator)
    return NOTHING if schema is None else replace(table, columns=schema)


def _schema(binder: Binder, table: Tabular, operator: syntax.Evaluate) -> tuple[Field, ...] | None:
    """The columns that the query declares; ``*`` stands for those of the rows."""
    if operator.schema is None:
        return None
    written = tuple(item for item in operator.schema if isinstance(item, syntax.ColumnDeclaration))
    fields = declared_fields(binder, written)
    if any(isinstance(item, syntax.Star) for item in operator.schema):
        names = {field.name for field in fields}
        return (*(column for column in table.columns if column.name not in names), *fields)
    return fields


def bind_evaluate_source(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``evaluate`` without rows before it."""
    return bind_evaluate(binder, Tabular(Rows((), ((),)), ()), operator)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Evaluate: bind_evaluate}
SOURCES: dict[type[syntax.Operator], SourceHandler] = {syntax.Evaluate: bind_evaluate_source}
