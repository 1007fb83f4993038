"""top-nested and top-hitters, made of summarize, top and join."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.naming import implied_name
from crosswarden.kql.binder.operators.columns import extended
from crosswarden.kql.binder.reuse import Uses
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.functions import find_aggregate, of
from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Field,
    Given,
    Join,
    Partition,
    Project,
    Ref,
    Scalar,
    Sort,
    SortKey,
    Special,
    Take,
)
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_LONG = of(Type.LONG)


def bind_top_nested(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``top-nested``: each level's best within the values of the levels above."""
    assert isinstance(operator, syntax.TopNested)
    rows = table
    parents: list[Field] = []
    result: Tabular | None = None
    for clause in operator.clauses:
        key, size = _level_names(clause)
        value = binder.over(rows, clause.of)
        made = Field(key, value.kind)
        rows = extended(rows, [(made, value)])
        level, rows, made = _level(binder, clause, rows, parents, made, size)
        result = level if result is None else _nested(result, level)
        parents = [*(_by_name(rows, field.name) for field in parents), made]
    assert result is not None
    return result


def _by_name(table: Tabular, name: str) -> Field:
    return next(column for column in table.columns if column.name == name)


def _level_names(clause: syntax.TopNestedClause) -> tuple[str, str]:
    key = implied_name(clause.of) or "Column1"
    by = clause.by.expression
    size = by.names[0].text if isinstance(by, syntax.NamedExpression) else f"aggregated_{key}"
    return key, size


def _level(
    binder: Binder, clause: syntax.TopNestedClause, rows: Tabular, parents: list[Field], key: Field, size: str
) -> tuple[Tabular, Tabular, Field]:
    """One level's groups, and the rows that belong to them."""
    by = clause.by.expression
    node = by.expression if isinstance(by, syntax.NamedExpression) else by
    with binder.seeing(Row.of(rows), aggregating=True):
        value = binder.scalar(node)
    uses = Uses(binder, rows, "top-nested")
    first = uses.take()
    keys = [first.columns[field] for field in (*parents, key)]
    made = Field(size, value.kind)
    pairs = tuple((field, Ref(field)) for field in keys)
    grouped = Tabular(
        Aggregate(first.table.plan, pairs, ((made, first.scalar(value)),), (*keys, made)), (*keys, made)
    )
    chosen = _best(binder, clause, grouped, keys[:-1], made)
    if clause.others is not None:
        binder.refuse("The setting 'with others' of top-nested", clause.others)
    kept = Uses(binder, chosen, "top-nested")
    second, best = uses.take(), kept.take()
    on = tuple(
        (Ref(second.columns[field]), Ref(best.columns[twin]))
        for field, twin in zip((*parents, key), keys, strict=True)
    )
    narrowed = Join("leftsemi", second.table.plan, best.table.plan, on, second.table.plan.fields)
    remaining = Tabular(narrowed, second.table.columns, second.table.hidden)
    return kept.take().table, remaining, second.columns[key]


def _best(
    binder: Binder, clause: syntax.TopNestedClause, grouped: Tabular, parents: list[Field], made: Field
) -> Tabular:
    if clause.count is None:
        return grouped
    with binder.seeing(None):
        count = binder.scalar(clause.count)
    descending = clause.by.direction != "asc"
    order = (SortKey(Ref(made), descending, not descending),)
    if not parents:
        return grouped.with_plan(Take(Sort(grouped.plan, order), count))
    given = Given(grouped.plan.fields)
    return grouped.with_plan(
        Partition(grouped.plan, _together(parents), given, Take(Sort(given, order), count))
    )


def _together(parents: list[Field]) -> Scalar:
    """Several columns as one value to tell groups apart."""
    if len(parents) == 1:
        return Ref(parents[0])
    return Special(of(Type.STRING), "tuple", tuple(map(Ref, parents)))


def _nested(outer: Tabular, inner: Tabular) -> Tabular:
    """A level beside those above it: joined on the keys that they share."""
    shared_names = {column.name for column in outer.columns}
    keys = [column for column in inner.columns if column.name in shared_names]
    on = tuple((Ref(_by_name(outer, column.name)), Ref(column)) for column in keys)
    fields = (*outer.columns, *inner.columns)
    joined = Join("inner", outer.plan, inner.plan, on, fields)
    shown = (*outer.columns, *(column for column in inner.columns if column not in keys))
    return Tabular(Project(joined, (), shown), shown)


def bind_top_hitters(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``top-hitters n of x by y``: exact here."""
    assert isinstance(operator, syntax.TopHitters)
    with binder.seeing(None):
        count = binder.scalar(operator.count)
    value = binder.over(table, operator.of)
    key = Field(implied_name(operator.of) or "Column1", value.kind)
    if operator.by is None:
        made = Field(f"approximate_count_{key.name}", _LONG)
        function, arguments = find_aggregate("count"), ()
        aggregation: Scalar = Aggregation(_LONG, function, arguments) if function else UNKNOWN
    else:
        weight = binder.over(table, operator.by)
        made = Field(f"approximate_sum_{implied_name(operator.by) or ''}", weight.kind)
        function = find_aggregate("sum")
        aggregation = Aggregation(weight.kind, function, (weight,)) if function else UNKNOWN
    plan = Aggregate(table.plan, ((key, value),), ((made, aggregation),), (key, made))
    return Tabular(Take(Sort(plan, (SortKey(Ref(made), True, False),)), count), (key, made))


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.TopNested: bind_top_nested,
    syntax.TopHitters: bind_top_hitters,
}
