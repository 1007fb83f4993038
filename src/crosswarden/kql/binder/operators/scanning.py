"""scan: rows in order against steps, each of which remembers the row that it matched last.

What a condition or assignment reads of the row alone is computed before the step runs, with every function there is.
What it reads of the steps' memory is computed row by row, and only by the functions listed here.
"""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.binder.sources import declared_fields
from crosswarden.kql.binder.staging import Columns
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Call, Field, Literal, Ref, Scalar, Sort, SortKey, Special, Staged, fields_of
from crosswarden.tables import Type

__all__ = ["HANDLERS", "REMEMBERING"]

REMEMBERING = frozenset(
    [
        "And",
        "Or",
        "Equal",
        "NotEqual",
        "LessThan",
        "LessThanOrEqual",
        "GreaterThan",
        "GreaterThanOrEqual",
        "Add",
        "Subtract",
        "Multiply",
        "Divide",
        "Modulo",
        "UnaryMinus",
        "EqualTilde",
        "BangTilde",
        "Between",
        "NotBetween",
        "not",
        "iff",
        "iif",
        "case",
        "coalesce",
        "isnull",
        "isnotnull",
        "isempty",
        "isnotempty",
        "strcat",
        "max_of",
        "min_of",
        "abs",
        "tostring",
        "tolong",
        "toint",
        "toreal",
        "todouble",
        "tobool",
        "strlen",
    ]
)
"""The functions that may read what a step remembers."""

_LONG = of(Type.LONG)


def bind_scan(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``scan``: the rows' columns, those declared, and the sequence's number where one was asked for."""
    assert isinstance(operator, syntax.Scan)
    table = table.without_hidden()
    if any(step.optional for step in operator.steps):
        binder.refuse("An optional step of scan", operator)
        return NOTHING
    if not binder.serialized and not operator.order:
        message = "The operator 'scan' needs serialized rows (sort or serialize them first)."
        binder.error("kql-serialized", message, operator)
    table = _ordered(binder, table, operator)
    declared = declared_fields(binder, operator.declarations)
    inputs = Columns(table, table.columns)
    defaults = tuple(
        inputs.place(_default(binder, field, node))
        for field, node in zip(declared, operator.declarations, strict=True)
    )
    rows = _rows(binder, table, declared, operator)
    seen = Row(
        {**{c.name: c for c in table.columns}, **{field.name: field for field in declared}}, variables=rows
    )
    places: dict[Field, tuple[object, ...]] = {column: ("row", at) for at, column in enumerate(table.columns)}
    places |= {field: ("declared", at) for at, field in enumerate(declared)}
    for step, row in rows.items():
        places |= {column: ("step", step, at) for at, column in enumerate(row.columns.values())}
    steps = []
    with binder.seeing(seen):
        for node in operator.steps:
            condition = _scalar(binder, inputs, places, node.condition, Type.BOOL)
            assigned = tuple(
                (_target(binder, declared, item.name), _scalar(binder, inputs, places, item.expression, None))
                for item in node.assignments
            )
            steps.append((node.name.text, node.output or "all", condition, assigned))
        keys = tuple(inputs.place(binder.scalar(item)) for item in operator.partition)
    return _staged(operator, table, declared, inputs, (tuple(steps), defaults, keys))


def _staged(
    operator: syntax.Scan,
    table: Tabular,
    declared: tuple[Field, ...],
    inputs: Columns,
    parts: tuple[tuple[object, ...], tuple[int, ...], tuple[int, ...]],
) -> Tabular:
    number = setting(operator.parameters, "with_match_id")
    copies = tuple(Field(column.name, column.kind) for column in table.columns)
    made = tuple(Field(field.name, field.kind) for field in declared)
    match = (Field(str(number), _LONG),) if number is not None else ()
    fields = (*copies, *made, *match)
    steps, defaults, keys = parts
    options = {
        "steps": steps,
        "defaults": defaults,
        "partition": keys,
        "width": len(copies),
        "numbered": bool(match),
        "kinds": tuple(field.type for field in (*copies, *made)),
    }
    return Tabular(Staged("scan", (inputs.plan(),), fields, options), fields)


def _ordered(binder: Binder, table: Tabular, operator: syntax.Scan) -> Tabular:
    if not operator.order:
        return table
    keys = []
    for item in operator.order:
        descending = (item.direction or "desc").endswith("desc")
        nulls_first = (item.nulls == "first") if item.nulls else not descending
        keys.append(SortKey(binder.over(table, item.expression), descending, nulls_first))
    return table.with_plan(Sort(table.plan, tuple(keys)))


def _default(binder: Binder, field: Field, node: syntax.ColumnDeclaration) -> Scalar:
    if node.default is None:
        return Literal(field.kind, "" if field.type is Type.STRING else None, written=False)
    value = binder.scalar(node.default)
    return Literal(field.kind, None, written=False) if value is UNKNOWN else convert(value, field.type)


def _rows(
    binder: Binder, table: Tabular, declared: tuple[Field, ...], operator: syntax.Scan
) -> dict[str, Row]:
    """What each step's name stands for: the row that it matched last."""
    rows: dict[str, Row] = {}
    for step in operator.steps:
        name = step.name.text
        if name in rows:
            binder.error("kql-duplicate", f"A step with the name '{name}' is already declared.", step.name)
        rows[name] = Row({c.name: Field(c.name, c.kind) for c in (*table.columns, *declared)})
    return rows


def _target(binder: Binder, declared: tuple[Field, ...], name: syntax.Name) -> int:
    for at, field in enumerate(declared):
        if field.name == name.text:
            return at
    binder.unknown("kql-unknown-column", "declared column", name.text, [f.name for f in declared], name)
    return 0


def _scalar(
    binder: Binder,
    inputs: Columns,
    places: Mapping[Field, tuple[object, ...]],
    node: syntax.Expression,
    wanted: Type | None,
) -> tuple[object, ...]:
    """The expression as nested plain values: what the row alone decides is a column of the input."""
    value = binder.scalar(node)
    if value is UNKNOWN:
        return ("constant", None)
    if wanted is not None and value.type is not wanted:
        binder.error("kql-type", f"The expression must have the type {wanted}.", node)
    return _portable(binder, inputs, places, value, node)


def _portable(
    binder: Binder,
    inputs: Columns,
    places: Mapping[Field, tuple[object, ...]],
    value: Scalar,
    node: syntax.Expression,
) -> tuple[object, ...]:
    if all(places.get(field, ("row",))[0] == "row" for field in fields_of(value)):
        return ("row", inputs.place(value))
    if isinstance(value, Ref):
        return places[value.field]
    if (isinstance(value, Special) and value.name == "convert") or not isinstance(value, Call):
        binder.refuse("An expression of scan that reads a step's row in this way", node)
        return ("constant", None)
    if value.function.name not in REMEMBERING or Type.DECIMAL in (
        value.type,
        *(a.type for a in value.arguments),
    ):
        reason = "functions that read a step's row are evaluated row by row; this one is not among them"
        binder.refuse(f"The function '{value.function.name}' over a step's row in scan", node, reason)
        return ("constant", None)
    parts = tuple(_portable(binder, inputs, places, item, node) for item in value.arguments)
    kinds = tuple(item.type for item in value.arguments)
    return ("call", value.function.name, value.type, kinds, parts)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Scan: bind_scan}
