"""ipv4_lookup and ipv6_lookup: rows joined with networks that hold their address.

Source: Kusto documentation, "ipv4_lookup plugin": a lookup by the address, so every network that holds it makes a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING
from crosswarden.kql.binder.names import fresh_use, shared
from crosswarden.kql.binder.naming import Names
from crosswarden.kql.binder.operators.columns import select
from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.plan import Distinct, Field, Join, Project, Ref, Scalar, Staged
from crosswarden.tables import Type

__all__ = ["PLUGINS"]


def ipv4_lookup(call: PluginCall) -> Tabular:
    """``ipv4_lookup(Lookup, address, network, extra keys…, return_unmatched)``."""
    return _lookup(call, 4)


def ipv6_lookup(call: PluginCall) -> Tabular:
    """``ipv6_lookup(Lookup, address, network, return_unmatched)``."""
    return _lookup(call, 6)


def _lookup(call: PluginCall, version: int) -> Tabular:
    binder, node = call.binder, call.argument(0, "LookupTable")
    key = call.column(1)
    if node is None or key is None:
        return replace(call.table, open=True)
    with binder.seeing(None):
        networks = binder.table(node).without_hidden()
    if networks is NOTHING or networks.plan is NOTHING.plan:
        return NOTHING
    network = _column_of(call, networks, 2)
    extra, unmatched = _rest(call, networks)
    if network is None or Type.STRING is not key.type or network.type is not Type.STRING:
        if network is not None:
            binder.error("kql-type", "The addresses and networks have to be strings.", call.node)
        return NOTHING
    held = shared(call.table, "looked up")
    rows, keys = fresh_use(binder, held), fresh_use(binder, held)
    if held.plan is call.table.plan:
        return NOTHING
    wanted = [
        keys.columns[call.table.columns.index(column)] for column in (key, *(left for left, _ in extra))
    ]
    plan = Distinct(Project(keys.plan, (), tuple(wanted)))
    first = (network, *(right for _, right in extra))
    others = [column for column in networks.columns if column not in first]
    brought = (*first, *others)
    staged_keys = tuple(Field(column.name, column.kind) for column in wanted)
    staged = tuple(Field(column.name, column.kind) for column in brought)
    options = {"version": version, "extra": len(extra)}
    found = Staged("ip-lookup", (plan, Project(networks.plan, (), brought)), (*staged_keys, *staged), options)
    at = dict(zip(brought, staged, strict=True))
    on = tuple(
        (Ref(rows.columns[call.table.columns.index(column)]), Ref(made))
        for column, made in zip((key, *(left for left, _ in extra)), staged_keys, strict=True)
    )
    kind = "leftouter" if unmatched else "inner"
    hidden = {right for _, right in extra}
    added = [at[column] for column in networks.columns if column not in hidden]
    joined = Tabular(Join(kind, rows.plan, found, on, (*rows.columns, *added)), (*rows.columns, *added))
    return _named(joined, list(rows.columns), added)


def _named(joined: Tabular, kept: list[Field], added: list[Field]) -> Tabular:
    """The columns brought get a number where their name is taken."""
    names = Names([column.name for column in kept])
    pairs: list[tuple[Field, Scalar]] = []
    columns = list(kept)
    for column in added:
        name = names.fresh(column.name)
        made = column if name == column.name else Field(name, column.kind)
        if made is not column:
            pairs.append((made, Ref(column)))
        columns.append(made)
    return select(joined, columns, pairs)


def _column_of(call: PluginCall, table: Tabular, at: int) -> Field | None:
    node = call.argument(at)
    name = node.text if isinstance(node, syntax.Name) else ""
    found = next((column for column in table.columns if column.name == name), None)
    if found is None and node is not None:
        known = [column.name for column in table.columns]
        call.binder.unknown("kql-unknown-column", "column of the lookup table", name, known, node)
    return found


def _rest(call: PluginCall, networks: Tabular) -> tuple[list[tuple[Field, Field]], bool]:
    """Extra keys (of the rows, of the networks) and whether rows without a network stay."""
    extra: list[tuple[Field, Field]] = []
    unmatched = False
    position = 3
    while (node := call.argument(position)) is not None:
        if isinstance(node, syntax.Literal):
            unmatched = node.value is True
        else:
            left, right = call.column(position), _column_of(call, networks, position)
            if left is not None and right is not None:
                extra.append((left, right))
        position += 1
    named = call.constant(10_000, "return_unmatched", unmatched)
    return extra, named is True


PLUGINS: Mapping[str, Plugin] = {"ipv4_lookup": ipv4_lookup, "ipv6_lookup": ipv6_lookup}
