"""bag_unpack, pivot and narrow: columns out of values, values out of columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from crosswarden.kql.binder.binder import UNKNOWN
from crosswarden.kql.binder.operators.columns import select
from crosswarden.kql.binder.plugins.call import Plugin, PluginCall
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.functions import ARRAY, DYNAMIC, find_aggregate, find_operator, of
from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Call,
    Distinct,
    Expand,
    Expansion,
    Field,
    Literal,
    Path,
    Project,
    Ref,
    Scalar,
    Special,
    Window,
    children,
)
from crosswarden.tables import Type

__all__ = ["PLUGINS"]

_LONG, _STRING, _BOOL = of(Type.LONG), of(Type.STRING), of(Type.BOOL)
_JSON_TYPES = {
    "VARCHAR": Type.STRING,
    "BOOLEAN": Type.BOOL,
    "UBIGINT": Type.LONG,
    "BIGINT": Type.LONG,
    "DOUBLE": Type.REAL,
    "HUGEINT": Type.LONG,
}


def bag_unpack(call: PluginCall) -> Tabular:
    """``bag_unpack(column, prefix, columnsConflict, ignoredProperties)``: a column a key of the bags."""
    binder, table = call.binder, call.table
    bag = call.column(0)
    prefix = str(call.constant(1, "OutputColumnPrefix", "") or call.constant(1, "column_prefix", "") or "")
    conflict = str(call.constant(2, "columnsConflict", "error") or "error")
    ignored = call.constant(3, "ignoredProperties", None)
    if bag is None:
        return replace(table, open=True)
    if call.schema is not None:
        return _declared(call, bag, prefix)
    kept = [column for column in table.columns if column is not bag]
    if binder.environment.discover is None:
        return replace(select(table, kept), open=True)
    keys = _keys(call, bag)
    for name in ignored if isinstance(ignored, list) else []:
        keys.pop(str(name), None)
    taken = {column.name: column for column in kept}
    made: list[tuple[Field, Scalar]] = []
    for key in sorted(keys):
        name = prefix + key
        if name in taken:
            if conflict == "keep_source":
                continue
            if conflict != "replace_source":
                message = (
                    f"bag_unpack: the column '{name}' is there already (columnsConflict says what to do)."
                )
                binder.error("kql-duplicate", message, call.node)
                continue
            kept.remove(taken[name])
        field = Field(name, of(keys[key]))
        made.append((field, _value(bag, key, keys[key])))
    columns = [*kept, *(field for field, _ in made)]
    return replace(select(table, columns, made), open=True)


def _value(bag: Field, key: str, kind: Type) -> Scalar:
    path = Path(Ref(bag), (key,))
    return path if kind is Type.DYNAMIC else Special(of(kind), "convert", (path,))


def _declared(call: PluginCall, bag: Field, prefix: str) -> Tabular:
    """The columns that the query declares: those of the rows pass, the others are looked up in the bag."""
    assert call.schema is not None
    by_name = {column.name: column for column in call.table.columns if column is not bag}
    columns, made = [], []
    for field in call.schema:
        found = by_name.get(field.name)
        if found is not None:
            columns.append(found)
            continue
        key = field.name.removeprefix(prefix)
        made.append((field, _value(bag, key, field.type)))
        columns.append(field)
    return select(call.table, columns, made)


def _keys(call: PluginCall, bag: Field) -> dict[str, Type]:
    """The keys of all bags and the type that holds every value of each."""
    discover = call.binder.environment.discover
    assert discover is not None
    shape = Field("shape", _STRING)
    plan = Distinct(
        Project(call.table.plan, ((shape, Special(_STRING, "json-shape", (Ref(bag),))),), (shape,))
    )
    kinds: dict[str, set[Type]] = {}
    for (text,) in discover(plan, [shape]):
        found = json.loads(str(text)) if text else None
        if isinstance(found, dict):
            for key, structure in found.items():
                if structure != "NULL":
                    kinds.setdefault(key, set()).add(_JSON_TYPES.get(str(structure), Type.DYNAMIC))
                else:
                    kinds.setdefault(key, set())
    return {key: _common(found) for key, found in kinds.items()}


def _common(kinds: set[Type]) -> Type:
    if len(kinds) == 1:
        return next(iter(kinds))
    return Type.REAL if kinds == {Type.LONG, Type.REAL} else Type.DYNAMIC


def pivot(call: PluginCall) -> Tabular:
    """``pivot(column, aggregate, others…)``: a column a value."""
    binder, table = call.binder, call.table
    column = call.column(0)
    if column is None:
        return replace(table, open=True)
    value, used = _pivot_value(call)
    others = _others(call, column, used)
    if call.schema is None and binder.environment.discover is None:
        return replace(select(table, others), open=True)
    keys = tuple((Field(other.name, other.kind), Ref(other)) for other in others)
    key = Field(column.name, _STRING)
    text: Scalar = Special(_STRING, "text", (Ref(column),))
    cell = Field("#cell", value.kind)
    grouped = Aggregate(
        table.plan,
        (*keys, (key, text)),
        ((cell, value),),
        (*(field for field, _ in keys), key, cell),
    )
    wanted = _pivoted(call, grouped, key, cell, {field.name for field, _ in keys})
    again = tuple((Field(field.name, field.kind), Ref(field)) for field, _ in keys)
    made = [(field, _cell(name, key, cell, value, field)) for name, field in wanted]
    columns = [*(field for field, _ in again), *(field for field, _ in made)]
    result = Tabular(Aggregate(grouped, again, tuple(made), tuple(columns)), tuple(columns))
    if call.schema is None:
        return replace(result, open=True)
    order = {field.name: field for field in columns}
    return select(result, [order[field.name] for field in call.schema if field.name in order])


def _pivot_value(call: PluginCall) -> tuple[Scalar, set[Field]]:
    node = call.argument(1)
    if node is None:
        function = find_aggregate("count")
        assert function is not None
        return Aggregation(_LONG, function, ()), set()
    with call.binder.seeing(Row.of(call.table), aggregating=True):
        value = call.binder.scalar(node)
    if value is UNKNOWN or not _aggregates(value):
        if value is not UNKNOWN:
            call.binder.error("kql-not-aggregated", "An aggregate function is expected here.", node)
        return UNKNOWN, set()
    return value, _fields(value)


def _aggregates(value: Scalar) -> bool:
    return isinstance(value, Aggregation) or any(_aggregates(part) for part in children(value))


def _fields(value: Scalar) -> set[Field]:
    if isinstance(value, Ref):
        return {value.field}
    return set().union(*(_fields(part) for part in children(value)), set())


def _others(call: PluginCall, column: Field, used: set[Field]) -> list[Field]:
    """The columns that stay: those named, or all that the pivot does not use."""
    named = [call.column(at) for at in range(2, len(call.node.arguments))]
    if named:
        return [field for field in named if field is not None]
    return [field for field in call.table.columns if field is not column and field not in used]


def _pivoted(
    call: PluginCall, grouped: Aggregate, key: Field, cell: Field, taken: set[str]
) -> list[tuple[str, Field]]:
    if call.schema is not None:
        return [(field.name, field) for field in call.schema if field.name not in taken]
    discover = call.binder.environment.discover
    assert discover is not None
    values = sorted({str(value) for (value,) in discover(grouped, [key])})
    return [(value, Field(value, cell.kind)) for value in values]


def _cell(name: str, key: Field, cell: Field, value: Scalar, field: Field) -> Scalar:
    """One value's column; where there is no row an additive aggregate is 0, any other null."""
    function, equal = find_aggregate("take_anyif"), find_operator("Equal")
    assert function is not None
    condition = Call(_BOOL, equal, (Ref(key), Literal(_STRING, name, written=False)))
    found = Aggregation(cell.kind, function, (Ref(cell), condition))
    additive = isinstance(value, Aggregation) and value.function.name in _ADDITIVE
    zero: object = 0 if additive else "" if cell.type is Type.STRING else None
    made: Scalar = found
    if zero is not None:
        made = Special(cell.kind, "or-else", (found, Literal(cell.kind, zero, written=False)))
    return made if field.type is cell.type else Special(field.kind, "convert", (made,))


_ADDITIVE = frozenset({"count", "countif", "sum", "sumif", "dcount", "dcountif", "count_distinct"})


def narrow(call: PluginCall) -> Tabular:
    """``narrow()``: a row a cell."""
    table = call.table
    number, place = Field("Row", _LONG), Field("#cells", ARRAY)
    cells = Special(
        ARRAY, "narrow", tuple(map(Ref, table.columns)), tuple(column.name for column in table.columns)
    )
    counted = Call(_LONG, find_operator("Subtract"), (Window(_LONG, "row_number", ()), Literal(_LONG, 1)))
    numbered = Project(table.plan, ((number, counted), (place, cells)), (number, place))
    one = Field("#cell", DYNAMIC)
    expanded = Expand(numbered, (Expansion(one, Ref(place)),), (number, one))
    name, value = Field("Column", _STRING), Field("Value", _STRING)
    pairs = (
        (name, Special(_STRING, "convert", (Path(Ref(one), (0,)),))),
        (value, Special(_STRING, "convert", (Path(Ref(one), (1,)),))),
    )
    return Tabular(Project(expanded, pairs, (number, name, value)), (number, name, value))


def preview(call: PluginCall) -> Tabular:
    """``preview(n)``: the first rows as one result, all of them as the other."""
    call.binder.refuse("The plugin 'preview'", call.node, "it serves Kusto's own clients")
    return call.table


def identity(call: PluginCall) -> Tabular:
    """``identity``: the rows."""
    return call.table


PLUGINS: Mapping[str, Plugin] = {
    "bag_unpack": bag_unpack,
    "pivot": pivot,
    "narrow": narrow,
    "preview": preview,
    "identity": identity,
}
