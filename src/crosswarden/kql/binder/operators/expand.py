"""mv-expand, mv-apply and partition: rows out of arrays, and queries over the rows of one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import (
    NOTHING,
    UNKNOWN,
    Binder,
    OperatorHandler,
    is_unknown,
    refuse_dynamic,
)
from crosswarden.kql.binder.naming import Names, implied_name
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.operators.unions import union_of
from crosswarden.kql.binder.scope import Row, Scope, Tabular
from crosswarden.kql.functions import DYNAMIC, of
from crosswarden.kql.plan import (
    Apply,
    Distinct,
    Expand,
    Expansion,
    Field,
    Given,
    Literal,
    Partition,
    Project,
    Ref,
    Scalar,
)
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_LONG = of(Type.LONG)


def _expansions(
    binder: Binder, table: Tabular, items: Sequence[syntax.MvItem]
) -> list[tuple[Expansion, Field | None]]:
    """Each item, and the input column that it takes the place of (None: a new column)."""
    made: list[tuple[Expansion, Field | None]] = []
    columns = {column.name: column for column in table.columns}
    names = Names(columns)
    with binder.seeing(Row.of(table)):
        for item in items:
            node = item.expression
            named = isinstance(node, syntax.NamedExpression)
            inner = node.expression if isinstance(node, syntax.NamedExpression) else node
            value = binder.scalar(inner)
            if not is_unknown(binder, value) and value.type is not Type.DYNAMIC:
                binder.error("kql-type", "The expression must have the type dynamic.", inner)
                value = UNKNOWN
            name = implied_name(node) or names.fresh(None)
            kind = (Type.named(item.type.text) if item.type else None) or Type.DYNAMIC
            replaced = columns.get(name)
            if named and isinstance(value, Ref) and value.field.name == name:
                replaced = value.field
            field = Field(name, of(kind) if kind is not Type.DYNAMIC else DYNAMIC)
            made.append((Expansion(field, value), replaced))
    return made


def _limit(binder: Binder, node: syntax.Expression | None) -> int | None:
    if node is None:
        return None
    with binder.seeing(None):
        value = binder.scalar(node)
    if isinstance(value, Literal) and isinstance(value.value, int):
        return value.value
    if value is not UNKNOWN:
        binder.error("kql-constant", "The expression must be a constant integer.", node)
    return None


def _index(parameters: Sequence[syntax.Parameter]) -> Field | None:
    name = setting(parameters, "with_itemindex")
    return Field(str(name), _LONG) if name else None


def bind_expand(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``mv-expand``."""
    assert isinstance(operator, syntax.MvExpand)
    made = _expansions(binder, table, operator.items)
    places = {old: expansion.made for expansion, old in made if old is not None}
    columns = [places.get(column, column) for column in table.columns]
    columns += [expansion.made for expansion, old in made if old is None]
    index = _index(operator.parameters)
    if index is not None:
        columns.append(index)
    bags = setting(operator.parameters, "bagexpansion") or setting(operator.parameters, "kind")
    plan = Expand(
        table.plan,
        tuple(expansion for expansion, _ in made),
        (*columns, *table.hidden),
        index,
        _limit(binder, operator.limit),
        bags_as_arrays=bags == "array",
    )
    return replace(table, plan=plan, columns=tuple(columns))


def bind_apply(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``mv-apply``: the inner query sees the outer columns too; what it gives is put beside them."""
    from crosswarden.kql.binder.sources import continue_pipe

    assert isinstance(operator, syntax.MvApply)
    made = _expansions(binder, table, operator.items)
    gone = {old for _, old in made if old is not None}
    outer = [column for column in table.columns if column not in gone]
    index = _index(operator.parameters)
    inner = (*outer, *(expansion.made for expansion, _ in made), *((index,) if index else ()))
    given = Given((*inner, *table.hidden))
    body = continue_pipe(binder, Tabular(given, inner, table.hidden, table.open), operator.query.operators)
    results = {column.name: column for column in body.columns}
    columns = [results.pop(column.name, column) for column in outer]
    columns += results.values()
    hidden = tuple(column for column in table.hidden if column.name not in {c.name for c in columns})
    plan = Apply(
        table.plan,
        tuple(expansion for expansion, _ in made),
        given,
        body.plan,
        (*columns, *hidden),
        index,
        _limit(binder, operator.limit),
    )
    return replace(table, plan=plan, columns=tuple(columns), hidden=hidden, open=table.open or body.open)


def bind_partition(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``partition by``: the inner query over the rows of each key apart."""
    from crosswarden.kql.binder.sources import continue_pipe

    assert isinstance(operator, syntax.Partition | syntax.PartitionBy)
    key = binder.over(table, operator.by)
    refuse_dynamic(binder, key, operator.by)
    query = operator.query
    if getattr(operator, "braces", False) or not isinstance(query, syntax.Pipe) or query.source is not None:
        return _each_key(binder, table, operator, key)
    given = Given((*table.columns, *table.hidden))
    start = replace(table, plan=given)
    body = continue_pipe(binder, start, query.operators)
    return replace(body, plan=Partition(table.plan, key, given, body.plan))


def _each_key(
    binder: Binder, table: Tabular, operator: syntax.Partition | syntax.PartitionBy, key: Scalar
) -> Tabular:
    """``partition by x { query }``: the query once a value of x, which it sees as a constant."""
    name = implied_name(operator.by) or ""
    if is_unknown(binder, key):
        return NOTHING
    values: list[object] = [None]
    if binder.environment.discover is not None:
        made = Field(name, key.kind)
        plan = Distinct(Project(table.plan, ((made, key),), (made,)))
        values = [value for (value,) in binder.environment.discover(plan, [made])] or [None]
    if len(values) > _MOST_KEYS:
        message = f"The key has {len(values)} values; such a partition takes at most {_MOST_KEYS}."
        binder.error("kql-partition", message, operator.by)
        values = values[:1]
    results = []
    for value in values:
        scope = Scope(binder.scope, {name: Literal(key.kind, value, written=False)})
        with binder.inside(scope), binder.seeing(None):
            results.append(binder.table(operator.query))
    return results[0] if len(results) == 1 else union_of(binder, results)


_MOST_KEYS = 64
"""Kusto's own limit for queries in braces."""

HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.MvExpand: bind_expand,
    syntax.MvApply: bind_apply,
    syntax.Partition: bind_partition,
    syntax.PartitionBy: bind_partition,
}
