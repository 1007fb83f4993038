"""make-series: values grouped by step, the gaps filled, each key's steps gathered into arrays."""

from __future__ import annotations

from crosswarden.kql.functions import of
from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.json import json_value
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Field, MakeSeries, Plan, Scalar
from crosswarden.kql.sql import Expression, alias, all_of, call, cast, exp, null, number, text
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_LONG = of(Type.LONG)


def lower_make_series(lowering: Lowering, plan: Plan) -> Step:
    """One row a key; the axis counts whole steps from the start (of each key's own first step, where none is written)."""
    assert isinstance(plan, MakeSeries)
    binned, slot, keys, values = _binned(lowering, plan)
    spans, low, high = _spans(lowering, plan, binned, slot, keys)
    filled = _filled(lowering, plan, binned, spans, (slot, low, high), keys, values)
    return _gathered(lowering, plan, filled, values)


def _bounds(
    lowering: Lowering, plan: MakeSeries, step: Step
) -> tuple[Expression | None, Expression | None, Expression]:
    start = None if plan.start is None else lowering.scalar(plan.start, step)
    stop = None if plan.stop is None else lowering.scalar(plan.stop, step)
    return start, stop, lowering.scalar(plan.step, step)


def _whole(plan: MakeSeries, above: Expression, step: Expression) -> Expression:
    """How many whole steps there are in a distance."""
    if plan.on.type is Type.REAL:
        return cast(call("floor", exp.Div(this=exp.Paren(this=above), expression=step)), "BIGINT")
    remainder = exp.Paren(this=exp.Mod(this=exp.Paren(this=above.copy()), expression=step.copy()))
    modulo = exp.Paren(
        this=exp.Mod(
            this=exp.Paren(this=exp.Add(this=remainder, expression=step.copy())), expression=step.copy()
        )
    )
    return exp.IntDiv(
        this=exp.Paren(this=exp.Sub(this=exp.Paren(this=above), expression=modulo)), expression=step
    )


def _binned(
    lowering: Lowering, plan: MakeSeries
) -> tuple[Step, Field, list[Field], list[tuple[Field, Scalar]]]:
    """The aggregates by key and step."""
    step = lowering.step(plan.input)
    values = [(Field(each.made.name, each.value.kind), each.value) for each in plan.series]
    step = lowering.ready(step, [plan.on, *(v for _, v in plan.keys), *(v for _, v in values)], whole=True)
    if lowering.hidden():
        step = lowering.seal(step)
    on = lowering.scalar(plan.on, step)
    start, stop, size = _bounds(lowering, plan, step)
    conditions: list[Expression] = [exp.Not(this=exp.Paren(this=exp.Is(this=on, expression=null())))]
    if start is not None:
        conditions.append(exp.GTE(this=on.copy(), expression=start))
    if stop is not None:
        comparison = exp.LTE if plan.stop_included else exp.LT
        conditions.append(comparison(this=on.copy(), expression=stop))
    above = on.copy() if start is None else exp.Sub(this=on.copy(), expression=start.copy())
    slot = Field("#slot", _LONG)
    keys = [*lowering.groups, *(field for field, _ in plan.keys)]
    columns: list[Expression] = [alias(step.value(group), lowering.name(group)) for group in lowering.groups]
    columns += [alias(lowering.scalar(value, step), lowering.name(field)) for field, value in plan.keys]
    columns.append(alias(_whole(plan, above, size), lowering.name(slot)))
    count = len(columns)
    columns += [alias(lowering.scalar(value, step), lowering.name(field)) for field, value in values]
    columns += [alias(call("any_value", step.value(f)), lowering.name(f)) for f in lowering.carried]
    select = exp.Select(
        expressions=columns,
        from_=exp.From(this=step.source),
        where=exp.Where(this=all_of([*step.conditions, *conditions])),
        group=exp.Group(expressions=[number(at + 1) for at in range(count)]),
    )
    fields = [*keys, slot, *(field for field, _ in values), *lowering.carried]
    return lowering.define(select, fields, materialized=True), slot, [*keys, *lowering.carried], values


def _spans(
    lowering: Lowering, plan: MakeSeries, binned: Step, slot: Field, keys: list[Field]
) -> tuple[Step, Field, Field]:
    """The first and last step of each key."""
    low, high = Field("#low", _LONG), Field("#high", _LONG)
    start, stop, size = _bounds(lowering, plan, binned)
    first: Expression = call("min", binned.value(slot))
    last: Expression = call("max", binned.value(slot))
    if start is not None:
        first = number(0)
        if stop is not None:
            distance: Expression = exp.Sub(this=stop, expression=start)
            if not plan.stop_included:
                distance = exp.Sub(this=exp.Paren(this=distance), expression=_smallest(plan))
            last = _whole(plan, distance, size)
    elif stop is not None:
        distance = stop if plan.stop_included else exp.Sub(this=stop, expression=_smallest(plan))
        last = _whole(plan, distance, size)
    twins = [Field(key.name, key.kind) for key in keys]
    columns: list[Expression] = [
        alias(binned.value(key), lowering.name(twin)) for key, twin in zip(keys, twins, strict=True)
    ]
    columns += [alias(first, lowering.name(low)), alias(last, lowering.name(high))]
    select = exp.Select(expressions=columns)
    if keys or not plan.never_empty or start is None or plan.stop is None:
        select.set("from_", exp.From(this=binned.source.copy()))
    if keys:
        select.set("group", exp.Group(expressions=[number(at + 1) for at in range(len(keys))]))
    elif not plan.never_empty:
        rows = exp.GT(this=call("count"), expression=number(0))
        select.set("having", exp.Having(this=rows))
    return lowering.define(select, [*twins, low, high]), low, high


def _smallest(plan: MakeSeries) -> Expression:
    return cast(text("1e-9"), "DOUBLE") if plan.on.type is Type.REAL else number(1)


def _filled(
    lowering: Lowering,
    plan: MakeSeries,
    binned: Step,
    spans: Step,
    places: tuple[Field, Field, Field],
    keys: list[Field],
    values: list[tuple[Field, Scalar]],
) -> tuple[Step, list[Field], Field]:
    """Every step of every key, joined with what there is."""
    slot, low, high = places
    position = Field("#step", _LONG)
    twins = [field for field in spans.outputs if field not in (low, high)]
    every = call("range", spans.value(low), exp.Add(this=spans.value(high), expression=number(1)))
    columns: list[Expression] = [spans.value(twin) for twin in twins]
    columns.append(alias(call("unnest", every), lowering.name(position)))
    steps = lowering.define(
        exp.Select(expressions=columns, from_=exp.From(this=spans.source)), [*twins, position]
    )
    pairs: list[Expression] = [
        exp.NullSafeEQ(this=steps.value(twin), expression=binned.value(key))
        for twin, key in zip(twins, keys, strict=True)
    ]
    pairs.append(exp.EQ(this=steps.value(position), expression=binned.value(slot)))
    join = exp.Join(this=binned.source.copy(), on=all_of(pairs), side="LEFT")
    outputs = dict(steps.outputs)
    outputs[slot] = binned.value(slot)
    for field, _ in values:
        outputs[field] = binned.value(field)
    return Step(steps.source, outputs, set(outputs), joins=[join]), twins, position


def _gathered(
    lowering: Lowering,
    plan: MakeSeries,
    filled: tuple[Step, list[Field], Field],
    values: list[tuple[Field, Scalar]],
) -> Step:
    step, twins, position = filled
    slot = next(field for field in step.outputs if field.name == "#slot")
    wanted = [*lowering.groups, *(field for field, _ in plan.keys), *lowering.carried]
    results: list[Field] = [Field(key.name, key.kind) for key in wanted]
    columns: list[Expression] = [
        alias(step.value(t), lowering.name(r)) for t, r in zip(twins, results, strict=True)
    ]
    missing = exp.Is(this=step.value(slot), expression=null())
    for (field, _), each in zip(values, plan.series, strict=True):
        default = lowering.scalar(each.default, step)
        value = exp.Case(ifs=[exp.If(this=missing.copy(), true=default)], default=step.value(field))
        columns.append(
            alias(_array(lowering, value, each.value.type, step, position), lowering.name(each.made))
        )
    start, _, size = _bounds(lowering, plan, step)
    point: Expression = exp.Mul(this=step.value(position), expression=size)
    if start is not None:
        point = exp.Add(this=start, expression=point)
    columns.append(alias(_array(lowering, point, plan.on.type, step, position), lowering.name(plan.axis)))
    select = exp.Select(expressions=columns, from_=exp.From(this=step.source), joins=step.joins)
    if twins:
        select.set("group", exp.Group(expressions=[number(at + 1) for at in range(len(twins))]))
    elif not plan.never_empty:
        select.set("having", exp.Having(this=exp.GT(this=call("count"), expression=number(0))))
    made = lowering.define(select, [*results, *(each.made for each in plan.series), plan.axis])
    for key, result in zip(wanted, results, strict=True):
        made.outputs[key] = made.outputs.pop(result)
    made.movable = set(made.outputs)
    return made


def _array(lowering: Lowering, value: Expression, kind: Type, step: Step, position: Field) -> Expression:
    """The values in the order of their steps, as JSON."""
    ordered = exp.Order(
        this=json_value(lowering, value, kind),
        expressions=[exp.Ordered(this=step.value(position), desc=False, nulls_first=True)],
    )
    return cast(call("to_json", call("list", ordered)), "VARCHAR")


HANDLERS: dict[type, Handler] = {MakeSeries: lower_make_series}
