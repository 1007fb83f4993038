"""Time as the logs write it: ticks of 100 ns since 1970, and the forms that each export gives them.

Canonical records carry times as ``2026-03-02T08:15:23.1234567Z``. A shape that writes another form calls one of
the functions below. A template (:mod:`crosswarden.rehearsal.template`) puts a placeholder where the time goes;
the same functions then note the form in the placeholder, and the value is put in later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

__all__ = ["DAY", "FORMS", "HOUR", "MINUTE", "SECOND", "as_form", "day_start", "iso"]

SECOND = 10_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1)


def day_start(day: date) -> int:
    """The tick at which a day begins in UTC.

    >>> day_start(date(1970, 1, 2)) == DAY
    True
    """
    return (day - _EPOCH).days * DAY


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def iso(tick: int) -> str:
    """The canonical form: seven decimals and Z.

    >>> iso(day_start(date(2026, 3, 2)) + 8 * HOUR + 1234567)
    '2026-03-02T08:00:00.1234567Z'
    """
    days, rest = divmod(tick, DAY)
    seconds, fraction = divmod(rest, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_date(days)}T{hour:02d}:{minute:02d}:{second:02d}.{fraction:07d}Z"


def _offset(text: str) -> str:
    return text[:-1] + "+00:00"


def _seconds(text: str) -> str:
    return text[:19]


def _seconds_z(text: str) -> str:
    return text[:19] + "Z"


def _american(text: str, comma: str, milliseconds: str) -> str:
    year, month, day = text[:4], int(text[5:7]), int(text[8:10])
    hour, rest = int(text[11:13]), text[13:19]
    half = "PM" if hour >= 12 else "AM"
    return f"{month}/{day}/{year}{comma} {hour % 12 or 12}{rest}{milliseconds} {half}"


def _search(text: str) -> str:
    return _american(text, "", "")


def _portal(text: str) -> str:
    return _american(text, ",", text[19:23])


def _epoch(text: str) -> str:
    return str(int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp()))


def _ticks(text: str) -> str:
    moment = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    since = moment - datetime(1, 1, 1, tzinfo=UTC)
    return str((since.days * 86_400 + since.seconds) * SECOND)


FORMS: Mapping[str, Callable[[str], str]] = {
    "iso": str,
    "offset": _offset,
    "seconds": _seconds,
    "seconds_z": _seconds_z,
    "search": _search,
    "portal": _portal,
    "epoch": _epoch,
    "dotnet": _ticks,
}
"""Name → how a canonical time is written in that form."""


def as_form(form: str, text: str | None) -> str:
    """A canonical time in another form; of a placeholder, the placeholder with the form noted.

    >>> as_form("portal", "2026-03-02T14:08:45.2213421Z")
    '3/2/2026, 2:08:45.221 PM'
    >>> as_form("search", "2026-03-02T00:08:45.2213421Z")
    '3/2/2026 12:08:45 AM'
    >>> as_form("offset", "@{time}")
    '@{time|offset}'
    """
    if not text:
        return ""
    if text.startswith("@{"):
        return f"{text[:-1]}|{form}}}"
    return FORMS[form](text)
