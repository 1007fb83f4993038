"""What no function of the catalogue says: text of a value, bags of columns, parts of parsed text."""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.functions import find_function, of
from crosswarden.kql.functions.model import Argument
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.parsing import PARSING
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Special
from crosswarden.kql.sql import Expression, call, cast, exp, identifier, text, truth
from crosswarden.tables import Type

__all__ = ["SPECIALS", "converted"]

CONVERSIONS = {
    Type.BOOL: "tobool",
    Type.INT: "toint",
    Type.LONG: "tolong",
    Type.REAL: "toreal",
    Type.DECIMAL: "todecimal",
    Type.STRING: "tostring",
    Type.DATETIME: "todatetime",
    Type.TIMESPAN: "totimespan",
    Type.DYNAMIC: "todynamic",
    Type.GUID: "toguid",
}


def converted(lowering: Lowering, value: Expression, source: Type, target: Type) -> Expression:
    """A value of one type as another, by KQL's conversion function."""
    if source is target:
        return value
    function = find_function(CONVERSIONS[target])
    assert function is not None
    return function.lower([Argument(value, of(source))], of(target), lowering.context)


def _text(lowering: Lowering, node: Special, step: Step) -> Expression:
    (value,) = node.arguments
    return converted(lowering, lowering.scalar(value, step), value.type, Type.STRING)


def _convert(lowering: Lowering, node: Special, step: Step) -> Expression:
    (value,) = node.arguments
    return converted(lowering, lowering.scalar(value, step), value.type, node.type)


def _pack_all(lowering: Lowering, node: Special, step: Step) -> Expression:
    """A bag of columns; with ``ignore`` without those that are null or empty."""
    *names, ignore = node.options
    function = find_function("bag_pack" if find_function("bag_pack") else "pack")
    assert function is not None
    arguments: list[Argument] = []
    for name, item in zip(names, node.arguments, strict=True):
        arguments.append(Argument(text(str(name)), of(Type.STRING), constant=str(name), literal=True))
        arguments.append(Argument(lowering.scalar(item, step), item.kind))
    bag = function.lower(arguments, node.kind, lowering.context)
    if not ignore:
        return bag
    return call("kql_without_empty", bag)


def _not(lowering: Lowering, node: Special, step: Step) -> Expression:
    (value,) = node.arguments
    return exp.Not(this=exp.Paren(this=call("coalesce", lowering.scalar(value, step), truth(False))))


def _tuple(lowering: Lowering, node: Special, step: Step) -> Expression:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=identifier(f"k{at}"), expression=lowering.scalar(item, step))
            for at, item in enumerate(node.arguments)
        ]
    )


def _or_else(lowering: Lowering, node: Special, step: Step) -> Expression:
    return call("coalesce", *[lowering.scalar(item, step) for item in node.arguments])


def _shape(lowering: Lowering, node: Special, step: Step) -> Expression:
    """The structure of a bag as JSON: its keys, and DuckDB's word for the type of each value."""
    (value,) = node.arguments
    return cast(call("json_structure", cast(lowering.scalar(value, step), "JSON")), "VARCHAR")


def _narrow(lowering: Lowering, node: Special, step: Step) -> Expression:
    """An array of [name, text] pairs, one a column."""
    pairs = [
        call(
            "json_array",
            text(str(name)),
            converted(lowering, lowering.scalar(item, step), item.type, Type.STRING),
        )
        for name, item in zip(node.options, node.arguments, strict=True)
    ]
    return cast(call("json_array", *pairs), "VARCHAR")


SPECIALS: dict[str, Callable[[Lowering, Special, Step], Expression]] = {
    "text": _text,
    "not": _not,
    "tuple": _tuple,
    "or-else": _or_else,
    "json-shape": _shape,
    "narrow": _narrow,
    "convert": _convert,
    "pack-all": _pack_all,
    **PARSING,
}
