"""Aggregates: those of the catalogue as they are, those of several columns by one struct a row."""

from __future__ import annotations

from crosswarden.kql.binder.arguments import argument
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Aggregation, Special
from crosswarden.kql.sql import Expression, call, exp, identifier, null

__all__ = ["lower_aggregation", "part_of", "whole_row"]

_EXTREMES = {"arg_max": "arg_max", "argmax": "arg_max", "arg_min": "arg_min", "argmin": "arg_min"}
_LISTS = frozenset(
    {"make_list", "makelist", "make_list_if", "make_list_with_nulls", "make_bag", "make_bag_if"}
)


def whole_row(lowering: Lowering, node: Aggregation, step: Step) -> Expression | None:
    """The struct of all values of an aggregate that gives several of one row; None for any other aggregate."""
    name = node.function.name
    if len(node.arguments) < 2:
        return None
    if name in _EXTREMES:
        by = lowering.scalar(node.arguments[0], step)
        best = call(_EXTREMES[name], _row(lowering, node, step), by)
        return call("coalesce", best, call("any_value", _row(lowering, node, step)))
    if name in ("take_any", "any"):
        return call("any_value", _row(lowering, node, step))
    return None


def part_of(row: Expression, part: int) -> Expression:
    """One value of such a struct."""
    return exp.Dot(this=row, expression=identifier(f"p{part}"))


def lower_aggregation(lowering: Lowering, node: Aggregation, step: Step) -> Expression:
    """The SQL aggregate over the rows of the step."""
    name = node.function.name
    if name in _EXTREMES:
        return _extreme(lowering, node, step, _EXTREMES[name])
    if name in ("take_any", "any") and len(node.arguments) > 1:
        return _field(call("any_value", _row(lowering, node, step)), node.part)
    arguments = [
        argument(
            item, null() if isinstance(item, Special) and item.name == "star" else lowering.scalar(item, step)
        )
        for item in node.arguments
    ]
    if name in ("percentiles", "percentilesw", "percentile", "percentilew"):
        first = 1 if "w" not in name else 2
        arguments = [*arguments[:first], arguments[first + node.part]]
    made = node.function.lower(arguments, node.kind, lowering.context)
    if name in _LISTS and step.order:
        _order_inside(made, step)
    return made


def _row(lowering: Lowering, node: Aggregation, step: Step) -> Expression:
    parts: list[Expression] = [
        exp.PropertyEQ(this=identifier(f"p{at}"), expression=lowering.scalar(item, step))
        for at, item in enumerate(node.arguments)
    ]
    return exp.Struct(expressions=parts)


def _field(row: Expression, part: int) -> Expression:
    return exp.Dot(this=exp.Paren(this=row), expression=identifier(f"p{part}"))


def _extreme(lowering: Lowering, node: Aggregation, step: Step, function: str) -> Expression:
    """The row where the first argument is largest (or smallest); any row where it is null in all."""
    by = lowering.scalar(node.arguments[0], step)
    if node.part == 0 and len(node.arguments) == 1:
        return call("max" if function == "arg_max" else "min", by)
    best = call(function, _row(lowering, node, step), by)
    return _field(call("coalesce", best, call("any_value", _row(lowering, node, step))), node.part)


def _order_inside(made: Expression, step: Step) -> None:
    """Lists keep the rows' order."""
    for node in made.walk():
        if (
            isinstance(node, exp.Anonymous)
            and str(node.this).lower() in ("list", "array_agg")
            and node.expressions
        ):
            keys = [entry.ordered(step.value(entry.field)) for entry in step.order]
            first = node.expressions[0]
            if not isinstance(first, exp.Order):
                node.set("expressions", [exp.Order(this=first, expressions=keys), *node.expressions[1:]])
