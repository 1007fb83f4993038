r"""The values of literals: text of a token → Python value.

Every function raises ``ValueError`` with a sentence for the message when the text is no such value. Times follow
Kusto's documentation, "The datetime data type" and "The timespan data type": ISO 8601, RFC 822 and RFC 850, and
``[d.]hh:mm:ss[.fffffff]`` or a number with a unit. A tick is 100 ns.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from crosswarden.kql.syntax import Value
from crosswarden.tables.types import Type

__all__ = ["integer", "span", "string", "typed", "wants_long"]

TICKS_PER_SECOND = 10_000_000
_DAY = 86_400 * TICKS_PER_SECOND
MAX_TICKS = 3_652_059 * _DAY - 1
"""The last tick of the year 9999."""

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-3][0-7]{2}|[0-7]{1,2})|(.))", re.S
)


def string(text: str) -> str:
    r"""The value of one string literal, quotes and prefix included; one that lacks its end gives what there is.

    >>> string(r"'a\tb'") == "a\tb", string('@"c:\\x"') == "c:\\x", string("h'pw'"), string("```a`b```")
    (True, True, 'pw', 'a`b')
    """
    body = text[1:] if text[0] in "hH" else text
    if body.startswith(("```", "~~~")):
        inner = body[3:]
        return inner[:-3] if inner.endswith(body[:3]) else inner
    verbatim = body[0] == "@"
    quote = body[1] if verbatim else body[0]
    inner = body[2 if verbatim else 1 :]
    if inner.endswith(quote):
        inner = inner[:-1]
    if verbatim:
        return inner.replace(quote * 2, quote)
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(match: re.Match[str]) -> str:
    four, eight, two, octal, other = match.groups()
    if octal:
        return chr(int(octal, 8))
    number = four or eight or two
    if number:
        code = int(number, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return _SIMPLE.get(other, str(other))


def integer(text: str) -> int:
    """A whole number, decimal or hexadecimal.

    >>> integer("0x1F"), integer("-12")
    (31, -12)
    """
    body = text.strip()
    if not re.fullmatch(r"[+-]?\s*(?:0[xX][0-9a-fA-F]+|\d{1,40})", body, re.ASCII):
        raise ValueError("is not a whole number")
    return int(body.replace(" ", ""), 16 if "x" in body.lower() else 10)


def wants_long(number: int) -> int:
    """The number if it fits 64 bits."""
    if not -(2**63) <= number < 2**63:
        raise ValueError("does not fit a long (64 bits)")
    return number


_UNITS: dict[str, Decimal] = {
    "d": Decimal(_DAY),
    "h": Decimal(3600 * TICKS_PER_SECOND),
    "m": Decimal(60 * TICKS_PER_SECOND),
    "s": Decimal(TICKS_PER_SECOND),
    "ms": Decimal(10_000),
    "micro": Decimal(10),
    "nano": Decimal("0.01"),
    "tick": Decimal(1),
}
_UNIT_WORDS = {
    **dict.fromkeys(["d", "day", "days"], "d"),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], "h"),
    **dict.fromkeys(["m", "min", "minute", "minutes"], "m"),
    **dict.fromkeys(["s", "sec", "second", "seconds"], "s"),
    **dict.fromkeys(["ms", "milli", "millis", "millisec", "millisecond", "milliseconds"], "ms"),
    **dict.fromkeys(["micro", "micros", "microsec", "microsecs", "microsecond", "microseconds"], "micro"),
    **dict.fromkeys(["nano", "nanos", "nanosec", "nanosecond", "nanoseconds"], "nano"),
    **dict.fromkeys(["tick", "ticks"], "tick"),
}
_WITH_UNIT = re.compile(r"([+-]?)(\d{1,25}(?:\.\d{1,25})?)\s*([a-z]+)", re.ASCII)
_CLOCK = re.compile(r"([+-]?)(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7})\d*)?)?", re.ASCII)
_DAYS = re.compile(r"([+-]?)(\d{1,8})(?:\.(\d{1,2}))?", re.ASCII)


def span(text: str) -> int:
    """A timespan's ticks: a number with a unit, a clock, or a bare number of days.

    >>> span("1.5h"), span("1.02:03:04.5"), span("2") // (86400 * 10**7), span("1tick")
    (54000000000, 937845000000, 2, 1)
    """
    body = text.strip().strip("\"'").strip()
    if unit := _WITH_UNIT.fullmatch(body):
        word = _UNIT_WORDS.get(unit[3])
        if word:
            return _sign(unit[1], int(Decimal(unit[2]) * _UNITS[word]))
    if clock := _CLOCK.fullmatch(body):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.group(2, 3, 4, 5))
        if hours < 24 and minutes < 60 and seconds < 60:
            total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
            return _sign(clock[1], total * TICKS_PER_SECOND + int((clock[6] or "").ljust(7, "0")))
    if (days_only := _DAYS.fullmatch(body)) and not days_only[3]:
        return _sign(days_only[1], int(days_only[2]) * _DAY)
    raise ValueError("is not a timespan; forms are 1d, 1.5h, 30m, 1.02:03:04.5")


def _sign(sign: str, ticks: int) -> int:
    ticks = -ticks if sign == "-" else ticks
    if not -(2**63) <= ticks < 2**63:
        raise ValueError("does not fit a timespan")
    return ticks


_ISO = re.compile(
    r"(\d{4})(?:\s?[-/,]\s?(\d{1,2})(?:\s?[-/,]\s?(\d{1,2})(?:(?:[T ]|\s+)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,7})\d*)?)?)?)?)?)?"
    r"\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2}):?(\d{2}):?(\d{2}))?Z?", re.ASCII)
_SLASHED = re.compile(
    r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*([AaPp][Mm])?)?\s*Z?",
    re.ASCII,
)
_WORDED = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[\s-]([A-Za-z]{3,9})[\s-](\d{2}|\d{4})"
    r"(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?\s*(?:UTC|GMT|Z)?",
    re.ASCII,
)
_MONTHS = {
    name: index + 1
    for index, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}


def moment(text: str) -> int:
    """A datetime's ticks since 0001-01-01 00:00 UTC.

    >>> moment("0001-01-01"), moment("2024-01-01T00:00:00Z") == moment("Mon, 1 Jan 2024 00:00:00 GMT")
    (0, True)
    """
    body = text.strip().strip("\"'").strip()
    if body.lower() in ("min", "max"):
        return 0 if body.lower() == "min" else MAX_TICKS
    parts = _parts(body)
    if parts is None:
        raise ValueError("is not a datetime; forms are 2024-01-31, 2024-01-31 23:59:59.9, 2024-01-31T23:59Z")
    year, month, day, hour, minute, second, fraction, offset = parts
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("names no time of day")
    try:
        days = date(year, month, day).toordinal() - 1
    except ValueError as error:
        raise ValueError("names no day of the calendar") from error
    ticks = days * _DAY + (hour * 3600 + minute * 60 + second) * TICKS_PER_SECOND + fraction - offset
    if not 0 <= ticks <= MAX_TICKS:
        raise ValueError("lies outside the years 1 to 9999")
    return ticks


def _parts(body: str) -> tuple[int, int, int, int, int, int, int, int] | None:
    if match := _ISO.fullmatch(body):
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        return (
            int(year),
            int(month or 1),
            int(day or 1),
            *_clock(hour, minute, second, fraction),
            _offset(zone),
        )
    if match := _COMPACT.fullmatch(body):
        year, month, day, hour, minute, second = match.groups()
        return int(year), int(month), int(day), *_clock(hour, minute, second, None), 0
    if match := _SLASHED.fullmatch(body):
        month, day, year, hour, minute, second, fraction, half = match.groups()
        return int(year), int(month), int(day), *_clock(_on_24(hour, half), minute, second, fraction), 0
    if match := _WORDED.fullmatch(body):
        day, name, year, hour, minute, second, fraction = match.groups()
        number = _MONTHS.get(name[:3].lower())
        if number is not None:
            return _century(year), number, int(day), *_clock(hour, minute, second, fraction), 0
    return None


def _clock(
    hour: str | None, minute: str | None, second: str | None, fraction: str | None
) -> tuple[int, int, int, int]:
    return int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "").ljust(7, "0"))


def _on_24(hour: str | None, half: str | None) -> str | None:
    if hour is None or half is None:
        return hour
    return str(int(hour) % 12 + (12 if half.lower() == "pm" else 0))


def _century(year: str) -> int:
    """Two digits mean 1950 to 2049, as .NET reads them."""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)


def _offset(zone: str | None) -> int:
    if not zone or zone[0] not in "+-":
        return 0
    delta = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    ticks = int(delta.total_seconds()) * TICKS_PER_SECOND
    return -ticks if zone[0] == "-" else ticks


_TYPES = {
    "long": Type.LONG,
    "int64": Type.LONG,
    "int": Type.INT,
    "int32": Type.INT,
    "real": Type.REAL,
    "double": Type.REAL,
    "decimal": Type.DECIMAL,
    "bool": Type.BOOL,
    "datetime": Type.DATETIME,
    "date": Type.DATETIME,
    "time": Type.TIMESPAN,
    "timespan": Type.TIMESPAN,
    "guid": Type.GUID,
}


def typed(text: str) -> tuple[Type, Value]:
    """Type and value of ``word(content)``.

    >>> typed("int(null)"), typed("real(+inf)"), typed("guid({74be27de-1e4e-49d9-b579-fe0b331d3642})")[1]
    ((<Type.INT: 'int'>, None), (<Type.REAL: 'real'>, inf), '74be27de-1e4e-49d9-b579-fe0b331d3642')
    """
    word, _, rest = text.partition("(")
    kind = _TYPES[word]
    body = rest.removesuffix(")").strip()
    if body.lower() == "null":
        return kind, None
    return kind, _READERS[kind](body)


def _long(body: str) -> Value:
    return wants_long(integer(body.strip("\"'")))


def _int(body: str) -> Value:
    number = integer(body.strip("\"'"))
    if not -(2**31) <= number < 2**31:
        raise ValueError("does not fit an int (32 bits)")
    return number


def _real(body: str) -> Value:
    special = {"nan": float("nan"), "inf": float("inf"), "+inf": float("inf"), "-inf": float("-inf")}
    if body.lower() in special:
        return special[body.lower()]
    if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", body, re.ASCII):
        return float(body)
    return float(integer(body))


def _decimal(body: str) -> Value:
    try:
        number = Decimal(body.strip("\"'"))
    except InvalidOperation as error:
        raise ValueError("is not a decimal number") from error
    if not number.is_finite() or abs(number.adjusted()) > 34:
        raise ValueError("does not fit a decimal")
    return number


def _bool(body: str) -> Value:
    if body.lower() in ("true", "false"):
        return body.lower() == "true"
    return integer(body) != 0


def _guid(body: str) -> Value:
    digits = body.strip("\"'").strip().strip("{}()").replace("-", "").lower()
    if not re.fullmatch("[0-9a-f]{32}", digits):
        raise ValueError("is not a guid")
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_READERS = {
    Type.LONG: _long,
    Type.INT: _int,
    Type.REAL: _real,
    Type.DECIMAL: _decimal,
    Type.BOOL: _bool,
    Type.DATETIME: moment,
    Type.TIMESPAN: span,
    Type.GUID: _guid,
}
