"""Functions over serialized rows, as SQL windows in the order that the rows have."""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql.functions import of
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Call, Field, Literal, Path, Ref, Scalar, Special, Window, walk
from crosswarden.kql.sql import Expression, call, cast, exp, number, truth
from crosswarden.tables import Type

__all__ = ["lower_window", "over", "running", "runs_of", "unnested_windows"]


def over(lowering: Lowering, step: Step, function: Expression, *more: Expression) -> exp.Window:
    """The function over the rows in their order, apart for each row set of an inner query."""
    keys = [entry.ordered(step.value(entry.field)) for entry in step.order]
    partition = [step.value(group) for group in lowering.groups] + list(more)
    return exp.Window(
        this=function,
        partition_by=partition,
        order=exp.Order(expressions=keys) if keys else None,
        over="OVER",
    )


def running(window: exp.Window) -> exp.Window:
    """The window from the first row to the current one, row by row."""
    window.set(
        "spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    )
    return window


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
        more.append(lowering.scalar(arguments[1], step))
    number_ = over(lowering, step, call("row_number"), *more)
    if isinstance(start, exp.Literal) and start.this == "1":
        return number_
    return exp.Paren(
        this=exp.Sub(this=exp.Add(this=number_, expression=cast(start, "BIGINT")), expression=number(1))
    )


def _cumulative(lowering: Lowering, arguments: tuple[Scalar, ...], step: Step) -> Expression:
    more = []
    if len(arguments) > 1 and not (isinstance(arguments[1], Literal) and arguments[1].value is False):
        more.append(lowering.scalar(arguments[1], step))
    window = over(lowering, step, call("sum", lowering.scalar(arguments[0], step)), *more)
    window.set(
        "spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    )
    kind = {Type.REAL: "DOUBLE", Type.DECIMAL: "DECIMAL(38,18)"}.get(arguments[0].type, "BIGINT")
    return cast(window, kind)


_RESTARTS = {"row_number": 1, "row_cumsum": 1}
_RANKS = frozenset({"row_rank", "row_rank_dense", "row_rank_min", "row_window_session"})


def unnested_windows(
    lowering: Lowering, step: Step, assigned: list[tuple[Field, Scalar]]
) -> tuple[Step, list[tuple[Field, Scalar]]]:
    """A step in which the windows inside windows, and the runs that restarts make, are columns already."""
    ready: list[tuple[Field, Scalar]] = []
    for field, value in assigned:
        step, value = _without_inner(lowering, step, value)
        ready.append((field, value))
    return step, ready


def _without_inner(lowering: Lowering, step: Step, value: Scalar) -> tuple[Step, Scalar]:
    if isinstance(value, Window):
        arguments = []
        for at, argument in enumerate(value.arguments):
            if any(isinstance(node, Window) for node in walk(argument)):
                step, argument = _without_inner(lowering, step, argument)
                step, argument = _as_column(lowering, step, argument)
            if at == _RESTARTS.get(value.function) and not _is_false(argument):
                step, argument = runs_of(lowering, step, argument)
            arguments.append(argument)
        made = Window(value.kind, value.function, tuple(arguments))
        if value.function in _RANKS:
            from crosswarden.kql.lowering.ranks import rank

            return rank(lowering, step, made)
        return step, made
    if isinstance(value, Call | Special):
        parts = []
        for argument in value.arguments:
            step, argument = _without_inner(lowering, step, argument)
            if isinstance(argument, Window):  # a function may be lowered to TRY or a Python one around it
                step, argument = _as_column(lowering, step, argument)
            parts.append(argument)
        return step, replace(value, arguments=tuple(parts))
    if isinstance(value, Path):
        step, base = _without_inner(lowering, step, value.base)
        return step, Path(base, value.steps)
    return step, value


def _is_false(value: Scalar) -> bool:
    return isinstance(value, Literal) and value.value is False


def _as_column(lowering: Lowering, step: Step, value: Scalar) -> tuple[Step, Scalar]:
    held = Field("#window", value.kind)
    step = lowering.ready(step, [value], whole=True)
    step.outputs[held] = lowering.scalar(value, step)
    return lowering.seal(step), Ref(held)


def runs_of(lowering: Lowering, step: Step, restart: Scalar) -> tuple[Step, Scalar]:
    """The number of the run that each row belongs to: a new one begins where ``restart`` holds."""
    step = lowering.ready(step, [restart], whole=True)
    held = Field("#run", of(Type.LONG))
    starts = call("count_if", call("coalesce", lowering.scalar(restart, step), truth(False)))
    step.outputs[held] = running(over(lowering, step, starts))
    return lowering.seal(step), Ref(held)
