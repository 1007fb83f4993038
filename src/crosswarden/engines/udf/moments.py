"""Datetimes and timespans: reading every documented spelling, formatting, time zones. All values are ticks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import dumps

__all__ = ["BODIES", "parse_datetime", "parse_timespan"]

_SECOND = 10_000_000
_DAY = 86_400 * _SECOND
_MOST = 3_155_378_975_999_999_999
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001  (ticks know no zone; all are UTC)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_ISO = re.compile(
    r"(?P<Y>\d{4})-(?P<M>\d{1,2})(?:-(?P<D>\d{1,2}))?"
    r"(?:(?:[T\s]+)(?P<h>\d{1,2})(?::(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?)?)?)?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    r"(?P<M>\d{1,2})[/-](?P<D>\d{1,2})[/-](?P<Y>\d{4}|\d{2})"
    r"(?:[,T\s]+(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:\.(?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<p>[AP]M)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"(?P<Y>\d{4})/(?P<M>\d{1,2})/(?P<D>\d{1,2})"
    r"(?:[,T\s]+(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:\.(?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<p>[AP]M)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_WORDED = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<D>\d{1,2})[\s-](?P<N>[A-Za-z]{3,9})[\s,-]+(?P<Y>\d{4}|\d{2})"
    r"(?:[,\s]+(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:\.(?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<p>[AP]M)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)??(?P<N>[A-Za-z]{3,9})\s+(?P<D>\d{1,2})(?:st|nd|rd|th)?,?\s+(?:(?P<Y>\d{4})\s*)?"
    r"(?:[,\s]*(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:\.(?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<p>[AP]M)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\s+(?P<Y2>\d{4}))?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<Y>\d{4})(?P<M>\d{2})(?P<D>\d{2})(?:T?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?(?P<z>Z)?"
)
_SHAPES = (_ISO, _SLASHED, _YEAR_FIRST, _WORDED, _MONTH_FIRST, _COMPACT)


@lru_cache(maxsize=4096)
def parse_datetime(text: str) -> int | None:
    """Ticks of a datetime in any spelling that Kusto documents; null for anything else.

    >>> parse_datetime("2014-05-25T08:20:03.123456Z"), parse_datetime("Sat, 8 Nov 14 15:05:02 GMT") == parse_datetime(
    ...     "2014-11-08 15:05:02"), parse_datetime("x")
    (635366028031234560, True, None)
    """
    text = text.strip()
    for shape in _SHAPES:
        if match := shape.fullmatch(text):
            return _moment(match.groupdict())
    if re.fullmatch(r"\d{4}", text):
        return ticks(datetime(int(text), 1, 1))  # noqa: DTZ001 - as _EPOCH
    return None


def _moment(part: dict[str, str | None]) -> int | None:
    year = part["Y"] or part.get("Y2") or "0"
    whole_year = int(year) + (0 if len(year) > 2 else 2000 if int(year) < 50 else 1900)
    named = part.get("N")
    month = _MONTHS.get((named or "")[:3].lower()) if named else int(part["M"] or 1)
    hour = int(part["h"] or 0)
    if half := (part.get("p") or "").upper():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "PM" else 0)
    if month is None:
        return None
    moment = datetime(  # noqa: DTZ001 - as _EPOCH
        whole_year, month, int(part["D"] or 1), hour, int(part["m"] or 0), int(part.get("s") or 0)
    )
    fraction = int(((part.get("f") or "") + "0000000")[:7])
    found = ticks(moment) + fraction - _offset(part.get("z"))
    return found if 0 <= found <= _MOST else None


def _offset(zone: str | None) -> int:
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:])) * 60 * _SECOND


def ticks(moment: datetime) -> int:
    """The ticks of a moment without a zone."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * _SECOND + delta.microseconds * 10


def moment_of(value: int) -> datetime:
    """The moment of ticks, to the microsecond below."""
    return _EPOCH + timedelta(microseconds=value // 10)


_CLOCK = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?")
_UNITS = {
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600 * _SECOND),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60 * _SECOND),
    **dict.fromkeys(("s", "sec", "second", "seconds"), _SECOND),
    **dict.fromkeys(("ms", "milli", "millis", "millisec", "millisecond", "milliseconds"), 10_000),
    **dict.fromkeys(("micro", "micros", "microsec", "microsecond", "microseconds"), 10),
    **dict.fromkeys(("tick", "ticks"), 1),
}
_MEASURE = re.compile(r"(-?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def parse_timespan(text: str) -> int | None:
    """Ticks of a timespan: ``[-][d.]hh:mm[:ss[.fffffff]]``, a number with a unit, or whole days.

    >>> parse_timespan("0.00:01:00") == parse_timespan("1m") == 600_000_000, parse_timespan("2") == 2 * parse_timespan("1d")
    (True, True)
    """
    text = text.strip()
    if match := _CLOCK.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = match.groups()
        if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
            return None
        whole = int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
        value = whole * _SECOND + int(((fraction or "") + "0000000")[:7])
        return _fitting(-value if sign else value)
    if (match := _MEASURE.fullmatch(text)) and match[2].lower() in _UNITS:
        return _fitting(round(float(match[1]) * _UNITS[match[2].lower()]))
    if re.fullmatch(r"-?\d+", text):
        return _fitting(int(text) * _DAY)
    return None


def _fitting(value: int) -> int | None:
    return value if -(1 << 63) <= value < 1 << 63 else None


_TOKEN = re.compile(r"y+|M+|d+|H+|h+|m+|s+|f+|F+|tt|.", re.DOTALL)


def format_datetime(value: int | None, pattern: str) -> str:
    """A datetime by .NET-like format elements.

    >>> format_datetime(parse_datetime("2017-01-29 09:00:05"), "yy-MM-dd [HH:mm:ss]")
    '17-01-29 [09:00:05]'
    """
    if value is None:
        return ""
    moment, fraction = moment_of(value), f"{value % _SECOND:07d}"
    return "".join(_datetime_part(token, moment, fraction) for token in _TOKEN.findall(pattern))


def _padded(number: int, width: int) -> str:
    return str(number).zfill(width)


def _datetime_part(token: str, moment: datetime, fraction: str) -> str:
    size = len(token)
    match token[0]:
        case "y":
            return _padded(moment.year, size) if size > 2 else _padded(moment.year % 100, size)
        case "M":
            return (
                _padded(moment.month, min(size, 2))
                if size < 3
                else moment.strftime("%b" if size == 3 else "%B")
            )
        case "d":
            return (
                _padded(moment.day, min(size, 2))
                if size < 3
                else moment.strftime("%a" if size == 3 else "%A")
            )
        case "H":
            return _padded(moment.hour, min(size, 2))
        case "h":
            return _padded((moment.hour + 11) % 12 + 1, min(size, 2))
        case "m":
            return _padded(moment.minute, min(size, 2))
        case "s":
            return _padded(moment.second, min(size, 2))
        case "f":
            return fraction[:size]
        case "F":
            return fraction[:size].rstrip("0")
        case "t" if size == 2:
            return "AM" if moment.hour < 12 else "PM"
        case _:
            return token


def format_timespan(value: int | None, pattern: str) -> str:
    """A timespan by .NET-like format elements.

    >>> format_timespan(parse_timespan("29.09:00:05.12345"), "ddd.h:mm:ss [fffffff]")
    '029.9:00:05 [1234500]'
    """
    if value is None:
        return ""
    size = abs(value)
    fraction = f"{size % _SECOND:07d}"
    parts = {
        "d": size // _DAY,
        "H": size // (3600 * _SECOND) % 24,
        "h": size // (3600 * _SECOND) % 24,
        "m": size // (60 * _SECOND) % 60,
        "s": size // _SECOND % 60,
    }
    out = []
    for token in _TOKEN.findall(pattern):
        if token[0] in parts:
            out.append(_padded(parts[token[0]], len(token) if token[0] == "d" else min(len(token), 2)))
        elif token[0] == "f":
            out.append(fraction[: len(token)])
        elif token[0] == "F":
            out.append(fraction[: len(token)].rstrip("0"))
        else:
            out.append(token)
    return "".join(out)


def _zone(name: str) -> ZoneInfo | timezone:
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error


def utc_to_local(value: int | None, zone: str) -> int | None:
    """The wall clock of a time zone at a UTC moment."""
    if value is None:
        return None
    moment = moment_of(value).replace(tzinfo=UTC).astimezone(_zone(zone)).replace(tzinfo=None)
    return ticks(moment) + value % 10


def local_to_utc(value: int | None, zone: str) -> int | None:
    """The UTC moment of a time zone's wall clock; an hour that the clock skips counts by the time after it."""
    if value is None:
        return None
    local, place = moment_of(value), _zone(zone)
    moment = local.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) != local:
        moment = local.replace(tzinfo=place, fold=1).astimezone(UTC)
    return ticks(moment.replace(tzinfo=None)) + value % 10


def zones(_: int | None) -> str | None:
    """The names of all time zones."""
    return dumps(sorted(available_timezones()))


_ZONED = ("BIGINT", "VARCHAR")
BODIES = {
    "kql_text_datetime_slow": Body(parse_datetime, ("VARCHAR",), "BIGINT"),
    "kql_text_timespan_slow": Body(parse_timespan, ("VARCHAR",), "BIGINT"),
    "kql_format_datetime": Body(format_datetime, _ZONED, "VARCHAR", ""),
    "kql_format_timespan": Body(format_timespan, _ZONED, "VARCHAR", ""),
    "kql_zones": Body(zones, ("BIGINT",), "VARCHAR"),
    "kql_utc_to_local": Body(utc_to_local, _ZONED, "BIGINT"),
    "kql_local_to_utc": Body(local_to_utc, _ZONED, "BIGINT"),
}
