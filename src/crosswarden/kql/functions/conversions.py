"""Conversions between types, and what tells types apart."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, convert
from crosswarden.kql.functions.entries import Table, lowered, udf
from crosswarden.kql.functions.kinds import Form, Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, null, text
from crosswarden.tables import Type

__all__ = ["CONVERSIONS"]

_FAMILY = "conversion"


def _to(target: Type) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return as_type(arguments[0], target)

    return lower


def _parse_json(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (value,) = arguments
    if value.type is Type.STRING:
        return call("kql_parse_json", value.expr)
    return as_type(value, Type.DYNAMIC)


def _extract_json(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    path, source = (as_type(argument, Type.STRING) for argument in arguments[:2])
    return convert(call("kql_extract_json", path, source), Type.DYNAMIC, result.type)


def _gettype(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (value,) = arguments
    if value.type is Type.DYNAMIC and value.kind.form is Form.BAG:
        return text("dictionary")
    return call("kql_gettype", value.expr) if value.type is Type.DYNAMIC else text(value.type.value)


def _dynamic_to_json(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (value,) = arguments
    if value.type is Type.DYNAMIC:
        return call("kql_canonical_json", value.expr)
    return as_type(value, Type.STRING)


def _tohex(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, *width = arguments
    name = "kql_int_hex" if value.type is Type.INT else "kql_to_hex"
    size = as_type(width[0], Type.LONG) if width else cast(null(), "BIGINT")
    return call(name, as_type(value, Type.LONG), size)


CONVERSIONS: Table = {
    "tostring": lowered(_FAMILY, _to(Type.STRING)),
    "toint": lowered(_FAMILY, _to(Type.INT)),
    "tolong": lowered(_FAMILY, _to(Type.LONG)),
    "toreal": lowered(_FAMILY, _to(Type.REAL)),
    "todouble": lowered(_FAMILY, _to(Type.REAL)),
    "todecimal": lowered(_FAMILY, _to(Type.DECIMAL)),
    "tobool": lowered(_FAMILY, _to(Type.BOOL)),
    "toboolean": lowered(_FAMILY, _to(Type.BOOL)),
    "todatetime": lowered(_FAMILY, _to(Type.DATETIME)),
    "totimespan": lowered(_FAMILY, _to(Type.TIMESPAN)),
    "totime": lowered(_FAMILY, _to(Type.TIMESPAN)),
    "toguid": lowered(_FAMILY, _to(Type.GUID)),
    "todynamic": lowered(_FAMILY, _parse_json),
    "toobject": lowered(_FAMILY, _parse_json),
    "parse_json": lowered(_FAMILY, _parse_json),
    "parsejson": lowered(_FAMILY, _parse_json),
    "extract_json": udf(_FAMILY, _extract_json),
    "extractjson": udf(_FAMILY, _extract_json),
    "dynamic_to_json": udf(_FAMILY, _dynamic_to_json),
    "gettype": lowered(_FAMILY, _gettype),
    "tohex": udf(_FAMILY, _tohex),
}
