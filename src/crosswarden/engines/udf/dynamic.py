"""Dynamic values in Python: JSON text in, JSON text out, and how Kusto prints what is inside."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

__all__ = ["as_number", "as_text", "dumps", "loads", "numbers", "real_text", "same"]


def loads(text: str | None) -> Any:
    """The value of a dynamic; None for null.

    >>> loads('{"a":[1,"x"]}'), loads(None)
    ({'a': [1, 'x']}, None)
    """
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return real_text(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def dumps(value: Any) -> str | None:
    """The JSON text of a value, compact; null for None. Infinities and NaN are strings, as Kusto writes them.

    >>> dumps([1.0, float("nan"), "é"]), dumps(None)
    ('[1.0,"NaN","é"]', None)
    """
    if value is None:
        return None
    try:
        return orjson.dumps(_plain(value)).decode()
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def real_text(value: float) -> str:
    """A real as Kusto prints it.

    >>> real_text(1.0), real_text(1e20), real_text(float("inf"))
    ('1.0', '1E+20', 'Infinity')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).upper()


def as_text(value: Any) -> str:
    """What ``tostring`` gives for what is inside a dynamic.

    >>> as_text(True), as_text("a"), as_text([1, {"b": None}])
    ('true', 'a', '[1,{"b":null}]')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return real_text(value)
    return dumps(value) or ""


def as_number(value: Any) -> float | int | None:
    """A number out of a dynamic element; None where there is none (strings that spell NaN or infinity count).

    >>> as_number(2), as_number("NaN") != as_number("NaN"), as_number("x"), as_number(True)
    (2, True, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value.replace("Infinity", "inf"))
    return None


def numbers(text: str | None) -> list[float | int | None]:
    """The numbers of an array; None for what is none. Raises ValueError when it is no array."""
    value = loads(text)
    if not isinstance(value, list):
        raise ValueError("not an array")
    return [as_number(item) for item in value]


def same(value: Any) -> Any:
    """A key under which equal dynamic values meet (1 and 1.0 do, 1 and true do not).

    >>> same(1) == same(1.0), same(1) == same(True), same([1]) == same([1])
    (True, False, True)
    """
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("array", tuple(same(item) for item in value))
    if isinstance(value, dict):
        return ("bag", tuple(sorted((key, same(item)) for key, item in value.items())))
    return value
