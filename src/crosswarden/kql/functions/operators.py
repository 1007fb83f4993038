"""Arithmetic, comparison and logical operators, per type, with KQL's null logic.

``==`` of two nulls is null, of null and a value false; ``!=`` the contrary. Integer arithmetic that overflows and
division of whole numbers by zero give null.
"""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_expression, as_type, attempt, convert
from crosswarden.kql.functions.entries import Table, lowered
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, exp, paren, text, truth
from crosswarden.tables import Type

__all__ = ["OPERATORS", "equals"]

_TIMES = (Type.DATETIME, Type.TIMESPAN)
_WHOLE = (Type.INT, Type.LONG, Type.DATETIME, Type.TIMESPAN)
_NODES: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}
_WIDTH = [Type.INT, Type.LONG, Type.REAL, Type.DECIMAL]


def _binary(symbol: str, left: Expression, right: Expression) -> Expression:
    return as_expression(_NODES[symbol](this=paren(left), expression=paren(right)))


def _arithmetic(symbol: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        left, right = arguments
        if left.type is Type.DYNAMIC and right.type is Type.DYNAMIC:
            names = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo"}
            return call(f"kql_dynamic_{names[symbol]}", left.expr, right.expr)
        types = [_operand_type(left, right), _operand_type(right, left)]
        a, b = as_type(left, types[0]), as_type(right, types[1])
        if any(kind in _TIMES for kind in types):
            return _temporal(symbol, a, types[0], b, types[1], result.type)
        return _numeric(symbol, a, b, types[0] if _wider(types[0], types[1]) else types[1], result.type)

    return lower


def _wider(left: Type, right: Type) -> bool:
    return _WIDTH.index(left) >= _WIDTH.index(right)


def _operand_type(argument: Argument, other: Argument) -> Type:
    """What a dynamic operand is read as: a number for a number, a moment for a moment."""
    if argument.type is Type.DYNAMIC:
        return Type.LONG if other.type is Type.INT else other.type
    return argument.type


def _numeric(symbol: str, left: Expression, right: Expression, kind: Type, result: Type) -> Expression:
    if kind is Type.DECIMAL or result is Type.DECIMAL:
        made = call("kql_decimal_arithmetic", text(symbol), cast(left, "VARCHAR"), cast(right, "VARCHAR"))
        return exp.TryCast(this=made, to=exp.DataType.build("DECIMAL(38,18)"))
    if kind is Type.REAL:
        a, b = cast(left, "DOUBLE"), cast(right, "DOUBLE")
        if symbol in _NODES:
            return paren(_binary(symbol, a, b))
        return call("kql_real_divide" if symbol == "/" else "kql_real_modulo", a, b)
    a, b = cast(left, "BIGINT"), cast(right, "BIGINT")
    if symbol in _NODES:
        return attempt(_binary(symbol, a, b))
    return call("kql_long_divide" if symbol == "/" else "kql_long_modulo", a, b)


def _temporal(symbol: str, a: Expression, left: Type, b: Expression, right: Type, result: Type) -> Expression:
    if left in _TIMES and right in _TIMES:
        if symbol in ("+", "-"):
            return attempt(_binary(symbol, a, b))
        if symbol == "/":
            return call("kql_real_divide", cast(a, "DOUBLE"), cast(b, "DOUBLE"))
        if symbol == "%":
            return call("kql_long_modulo", a, b)
        return call("kql_real_long", _binary("*", cast(a, "DOUBLE"), cast(b, "DOUBLE")))
    if Type.REAL in (left, right) or Type.DECIMAL in (left, right):
        made = _numeric(symbol, cast(a, "DOUBLE"), cast(b, "DOUBLE"), Type.REAL, Type.REAL)
        return call("kql_real_long", made)
    return _numeric(symbol, a, b, Type.LONG, Type.LONG)


def _negated(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (operand,) = arguments
    if operand.type is Type.DYNAMIC:
        return call("kql_dynamic_subtract", text("0"), operand.expr)
    if operand.type in (Type.REAL, Type.DECIMAL):
        return paren(exp.Neg(this=paren(operand.expr)))
    return attempt(exp.Neg(this=paren(cast(operand.expr, "BIGINT"))))


def _same(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return as_type(arguments[0], result.type)


def _comparable(left: Argument, right: Argument) -> tuple[Expression, Expression, bool]:
    """Both sides in a common type, and whether both are never null."""
    a, b = left.type, right.type
    if a is b or (a.is_numeric and b.is_numeric) or {a, b} == set(_TIMES):
        if a is Type.DYNAMIC:
            return call("kql_dynamic_key", left.expr), call("kql_dynamic_key", right.expr), False
        return left.expr, right.expr, a is b is Type.STRING
    target = _meeting(a, b)
    return as_type(left, target), as_type(right, target), target is Type.STRING


def _meeting(a: Type, b: Type) -> Type:
    for one, other in ((a, b), (b, a)):
        if one is Type.DYNAMIC:
            return Type.STRING if other is Type.GUID else Type.REAL if other is Type.INT else other
        if one is Type.STRING and other in (Type.DATETIME, Type.TIMESPAN, Type.GUID, Type.BOOL):
            return other
    if Type.STRING in (a, b):
        return Type.STRING
    if Type.BOOL in (a, b) and (a.is_numeric or b.is_numeric):
        return Type.LONG
    return Type.STRING


def equals(left: Argument, right: Argument) -> Expression:
    """``==`` with KQL's null logic."""
    a, b, certain = _comparable(left, right)
    if certain:
        return paren(exp.EQ(this=a, expression=b))
    if (right.is_constant and right.constant is not None) or (left.is_constant and left.constant is not None):
        return call("coalesce", exp.EQ(this=a, expression=b), truth(False))
    return call("kql_equal", a, b)


def _equal(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return equals(*arguments)


def _not_equal(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    left, right = arguments
    a, b, certain = _comparable(left, right)
    if certain:
        return paren(exp.NEQ(this=a, expression=b))
    if (right.is_constant and right.constant is not None) or (left.is_constant and left.constant is not None):
        return call("coalesce", exp.NEQ(this=a, expression=b), truth(True))
    return call("kql_not_equal", a, b)


def _ordering(node: type[exp.Binary]) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        left, right = arguments
        if left.type is Type.DYNAMIC and right.type is Type.DYNAMIC:
            a, b = as_type(left, Type.REAL), as_type(right, Type.REAL)
        elif left.type is Type.BOOL or right.type is Type.BOOL:
            a, b = (cast(x.expr, "DOUBLE") for x in (left, right))
        else:
            a, b, _ = _comparable(left, right)
        return paren(as_expression(node(this=a, expression=b)))

    return lower


def _logical(node: type[exp.And] | type[exp.Or]) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        a, b = (paren(as_type(argument, Type.BOOL)) for argument in arguments)
        return paren(node(this=a, expression=b))

    return lower


def _between(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, low, high = arguments
    if value.type is Type.DATETIME and low.type is Type.DATETIME and high.type is Type.TIMESPAN:
        top: Expression = attempt(_binary("+", low.expr, high.expr))
        return paren(exp.Between(this=value.expr, low=low.expr, high=top))
    number_like = next((x.type for x in arguments if x.type is not Type.DYNAMIC), Type.REAL)
    a, b, c = (
        convert(x.expr, x.type, Type.REAL if number_like.is_numeric else number_like)
        if x.type is Type.DYNAMIC
        else x.expr
        for x in arguments
    )
    return paren(exp.Between(this=a, low=b, high=c))


def _not_between(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return paren(exp.Not(this=_between(arguments, result, context)))


_FAMILY = "operators"
OPERATORS: Table = {
    "Add": lowered(_FAMILY, _arithmetic("+")),
    "Subtract": lowered(_FAMILY, _arithmetic("-")),
    "Multiply": lowered(_FAMILY, _arithmetic("*")),
    "Divide": lowered(_FAMILY, _arithmetic("/")),
    "Modulo": lowered(_FAMILY, _arithmetic("%")),
    "UnaryMinus": lowered(_FAMILY, _negated),
    "UnaryPlus": lowered(_FAMILY, _same),
    "Equal": lowered(_FAMILY, _equal),
    "NotEqual": lowered(_FAMILY, _not_equal),
    "LessThan": lowered(_FAMILY, _ordering(exp.LT)),
    "LessThanOrEqual": lowered(_FAMILY, _ordering(exp.LTE)),
    "GreaterThan": lowered(_FAMILY, _ordering(exp.GT)),
    "GreaterThanOrEqual": lowered(_FAMILY, _ordering(exp.GTE)),
    "And": lowered(_FAMILY, _logical(exp.And)),
    "Or": lowered(_FAMILY, _logical(exp.Or)),
    "Between": lowered(_FAMILY, _between),
    "NotBetween": lowered(_FAMILY, _not_between),
}
