"""Builders that the families share: an argument as a value of the type a lowering wants, and calls of ``kql_…``.

Conversions name macros and functions that the engine makes on demand (``crosswarden.engines.udf``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, exp, null, number, text, truth
from crosswarden.tables import Type

__all__ = [
    "SQL_TYPES",
    "attempt",
    "convert",
    "dynamic_constant",
    "fixed",
    "macro",
    "values",
]

SQL_TYPES = {
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
_LONGS = (Type.LONG, Type.DATETIME, Type.TIMESPAN)


def as_expression(node: object) -> Expression:
    """A node that sqlglot types more narrowly, as the expression that it is."""
    assert isinstance(node, exp.Expression)
    return node


def attempt(expression: Expression) -> Expression:
    """``TRY(…)``: null where the expression would raise for a row."""
    return call("TRY", expression)


def _to_text(expression: Expression, source: Type) -> Expression:
    names = {
        Type.BOOL: "kql_bool_text",
        Type.REAL: "kql_real_text",
        Type.DATETIME: "kql_datetime_text",
        Type.TIMESPAN: "kql_timespan_text",
        Type.DYNAMIC: "kql_dynamic_text",
        Type.DECIMAL: "kql_decimal_text",
    }
    if source is Type.GUID:
        return call("coalesce", expression, text(""))
    return call(names.get(source, "kql_number_text"), expression)


def _to_dynamic(expression: Expression, source: Type) -> Expression:
    names = {
        Type.BOOL: "kql_bool_json",
        Type.REAL: "kql_real_json",
        Type.DECIMAL: "kql_decimal_json",
        Type.STRING: "kql_string_json",
        Type.DATETIME: "kql_datetime_json",
        Type.TIMESPAN: "kql_timespan_json",
        Type.GUID: "kql_guid_json",
    }
    return call(names.get(source, "kql_number_json"), expression)


def _to_number(expression: Expression, source: Type, target: Type) -> Expression:
    sql = SQL_TYPES[target]
    match source:
        case Type.STRING | Type.DYNAMIC | Type.GUID:
            kind = {Type.REAL: "real", Type.DECIMAL: "decimal"}.get(target, "long")
            found = call(f"kql_{'dynamic' if source is Type.DYNAMIC else 'text'}_{kind}", expression)
            return exp.TryCast(this=found, to=exp.DataType.build(sql)) if target is Type.INT else found
        case Type.REAL if target in (Type.INT, Type.LONG):
            found = call("kql_real_long", expression)
            return exp.TryCast(this=found, to=exp.DataType.build(sql)) if target is Type.INT else found
        case Type.DECIMAL if target in (Type.INT, Type.LONG):
            found = call("kql_decimal_long", expression)
            return exp.TryCast(this=found, to=exp.DataType.build(sql)) if target is Type.INT else found
        case _:
            return exp.TryCast(this=expression, to=exp.DataType.build(sql))


def _to_moment(expression: Expression, source: Type, name: str) -> Expression:
    match source:
        case Type.STRING | Type.GUID:
            return call(f"kql_text_{name}", expression)
        case Type.DYNAMIC:
            return call(f"kql_dynamic_{name}", expression)
        case Type.REAL:
            return call("kql_real_long", expression)
        case Type.BOOL:
            return cast(null(), "BIGINT")
        case _:
            found = cast(expression, "BIGINT") if source not in _LONGS else expression
            return call("kql_in_calendar", found) if name == "datetime" else found


def convert(expression: Expression, source: Type, target: Type) -> Expression:
    """A value of one type as another, by the rules of KQL's ``to…`` functions; what does not fit is null ("" as text).

    >>> convert(text("5"), Type.STRING, Type.LONG).sql()
    "KQL_TEXT_LONG('5')"
    """
    if source is target:
        return expression
    match target:
        case Type.STRING:
            return _to_text(expression, source)
        case Type.DYNAMIC:
            return _to_dynamic(expression, source)
        case Type.BOOL:
            if source is Type.GUID:
                return cast(null(), "BOOLEAN")
            if source in (Type.STRING, Type.DYNAMIC):
                return call(f"kql_{'text' if source is Type.STRING else 'dynamic'}_bool", expression)
            return exp.NEQ(this=expression, expression=number(0))
        case Type.DATETIME | Type.TIMESPAN:
            return _to_moment(expression, source, target.value)
        case Type.GUID:
            if source is Type.DYNAMIC:
                return call("kql_dynamic_guid", expression)
            return call("kql_text_guid", convert(expression, source, Type.STRING))
        case _:
            return _to_number(expression, source, target)


def as_type(argument: Argument, target: Type) -> Expression:
    """The argument's value as another type."""
    return convert(argument.expr, argument.type, target)


def search_text(argument: Argument) -> Expression:
    """The text that string operators search: a bag or array as it stands, without spelling it anew."""
    if argument.type is Type.DYNAMIC:
        return call("kql_dynamic_search_text", argument.expr)
    return as_type(argument, Type.STRING)


def dynamic_constant(argument: Argument) -> object:
    """The parsed value of a constant dynamic argument (a binder may hand over its JSON text)."""
    value = argument.constant
    if isinstance(value, str) and argument.type is Type.DYNAMIC and value[:1] in ("[", "{", '"'):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def values(expressions: Sequence[Expression], kind: str = "VARCHAR") -> Expression:
    """A list of expressions, for functions that take any number."""
    return cast(call("list_value", *expressions), f"{kind}[]")


_CODES = {
    "S": Type.STRING,
    "L": Type.LONG,
    "R": Type.REAL,
    "B": Type.BOOL,
    "D": Type.DATETIME,
    "T": Type.TIMESPAN,
    "J": Type.DYNAMIC,
    "G": Type.GUID,
    "I": Type.INT,
    "N": Type.DECIMAL,
}


def _default(value: object, code: str) -> Expression:
    if value is None:
        return cast(null(), SQL_TYPES[_CODES[code]])
    if isinstance(value, bool):
        return truth(value)
    return text(value) if isinstance(value, str) else number(value)  # type: ignore[arg-type]


def macro(name: str, codes: str, *defaults: object) -> Lowering:
    """A lowering that calls ``name`` with each argument as the type its letter says.

    S string, L long, R real, B bool, D datetime, T timespan, J dynamic, G guid, N decimal; the last letter with a
    ``*`` takes all that is left. Arguments that the call omits (or gives as ``'~'``) take the defaults, which belong
    to the last letters.
    """
    rest = codes.endswith("*")
    letters = codes.rstrip("*")
    missing: dict[int, object] = dict(
        zip(range(len(letters) - len(defaults), len(letters)), defaults, strict=True)
    )

    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        given = []
        for position, letter in enumerate(letters):
            if rest and position == len(letters) - 1:
                given.append(values([as_type(a, _CODES[letter]) for a in arguments[position:]]))
            elif position < len(arguments) and not (
                position in missing and arguments[position].constant == "~"
            ):
                given.append(as_type(arguments[position], _CODES[letter]))
            else:
                given.append(_default(missing[position], letter))
        return call(name, *given)

    return lower


def fixed(build: Callable[..., Expression], codes: str) -> Lowering:
    """A lowering that hands the builder each argument as the type its letter says; absent ones are left out."""

    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return build(*(as_type(a, _CODES[letter]) for a, letter in zip(arguments, codes, strict=False)))

    return lower
