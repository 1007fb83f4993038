"""Plugins that are known and do not run here, but whose columns are known all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswarden.kql.binder.binder import NOTHING
from crosswarden.kql.binder.naming import Names
from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.functions import find_plugin
from crosswarden.kql.plan import Field

__all__ = ["PLUGINS"]


def geometry_lookup(call: PluginCall) -> Tabular:
    """``geo_polygon_lookup`` and ``geo_line_lookup``: the rows' columns, then the lookup table's."""
    known = find_plugin(call.node.name.text)
    call.binder.refuse(f"The plugin '{call.node.name.text}'", call.node.name, known.reason if known else "")
    node = call.argument(0)
    if node is None:
        return NOTHING
    with call.binder.seeing(None):
        looked_up = call.binder.table(node)
    names = Names([column.name for column in call.table.columns])
    key = call.argument(1)
    shown = call.constant(10_000, "return_lookup_key", False) is True
    added = [
        Field(names.fresh(column.name), column.kind)
        for column in looked_up.columns
        if shown or column.name != getattr(key, "text", "")
    ]
    return replace(call.table, columns=(*call.table.columns, *added))


PLUGINS: Mapping[str, Plugin] = {"geo_polygon_lookup": geometry_lookup, "geo_line_lookup": geometry_lookup}
