"""Arrays, sets and bags."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, attempt, fixed, macro, values
from crosswarden.kql.functions.entries import Table, lowered, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, exp, null, number, paren, text, truth
from crosswarden.tables import Type

__all__ = ["DYNAMICS"]

_ARRAY, _SET, _BAG = "array", "set", "bag"


def _each(name: str) -> Lowering:
    return macro(name, "J*")


def _pack(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    keys = [as_type(argument, Type.STRING) for argument in arguments[::2]]
    held = [as_type(argument, Type.DYNAMIC) for argument in arguments[1::2]]
    return call("kql_bag_pack", values(keys), values(held))


def _pack_array(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("kql_pack_array", values([as_type(argument, Type.DYNAMIC) for argument in arguments]))


def _sort(*, descending: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        nulls: Expression = cast(null(), "BOOLEAN")
        arrays = list(arguments)
        if arrays[-1].type is Type.BOOL:
            nulls = arrays.pop().expr
        made = call("kql_array_sort", values([a.expr for a in arrays]), truth(descending), nulls)
        if len(arrays) > 1:
            return made
        return call("nullif", cast(call("json_extract", made, text("$[0]")), "VARCHAR"), text("null"))

    return lower


def _shift(sign: int) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        count = _signed(as_type(arguments[1], Type.LONG), sign)
        fill = as_type(arguments[2], Type.DYNAMIC) if len(arguments) > 2 else cast(null(), "VARCHAR")
        return call("kql_array_shift", arguments[0].expr, count, fill)

    return lower


def _signed(count: Expression, sign: int) -> Expression:
    return count if sign > 0 else attempt(exp.Neg(this=paren(count)))


def _rotate(sign: int) -> Lowering:
    return fixed(lambda array, count: call("kql_array_rotate", array, _signed(count, sign)), "JL")


def _range(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    kind = arguments[0].type
    step = arguments[2] if len(arguments) > 2 else None
    if any(a.type in (Type.REAL, Type.DECIMAL) for a in arguments) and kind.is_numeric:
        a, b = (as_type(argument, Type.REAL) for argument in arguments[:2])
        return call("kql_range_real", a, b, as_type(step, Type.REAL) if step else cast(number(1), "DOUBLE"))
    if kind in (Type.DATETIME, Type.TIMESPAN):
        a, b = (as_type(argument, kind) for argument in arguments[:2])
        hour = cast(number(36_000_000_000), "BIGINT")
        return call(f"kql_range_{kind.value}", a, b, as_type(step, Type.TIMESPAN) if step else hour)
    a, b = (as_type(argument, Type.LONG) for argument in arguments[:2])
    return call("kql_range_long", a, b, as_type(step, Type.LONG) if step else cast(number(1), "BIGINT"))


def _concat(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("kql_array_concat", values([argument.expr for argument in arguments]))


_INDEX = macro("kql_array_index_of", "JJLLL", 0, -1, 1)
DYNAMICS: Table = {
    "array_length": lowered(_ARRAY, macro("kql_array_length", "J")),
    "arraylength": lowered(_ARRAY, macro("kql_array_length", "J")),
    "array_concat": udf(_ARRAY, _concat),
    "array_slice": udf(_ARRAY, macro("kql_array_slice", "JLL")),
    "array_split": udf(_ARRAY, macro("kql_array_split", "JJ")),
    "array_shift_left": udf(_ARRAY, _shift(1)),
    "array_shift_right": udf(_ARRAY, _shift(-1)),
    "array_rotate_left": udf(_ARRAY, _rotate(1)),
    "array_rotate_right": udf(_ARRAY, _rotate(-1)),
    "array_reverse": udf(_ARRAY, macro("kql_array_reverse", "J")),
    "array_index_of": udf(_ARRAY, _INDEX),
    "array_iif": udf(_ARRAY, macro("kql_array_iff", "JJJ")),
    "array_iff": udf(_ARRAY, macro("kql_array_iff", "JJJ")),
    "array_sort_asc": udf(_ARRAY, _sort(descending=False)),
    "array_sort_desc": udf(_ARRAY, _sort(descending=True)),
    "array_sum": udf(_ARRAY, macro("kql_array_sum", "J")),
    "pack_array": lowered(_ARRAY, _pack_array),
    "range": lowered(_ARRAY, _range),
    "repeat": udf(_ARRAY, macro("kql_repeat", "JL")),
    "zip": udf(_ARRAY, _each("kql_zip")),
    "set_union": udf(_SET, _each("kql_set_union")),
    "set_intersect": udf(_SET, _each("kql_set_intersect")),
    "set_difference": udf(_SET, _each("kql_set_difference")),
    "set_equals": udf(_SET, macro("kql_set_equals", "JJ")),
    "set_has_element": udf(_SET, macro("kql_set_has_element", "JJ")),
    "jaccard_index": udf(_SET, fixed(lambda a, b: call("kql_real_json", call("kql_jaccard", a, b)), "JJ")),
    "pack": udf(_BAG, _pack),
    "pack_dictionary": udf(_BAG, _pack),
    "bag_pack": udf(_BAG, _pack),
    "bag_merge": udf(_BAG, _each("kql_bag_merge")),
    "bag_keys": udf(_BAG, macro("kql_bag_keys", "J")),
    "bag_remove_keys": udf(_BAG, macro("kql_bag_remove_keys", "JJ")),
    "bag_has_key": udf(_BAG, macro("kql_bag_has_key", "JS")),
    "bag_set_key": udf(_BAG, macro("kql_bag_set_key", "JSJ")),
    "bag_zip": udf(_BAG, macro("kql_bag_zip", "JJ")),
    "treepath": udf(_BAG, macro("kql_treepath", "J")),
}
