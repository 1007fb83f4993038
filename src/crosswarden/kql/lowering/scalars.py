"""Scalar expressions: constants, columns, calls of the catalogue, sub-queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crosswarden.kql.binder.arguments import argument
from crosswarden.kql.binder.expressions import LISTS, OPERATORS
from crosswarden.kql.functions import of
from crosswarden.kql.functions.model import Argument
from crosswarden.kql.lowering.aggregations import lower_aggregation
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.paths import PARSERS, is_short, lower_path, path_text
from crosswarden.kql.lowering.specials import SPECIALS
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.lowering.windows import lower_window
from crosswarden.kql.plan import (
    Aggregation,
    Call,
    InQuery,
    Literal,
    Path,
    Ref,
    Scalar,
    Special,
    Subquery,
    Window,
)
from crosswarden.kql.sql import Expression, call, cast, column, exp, identifier, null, number, text, truth
from crosswarden.tables import Type

__all__ = ["SQL_TYPES", "literal", "lower_scalar"]

SQL_TYPES: Mapping[Type, str] = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "INTEGER",
    Type.LONG: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.DECIMAL: "DECIMAL(38,18)",
    Type.STRING: "VARCHAR",
    Type.DATETIME: "BIGINT",
    Type.TIMESPAN: "BIGINT",
    Type.DYNAMIC: "VARCHAR",
    Type.GUID: "VARCHAR",
}


def literal(node: Literal) -> Expression:
    """A constant in the engine's representation, of a type that DuckDB cannot mistake."""
    value = node.value
    if value is None or isinstance(value, Type):
        return cast(null(), SQL_TYPES[node.type])
    match node.type:
        case Type.BOOL:
            return truth(bool(value))
        case Type.STRING | Type.DYNAMIC | Type.GUID:
            return text(str(value))
        case Type.INT:
            return cast(number(int(str(value))), "INTEGER")
        case Type.REAL:
            return _real(float(str(value)))
        case Type.DECIMAL:
            return cast(text(f"{value:f}"), "DECIMAL(38,18)")
        case _:
            return cast(number(int(str(value))), "BIGINT")


def _real(value: float) -> Expression:
    if value != value or value in (float("inf"), float("-inf")):
        return cast(text(str(value)), "DOUBLE")
    return cast(number(repr(value)), "DOUBLE")


def lower_scalar(lowering: Lowering, scalar: Scalar, step: Step) -> Expression:
    """The expression over the step's source."""
    return _HANDLERS[type(scalar)](lowering, scalar, step)


def _literal(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Literal)
    return literal(node)


def _ref(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Ref)
    return step.value(node.field)


def _call(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Call)
    name = node.function.name
    if name == "tostring" and isinstance(node.arguments[0], Path):
        found = path_text(lowering, node.arguments[0], step)
        if found is not None:
            return found
    if name in PARSERS and len(node.arguments) == 1:
        inner = node.arguments[0]
        if (
            isinstance(inner, Call)
            and inner.function.name == "tostring"
            and inner.arguments[0].type is Type.DYNAMIC
            and is_short(inner.arguments[0])
        ):
            return _reparsed(lowering, node, inner.arguments[0], step)
    if name in TEXT_OPERATORS and isinstance(node.arguments[0], Path):
        against_text = _against_text(lowering, node, node.arguments[0], step)
        if against_text is not None:
            return against_text
    arguments = [
        argument(item, lowering.scalar(item, step) if not _is_star(item) else null())
        for item in node.arguments
    ]
    return node.function.lower(arguments, node.kind, lowering.context)


_KINDS = (
    "Equal",
    "NotEqual",
    "Bang",
    "Has",
    "NotHas",
    "Contains",
    "NotContains",
    "StartsWith",
    "NotStartsWith",
)
TEXT_OPERATORS = frozenset(
    name
    for name in (*OPERATORS.values(), *LISTS.values())
    if name.startswith((*_KINDS, "EndsWith", "NotEndsWith", "In", "NotIn"))
)
"""Operators that compare a dynamic value with text by the text that it holds."""


def _against_text(lowering: Lowering, node: Call, path: Path, step: Step) -> Expression | None:
    """A path compared with text: read as text in one look."""
    others = node.arguments[1:]
    if not all(isinstance(item, Literal) and item.type is Type.STRING for item in others):
        return None
    subject = path_text(lowering, path, step)
    if subject is None:
        return None
    arguments = [
        Argument(subject, of(Type.STRING)),
        *(argument(item, literal(item)) for item in others if isinstance(item, Literal)),
    ]
    return node.function.lower(arguments, node.kind, lowering.context)


def _reparsed(lowering: Lowering, node: Call, value: Scalar, step: Step) -> Expression:
    """``parse_json(tostring(x))``: only where x is a JSON string is there anything to parse."""
    made = lowering.scalar(value, step)
    inside = call("json_extract_string", made.copy(), text("$"))
    parsed = node.function.lower([Argument(inside, of(Type.STRING))], node.kind, lowering.context)
    quoted = call("starts_with", call("ltrim", made.copy()), text('"'))
    return exp.Case(ifs=[exp.If(this=quoted, true=parsed)], default=made)


def _is_star(node: Scalar) -> bool:
    return isinstance(node, Special) and node.name == "star"


def _special(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Special)
    return SPECIALS[node.name](lowering, node, step)


def _subquery(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    """``(SELECT first cell)``; a string that is not there is empty, as strings are never null."""
    assert isinstance(node, Subquery)
    found = _cell(lowering, node)
    return call("coalesce", found, text("")) if node.type is Type.STRING else found


def _cell(lowering: Lowering, node: Subquery) -> Expression:
    name = lowering.subqueries.get(id(node))
    if name is None:
        with lowering.alone():
            inner = lowering.step(node.plan)
            inner = lowering.seal(inner)
            inner.limit = number(1)
            inner.outputs = {
                node.column: inner.outputs[node.column],
                **{o.field: inner.outputs[o.field] for o in inner.order},
            }
            sealed = lowering.seal(inner, materialized=True)
        assert isinstance(sealed.source, exp.Table)
        name = sealed.source.this.this
        lowering.subqueries[id(node)] = name
    select = exp.Select(
        expressions=[column(lowering.name(node.column))],
        from_=exp.From(this=exp.Table(this=identifier(name))),
    )
    return exp.Subquery(this=select)


def _in_query(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    """``x in (query)``: its first column without nulls is the set."""
    assert isinstance(node, InQuery)
    with lowering.alone():
        inner = lowering.seal(lowering.step(node.plan))
    value, member = lowering.scalar(node.value, step), inner.value(node.column)
    if node.operator in ("HasAny", "HasAll"):
        return _has_query(lowering, node, value, inner)
    dynamic = node.value.type is Type.DYNAMIC
    if dynamic:
        value = call("json_extract_string", value, text("$"))
    if node.column.type is Type.DYNAMIC:
        member = call("json_extract_string", member, text("$"))
    if node.operator in ("In", "NotIn"):
        value, member = call("lower", value), call("lower", member)
    if node.value.type is not node.column.type and Type.STRING in (node.value.type, node.column.type):
        value, member = cast(value, "VARCHAR"), cast(member, "VARCHAR")
    present = exp.Not(this=exp.Paren(this=exp.Is(this=member.copy(), expression=null())))
    select = exp.Select(
        expressions=[member], from_=exp.From(this=inner.source), where=exp.Where(this=present)
    )
    found: Expression = exp.Paren(this=exp.In(this=value, query=exp.Subquery(this=select)))
    if node.value.type is not Type.STRING or dynamic:
        found = call("coalesce", found, truth(False))
    return exp.Not(this=found) if node.operator in ("NotIn", "NotInCs") else found


def _has_query(lowering: Lowering, node: InQuery, value: Expression, inner: Step) -> Expression:
    """``has_any (query)``: the column as an array, then the operator over an array."""
    from crosswarden.kql.functions import ARRAY, find_operator

    items = call("to_json", call("list", call("coalesce", inner.value(node.column), text(""))))
    select = exp.Select(expressions=[cast(items, "VARCHAR")], from_=exp.From(this=inner.source))
    array = call("coalesce", exp.Subquery(this=select), text("[]"))
    function = find_operator(node.operator)
    arguments = [argument(node.value, value), Argument(array, ARRAY)]
    return function.lower(arguments, node.kind, lowering.context)


def _path(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Path)
    return lower_path(lowering, node, step)


def _window(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Window)
    return lower_window(lowering, node, step)


def _aggregation(lowering: Lowering, node: Scalar, step: Step) -> Expression:
    assert isinstance(node, Aggregation)
    return lower_aggregation(lowering, node, step)


_HANDLERS: dict[type, Callable[[Lowering, Scalar, Step], Expression]] = {
    Literal: _literal,
    Ref: _ref,
    Call: _call,
    Special: _special,
    Path: _path,
    Window: _window,
    Subquery: _subquery,
    InQuery: _in_query,
    Aggregation: _aggregation,
}
