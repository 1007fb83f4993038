"""summarize: GROUP BY, with the columns that an inner query carries along."""

from __future__ import annotations

from crosswarden.kql.functions import DYNAMIC
from crosswarden.kql.lowering.aggregations import part_of, whole_row
from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Aggregate, Aggregation, Field, Plan, Scalar
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
    parts_of: dict[Field, tuple[Field, int]] = {}
    rows: dict[tuple[str, tuple[Scalar, ...]], Field] = {}
    for field, value in plan.values:
        row = _shared_row(lowering, step, value, rows, columns)
        if row is not None and isinstance(value, Aggregation):
            parts_of[field] = (row, value.part)
            continue
        columns.append(alias(lowering.scalar(value, step), lowering.name(field)))
        fields.append(field)
    fields += rows.values()
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
    made = lowering.define(exp.Select(**parts), fields)
    for field, (row, part) in parts_of.items():
        made.outputs[field] = part_of(made.value(row), part)
        made.movable.add(field)
    for row in rows.values():
        made.outputs.pop(row)
        made.movable.discard(row)
    return made


def _shared_row(
    lowering: Lowering,
    step: Step,
    value: Scalar,
    rows: dict[tuple[str, tuple[Scalar, ...]], Field],
    columns: list[Expression],
) -> Field | None:
    """The column that holds the row of ``arg_max(a, b, c)`` and its like, made once for all of its parts."""
    if not isinstance(value, Aggregation):
        return None
    key = (value.function.name, value.arguments)
    if key not in rows:
        made = whole_row(lowering, value, step)
        if made is None:
            return None
        rows[key] = Field("#row", DYNAMIC)
        columns.append(alias(made, lowering.name(rows[key])))
    return rows[key]


HANDLERS: dict[type, Handler] = {Aggregate: lower_aggregate}
