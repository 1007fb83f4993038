"""mv-expand, mv-apply and partition: rows out of arrays, and queries over each set of rows."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions import DYNAMIC, find_function, of
from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.step import Order, Step
from crosswarden.kql.plan import (
    Apply,
    Expand,
    Expansion,
    Field,
    Filter,
    Given,
    Partition,
    Plan,
    Project,
    walk_plan,
)
from crosswarden.kql.sql import Expression, alias, call, case, cast, column, exp, identifier, number, text
from crosswarden.tables import Type

__all__ = ["HANDLERS", "element", "elements"]

_LONG = of(Type.LONG)


def elements(value: Expression, *, bags_as_arrays: bool = False) -> Expression:
    """A dynamic value as a list of JSON texts: an array's elements, a bag's entries, one null for null.

    A bag's entry is a bag of that entry (or ``[key, value]``); a plain value is the one element.
    """
    kind = call("json_type", value)
    array = cast(call("json_extract", value.copy(), text("$[*]")), "VARCHAR[]")
    bag = _entries(value.copy(), as_arrays=bags_as_arrays)
    single = call("list_value", value.copy())
    when_array = exp.EQ(this=kind, expression=text("ARRAY"))
    when_bag = exp.EQ(this=kind.copy(), expression=text("OBJECT"))
    return case([(when_array, array), (when_bag, bag)], single)


def _entries(value: Expression, *, as_arrays: bool) -> Expression:
    """``map_entries`` of the bag, each as JSON text."""
    entry = exp.Column(this=identifier("e"))
    key = exp.Dot(this=entry, expression=identifier("key"))
    held = exp.Dot(this=entry.copy(), expression=identifier("value"))
    made = call("json_array", key, held) if as_arrays else call("json_object", key, held)
    pairs = call("map_entries", cast(cast(value, "JSON"), "MAP(VARCHAR, JSON)"))
    body = exp.Lambda(this=cast(made, "VARCHAR"), expressions=[identifier("e")])
    return call("list_transform", pairs, body)


def element(lowering: Lowering, value: Expression, field: Field) -> Expression:
    """An element's JSON text as the type that the expansion asks for; text is never read as a number or bool."""
    plain = call("nullif", value, text("null"))
    if field.type is Type.DYNAMIC:
        return plain
    from crosswarden.kql.binder.inlining import CONVERSIONS
    from crosswarden.kql.functions.model import Argument

    function = find_function(CONVERSIONS[field.type])
    assert function is not None
    made = function.lower([Argument(plain, DYNAMIC)], field.kind, lowering.context)
    if field.type.is_numeric or field.type is Type.BOOL:
        quoted = call("starts_with", plain.copy(), text('"'))
        return case([(exp.Not(this=quoted), made)])
    return made


def _expanded(
    lowering: Lowering,
    step: Step,
    expansions: Sequence[Expansion],
    kept: Sequence[Field],
    *,
    index: Field | None,
    limit: int | None,
    bags_as_arrays: bool,
) -> Step:
    """The rows with the arrays walked side by side; ``kept`` are the columns of the input that go on."""
    step = lowering.ready(step, [expansion.value for expansion in expansions], whole=True)
    lists = [Field(f"#list{at}", DYNAMIC) for at in range(len(expansions))]
    arrays = [
        elements(lowering.scalar(expansion.value, step), bags_as_arrays=bags_as_arrays)
        for expansion in expansions
    ]
    inputs = lowering.keep(step, kept)
    inputs.outputs.update(zip(lists, arrays, strict=True))
    source = lowering.seal(inputs)
    place = index or Field("#index", _LONG)
    columns: list[Expression] = []
    fields: list[Field] = []
    for field in source.outputs:
        if field not in lists:
            columns.append(column(lowering.name(field)))
            fields.append(field)
    made = [(expansion.made, held) for expansion, held in zip(expansions, lists, strict=True)]
    for field, held in made:
        columns.append(alias(call("unnest", source.value(held)), lowering.name(field)))
        fields.append(field)
    positions = call("range", call("greatest", *[call("len", source.value(held)) for held in lists]))
    if len(lists) == 1:
        positions = call("range", call("len", source.value(lists[0])))
    if index is not None or step.order or lowering.groups or limit is not None:
        columns.append(alias(call("unnest", positions), lowering.name(place)))
        fields.append(place)
    select = exp.Select(expressions=columns, from_=exp.From(this=source.source))
    order = (*step.order, Order(place)) if place in fields and (step.order or lowering.groups) else ()
    opened = lowering.define(select, fields, order)
    for field, _ in made:
        opened.outputs[field] = element(lowering, opened.outputs[field], field)
        opened.movable.discard(field)
    if limit is not None:
        opened.conditions.append(exp.LT(this=column(lowering.name(place)), expression=number(limit)))
    return opened


def lower_expand(lowering: Lowering, plan: Plan) -> Step:
    """``mv-expand``."""
    assert isinstance(plan, Expand)
    made = {expansion.made for expansion in plan.expansions}
    kept = [field for field in plan.fields if field not in made and field is not plan.index]
    step = _expanded(
        lowering,
        lowering.step(plan.input),
        plan.expansions,
        kept,
        index=plan.index,
        limit=plan.limit,
        bags_as_arrays=plan.bags_as_arrays,
    )
    return lowering.keep(step, plan.fields)


def lower_apply(lowering: Lowering, plan: Plan) -> Step:
    """``mv-apply``: every input row gets a number, and the inner query runs over each number's rows."""
    assert isinstance(plan, Apply)
    step = lowering.step(plan.input)
    step = lowering.ready(step, [expansion.value for expansion in plan.expansions], whole=True)
    row = Field("#row", _LONG)
    simple = all(isinstance(part, Filter | Project | Given) for part in walk_plan(plan.body))
    if not simple:
        order = step.order
        step = lowering.seal(step)
        step.outputs[row] = exp.Window(this=call("row_number"), over="OVER")
        step = lowering.seal(step, materialized=True)
        step.order = order
    made = {expansion.made for expansion in plan.expansions}
    outer = [field for field in plan.given.fields if field not in made and field is not plan.index]
    groups = () if simple else (row,)
    with lowering.each(groups, tuple(outer)):
        given = _expanded(
            lowering, step, plan.expansions, outer, index=plan.index, limit=plan.limit, bags_as_arrays=False
        )
        lowering.enter(plan.given, lowering.seal(given))
        body = lowering.step(plan.body)
        body = lowering.seal(body)
    return lowering.keep(body, plan.fields)


def lower_partition(lowering: Lowering, plan: Plan) -> Step:
    """``partition by``: the key is a group of the inner query."""
    assert isinstance(plan, Partition)
    step = lowering.step(plan.input)
    step = lowering.ready(step, [plan.key], whole=True)
    key = Field("#key", plan.key.kind)
    step.outputs[key] = lowering.scalar(plan.key, step)
    step = lowering.seal(step)
    with lowering.each((key,), ()):
        lowering.enter(plan.given, step)
        body = lowering.seal(lowering.step(plan.body))
    return lowering.keep(body, plan.fields)


HANDLERS: dict[type, Handler] = {Expand: lower_expand, Apply: lower_apply, Partition: lower_partition}
