"""Times as exports write them, read in columns.

ISO 8601 with or without zone (UTC then), Log Analytics portal CSV ("4/28/2021, 3:05:26.000 PM"), PowerShell's short
form ("3/23/2021 3:45:38 PM", "23/03/2021 15:45:38"), and the ``/Date(milliseconds)/`` of older services.
Parquet and Delta hold microseconds: the seventh digit is kept apart (``tick``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["instant", "is_day_first", "second", "tick"]

_CLOCKS = ("%I:%M:%S.%g %p", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H:%M:%S", "%H:%M")
_SHORT = re.compile(r"^\s*(\d{1,2})([/.\-])(\d{1,2})\2\d{4}[ ,]")


def _formats(day_first: bool) -> str:
    first, second = ("%d", "%m") if day_first else ("%m", "%d")
    return "[" + ", ".join(f"'{first}/{second}/%Y {clock}'" for clock in _CLOCKS) + "]"


def instant(text: str, day_first: bool) -> str:
    """The SQL expression for the instant (TIMESTAMPTZ) that the SQL expression ``text`` writes; null if none."""
    if text == "NULL":
        return "CAST(NULL AS TIMESTAMPTZ)"
    plain = f"regexp_replace(replace(replace({text}, ',', ''), '\u202f', ' '), '^(\\d+)[.-](\\d+)[.-]', '\\1/\\2/')"
    return (
        f"CASE WHEN substr({text}, 5, 1) = '-' AND {text} >= '0' THEN TRY_CAST({text} AS TIMESTAMPTZ)"
        f" WHEN starts_with({text}, '/Date(') THEN"
        f" make_timestamptz(TRY_CAST(regexp_extract({text}, '^/Date\\((-?\\d{{1,15}})', 1) AS BIGINT) * 1000)"
        f" ELSE CAST(try_strptime({plain}, {_formats(day_first)}) AS TIMESTAMPTZ) END"
    )


def second(text: str, day_first: bool) -> str:
    """The SQL expression for the UTC second that ``text`` writes, as YYYY-MM-DDTHH:MM:SS, "" where it writes none."""
    plain = f"length({text}) = 19 OR ends_with({text}, 'Z') OR ends_with({text}, '+00:00')"
    return (
        f"CASE WHEN substr({text}, 5, 1) = '-' AND ({plain}) THEN replace(left({text}, 19), ' ', 'T')"
        f" ELSE coalesce(strftime({instant(text, day_first)}, '%Y-%m-%dT%H:%M:%S'), '') END"
    )


def tick(text: str) -> str:
    """The SQL expression for the 100 ns digit of the time that ``text`` writes, 0 where it has none."""
    if text == "NULL":
        return "0"
    return (
        f"CASE WHEN substr({text}, 20, 1) = '.' AND substr({text}, 27, 1) BETWEEN '0' AND '9'"
        f" THEN CAST(substr({text}, 27, 1) AS INTEGER) ELSE 0 END"
    )


def is_day_first(values: Iterable[str]) -> bool | None:
    """Whether short dates among these put the day first; None where they do not say.

    >>> is_day_first(["3/4/2021 10:00:00", "23/03/2021 15:45:38"]), is_day_first(["3/4/2021 1:00 PM"])
    (True, None)
    """
    for value in values:
        found = _SHORT.match(value)
        if found:
            if int(found[1]) > 12:
                return True
            if int(found[3]) > 12:
                return False
            if found[2] == ".":
                return True
    return None
