"""Steps that choose, compute and order: where, extend and project, sort, take, distinct, serialize."""

from __future__ import annotations

from crosswarden.kql.functions import of
from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.step import Order, Step
from crosswarden.kql.lowering.windows import over, unnested_windows
from crosswarden.kql.plan import (
    Distinct,
    Field,
    Filter,
    Literal,
    Plan,
    Project,
    Ref,
    Scalar,
    Serialize,
    Sort,
    Take,
    Window,
    walk,
)
from crosswarden.kql.sql import call, exp, number
from crosswarden.tables import Type

__all__ = ["HANDLERS"]


def _has_window(scalar: Scalar) -> bool:
    return any(isinstance(node, Window) for node in walk(scalar))


def lower_filter(lowering: Lowering, plan: Plan) -> Step:
    """``where``: one more condition of the SELECT."""
    assert isinstance(plan, Filter)
    step = lowering.step(plan.input)
    if isinstance(plan.predicate, Literal) and plan.predicate.value is True:
        return step
    predicate = plan.predicate
    if _has_window(predicate):
        held = Field("#where", of(Type.BOOL))
        step = _computed(lowering, step, [(held, predicate)])
        step = lowering.seal(step)
        predicate = Ref(held)
    step = lowering.ready(step, [predicate], whole=True)
    step.conditions.append(lowering.scalar(predicate, step))
    return step


def _computed(lowering: Lowering, step: Step, assigned: list[tuple[Field, Scalar]]) -> Step:
    """The step with expressions added to its outputs."""
    if any(_has_window(value) for _, value in assigned):
        step, assigned = unnested_windows(lowering, step, assigned)
        step = lowering.ready(step, [], whole=True)
    step = lowering.ready(step, [value for _, value in assigned])
    made = {field: lowering.scalar(value, step) for field, value in assigned}
    for field, value in assigned:
        step.outputs[field] = made[field]
        if isinstance(value, Ref):
            step.movable.add(field)
    return step


def lower_project(lowering: Lowering, plan: Plan) -> Step:
    """``extend`` and ``project``: more outputs, and only those wanted."""
    assert isinstance(plan, Project)
    step = lowering.step(plan.input)
    assigned = [pair for pair in plan.assigned if pair[0] in plan.fields]
    if assigned:
        step = _computed(lowering, step, assigned)
    return lowering.keep(step, plan.fields)


def lower_sort(lowering: Lowering, plan: Plan) -> Step:
    """``sort``: remembered, and written where it matters (at the end, in take, in windows and lists)."""
    assert isinstance(plan, Sort)
    step = lowering.step(plan.input)
    if step.limit is not None:
        step = lowering.seal(step)
    order = []
    for at, key in enumerate(plan.keys):
        value = key.value
        if isinstance(value, Ref) and value.field in step.outputs:
            field = value.field
        else:
            field = Field(f"#sort{at}", value.kind)
            step = _computed(lowering, step, [(field, value)])
        order.append(Order(field, key.descending, key.nulls_first))
    step.order = (*order, *(entry for entry in step.order if entry.field not in {o.field for o in order}))
    return step


def lower_take(lowering: Lowering, plan: Plan) -> Step:
    """``take``: a limit; within an inner query, of each row set apart."""
    assert isinstance(plan, Take)
    step = lowering.step(plan.input)
    count = (
        lowering.scalar(plan.count, step)
        if not isinstance(plan.count, Literal)
        else number(_whole(plan.count))
    )
    if plan.random:
        step = lowering.seal(step)
        place = Field("#random", of(Type.REAL))
        step.outputs[place] = call("random")
        step.order = (Order(place),)
        step = lowering.seal(step, materialized=True)
    if lowering.groups:
        return _take_each(lowering, step, count)
    step = lowering.ready(step, [], whole=True)
    step.limit = count
    return step


def _whole(count: Literal) -> int:
    return max(int(str(count.value or 0)), 0)


def _take_each(lowering: Lowering, step: Step, count: exp.Expression) -> Step:
    step = lowering.seal(step)
    place = Field("#take", of(Type.LONG))
    step.outputs[place] = over(lowering, step, call("row_number"))
    step = lowering.seal(step)
    step.conditions.append(exp.LTE(this=step.outputs.pop(place), expression=count))
    step.movable.discard(place)
    return step


def lower_distinct(lowering: Lowering, plan: Plan) -> Step:
    """``distinct``: the order is lost."""
    assert isinstance(plan, Distinct)
    step = lowering.step(plan.input)
    if step.limit is not None:
        step = lowering.seal(step)
    step.order = ()
    step = lowering.keep(step, plan.fields)
    select = step.select(lowering.named(step.outputs))
    select.set("distinct", exp.Distinct())
    return lowering.define(select, list(step.outputs))


def lower_serialize(lowering: Lowering, plan: Plan) -> Step:
    """``serialize``: the rows keep the order they have."""
    assert isinstance(plan, Serialize)
    return lowering.step(plan.input)


HANDLERS: dict[type, Handler] = {
    Filter: lower_filter,
    Project: lower_project,
    Sort: lower_sort,
    Take: lower_take,
    Distinct: lower_distinct,
    Serialize: lower_serialize,
}
