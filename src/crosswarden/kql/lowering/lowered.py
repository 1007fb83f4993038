"""From a bound query to the statement that an engine runs, and the steps that have to run before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosswarden.kql.binder.block import BoundQuery
from crosswarden.kql.environment import Environment
from crosswarden.kql.functions.model import Context
from crosswarden.kql.lowering import choosing, combining, expanding, grouping, rows, series
from crosswarden.kql.lowering.context import Handler, Lowering, Stage, Statement
from crosswarden.kql.lowering.scalars import lower_scalar
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Field, Plan, Scan
from crosswarden.kql.rewrites import rewrite
from crosswarden.kql.sql import Expression, column, exp, number

__all__ = ["HANDLERS", "Lowered", "finish", "lower", "lower_plan"]

HANDLERS: dict[type, Handler] = {
    **rows.HANDLERS,
    **choosing.HANDLERS,
    **grouping.HANDLERS,
    **combining.HANDLERS,
    **expanding.HANDLERS,
    **series.HANDLERS,
}


@dataclass(frozen=True, slots=True)
class Lowered:
    """One result of a query: the statement, the staged steps before it in order, and the tables that they read.

    ``absent`` are tables left out because they hold no rows; ``unknown`` are columns whose type only the data can tell; ``chart`` is what ``render`` asked for.
    """

    name: str
    statement: Statement
    stages: tuple[Stage, ...]
    scans: dict[str, list[Scan]]
    unknown: frozenset[Field]
    absent: frozenset[str]
    chart: str = ""


def finish(lowering: Lowering, step: Step, fields: Sequence[Field]) -> Expression:
    """The step as a whole statement: its columns in order, its rows ordered, the table expressions before it."""
    names = lowering.named(fields)
    if step.limit is not None and step.order:
        step = lowering.seal(step)
    order = [entry.ordered(_order_value(lowering, step, entry.field)) for entry in step.order]
    step.outputs = {field: step.outputs[field] for field in fields}
    select = step.select(names)
    if not fields:
        select.set("expressions", [number(1)])
    if order:
        select.set("order", exp.Order(expressions=order))
    if lowering.ctes:
        select.set("with_", exp.With(expressions=lowering.ctes))
    return select


def _order_value(lowering: Lowering, step: Step, field: Field) -> Expression:
    value = step.outputs[field]
    return column(value.this.this) if isinstance(value, exp.Column) else value.copy()


def lower_plan(
    plan: Plan, fields: Sequence[Field], now: int, present: frozenset[str] | None = None
) -> tuple[Statement, Lowering]:
    """A plan's rows as a statement, and the lowering that knows its stages and scans."""
    lowering = Lowering(HANDLERS, lower_scalar, Context(now), present=present)
    step = lowering.step(rewrite(plan, tuple(fields), now))
    return Statement(finish(lowering, step, fields), tuple(fields)), lowering


def lower(query: BoundQuery, environment: Environment) -> Lowered:
    """One bound query, lowered."""
    statement, lowering = lower_plan(query.plan, query.columns, environment.now, environment.present)
    return Lowered(
        query.name,
        statement,
        tuple(lowering.stages),
        lowering.scans,
        query.unknown,
        frozenset(lowering.absent),
        query.chart,
    )
