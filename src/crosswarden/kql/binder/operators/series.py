"""make-series and range."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler, SourceHandler
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.naming import Names, implied_name
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.operators.summarize import aggregates, group_keys
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.functions import DYNAMIC, array_of, of
from crosswarden.kql.plan import Field, Literal, MakeSeries, Range, Scalar, Series
from crosswarden.tables import Type

__all__ = ["HANDLERS", "SOURCES"]

_LONG = of(Type.LONG)


def bind_make_series(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``make-series``: keys, then a series an aggregate, then the axis."""
    assert isinstance(operator, syntax.MakeSeries)
    names = Names()
    keys = group_keys(binder, table, operator.by, names)
    series: list[Series] = []
    for item in operator.aggregates:
        default = _default(binder, item.default)
        for field, value in aggregates(binder, table, item.expression, names, keys):
            made = Field(field.name, array_of(value.kind))
            series.append(Series(made, value, _fitting(default, value)))
    on_node = operator.on.expression if isinstance(operator.on, syntax.NamedExpression) else operator.on
    on = binder.over(table, on_node)
    axis = Field(names.fresh(implied_name(operator.on) or "Column1"), array_of(on.kind))
    with binder.seeing(None):
        start = None if operator.first is None else _like(binder.scalar(operator.first), on)
        stop = None if operator.last is None else _like(binder.scalar(operator.last), on)
        step = binder.scalar(operator.step)
    if on.type is Type.REAL and step.type is not Type.REAL:
        step = convert(step, Type.REAL)
    columns = (*(field for field, _ in keys), *(each.made for each in series), axis)
    plan = MakeSeries(
        table.plan,
        tuple(series),
        axis,
        on,
        start,
        stop,
        step,
        tuple(keys),
        columns,
        operator.in_range,
        setting(operator.parameters, "kind") == "nonempty",
    )
    return Tabular(plan, columns)


def _like(value: Scalar, on: Scalar) -> Scalar:
    """A bound in the axis' own type."""
    if value is UNKNOWN or on is UNKNOWN or value.type is on.type or not value.type.is_numeric:
        return value
    return convert(value, on.type)


def _default(binder: Binder, node: syntax.Expression | None) -> Scalar | None:
    if node is None:
        return None
    with binder.seeing(None):
        return binder.scalar(node)


def _fitting(default: Scalar | None, value: Scalar) -> Scalar:
    """The written default in the aggregate's type; 0 where none is written."""
    if default is not None:
        return default if default.type is value.type else convert(default, value.type)
    if value.type.is_numeric:
        zero: object = 0.0 if value.type is Type.REAL else 0
        return Literal(value.kind, zero, written=False)
    if value.type is Type.DYNAMIC:
        return Literal(DYNAMIC, None, written=False)
    empty: object = "" if value.type is Type.STRING else None
    return Literal(value.kind, empty, written=False)


def bind_range(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``range x from a to b step c``: the type is the widest of start and step."""
    assert isinstance(operator, syntax.Range)
    nodes = (operator.first, operator.last, operator.step)
    first, last, step = (binder.scalar(node) for node in nodes)
    if UNKNOWN in (first, last, step):
        column = Field(operator.name.text, DYNAMIC)
        binder.unknown_fields.add(column)
        return Tabular(Range(column, first, last, step), (column,))
    kind = first.type
    if first.type.is_numeric:
        order = [Type.INT, Type.LONG, Type.REAL, Type.DECIMAL]
        kind = max((value.type for value in (first, last, step) if value.type in order), key=order.index)
        kind = Type.LONG if kind is Type.INT else kind
        first, last, step = (convert(value, kind) for value in (first, last, step))
    if kind not in (Type.LONG, Type.REAL, Type.DECIMAL, Type.DATETIME, Type.TIMESPAN):
        binder.error("kql-type", "The expression must be a number, datetime or timespan.", operator.first)
    column = Field(operator.name.text, of(kind))
    return Tabular(Range(column, first, last, step), (column,))


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.MakeSeries: bind_make_series}
SOURCES: dict[type[syntax.Operator], SourceHandler] = {syntax.Range: bind_range}
