"""A slow, obvious interpreter of the scalar functions that hunts use most, for comparison with the engine.

An expression is a tuple: ``("literal", type, value)``, ``("column", name)`` or ``("call", name, arguments)``. Values
are Python's own: str, int, float, bool, None; datetime and timespan are ticks, dynamic is what JSON holds. It shares
no code with the product and knows nothing of SQL.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

DAY, SECOND = 864_000_000_000, 10_000_000
LOWEST, HIGHEST = -(2**63), 2**63 - 1
LAST = 3_155_378_975_999_999_999


def long(value: int) -> int | None:
    """A long, or null where it does not fit."""
    return value if LOWEST <= value <= HIGHEST else None


def moment(ticks: int) -> datetime:
    """The calendar's view of ticks, to the microsecond."""
    return datetime(1, 1, 1) + timedelta(microseconds=ticks // 10)


def ticks(when: datetime) -> int:
    """The ticks of a calendar moment."""
    gone = when - datetime(1, 1, 1)
    return (gone.days * 86_400 + gone.seconds) * SECOND + gone.microseconds * 10


def text_of_datetime(value: int) -> str:
    """2020-01-02T03:04:05.1234567Z"""
    return (
        moment(value).strftime("%Y").zfill(4)
        + moment(value).strftime("-%m-%dT%H:%M:%S")
        + f".{value % SECOND:07d}Z"
    )


def text_of_timespan(value: int) -> str:
    """[-][d.]hh:mm:ss[.fffffff]"""
    size = abs(value)
    days, clock = divmod(size, DAY)
    seconds, fraction = divmod(clock, SECOND)
    shown = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    shown = (f"{days}." if days else "") + shown + (f".{fraction:07d}" if fraction else "")
    return "-" + shown if value < 0 else shown


def text(value: Any, kind: str) -> str:
    """tostring of a value of a type."""
    if value is None:
        return ""
    if kind == "bool":
        return "true" if value else "false"
    if kind == "datetime":
        return text_of_datetime(value)
    if kind == "timespan":
        return text_of_timespan(value)
    if kind == "real":
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return repr(value).upper()
    if kind == "dynamic":
        return (
            value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        )
    return str(value)


def terms(value: str) -> list[tuple[int, int]]:
    """Where the maximal runs of letters and digits lie."""
    return [match.span() for match in re.finditer(r"[^\W_]+", value)]


def has(value: str, wanted: str, *, fold: bool = True) -> bool:
    """Whether the wanted text stands in the value with a term's edge wherever it ends in a letter or digit."""
    if fold:
        value, wanted = value.lower(), wanted.lower()
    for at in range(len(value) - len(wanted) + 1):
        if value[at : at + len(wanted)] != wanted:
            continue
        before, after = value[at - 1 : at] if at else "", value[at + len(wanted) : at + len(wanted) + 1]
        clear = not (wanted[:1].isalnum() and before.isalnum()) and not (
            wanted[-1:].isalnum() and after.isalnum()
        )
        if clear:
            return True
    return False


def equal(a: Any, b: Any) -> bool | None:
    """==: null with null is null, null with a value false."""
    if a is None and b is None:
        return None
    return a is not None and b is not None and a == b


def negated(value: bool | None) -> bool | None:
    """not()."""
    return None if value is None else not value


def both(a: bool | None, b: bool | None) -> bool | None:
    """and: false wins over null."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def either(a: bool | None, b: bool | None) -> bool | None:
    """or: true wins over null."""
    return negated(both(negated(a), negated(b)))


def compared(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """An ordering: null with anything is null."""
    return lambda a, b: None if a is None or b is None else test(a, b)


def floor_to(value: int | None, size: int | None) -> int | None:
    """bin of whole numbers: down, also below zero; null for a size of zero."""
    if value is None or not size:
        return None
    return long(value // abs(size) * abs(size))


def whole_division(a: int | None, b: int | None) -> int | None:
    """/ of longs: toward zero; null by zero."""
    if a is None or not b:
        return None
    size = abs(a) // abs(b)
    return long(size if (a < 0) == (b < 0) else -size)


def remainder(a: int | None, b: int | None) -> int | None:
    """% of longs: never negative; null by zero."""
    return None if a is None or not b else a % abs(b)


def whole(operation: Callable[[int, int], int]) -> Callable[[int | None, int | None], int | None]:
    """Arithmetic of longs; null where it overflows."""
    return lambda a, b: None if a is None or b is None else long(operation(a, b))


def real(operation: Callable[[float, float], float]) -> Callable[[float | None, float | None], float | None]:
    """Arithmetic of reals."""
    return lambda a, b: None if a is None or b is None else operation(float(a), float(b))


def substring(value: str, start: int | None, count: int | None) -> str:
    """substring: a negative start counts from the end."""
    if start is None or count is None or count <= 0:
        return ""
    first = start if start >= 0 else max(len(value) + start, 0)
    return value[first : first + count]


def to_long(value: str) -> int | None:
    """tolong of a string of digits."""
    return long(int(value)) if re.fullmatch(r"\s*[-+]?[0-9]+\s*", value) else None


def at(value: Any, step: str | int) -> Any:
    """A step into a dynamic value."""
    if isinstance(step, int) and isinstance(value, list):
        return value[step] if -len(value) <= step < len(value) else None
    return value.get(step) if isinstance(step, str) and isinstance(value, dict) else None


def start_of_week(value: int | None) -> int | None:
    """Sunday's midnight; null before the first Sunday of the calendar."""
    if value is None:
        return None
    day = value // DAY
    found = (day - (day + 1) % 7) * DAY
    return found if found >= 0 else None


def start_of_month(value: int | None) -> int | None:
    """The first of the month."""
    return (
        None
        if value is None
        else ticks(moment(value).replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    )


def split(value: str, delimiter: str) -> list[str]:
    """split."""
    return value.split(delimiter) if delimiter else [value]


def moved(value: int | None) -> int | None:
    """A datetime result, null outside the calendar."""
    return value if value is not None and 0 <= value <= LAST else None


def union(*arrays: list[Any] | None) -> list[Any] | None:
    """set_union of arrays of strings."""
    if any(not isinstance(array, list) for array in arrays):
        return None
    return list(dict.fromkeys(item for array in arrays for item in array or []))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "strlen": len,
    "tolower": str.lower,
    "toupper": str.upper,
    "strcat": lambda *parts: "".join(parts),
    "substring": substring,
    "replace_string": lambda value, old, new: value.replace(old, new) if old else value,
    "split": split,
    "isempty": lambda value: value == "",
    "isnotempty": lambda value: value != "",
    "isnull": lambda value: value is None,
    "tolong(string)": to_long,
    "has": has,
    "has_cs": lambda value, wanted: has(value, wanted, fold=False),
    "contains": lambda value, wanted: wanted.lower() in value.lower(),
    "contains_cs": lambda value, wanted: wanted in value,
    "startswith": lambda value, wanted: value.lower().startswith(wanted.lower()),
    "endswith_cs": lambda value, wanted: value.endswith(wanted),
    "=~": lambda a, b: a.lower() == b.lower(),
    "in": lambda value, *members: value in members,
    "==": equal,
    "!=": lambda a, b: negated(equal(a, b)),
    "<": compared(lambda a, b: a < b),
    ">=": compared(lambda a, b: a >= b),
    "and": both,
    "or": either,
    "not": negated,
    "iff": lambda test, yes, no: yes if test else no,
    "coalesce": lambda *values: next((value for value in values if value not in (None, "")), values[-1]),
    "max_of": lambda *values: max((value for value in values if value is not None), default=None),
    "long +": whole(lambda a, b: a + b),
    "long -": whole(lambda a, b: a - b),
    "long *": whole(lambda a, b: a * b),
    "long /": whole_division,
    "long %": remainder,
    "long bin": floor_to,
    "real +": real(lambda a, b: a + b),
    "real *": real(lambda a, b: a * b),
    "datetime bin": floor_to,
    "datetime +": lambda a, b: None if a is None or b is None else long(a + b),
    "datetime -": lambda a, b: None if a is None or b is None else long(a - b),
    "startofday": lambda value: None if value is None else value // DAY * DAY,
    "startofweek": start_of_week,
    "startofmonth": start_of_month,
    "dayofweek": lambda value: None if value is None else (value // DAY + 1) % 7 * DAY,
    "hourofday": lambda value: None if value is None else value // (3600 * SECOND) % 24,
    "datetime_diff day": lambda a, b: None if a is None or b is None else a // DAY - b // DAY,
    "array_length": lambda value: len(value) if isinstance(value, list) else None,
    "set_union": union,
    "at": at,
}


def interpret(node: tuple[Any, ...], row: Mapping[str, Any]) -> Any:
    """The value of an expression for a row."""
    if node[0] == "literal":
        return node[2]
    if node[0] == "column":
        return row[node[1]]
    if node[0] == "tostring":
        return text(interpret(node[2], row), node[1])
    return FUNCTIONS[node[1]](*(interpret(argument, row) for argument in node[2]))


@pytest.fixture(scope="session")
def reference() -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    """The interpreter: an expression and a row in, a value out."""
    return interpret


@pytest.fixture(scope="session")
def shown() -> Callable[[Any, str], Any]:
    """A reference value as the engine's results show it."""

    def show(value: Any, kind: str) -> Any:
        if value is None:
            return None
        return text(value, kind) if kind in ("datetime", "timespan") else value

    return show
