"""Plugins over a timeline: who was active when, counts in sliding windows, rows near others, rolling percentiles.

Source: Kusto documentation, "User analytics", "rows_near plugin", "rolling_percentile plugin".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN
from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.binder.staging import Columns
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Ref, Staged
from crosswarden.tables import Type

__all__ = ["PLUGINS"]

_LONG = of(Type.LONG)


def _metrics(call: PluginCall, constants: tuple[str, ...], made: tuple[str, ...]) -> Tabular:
    """A plugin of the form (id, timeline, constants…, dimensions…) that gives timeline, dimensions and counts."""
    key, time = call.column(0), call.column(1)
    if key is None or time is None:
        return replace(call.table, open=True)
    values: dict[str, object] = {}
    for at, name in enumerate(constants, 2):
        node = call.argument(at, name)
        if node is None:
            call.binder.error(
                "kql-argument", f"The plugin '{call.node.name.text}' needs more arguments.", call.node
            )
            return replace(call.table, open=True)
        values[name] = call.constant(at, name)
        if isinstance(values[name], str):
            call.binder.refuse(f"A period by name in '{call.node.name.text}'", node)
            return replace(call.table, open=True)
    dimensions = _dimensions(call, 2 + len(constants))
    inputs = Columns(call.table)
    places = tuple(inputs.place(Ref(column)) for column in (key, time, *dimensions))
    fields = (
        Field(time.name, time.kind),
        *(Field(column.name, column.kind) for column in dimensions),
        *(Field(name, _LONG) for name in made),
    )
    options = {**values, "places": places}
    return Tabular(Staged(call.node.name.text, (inputs.plan(),), fields, options), fields)


def _dimensions(call: PluginCall, first: int) -> list[Field]:
    found = [call.column(at) for at in range(first, len(call.node.arguments))]
    return [column for column in found if column is not None]


def sliding_window_counts(call: PluginCall) -> Tabular:
    """Rows and distinct ids of each period and those before it within the window."""
    return _metrics(call, ("Start", "End", "LookbackWindow", "Step"), ("Count", "Dcount"))


def active_users_count(call: PluginCall) -> Tabular:
    """Distinct ids that were active in enough periods of the time before."""
    constants = ("Start", "End", "LookbackWindow", "Period", "ActivePeriods", "Step")
    return _metrics(call, constants, ("dcount",))


def activity_counts_metrics(call: PluginCall) -> Tabular:
    """Rows, distinct ids, new ids and all ids so far of each period."""
    return _metrics(call, ("Start", "End", "Step"), ("count", "dcount", "new_dcount", "aggregated_dcount"))


def rows_near(call: PluginCall) -> Tabular:
    """``rows_near(condition, before, after)``: the rows that satisfy the condition and those around them."""
    table = call.table.without_hidden()
    condition = call.scalar(0)
    before = call.constant(1)
    after = call.constant(2, default=before)
    if condition is None or not isinstance(before, int) or not isinstance(after, int):
        call.binder.error("kql-argument", "rows_near needs a condition and a number of rows.", call.node)
        return table
    if condition is UNKNOWN:
        return table
    inputs = Columns(table, table.columns)
    place = inputs.place(condition)
    fields = tuple(Field(column.name, column.kind) for column in table.columns)
    options = {"condition": place, "before": before, "after": after, "width": len(fields)}
    return Tabular(Staged("rows_near", (inputs.plan(),), fields, options), fields, open=table.open)


def rolling_percentile(call: PluginCall) -> Tabular:
    """``rolling_percentile(value, percentile, index, bin, bins, dimensions…)``: over the last bins, by nearest rank."""
    value, index = call.column(0), call.column(2)
    percentile, size, bins = call.constant(1), call.constant(3), call.constant(4)
    numbers = all(isinstance(item, int | float) for item in (percentile, size)) and isinstance(bins, int)
    if value is None or index is None or not numbers:
        return replace(call.table, open=True)
    node = call.argument(1)
    shown = percentile if isinstance(node, syntax.Literal) else "x"
    dimensions = _dimensions(call, 5)
    inputs = Columns(call.table)
    places = tuple(inputs.place(Ref(column)) for column in (value, index, *dimensions))
    fields = (
        Field(index.name, index.kind),
        *(Field(column.name, column.kind) for column in dimensions),
        Field(f"rolling_{bins}_percentile_{value.name}_{shown}", value.kind),
    )
    options = {"percentile": percentile, "size": size, "bins": bins, "places": places}
    return Tabular(Staged("rolling_percentile", (inputs.plan(),), fields, options), fields)


PLUGINS: Mapping[str, Plugin] = {
    "sliding_window_counts": sliding_window_counts,
    "active_users_count": active_users_count,
    "activity_counts_metrics": activity_counts_metrics,
    "rows_near": rows_near,
    "rolling_percentile": rolling_percentile,
}
