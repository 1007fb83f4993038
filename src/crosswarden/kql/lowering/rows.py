"""Where rows come from: scans, rows in the query, ranges, shared queries, the rows of the step around."""

from __future__ import annotations

from crosswarden.kql.functions import of
from crosswarden.kql.lowering.context import Handler, Lowering, Stage, Statement
from crosswarden.kql.lowering.scalars import SQL_TYPES
from crosswarden.kql.lowering.step import Order, Step
from crosswarden.kql.plan import Field, Given, Plan, Range, Reference, Rows, Scan, Shared, Staged
from crosswarden.kql.sql import Expression, call, cast, column, exp, identifier, number, text
from crosswarden.tables import Type, time_column

__all__ = ["HANDLERS", "scan_name", "ticks_of"]

EPOCH = 621_355_968_000_000_000
"""Ticks of 1970-01-01, where DuckDB's timestamps count from."""
_NOTHING = Step(exp.Table(this=identifier("")), {}, set())


def ticks_of(timestamp: Expression) -> Expression:
    """A stored timestamp (microseconds) as ticks."""
    return exp.Paren(
        this=exp.Add(
            this=exp.Mul(this=call("epoch_us", timestamp), expression=number(10)), expression=number(EPOCH)
        )
    )


def scan_name(table: str) -> str:
    """The SQL name under which the engine offers a table's rows."""
    return f"table {table}"


def lower_scan(lowering: Lowering, plan: Plan) -> Step:
    """The table's rows; stored timestamps become ticks."""
    assert isinstance(plan, Scan)
    lowering.scans.setdefault(plan.table.name, []).append(plan)
    tick = time_column(plan.table) if any(f.name == "_tick" for f in plan.hidden) else None
    outputs: dict[Field, Expression] = {}
    for field in (*plan.fields, *plan.hidden):
        stored: Expression = column(field.name)
        if field.type is Type.DATETIME:
            stored = ticks_of(stored)
            if field.name == tick:
                digit = call("coalesce", column("_tick"), number(0))
                stored = exp.Paren(this=exp.Add(this=stored, expression=digit))
        outputs[field] = stored
    for item in plan.promoted:
        outputs[item.made] = call("nullif", column(item.made.name), text("null"))  # JSON null is dynamic null
    step = Step(exp.Table(this=identifier(scan_name(plan.table.name))), outputs, set(outputs))
    step.conditions += _within(plan)
    return step


def _within(plan: Scan) -> list[Expression]:
    """The rows' time as stored, roughly: what lets whole files and row groups be skipped. Exact filters stay."""
    time = time_column(plan.table)
    found: list[Expression] = []
    if time is None:
        return found
    if plan.start is not None:
        found.append(exp.GTE(this=column(time), expression=_timestamp((plan.start - EPOCH) // 10)))
    if plan.end is not None:
        found.append(exp.LTE(this=column(time), expression=_timestamp((plan.end - EPOCH) // 10)))
    return found


def _timestamp(microseconds: int) -> Expression:
    return call("make_timestamp", cast(number(microseconds), "BIGINT"))


def lower_rows(lowering: Lowering, plan: Plan) -> Step:
    """Rows written in the query, in the order written."""
    assert isinstance(plan, Rows)
    if not plan.fields:
        one = exp.Select(expressions=[number(1)])
        if not plan.rows:
            one.set("where", exp.Where(this=exp.Boolean(this=False)))
        return Step(exp.Subquery(this=one), {}, set())
    place = Field("#", of(Type.LONG))
    if not plan.rows:
        values = [
            exp.alias_(cast(exp.Null(), SQL_TYPES[f.type]), lowering.name(f), quoted=True)
            for f in plan.fields
        ]
        values.append(exp.alias_(number(0), lowering.name(place), quoted=True))
        empty = exp.Select(expressions=values, where=exp.Where(this=exp.Boolean(this=False)))
        return lowering.define(empty, [*plan.fields, place], (Order(place),))
    tuples = [
        exp.Tuple(expressions=[*(lowering.scalar(cell, _NOTHING) for cell in row), number(at)])
        for at, row in enumerate(plan.rows)
    ]
    names = [identifier(lowering.name(field)) for field in (*plan.fields, place)]
    values_ = exp.Values(
        expressions=tuples, alias=exp.TableAlias(this=identifier(lowering.fresh("v")), columns=names)
    )
    outputs: dict[Field, Expression] = {}
    for field in plan.fields:
        outputs[field] = cast(column(lowering.name(field)), SQL_TYPES[field.type])
    outputs[place] = column(lowering.name(place))
    return Step(values_, outputs, {place}, order=(Order(place),))


def lower_range(lowering: Lowering, plan: Plan) -> Step:
    """``range``: whole steps counted from the start, so that no error adds up."""
    assert isinstance(plan, Range)
    start, stop, step = (lowering.scalar(item, _NOTHING) for item in (plan.start, plan.stop, plan.step))
    place = Field("#", of(Type.LONG))
    name = lowering.name(place)
    distance = exp.Paren(this=exp.Sub(this=stop, expression=start.copy()))
    ratio: Expression = exp.Div(this=cast(distance, "DOUBLE"), expression=cast(step.copy(), "DOUBLE"))
    whole = plan.column.type is not Type.REAL
    if whole:
        ratio = exp.IntDiv(this=distance, expression=step.copy())
    last = cast(call("floor", ratio), "BIGINT")
    source = exp.Subquery(
        this=exp.Select(
            expressions=[
                exp.alias_(call("unnest", call("generate_series", number(0), last)), name, quoted=True)
            ]
        )
    )
    value = exp.Add(this=start.copy(), expression=exp.Mul(this=column(name), expression=step.copy()))
    outputs: dict[Field, Expression] = {
        plan.column: cast(value, SQL_TYPES[plan.column.type]),
        place: column(name),
    }
    ascending = exp.Where(this=exp.GTE(this=ratio.copy(), expression=number(0)))
    source.this.set("where", ascending)
    return Step(source, outputs, {place}, order=(Order(place),))


def lower_given(lowering: Lowering, plan: Plan) -> Step:
    """The rows of the step around."""
    if not plan.fields and id(plan) not in lowering.given:
        return lower_rows(lowering, Rows((), ()))
    return lowering.given[id(plan)]


def lower_reference(lowering: Lowering, plan: Plan) -> Step:
    """One use of a shared query: its common table expression, read under new column names."""
    assert isinstance(plan, Reference)
    shared: Shared = plan.shared
    held = lowering.shared.get(shared)
    if held is None:
        with lowering.alone():
            made = lowering.step(shared.plan)
            held = lowering.seal(made, materialized=shared.materialized)
        lowering.shared[shared] = held
    outputs: dict[Field, Expression] = {
        new: held.value(old) for new, old in zip(plan.fields, shared.plan.fields, strict=True)
    }
    order = []
    for entry in held.order:
        twin = Field(entry.field.name, entry.field.kind)
        outputs[twin] = held.value(entry.field)
        order.append(Order(twin, entry.descending, entry.nulls_first))
    assert isinstance(held.source, exp.Table)
    source = exp.Table(this=identifier(held.source.this.this))
    return Step(source, outputs, set(outputs), order=tuple(order))


def lower_staged(lowering: Lowering, plan: Plan) -> Step:
    """A step run outside SQL: its inputs become statements, its result a table."""
    assert isinstance(plan, Staged)
    from crosswarden.kql.lowering.lowered import finish

    table = lowering.fresh("stage")
    inputs = []
    for part in plan.inputs:
        inner = lowering.nested()
        inputs.append(Statement(finish(inner, inner.step(part), part.fields), part.fields))
        lowering.stages += inner.stages
    place = Field("#", of(Type.LONG))
    names = tuple(lowering.name(field) for field in (*plan.fields, place))
    lowering.stages.append(Stage(table, names, plan, tuple(inputs)))
    return lowering.reading(table, (*plan.fields, place), (Order(place),))


HANDLERS: dict[type, Handler] = {
    Scan: lower_scan,
    Rows: lower_rows,
    Range: lower_range,
    Given: lower_given,
    Reference: lower_reference,
    Staged: lower_staged,
}
