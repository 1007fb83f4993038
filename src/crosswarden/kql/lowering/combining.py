"""join, lookup and union."""

from __future__ import annotations

from crosswarden.kql.lowering.context import Handler, Lowering
from crosswarden.kql.lowering.scalars import SQL_TYPES
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Field, Filter, Join, Plan, Project, Scalar, Scan, Serialize, Sort, Union
from crosswarden.kql.sql import Expression, alias, all_of, call, cast, exp, null, text
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_SIDES = {"leftouter": "LEFT", "rightouter": "RIGHT", "fullouter": "FULL"}
_KINDS = {"leftsemi": "SEMI", "leftanti": "ANTI", "rightsemi": "SEMI", "rightanti": "ANTI"}


def lower_join(lowering: Lowering, plan: Plan) -> Step:
    """Both sides closed, then joined on equal keys; a string of a missing side is empty, not null."""
    assert isinstance(plan, Join)
    left = lowering.step(plan.left)
    if plan.kind == "innerunique":
        left = _unique(lowering, left, [key for key, _ in plan.on])
    left, left_keys = _side(lowering, left, [key for key, _ in plan.on])
    with lowering.alone():
        right = lowering.step(plan.right)
    right, right_keys = _side(lowering, right, [key for _, key in plan.on])
    pairs = [exp.EQ(this=one, expression=other) for one, other in zip(left_keys, right_keys, strict=True)]
    condition = all_of(pairs)
    if plan.kind in _KINDS:
        return _half(lowering, plan, left, right, condition)
    join = exp.Join(
        this=right.source,
        on=condition,
        side=_SIDES.get(plan.kind),
        kind=None if plan.kind in _SIDES else "INNER",
    )
    outputs: dict[Field, Expression] = {}
    for side, missing in ((left, ("rightouter", "fullouter")), (right, ("leftouter", "fullouter"))):
        for field, expression in side.outputs.items():
            filled = plan.kind in missing and field.type is Type.STRING
            outputs[field] = call("coalesce", expression, text("")) if filled else expression
    movable = {field for field, value in outputs.items() if isinstance(value, exp.Column)}
    wanted = dict.fromkeys((*plan.fields, *lowering.hidden()))
    kept = {field: outputs[field] for field in wanted}
    return Step(left.source, kept, movable & kept.keys(), joins=[join])


def _side(lowering: Lowering, step: Step, keys: list[Scalar]) -> tuple[Step, list[Expression]]:
    step.order = ()
    step = lowering.seal(step)
    return step, [lowering.scalar(key, step) for key in keys]


def _unique(lowering: Lowering, step: Step, keys: list[Scalar]) -> Step:
    """innerunique: one row of the left side a key, the first where the rows are ordered."""
    step = lowering.seal(step)
    on = [lowering.scalar(key, step) for key in keys]
    on += [step.value(group) for group in lowering.groups]
    order = [entry.ordered(step.value(entry.field)) for entry in step.order]
    select = step.select(lowering.named(step.outputs))
    select.set("distinct", exp.Distinct(on=exp.Tuple(expressions=on)))
    if order:
        select.set("order", exp.Order(expressions=order))
    return lowering.define(select, list(step.outputs), step.order)


def _half(lowering: Lowering, plan: Join, left: Step, right: Step, condition: Expression) -> Step:
    kept, other = (left, right) if plan.kind.startswith("left") else (right, left)
    kept.joins = [exp.Join(this=other.source, on=condition, kind=_KINDS[plan.kind])]
    return lowering.seal(kept)


def lower_union(lowering: Lowering, plan: Plan) -> Step:
    """UNION ALL by position; what an input lacks is null, or empty for strings."""
    assert isinstance(plan, Union)
    selects: list[exp.Select] = []
    for at in _worth_reading(lowering, plan):
        part = plan.inputs[at]
        step = lowering.step(part)
        step.order = ()
        if step.limit is not None:
            step = lowering.seal(step)
        columns: list[Expression] = []
        if plan.source is not None:
            columns.append(alias(text(plan.names[at]), lowering.name(plan.source)))
        for field, picks in plan.columns:
            pick = picks.get(at)
            value = _missing(field) if pick is None else step.value(pick)
            columns.append(alias(value, lowering.name(field)))
        columns += [alias(step.value(field), lowering.name(field)) for field in lowering.hidden()]
        step.outputs = {}
        select = step.select({})
        select.set("expressions", columns or [exp.Literal.number(1)])
        selects.append(select)
    made: exp.Select | exp.Union = selects[0]
    for select in selects[1:]:
        made = exp.Union(this=made, expression=select, distinct=False)
    return lowering.define(made, [*plan.fields, *lowering.hidden()])


def _worth_reading(lowering: Lowering, plan: Union) -> list[int]:
    """The inputs that can have rows; the first where none can, for its columns."""
    wanted = []
    for at, part in enumerate(plan.inputs):
        table = _bare_table(part)
        if table is None or lowering.present is None or table in lowering.present:
            wanted.append(at)
        else:
            lowering.absent.add(table)
    return wanted or [0]


def _bare_table(part: Plan) -> str | None:
    """The table that a branch reads, where it does no more than choose and compute."""
    while isinstance(part, Filter | Project | Sort | Serialize):
        part = part.input
    return (
        part.table.name if isinstance(part, Scan) and not part.table.name.startswith("watchlist ") else None
    )


def _missing(field: Field) -> Expression:
    return text("") if field.type is Type.STRING else cast(null(), SQL_TYPES[field.type])


HANDLERS: dict[type, Handler] = {Join: lower_join, Union: lower_union}
