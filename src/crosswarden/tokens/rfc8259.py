"""JSON as a token may carry it (RFC 8259): one meaning only, and bounded before it is decoded.

Python's own decoder keeps the last of two equal members and accepts NaN; both would let two readers of one token
disagree. Here duplicates, NaN, infinite numbers, half surrogates and deep nesting are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from crosswarden.tokens.refusals import Plain, refusal

__all__ = ["DEPTH_LIMIT", "DuplicateMember", "read_object"]

DEPTH_LIMIT = 16
"""Levels of nesting accepted; tokens of Microsoft nest two or three deep."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")


class DuplicateMember(ValueError):
    """An object names a member twice."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _BadNumber(ValueError):
    """A number that is none."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DuplicateMember(name)
            seen.add(name)
    return members


def _constant(text: str) -> NoReturn:
    raise _BadNumber(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _BadNumber(text)
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant, parse_float=_number)


def _depth(data: bytes) -> int:
    deepest = level = 0
    for byte in _STRING.sub(b"", data):
        if byte in _OPENING:
            level += 1
            deepest = max(deepest, level)
        elif byte in _CLOSING:
            level -= 1
    return deepest


def read_object(data: bytes, part: str) -> dict[str, Any]:
    """The JSON object in ``data``; ``part`` is what messages call it.

    Raises :class:`TokenRefused`, or :class:`DuplicateMember` for the caller to name.

    >>> read_object(b'{"a": 1}', "header")
    {'a': 1}
    """
    name = Plain(part)
    if data.count(b"[") + data.count(b"{") > DEPTH_LIMIT and _depth(data) > DEPTH_LIMIT:
        raise refusal("json-too-deep", part=name, limit=DEPTH_LIMIT)
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise refusal("json-not-utf8", part=name) from None
    except DuplicateMember:
        raise
    except json.JSONDecodeError as error:
        problem = Plain(f"{error.msg} at character {error.pos}")
        raise refusal("json-malformed", part=name, problem=problem) from None
    except (ValueError, RecursionError):
        raise refusal("json-number", part=name) from None
    if not isinstance(value, dict):
        raise refusal("json-not-object", part=name)
    if b"\\u" in data:
        _refuse_half_surrogates(value, name)
    return value


def _refuse_half_surrogates(value: Mapping[str, Any], part: Plain) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise refusal("json-surrogate", part=part) from None
