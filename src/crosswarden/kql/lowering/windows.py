"""Functions over serialized rows, as SQL windows in the order that the rows have."""

from __future__ import annotations

from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Literal, Scalar, Window
from crosswarden.kql.sql import Expression, call, cast, exp, number
from crosswarden.tables import Type

__all__ = ["lower_window", "over"]


def over(lowering: Lowering, step: Step, function: Expression, *more: Expression) -> exp.Window:
    """The function over the rows in their order, apart for each row set of an inner query."""
    keys = [entry.ordered(step.value(entry.field)) for entry in step.order]
    partition = [step.value(group) for group in lowering.groups] + list(more)
    return exp.Window(
        this=function, partition_by=partition, order=exp.Order(expressions=keys) if keys else None, over="OVER"
    )


def lower_window(lowering: Lowering, node: Window, step: Step) -> Expression:
    """The SQL window of a KQL function over rows."""
    name, arguments = node.function, node.arguments
    if name in ("prev", "next"):
        return _neighbour(lowering, node, step)
    if name == "row_number":
        return _row_number(lowering, arguments, step)
    if name == "row_cumsum":
        return _cumulative(lowering, arguments, step)
    raise LookupError(name)


def _neighbour(lowering: Lowering, node: Window, step: Step) -> Expression:
    parts = [lowering.scalar(item, step) for item in node.arguments]
    while len(parts) < 2:
        parts.append(number(1))
    if len(parts) < 3 and node.type is Type.STRING:
        parts.append(exp.Literal.string(""))
    return over(lowering, step, call("lag" if node.function == "prev" else "lead", *parts))


def _row_number(lowering: Lowering, arguments: tuple[Scalar, ...], step: Step) -> Expression:
    start = lowering.scalar(arguments[0], step) if arguments else number(1)
    more = []
    if len(arguments) > 1 and not (isinstance(arguments[1], Literal) and arguments[1].value is False):
        more.append(lowering.restarts(arguments[1], step))
    number_ = over(lowering, step, call("row_number"), *more)
    if isinstance(start, exp.Literal) and start.this == "1":
        return number_
    return exp.Paren(this=exp.Sub(this=exp.Add(this=number_, expression=cast(start, "BIGINT")), expression=number(1)))


def _cumulative(lowering: Lowering, arguments: tuple[Scalar, ...], step: Step) -> Expression:
    more = []
    if len(arguments) > 1 and not (isinstance(arguments[1], Literal) and arguments[1].value is False):
        more.append(lowering.restarts(arguments[1], step))
    window = over(lowering, step, call("sum", lowering.scalar(arguments[0], step)), *more)
    window.set("spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"))
    kind = {Type.REAL: "DOUBLE", Type.DECIMAL: "DECIMAL(38,18)"}.get(arguments[0].type, "BIGINT")
    return cast(window, kind)
