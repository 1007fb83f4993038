"""Datetime and timespan functions; values are ticks."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, attempt, fixed, macro
from crosswarden.kql.functions.entries import Table, lowered, udf, unsupported
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, exp, number, paren, text
from crosswarden.tables import Type

__all__ = ["TIMES"]

_FAMILY = "datetime"
_DAY = 864_000_000_000
_TICKS = {
    "week": 7 * _DAY,
    "day": _DAY,
    "hour": 36_000_000_000,
    "minute": 600_000_000,
    "second": 10_000_000,
    "millisecond": 10_000,
    "microsecond": 10,
}
_MONTHS = {"year": 12, "quarter": 3, "month": 1}


def _now(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    moment = cast(number(context.now), "BIGINT")
    if not arguments:
        return moment
    return attempt(exp.Add(this=moment, expression=paren(as_type(arguments[0], Type.TIMESPAN))))


def _ago(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    moment = cast(number(context.now), "BIGINT")
    span = arguments[0]
    if isinstance(span.constant, int):
        return cast(number(context.now - span.constant), "BIGINT")
    return attempt(exp.Sub(this=moment, expression=paren(as_type(span, Type.TIMESPAN))))


def _unit(argument: Argument) -> str:
    return str(argument.constant).lower()


def _datetime_add(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    unit, amount, moment = _unit(arguments[0]), as_type(arguments[1], Type.LONG), arguments[2].expr
    if unit in _MONTHS:
        months = attempt(exp.Mul(this=paren(amount), expression=number(_MONTHS[unit])))
        return call("kql_add_months", moment, months)
    if unit == "nanosecond":
        added: Expression = call("kql_long_divide", amount, number(100))
    else:
        added = attempt(exp.Mul(this=paren(amount), expression=number(_TICKS[unit])))
    return call("kql_in_calendar", attempt(exp.Add(this=moment, expression=added)))


def _index(moment: Expression, unit: str) -> Expression:
    """The number of the period, of that unit, that a moment lies in."""
    if unit in ("year", "quarter", "month"):
        year = call("kql_part", moment, text("year"))
        if unit == "year":
            return year
        factor = 4 if unit == "quarter" else 12
        product = exp.Mul(this=year, expression=number(factor))
        return paren(exp.Add(this=product, expression=call("kql_part", moment, text(unit))))
    if unit == "week":
        days = exp.IntDiv(this=moment, expression=number(_DAY))
        return paren(exp.IntDiv(this=paren(exp.Add(this=days, expression=number(1))), expression=number(7)))
    return paren(exp.IntDiv(this=moment, expression=number(_TICKS[unit])))


def _datetime_diff(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    unit, left, right = _unit(arguments[0]), arguments[1].expr, arguments[2].expr
    if unit == "nanosecond":
        ticks = paren(exp.Sub(this=left, expression=right))
        return attempt(exp.Mul(this=ticks, expression=number(100)))
    return paren(exp.Sub(this=_index(left, unit), expression=_index(right, unit)))


def _part(name: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return _date_part(name, as_type(arguments[0], Type.DATETIME), result)

    return lower


def _date_part(name: str, moment: Expression, result: Kind) -> Expression:
    fractions = {"millisecond": 10_000, "microsecond": 10}
    names = {"week_of_year": "week", "weekofyear": "week", "dayofyear": "doy"}
    if name in fractions or name == "nanosecond":
        rest = paren(exp.Mod(this=moment, expression=number(10_000_000)))
        if name == "nanosecond":
            found: Expression = exp.Mul(this=rest, expression=number(100))
        else:
            found = exp.IntDiv(this=rest, expression=number(fractions[name]))
        found = paren(found)
    else:
        found = call("kql_part", moment, text(names.get(name, name)))
    return cast(found, "INTEGER") if result.type is Type.INT else cast(found, "BIGINT")


def _datetime_part(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return _date_part(_unit(arguments[0]), arguments[1].expr, result)


def _bin(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, step = arguments[0], arguments[1] if len(arguments) > 1 else None
    return _binned(value, step, result.type)


def _binned(value: Argument, step: Argument | None, kind: Type) -> Expression:
    if kind in (Type.DATETIME, Type.TIMESPAN):
        size = cast(number(_DAY), "BIGINT") if step is None else _span(step)
        return call("kql_long_bin", as_type(value, kind), size)
    one = cast(number(1), "BIGINT") if step is None else step.expr
    if kind is Type.REAL:
        return call("kql_real_bin", cast(value.expr, "DOUBLE"), cast(one, "DOUBLE"))
    if kind is Type.DECIMAL:
        return call("kql_decimal_bin", value.expr, one)
    return call("kql_long_bin", cast(value.expr, "BIGINT"), cast(one, "BIGINT"))


def _span(step: Argument) -> Expression:
    return as_type(step, Type.LONG if step.type.is_numeric else Type.TIMESPAN)


def _bin_at(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, step, fixed_point = arguments
    if result.type is Type.REAL:
        a, b, c = (cast(argument.expr, "DOUBLE") for argument in arguments)
        moved = call("kql_real_bin", paren(exp.Sub(this=a, expression=c)), b)
        return paren(exp.Add(this=moved, expression=c))
    if result.type is Type.DECIMAL:
        moved = call(
            "kql_decimal_bin", paren(exp.Sub(this=value.expr, expression=fixed_point.expr)), step.expr
        )
        return paren(exp.Add(this=moved, expression=fixed_point.expr))
    kind = result.type if result.type in (Type.DATETIME, Type.TIMESPAN) else Type.LONG
    point = as_type(fixed_point, kind)
    moved = call("kql_long_bin", attempt(exp.Sub(this=as_type(value, kind), expression=point)), _span(step))
    return attempt(exp.Add(this=moved, expression=point))


def _period(name: str) -> Lowering:
    return macro(name, "DL", 0)


def _format_datetime(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    moment, pattern = arguments
    if isinstance(pattern.constant, str) and (plain := _strftime(pattern.constant)) is not None:
        shown = call("strftime", call("kql_timestamp", as_type(moment, Type.DATETIME)), text(plain))
        return call("coalesce", shown, text(""))
    return call("kql_format_datetime", as_type(moment, Type.DATETIME), as_type(pattern, Type.STRING))


_ELEMENTS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "tt": "%p",
}


def _strftime(pattern: str) -> str | None:
    """The same format for DuckDB's strftime; None where it has no word for an element.

    >>> _strftime("yyyy-MM-dd HH:mm"), _strftime("fff")
    ('%Y-%m-%d %H:%M', None)
    """
    out, at = [], 0
    while at < len(pattern):
        end = at
        while end < len(pattern) and pattern[end] == pattern[at]:
            end += 1
        token = pattern[at:end]
        if token[0] in "yMdHhmst":
            if token not in _ELEMENTS:
                return None
            out.append(_ELEMENTS[token])
        elif token[0] in "fF%" or token[0].isalpha():
            return None
        else:
            out.append(token)
        at = end
    return "".join(out)


def _make_datetime(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    if len(arguments) == 1:
        return as_type(arguments[0], Type.DATETIME)
    parts = [cast(argument.expr, "DOUBLE") for argument in arguments]
    parts += [cast(number(0), "DOUBLE")] * (6 - len(parts))
    if len(arguments) == 2:
        parts[2] = cast(number(1), "DOUBLE")
    return call("kql_make_datetime", *parts)


def _make_timespan(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    if len(arguments) == 1:
        return as_type(arguments[0], Type.TIMESPAN)
    parts = [cast(argument.expr, "DOUBLE") for argument in arguments]
    zero = cast(number(0), "DOUBLE")
    match len(parts):
        case 2:
            parts = [zero, *parts, zero]
        case 3:
            parts = [zero, *parts]
    return call("kql_make_timespan", *parts)


def _unixtime(ticks: str) -> Lowering:
    return fixed(lambda x: call("kql_unixtime", x, number(ticks)), "R")


TIMES: Table = {
    "now": lowered(_FAMILY, _now),
    "ago": lowered(_FAMILY, _ago),
    "datetime_add": lowered(_FAMILY, _datetime_add),
    "datetime_diff": lowered(_FAMILY, _datetime_diff),
    "datetime_part": lowered(_FAMILY, _datetime_part),
    "datepart": lowered(_FAMILY, _datetime_part),
    "getyear": lowered(_FAMILY, _part("year")),
    "getmonth": lowered(_FAMILY, _part("month")),
    "monthofyear": lowered(_FAMILY, _part("month")),
    "dayofmonth": lowered(_FAMILY, _part("day")),
    "dayofyear": lowered(_FAMILY, _part("dayofyear")),
    "hourofday": lowered(_FAMILY, _part("hour")),
    "week_of_year": lowered(_FAMILY, _part("week_of_year")),
    "weekofyear": lowered(_FAMILY, _part("weekofyear")),
    "dayofweek": lowered(_FAMILY, macro("kql_dayofweek", "D")),
    "bin": lowered(_FAMILY, _bin),
    "floor": lowered(_FAMILY, _bin),
    "bin_at": lowered(_FAMILY, _bin_at),
    "bin_auto": unsupported(_FAMILY, "the size of its bins is a setting of the client"),
    **{name: lowered(_FAMILY, _period(f"kql_{name}")) for name in ("startofday", "startofweek")},
    **{name: lowered(_FAMILY, _period(f"kql_{name}")) for name in ("startofmonth", "startofyear")},
    **{name: lowered(_FAMILY, _period(f"kql_{name}")) for name in ("endofday", "endofweek")},
    **{name: lowered(_FAMILY, _period(f"kql_{name}")) for name in ("endofmonth", "endofyear")},
    "datetime_list_timezones": udf(_FAMILY, lambda arguments, result, context: call("kql_zones", number(0))),
    "format_datetime": lowered(_FAMILY, _format_datetime),
    "format_timespan": udf(_FAMILY, macro("kql_format_timespan", "TS")),
    "make_datetime": lowered(_FAMILY, _make_datetime),
    "make_timespan": lowered(_FAMILY, _make_timespan),
    "datetime_utc_to_local": udf(_FAMILY, macro("kql_utc_to_local", "DS")),
    "datetime_local_to_utc": udf(_FAMILY, macro("kql_local_to_utc", "DS")),
    "unixtime_seconds_todatetime": lowered(_FAMILY, _unixtime("10000000")),
    "unixtime_milliseconds_todatetime": lowered(_FAMILY, _unixtime("10000")),
    "unixtime_microseconds_todatetime": lowered(_FAMILY, _unixtime("10")),
    "unixtime_nanoseconds_todatetime": lowered(_FAMILY, _unixtime("0.01")),
}
