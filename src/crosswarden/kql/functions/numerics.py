"""Mathematical, bitwise and conditional functions; comparison of several values; random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crosswarden.kql.functions.calls import SQL_TYPES, as_expression, as_type, attempt, fixed, macro
from crosswarden.kql.functions.entries import Table, lowered, simple, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, case, cast, exp, null, number, paren, text, truth
from crosswarden.tables import Type

__all__ = ["NUMERICS"]

_MATH, _BITS, _CHOICE = "mathematical", "bitwise", "conditional"
_NAN = "nan"


def _real(name: str) -> Lowering:
    return fixed(lambda x: attempt(call(name, x)), "R")


def _nan() -> Expression:
    return cast(text(_NAN), "DOUBLE")


def _guarded(name: str, holds: Callable[[Expression], Expression]) -> Lowering:
    """A function that is NaN outside its domain."""

    def build(x: Expression) -> Expression:
        absent = exp.Is(this=x, expression=null())
        return case([(absent, cast(null(), "DOUBLE")), (holds(x), call(name, x))], _nan())

    return fixed(build, "R")


def _within_one(x: Expression) -> Expression:
    return exp.Between(this=x, low=number(-1), high=number(1))


def _not_negative(x: Expression) -> Expression:
    return exp.GTE(this=x, expression=number(0))


def _logarithm(name: str) -> Lowering:
    def build(x: Expression) -> Expression:
        zero = exp.EQ(this=x, expression=number(0))
        below = exp.LT(this=x, expression=number(0))
        return case([(zero, cast(text("-inf"), "DOUBLE")), (below, _nan())], call(name, x))

    return fixed(build, "R")


def _abs(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return attempt(call("abs", cast(arguments[0].expr, SQL_TYPES[result.type])))


def _round(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, digits = arguments[0], arguments[1] if len(arguments) > 1 else None
    places = cast(digits.expr, "INTEGER") if digits is not None else number(0)
    return cast(
        call("round", value.expr, places), "DOUBLE" if value.type is Type.REAL else SQL_TYPES[value.type]
    )


def _ceiling(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value = arguments[0]
    if value.type in (Type.INT, Type.LONG):
        return cast(value.expr, SQL_TYPES[result.type])
    return cast(call("ceil", value.expr), SQL_TYPES[result.type])


def _sign(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return cast(call("sign", arguments[0].expr), SQL_TYPES[result.type])


def _power(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    a, b = (as_type(argument, Type.REAL) for argument in arguments)
    return attempt(call("pow", a, b))


def _bitwise(node: type[exp.Binary]) -> Lowering:
    def build(a: Expression, b: Expression) -> Expression:
        return paren(as_expression(node(this=paren(a), expression=paren(b))))

    return fixed(build, "LL")


def _shift(name: str) -> Lowering:
    return macro(name, "LL")


def _not(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return paren(exp.Not(this=paren(as_type(arguments[0], Type.BOOL))))


def _iff(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return _case(arguments, result, context)


def _case(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    *pairs, otherwise = arguments
    branches = [
        (as_type(test, Type.BOOL), _branch(value, result.type))
        for test, value in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return case(branches, _branch(otherwise, result.type))


def _branch(value: Argument, kind: Type) -> Expression:
    if kind is Type.STRING and value.type is Type.DYNAMIC:
        return as_type(value, Type.STRING)
    return as_type(value, kind)


def _coalesce(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    values = [as_type(argument, result.type) for argument in arguments]
    if result.type is Type.STRING:
        *firsts, last = values
        return call("coalesce", *(call("nullif", value, text("")) for value in firsts), last)
    return call("coalesce", *values)


def _extreme(name: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return call(name, *(as_type(argument, result.type) for argument in arguments))

    return lower


def _isfinite(test: str) -> Lowering:
    def build(x: Expression) -> Expression:
        return call("coalesce", call(test, x), truth(False))

    return fixed(build, "R")


def _rand(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    most = as_type(arguments[0], Type.LONG) if arguments else cast(null(), "BIGINT")
    return call("kql_rand", most, number(0))


def _around(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, center, delta = arguments
    plain = value.type not in (Type.DATETIME, Type.TIMESPAN)
    kind, span = (Type.REAL, Type.REAL) if plain else (value.type, Type.TIMESPAN)
    x, middle, reach = as_type(value, kind), as_type(center, kind), as_type(delta, span)
    low = attempt(exp.Sub(this=paren(middle), expression=paren(reach)))
    high = attempt(exp.Add(this=paren(middle), expression=paren(reach)))
    return paren(exp.Between(this=x, low=low, high=high))


def _assert(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    condition, message = as_type(arguments[0], Type.BOOL), as_type(arguments[1], Type.STRING)
    failed = call("concat", text("assert() has failed with message: '"), message, text("'"))
    return case([(condition, truth(True))], cast(call("error", failed), "BOOLEAN"))


NUMERICS: Table = {
    "abs": lowered(_MATH, _abs),
    "sign": lowered(_MATH, _sign),
    "round": lowered(_MATH, _round),
    "ceiling": lowered(_MATH, _ceiling),
    "sqrt": lowered(_MATH, _guarded("sqrt", _not_negative)),
    "exp": simple(_MATH, _real("exp")),
    "exp2": lowered(_MATH, fixed(lambda x: attempt(call("pow", cast(number(2), "DOUBLE"), x)), "R")),
    "exp10": lowered(_MATH, fixed(lambda x: attempt(call("pow", cast(number(10), "DOUBLE"), x)), "R")),
    "log": lowered(_MATH, _logarithm("ln")),
    "log2": lowered(_MATH, _logarithm("log2")),
    "log10": lowered(_MATH, _logarithm("log10")),
    "pow": lowered(_MATH, _power),
    "pi": simple(_MATH, macro("pi", "")),
    "sin": simple(_MATH, _real("sin")),
    "cos": simple(_MATH, _real("cos")),
    "tan": simple(_MATH, _real("tan")),
    "cot": simple(_MATH, _real("cot")),
    "asin": lowered(_MATH, _guarded("asin", _within_one)),
    "acos": lowered(_MATH, _guarded("acos", _within_one)),
    "atan": simple(_MATH, _real("atan")),
    "atan2": simple(_MATH, macro("atan2", "RR")),
    "radians": simple(_MATH, _real("radians")),
    "degrees": simple(_MATH, _real("degrees")),
    "gamma": udf(_MATH, macro("kql_gamma", "R")),
    "loggamma": udf(_MATH, macro("kql_loggamma", "R")),
    "erf": udf(_MATH, macro("kql_erf", "R")),
    "erfc": udf(_MATH, macro("kql_erfc", "R")),
    "beta_cdf": udf(_MATH, macro("kql_beta_cdf", "RRR")),
    "beta_inv": udf(_MATH, macro("kql_beta_inv", "RRR")),
    "beta_pdf": udf(_MATH, macro("kql_beta_pdf", "RRR")),
    "isfinite": lowered(_MATH, _isfinite("isfinite")),
    "isinf": lowered(_MATH, _isfinite("isinf")),
    "isnan": lowered(_MATH, _isfinite("isnan")),
    "around": lowered(_MATH, _around),
    "welch_test": udf(_MATH, macro("kql_welch_test", "RRRRRR")),
    "assert": lowered(_CHOICE, _assert),
    "rand": udf(_MATH, _rand),
    "binary_and": simple(_BITS, _bitwise(exp.BitwiseAnd)),
    "binary_or": simple(_BITS, _bitwise(exp.BitwiseOr)),
    "binary_xor": simple(_BITS, macro("xor", "LL")),
    "binary_not": simple(_BITS, fixed(lambda x: paren(exp.BitwiseNot(this=paren(x))), "L")),
    "binary_shift_left": lowered(_BITS, _shift("kql_shift_left")),
    "binary_shift_right": lowered(_BITS, _shift("kql_shift_right")),
    "bitset_count_ones": simple(_BITS, fixed(lambda x: cast(call("bit_count", x), "BIGINT"), "L")),
    "not": lowered(_CHOICE, _not),
    "iff": lowered(_CHOICE, _iff),
    "iif": lowered(_CHOICE, _iff),
    "case": lowered(_CHOICE, _case),
    "coalesce": lowered(_CHOICE, _coalesce),
    "max_of": simple(_CHOICE, _extreme("greatest")),
    "min_of": simple(_CHOICE, _extreme("least")),
}
