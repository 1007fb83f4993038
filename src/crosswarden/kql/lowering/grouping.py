"""summarize: GROUP BY, with the columns that an inner query carries along."""

from __future__ import annotations

from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Aggregate, Plan
from crosswarden.kql.sql import Expression, alias, all_of, call, exp, number

__all__ = ["HANDLERS"]


def lower_aggregate(lowering: Lowering, plan: Plan) -> Step:
    """One row a key; without keys one row in all (one a row set within an inner query)."""
    assert isinstance(plan, Aggregate)
    step = lowering.step(plan.input)
    scalars = [value for _, value in (*plan.keys, *plan.values)]
    step = lowering.ready(step, scalars, whole=True)
    hidden = {field for field in lowering.hidden() if field not in step.movable}
    if hidden:
        step = lowering.seal(step)
    columns: list[Expression] = []
    fields = []
    for group in lowering.groups:
        columns.append(alias(step.value(group), lowering.name(group)))
        fields.append(group)
    for field, value in plan.keys:
        columns.append(alias(lowering.scalar(value, step), lowering.name(field)))
        fields.append(field)
    keys = len(columns)
    for field, value in plan.values:
        columns.append(alias(lowering.scalar(value, step), lowering.name(field)))
        fields.append(field)
    for field in lowering.carried:
        columns.append(alias(call("any_value", step.value(field)), lowering.name(field)))
        fields.append(field)
    parts: dict[str, object] = {"expressions": columns, "from_": exp.From(this=step.source)}
    if step.joins:
        parts["joins"] = step.joins
    if step.conditions:
        parts["where"] = exp.Where(this=all_of(step.conditions))
    if keys:
        parts["group"] = exp.Group(expressions=[number(at + 1) for at in range(keys)])
    if not columns:
        columns.append(alias(call("count"), "~none"))
    return lowering.define(exp.Select(**parts), fields)


HANDLERS: dict[type, Handler] = {Aggregate: lower_aggregate}
