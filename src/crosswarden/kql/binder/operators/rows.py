"""where, take, sort, top, distinct, count and the operators that leave rows as they are."""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler, is_unknown, refuse_dynamic
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.names import shared
from crosswarden.kql.binder.naming import Names, implied_name
from crosswarden.kql.binder.operators.columns import assignments, replace_name, select
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.functions import find_aggregate, of
from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Distinct,
    Field,
    Filter,
    Literal,
    Ref,
    Rows,
    Scalar,
    Sort,
    SortKey,
    Take,
)
from crosswarden.tables import Type

__all__ = ["HANDLERS", "count_rows", "sort_key"]

_LONG, _STRING = of(Type.LONG), of(Type.STRING)


def bind_where(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``where``: the predicate has to be a bool (dynamic and numbers count as one)."""
    assert isinstance(operator, syntax.Where)
    predicate = binder.over(table, operator.predicate)
    if is_unknown(binder, predicate):
        return table
    if predicate.type is Type.DYNAMIC:
        predicate = convert(predicate, Type.BOOL)
    elif predicate.type is not Type.BOOL:
        binder.error("kql-type", "The expression must have the type bool.", operator.predicate)
        return table
    return table.with_plan(Filter(table.plan, predicate))


def bind_take(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``take`` and ``sample``."""
    assert isinstance(operator, syntax.Take | syntax.Sample)
    count = _count(binder, operator.count)
    return table.with_plan(Take(table.plan, count, isinstance(operator, syntax.Sample)))


def _count(binder: Binder, node: syntax.Expression) -> Scalar:
    with binder.seeing(None):
        count = binder.scalar(node)
    if count is not UNKNOWN and count.type not in (Type.INT, Type.LONG):
        if count.type is Type.DYNAMIC or count.type.is_numeric:
            return convert(count, Type.LONG)
        binder.error("kql-type", "The expression must be an integer.", node)
    return count


def sort_key(binder: Binder, table: Tabular, item: syntax.Ordered, *, strict: bool = False) -> SortKey:
    """One key; descending with nulls last unless written otherwise."""
    value = binder.over(table, item.expression)
    if strict:
        refuse_dynamic(binder, value, item.expression)
    descending = item.direction != "asc"
    nulls_first = item.nulls == "first" if item.nulls else not descending
    return SortKey(value, descending, nulls_first)


def bind_sort(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``sort by``."""
    assert isinstance(operator, syntax.Sort)
    keys = tuple(sort_key(binder, table, item, strict=True) for item in operator.items)
    return table.with_plan(Sort(table.plan, keys))


def bind_top(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``top n by x``: sort, then take."""
    assert isinstance(operator, syntax.Top)
    count = _count(binder, operator.count)
    key = sort_key(binder, table, operator.by)
    return table.with_plan(Take(Sort(table.plan, (key,)), count))


def bind_distinct(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``distinct``."""
    assert isinstance(operator, syntax.Distinct)
    if any(isinstance(item, syntax.Star) for item in operator.items):
        made = table
    else:
        made = _distinct_columns(binder, table, operator)
    return made.with_plan(Distinct(select(made, made.columns).plan)).without_hidden()


def _distinct_columns(binder: Binder, table: Tabular, operator: syntax.Distinct) -> Tabular:
    names = Names()
    assigned: list[tuple[Field, Scalar]] = []
    with binder.seeing(Row.of(table)):
        for item in operator.items:
            for field, value in assignments(binder, item, None):
                refuse_dynamic(binder, value, item)
                if isinstance(value, Ref) and field.name == value.field.name and names.take(field.name):
                    assigned.append((value.field, value))
                else:
                    name = names.fresh(field.name or None)
                    assigned.append((replace_name(binder, field, name, value), value))
    pairs = [(f, v) for f, v in assigned if not (isinstance(v, Ref) and v.field is f)]
    return select(table, [field for field, _ in assigned], pairs)


def count_rows(table: Tabular, name: str) -> Tabular:
    """One row with the number of rows."""
    function = find_aggregate("count")
    assert function is not None
    made = Field(name, _LONG)
    plan = Aggregate(table.plan, (), ((made, Aggregation(_LONG, function, ())),), (made,))
    return Tabular(plan, (made,))


def bind_count(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``count``."""
    assert isinstance(operator, syntax.Count)
    return count_rows(table, operator.name.text if operator.name else "Count")


def bind_as(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``as``: gives the rows a name that the rest of the query can use."""
    assert isinstance(operator, syntax.As)
    held = shared(table, operator.name.text)
    binder.scope.names[operator.name.text] = held
    return replace(held, graph=table.graph, name=operator.name.text)


def bind_same(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """Operators that change no rows: render, execute_and_cache."""
    return table


def bind_consume(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``consume``: the rows are used up; nothing is left."""
    return Tabular(Take(select(table, ()).plan, Literal(_LONG, 0)), ())


def bind_schema(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``getschema``: a row a column."""
    fields = (
        Field("ColumnName", _STRING),
        Field("ColumnOrdinal", _LONG),
        Field("DataType", _STRING),
        Field("ColumnType", _STRING),
    )
    rows: list[tuple[Scalar, ...]] = [
        (
            Literal(_STRING, column.name),
            Literal(_LONG, at),
            Literal(_STRING, _DOTNET[column.type]),
            Literal(_STRING, column.type.value),
        )
        for at, column in enumerate(table.columns)
    ]
    return Tabular(Rows(fields, tuple(rows)), fields)


_DOTNET = {
    Type.BOOL: "System.SByte",
    Type.INT: "System.Int32",
    Type.LONG: "System.Int64",
    Type.REAL: "System.Double",
    Type.DECIMAL: "System.Data.SqlTypes.SqlDecimal",
    Type.STRING: "System.String",
    Type.DATETIME: "System.DateTime",
    Type.TIMESPAN: "System.TimeSpan",
    Type.DYNAMIC: "System.Object",
    Type.GUID: "System.Guid",
}


def bind_sample_distinct(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``sample-distinct n of x``."""
    assert isinstance(operator, syntax.SampleDistinct)
    count = _count(binder, operator.count)
    value = binder.over(table, operator.of)
    made = binder.field(implied_name(operator.of) or "Column1", value)
    chosen = select(table, (made,), ((made, value),))
    return chosen.with_plan(Take(Distinct(chosen.plan), count))


def bind_assert_schema(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``assert-schema``: an error unless the columns are just those."""
    from crosswarden.kql.binder.sources import declared_fields

    assert isinstance(operator, syntax.AssertSchema)
    wanted = [(field.name, field.type) for field in declared_fields(binder, operator.columns)]
    if not table.open and wanted != [(column.name, column.type) for column in table.columns]:
        binder.error("kql-schema", "The columns are not those that assert-schema names.", operator)
    return table


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.Where: bind_where,
    syntax.Take: bind_take,
    syntax.Sample: bind_take,
    syntax.Sort: bind_sort,
    syntax.Top: bind_top,
    syntax.Distinct: bind_distinct,
    syntax.Count: bind_count,
    syntax.As: bind_as,
    syntax.Render: bind_same,
    syntax.ExecuteAndCache: bind_same,
    syntax.Consume: bind_consume,
    syntax.GetSchema: bind_schema,
    syntax.SampleDistinct: bind_sample_distinct,
    syntax.AssertSchema: bind_assert_schema,
}
