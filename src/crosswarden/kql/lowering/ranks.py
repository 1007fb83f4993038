"""row_rank_dense, row_rank_min and row_window_session: what one SQL window cannot say."""

from __future__ import annotations

from crosswarden.kql.functions import of
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.lowering.windows import over, running, runs_of
from crosswarden.kql.plan import Field, Ref, Scalar, Window
from crosswarden.kql.sql import Expression, alias, all_of, call, case, exp, number, truth
from crosswarden.tables import Type

__all__ = ["rank"]

_LONG, _BOOL = of(Type.LONG), of(Type.BOOL)


def rank(lowering: Lowering, step: Step, node: Window) -> tuple[Step, Scalar]:
    """The step with the function's value as a column, and that column."""
    if node.function == "row_window_session":
        return _sessions(lowering, step, node)
    return _rank(lowering, step, node)


def _rank(lowering: Lowering, step: Step, node: Window) -> tuple[Step, Scalar]:
    """Rows of one value in a row share a rank: the number of values so far, or the place of the first such row."""
    more: list[Scalar] = []
    if len(node.arguments) > 1:
        step, run = runs_of(lowering, step, node.arguments[1])
        more.append(run)
    step = lowering.ready(step, [node.arguments[0], *more], whole=True)
    value = lowering.scalar(node.arguments[0], step)
    partition = [lowering.scalar(item, step) for item in more]
    changed, place = Field("#changed", _BOOL), Field("#place", _LONG)
    before = over(lowering, step, call("lag", value), *partition)
    first = exp.EQ(
        this=over(lowering, step, call("row_number"), *(p.copy() for p in partition)), expression=number(1)
    )
    differs = exp.NullSafeNEQ(this=lowering.scalar(node.arguments[0], step), expression=before)
    step.outputs[changed] = exp.Paren(
        this=exp.Or(this=exp.Paren(this=first), expression=exp.Paren(this=differs))
    )
    step.outputs[place] = over(lowering, step, call("row_number"), *(p.copy() for p in partition))
    step = lowering.seal(step)
    partition = [lowering.scalar(item, step) for item in more]
    made = Field("#rank", _LONG)
    if node.function == "row_rank_min":
        start = case([(step.value(changed), step.value(place))])
        step.outputs[made] = running(over(lowering, step, call("max", start), *partition))
    else:
        step.outputs[made] = running(over(lowering, step, call("count_if", step.value(changed)), *partition))
    return lowering.seal(step), Ref(made)


def _sessions(lowering: Lowering, step: Step, node: Window) -> tuple[Step, Scalar]:
    """The start of the session that each row belongs to: all rows of a set go to one Python function in their order."""
    step = lowering.ready(step, node.arguments, whole=True)
    values = [lowering.scalar(argument, step) for argument in node.arguments]
    point, restart, place = Field("#point", node.kind), Field("#restart", _BOOL), Field("#place", _LONG)
    limits = [Field("#first", _LONG), Field("#between", _LONG)]
    step.outputs[point] = values[0]
    step.outputs[restart] = call("coalesce", values[3], truth(False)) if len(values) > 3 else truth(False)
    for limit, value in zip(limits, values[1:3], strict=True):
        step.outputs[limit] = value
    step.outputs[place] = over(lowering, step, call("row_number"))
    order = step.order
    step = lowering.seal(step, materialized=True)
    starts = Field("#starts", of(Type.DYNAMIC))
    twins = [Field(group.name, group.kind) for group in lowering.groups]
    columns: list[Expression] = [
        alias(step.value(group), lowering.name(twin))
        for group, twin in zip(lowering.groups, twins, strict=True)
    ]
    columns.append(
        alias(
            call(
                "kql_sessions",
                _listed(step, point, place),
                _listed(step, restart, place),
                *(call("any_value", step.value(limit)) for limit in limits),
            ),
            lowering.name(starts),
        )
    )
    select = exp.Select(expressions=columns, from_=exp.From(this=step.source.copy()))
    if twins:
        select.set("group", exp.Group(expressions=[number(at + 1) for at in range(len(twins))]))
    gathered = lowering.define(select, [*twins, starts])
    pairs: list[Expression] = [
        exp.NullSafeEQ(this=step.value(group), expression=gathered.value(twin))
        for group, twin in zip(lowering.groups, twins, strict=True)
    ]
    step.joins = [exp.Join(this=gathered.source, on=all_of(pairs), kind="INNER")]
    made = Field("#session", node.kind)
    step.outputs[made] = call("list_extract", gathered.value(starts), step.value(place))
    step = lowering.seal(step)
    step.order = order
    return step, Ref(made)


def _listed(step: Step, field: Field, place: Field) -> Expression:
    keys = [exp.Ordered(this=step.value(place), desc=False, nulls_first=True)]
    return call("list", exp.Order(this=step.value(field), expressions=keys))
