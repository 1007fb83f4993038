"""autocluster: the few patterns of values that most rows share. Source: Kusto documentation, "autocluster plugin".

Kusto picks its starting rows at random; here they are the most frequent ones, so that an answer can be repeated. A
note on the result says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import constant_of
from crosswarden.kql.binder.binder import UNKNOWN
from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.binder.staging import Columns
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Literal, Ref, Staged
from crosswarden.tables import Type

__all__ = ["PLUGINS"]

_NOTE = "autocluster starts from the most frequent rows, Kusto from random ones: its segments can differ"


def autocluster(call: PluginCall) -> Tabular:
    """``autocluster(SizeWeight, WeightColumn, NumSeeds, wildcards…)``; ``"~"`` stands for a default."""
    table = call.table.without_hidden()
    if table.open:
        return replace(table, open=True)
    weight = _constant(call, 0, 0.5)
    seeds = _constant(call, 2, 25)
    if not isinstance(weight, int | float) or not 0 <= weight <= 1 or not isinstance(seeds, int):
        call.binder.error(
            "kql-argument", "autocluster: SizeWeight is from 0 to 1, NumSeeds a number.", call.node
        )
        return table
    inputs = Columns(table, table.columns)
    heavy = None if _is_default(call, 1) else call.column(1)
    fields = (
        Field("SegmentId", of(Type.LONG)),
        Field("Count", of(Type.LONG)),
        Field("Percent", of(Type.REAL)),
        *(Field(column.name, column.kind) for column in table.columns),
    )
    options = {
        "size": float(weight),
        "seeds": max(seeds, 1),
        "width": len(table.columns),
        "weight": None if heavy is None else inputs.place(Ref(heavy)),
        "wildcards": _wildcards(call, table),
    }
    call.binder.notes.append(_NOTE)
    return Tabular(Staged("autocluster", (inputs.plan(),), fields, options), fields)


def _is_default(call: PluginCall, at: int) -> bool:
    node = call.argument(at)
    return node is None or (isinstance(node, syntax.Literal) and node.value == "~")


def _constant(call: PluginCall, at: int, default: object) -> object:
    return default if _is_default(call, at) else call.constant(at, default=default)


def _wildcards(call: PluginCall, table: Tabular) -> tuple[object, ...]:
    """What stands in each column where a segment does not fix it: null, an empty text, or what the call gives."""
    given: dict[Type, object] = {Type.STRING: ""}
    for at in range(3, len(call.node.arguments)):
        node = call.argument(at)
        value = call.scalar(at) if node is not None and not _is_default(call, at) else None
        if isinstance(value, Literal) and value is not UNKNOWN:
            given[value.type] = constant_of(value)
    return tuple(given.get(column.type) for column in table.columns)


PLUGINS: Mapping[str, Plugin] = {"autocluster": autocluster}
