"""Calls: functions of the query, of the catalogue, aggregates, functions over serialized rows, and special forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import argument, constant_of
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, ExpressionHandler, is_unknown
from crosswarden.kql.binder.inlining import call_function, saved_function
from crosswarden.kql.binder.names import fresh_use, open_column, table_named
from crosswarden.kql.binder.patterns import FUNCTIONS as GRAPH_FUNCTIONS
from crosswarden.kql.binder.scope import Bound, Function, Tabular
from crosswarden.kql.functions import BAG, DYNAMIC, array_of, bind, find_aggregate, find_function, of
from crosswarden.kql.functions.catalogue import Bound as Checked
from crosswarden.kql.functions.model import Function as Catalogued
from crosswarden.kql.functions.model import Support
from crosswarden.kql.functions.signatures import names as catalogue_names
from crosswarden.kql.plan import Aggregation, Call, Field, Literal, Ref, Scalar, Scan, Special, Window
from crosswarden.tables import Table, Type

__all__ = ["HANDLERS"]

WINDOWS = frozenset(
    {
        "prev",
        "next",
        "row_number",
        "row_cumsum",
        "row_rank_dense",
        "row_rank_min",
        "row_rank",
        "row_window_session",
    }
)


def bind_call(binder: Binder, node: syntax.Expression) -> Bound:
    """A call, by what its name means here."""
    assert isinstance(node, syntax.Call)
    name = node.name.text
    found = binder.scope.find(name)
    if isinstance(found, Function):
        return call_function(binder, found, node.arguments, node)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(binder, node)
    if name in GRAPH_FUNCTIONS and not binder.aggregating:
        return GRAPH_FUNCTIONS[name](binder, node)
    if binder.aggregating and (aggregate := find_aggregate(name)) is not None:
        return _aggregation(binder, aggregate, node)
    function = find_function(name)
    if function is not None:
        return _scalar_call(binder, function, node)
    return _other_call(binder, node)


def _other_call(binder: Binder, node: syntax.Call) -> Bound:
    name = node.name.text
    if name in binder.environment.functions:
        saved = saved_function(binder, name, node)
        return UNKNOWN if saved is None else call_function(binder, saved, node.arguments, node)
    if find_aggregate(name) is not None:
        binder.error(
            "kql-aggregate", f"The aggregate function '{name}' is not allowed in this context.", node
        )
        return UNKNOWN
    if not node.arguments and name in binder.environment.tables:
        return table_named(binder, name, node.name)
    known = [*catalogue_names("functions"), *binder.environment.functions, *binder.scope.known()]
    if binder.aggregating:
        known += catalogue_names("aggregates")
    binder.unknown("kql-unknown-function", "function", name, known, node.name)
    for item in node.arguments:
        binder.bind(item)
    return UNKNOWN if binder.row is not None else NOTHING


def _scalars(binder: Binder, nodes: Sequence[syntax.Expression]) -> list[Scalar]:
    return [binder.scalar(node) for node in nodes]


def _checked(
    binder: Binder, function: Catalogued, node: syntax.Call, arguments: Sequence[Scalar]
) -> Checked | None:
    if any(is_unknown(binder, item) for item in arguments):
        return None
    bound = bind(function, [argument(item) for item in arguments])
    for mismatch in bound.mismatches:
        at: syntax.Node = node.name
        if mismatch.argument is not None and mismatch.argument < len(node.arguments):
            at = node.arguments[mismatch.argument]
        binder.error("kql-type", mismatch.message, at)
    return bound if bound.ok else None


def _scalar_call(binder: Binder, function: Catalogued, node: syntax.Call) -> Scalar:
    with binder.seeing(binder.row, aggregating=binder.aggregating):
        arguments = _scalars(binder, node.arguments)
    if function.name in WINDOWS:
        return _window(binder, function, node, arguments)
    if any(item is UNKNOWN for item in arguments):
        return UNKNOWN
    if function.support is Support.UNSUPPORTED:
        binder.refuse(f"The function '{function.name}'", node.name, function.reason)
    loose = any(is_unknown(binder, item) for item in arguments)
    bound = (
        bind(function, [argument(item) for item in arguments])
        if loose
        else _checked(binder, function, node, arguments)
    )
    if bound is None or (loose and not bound.ok):
        return UNKNOWN
    if function.support is Support.BINDER and not loose:
        binder.refuse(f"The function '{function.name}'", node.name, function.reason)
    return Call(bound.kind, function, tuple(arguments))


def _window(binder: Binder, function: Catalogued, node: syntax.Call, arguments: list[Scalar]) -> Scalar:
    bound = _checked(binder, function, node, arguments)
    if bound is None:
        return UNKNOWN
    if not binder.serialized:
        message = f"The function '{function.name}' needs serialized rows (sort or serialize them first)."
        binder.error("kql-serialized", message, node)
    return Window(bound.kind, function.name, tuple(arguments))


def _aggregation(binder: Binder, function: Catalogued, node: syntax.Call) -> Scalar:
    with binder.seeing(binder.row):
        arguments = _scalars(binder, node.arguments)
    if any(item is UNKNOWN for item in arguments):
        return UNKNOWN
    loose = any(is_unknown(binder, item) for item in arguments)
    if loose:
        bound: Checked | None = bind(function, [argument(item) for item in arguments])
        if bound is not None and not bound.ok:
            bound = Checked(DYNAMIC)
    else:
        bound = _checked(binder, function, node, arguments)
    if bound is None:
        return UNKNOWN
    if function.support is Support.UNSUPPORTED:
        binder.refuse(f"The aggregate '{function.name}'", node.name, function.reason)
    return Aggregation(bound.kind, function, tuple(arguments))


def _text_argument(binder: Binder, node: syntax.Call, position: int) -> str | None:
    if position >= len(node.arguments):
        binder.error("kql-argument", f"The function '{node.name.text}' needs more arguments.", node)
        return None
    value = constant_of(binder.scalar(node.arguments[position]))
    if isinstance(value, str):
        return value
    binder.error("kql-argument", "The expression must be a constant string.", node.arguments[position])
    return None


def _table(binder: Binder, node: syntax.Call) -> Bound:
    """``table("T")``: a variable or a table."""
    name = _text_argument(binder, node, 0)
    if name is None:
        return NOTHING
    found = binder.scope.find(name)
    if isinstance(found, Tabular):
        return fresh_use(binder, found)
    return table_named(binder, name, node.arguments[0])


def _watchlist(binder: Binder, node: syntax.Call) -> Bound:
    """``_GetWatchlist("alias")``: the columns that the watchlist's file has."""
    name = _text_argument(binder, node, 0)
    if name is None:
        return NOTHING
    columns = binder.environment.watchlists.get(name)
    if columns is None:
        near = next((alias for alias in binder.environment.watchlists if alias.lower() == name.lower()), "")
        hint = f"; the nearest known is '{near}'" if near else ""
        binder.error("kql-watchlist", f"There is no watchlist '{name}'{hint}.", node.arguments[0])
        return NOTHING
    table = Table(f"watchlist {name}", columns)
    fields = tuple(Field(column.name, of(column.type)) for column in columns)
    return Tabular(Scan(table, fields), fields, name=name)


def _column_if_exists(binder: Binder, node: syntax.Call) -> Bound:
    """``column_ifexists("c", default)``: the column when the row has it."""
    name = _text_argument(binder, node, 0)
    if name is None or len(node.arguments) < 2 or binder.row is None:
        return UNKNOWN
    default = binder.scalar(node.arguments[1])
    found = binder.row.find(name)
    if found is not None and found not in binder.unknown_fields:
        return Ref(found)
    if binder.row.open and found is None:
        open_column(binder, binder.row, name)
        return default if binder.environment.discover is not None else UNKNOWN
    if found is not None:
        return Ref(found)
    return default


def _pack_all(binder: Binder, node: syntax.Call) -> Bound:
    """``pack_all()``: a bag of all columns; with true, without empty ones."""
    assert binder.row is not None
    ignore = bool(node.arguments) and constant_of(binder.scalar(node.arguments[0])) is True
    columns = tuple(Ref(column) for column in binder.row.columns.values())
    return Special(BAG, "pack-all", columns, (*(ref.field.name for ref in columns), ignore))


def _pack_columns(binder: Binder, node: syntax.Call) -> Bound:
    """``bag_pack_columns(a, b)``: a bag of those columns by their names."""
    arguments = _scalars(binder, node.arguments)
    refs = [item for item in arguments if isinstance(item, Ref)]
    if len(refs) < len(arguments):
        for item, at in zip(arguments, node.arguments, strict=True):
            if not isinstance(item, Ref) and item is not UNKNOWN:
                binder.error("kql-argument", "Column name expected.", at)
        return UNKNOWN
    return Special(BAG, "pack-all", tuple(refs), (*(ref.field.name for ref in refs), False))


def _pack_array(binder: Binder, node: syntax.Call) -> Bound:
    """``pack_array(*)`` packs every column; otherwise the catalogue's own function."""
    function = find_function("pack_array")
    assert function is not None
    if any(isinstance(item, syntax.Star) for item in node.arguments) and binder.row is not None:
        columns: list[Scalar] = []
        for item in node.arguments:
            if isinstance(item, syntax.Star):
                columns += [Ref(column) for column in binder.row.columns.values()]
            else:
                columns.append(binder.scalar(item))
        return Call(array_of(DYNAMIC), function, tuple(columns))
    return _scalar_call(binder, function, node)


def _column_names(binder: Binder, node: syntax.Call) -> Bound:
    """``column_names_of(T)``: the names of a table's columns as an array."""
    table = binder.table(node.arguments[0]) if node.arguments else NOTHING
    names = json.dumps([column.name for column in table.columns], ensure_ascii=False)
    return Literal(array_of(of(Type.STRING)), names, written=False)


def _ingestion_time(binder: Binder, node: syntax.Call) -> Bound:
    """``ingestion_time()``: when the row entered the lake; null where no lake holds it."""
    found = binder.row.hidden.get("_ingested") if binder.row is not None else None
    return Ref(found) if found is not None else Literal(of(Type.DATETIME), None, written=False)


def _database(binder: Binder, node: syntax.Call) -> Bound:
    """A database or cluster where a table is expected."""
    binder.error("kql-table-expected", f"A table's name is expected after '{node.name.text}(…)'.", node)
    return NOTHING


def _current_database(binder: Binder, node: syntax.Call) -> Bound:
    return Literal(of(Type.STRING), binder.environment.database, written=False)


def _materialized_view(binder: Binder, node: syntax.Call) -> Bound:
    return _table(binder, node)


def _stored(binder: Binder, node: syntax.Call) -> Bound:
    binder.refuse(
        f"The function '{node.name.text}'", node.name, "there is no Kusto service behind this engine"
    )
    return NOTHING


_SPECIAL: dict[str, Callable[[Binder, syntax.Call], Bound]] = {
    "table": _table,
    "materialized_view": _materialized_view,
    "external_table": _stored,
    "stored_query_result": _stored,
    "graph": _stored,
    "_GetWatchlist": _watchlist,
    "column_ifexists": _column_if_exists,
    "columnifexists": _column_if_exists,
    "pack_all": _pack_all,
    "bag_pack_columns": _pack_columns,
    "pack_array": _pack_array,
    "column_names_of": _column_names,
    "ingestion_time": _ingestion_time,
    "database": _database,
    "cluster": _database,
    "workspace": _database,
    "current_database": _current_database,
}

HANDLERS: dict[type[syntax.Expression], ExpressionHandler] = {syntax.Call: bind_call}
