"""String functions that SQL cannot say: searches, replacements, comparisons, code points."""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_text, dumps, loads

__all__ = ["BODIES"]

_PATTERN_CHARACTERS = 100_000


@lru_cache(maxsize=512)
def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern in RE2's syntax, compiled; raises ValueError when it is none."""
    if len(pattern) > _PATTERN_CHARACTERS:
        raise ValueError("pattern too long")
    try:
        return regex.compile(pattern.replace(r"\z", r"\Z"), regex.V0)
    except regex.error as error:
        raise ValueError(str(error)) from error


def _boundaries(term: str) -> str:
    start = r"(?<![\p{L}\p{N}])" if term[:1].isalnum() else ""
    end = r"(?![\p{L}\p{N}])" if term[-1:].isalnum() else ""
    return f"{start}{regex.escape(term)}{end}"


@lru_cache(maxsize=256)
def _any_term(terms: str, ignore_case: bool) -> regex.Pattern[str]:
    values = loads(terms)
    words = [as_text(value) for value in (values if isinstance(values, list) else [values])]
    flags = regex.IGNORECASE if ignore_case else 0
    return regex.compile("|".join(_boundaries(word) for word in words) if words else r"(?!)", flags)


def has_any(text: str, terms: str | None) -> bool:
    """Whether the text holds one of the terms of an array.

    >>> has_any("North Carolina", '["south","north"]')
    True
    """
    return terms is not None and _any_term(terms, True).search(text) is not None


def has_all(text: str, terms: str | None) -> bool:
    """Whether the text holds every term of an array."""
    values = loads(terms)
    words = [as_text(value) for value in (values if isinstance(values, list) else [values])]
    return all(regex.search(_boundaries(word), text, regex.IGNORECASE) for word in words)


def has_any_index(text: str, terms: str | None) -> int:
    """The position of the first term of the array that the text holds; -1 when it holds none."""
    values = loads(terms) if terms is not None else []
    for position, value in enumerate(values if isinstance(values, list) else [values]):
        if regex.search(_boundaries(as_text(value)), text, regex.IGNORECASE):
            return position
    return -1


def index_of(
    text: str, lookup: str, start: int | None, length: int | None, occurrence: int | None
) -> int | None:
    """The position of the n-th occurrence of a string; -1 when there is none. Each search has the whole length.

    >>> index_of("abcdefgabcdefg", "cde", 1, 2, 1), index_of("abcdefgabcdefg", "cde", 1, 10, 2)
    (-1, 9)
    """
    begin, _ = _range(text, start, length)
    for _ in range(_occurrence(occurrence)):
        begin, end = _range(text, begin, length)
        position = text.find(lookup, begin, end)
        if position < 0:
            return -1
        begin = position + 1
    return begin - 1


def index_of_regex(
    text: str, pattern: str, start: int | None, length: int | None, occurrence: int | None
) -> int | None:
    """The position of the n-th match of a pattern; -1 when there is none."""
    if start is not None and start < 0:
        return None
    begin, end = _range(text, start, length)
    matches = compiled(pattern).finditer(text[begin:end])
    for number, match in enumerate(matches, 1):
        if number == _occurrence(occurrence):
            return begin + int(match.start())
    return -1


def _range(text: str, start: int | None, length: int | None) -> tuple[int, int]:
    begin = start or 0
    begin = max(len(text) + begin, 0) if begin < 0 else begin
    wanted = -1 if length is None else length
    if wanted < -1:
        raise ValueError("length")
    return begin, len(text) if wanted == -1 else min(begin + wanted, len(text))


def _occurrence(occurrence: int | None) -> int:
    count = 1 if occurrence is None else occurrence
    if count < 1:
        raise ValueError("occurrence")
    return count


def count_of(text: str, lookup: str, kind: str) -> int | None:
    """How often a string (overlapping) or a pattern (not overlapping) occurs.

    >>> count_of("aaaa", "aa", "normal"), count_of("aaaa", "aa", "regex")
    (3, 2)
    """
    if kind == "regex":
        return sum(1 for _ in compiled(lookup).finditer(text))
    if not lookup:
        return 0
    return sum(text.startswith(lookup, i) for i in range(len(text) - len(lookup) + 1))


def replace_strings(text: str, lookups: str | None, rewrites: str | None) -> str:
    """Replace each of several strings, in order; what one has replaced is not looked at again.

    >>> replace_strings("a cat into a dog", '["cat","dog"]', '["dog","pigeon"]')
    'a dog into a pigeon'
    """
    found, new = loads(lookups), loads(rewrites)
    if not isinstance(found, list):
        return text
    replacements = new if isinstance(new, list) else [new] * len(found)
    if len(replacements) != len(found):
        raise ValueError("lengths differ")
    parts: list[tuple[str, bool]] = [(text, False)]
    for old, value in zip(found, replacements, strict=True):
        if isinstance(old, str) and old:
            parts = _replaced(parts, old, value if isinstance(value, str) else old)
    return "".join(part for part, _ in parts)


def _replaced(parts: list[tuple[str, bool]], old: str, new: str) -> list[tuple[str, bool]]:
    """The parts with one more string replaced; what was replaced before is left alone."""
    out: list[tuple[str, bool]] = []
    for part, done in parts:
        pieces = [part] if done else part.split(old)
        for position, piece in enumerate(pieces):
            if position:
                out.append((new, True))
            out.append((piece, done))
    return out


def translate(search: str, replacement: str, text: str) -> str:
    """Replace characters one for one; the last replacement stands for what is left over.

    >>> translate("krasp", "otsku", "spark")
    'kusto'
    """
    if not replacement:
        return text.translate({ord(character): None for character in search})
    return text.translate(
        {
            ord(character): replacement[min(position, len(replacement) - 1)]
            for position, character in reversed(list(enumerate(search)))
        }
    )


def code_points(text: str) -> str | None:
    """The code points of a string."""
    return dumps([ord(character) for character in text])


def from_code_points(values: list[str | None]) -> str:
    """The string of code points, given as numbers and arrays of numbers."""
    found: list[int] = []
    for value in values:
        inner = loads(value)
        found += inner if isinstance(inner, list) else [inner]
    return "".join(chr(int(point)) for point in found)


def to_punycode(text: str) -> str:
    """A string as punycode, as it follows ``xn--`` in a host name's label."""
    return text.encode("punycode").decode("ascii")


def from_punycode(text: str) -> str:
    """The string that a punycode text stands for."""
    return text.encode("ascii").decode("punycode")


def domain_to_punycode(text: str) -> str:
    """A host name with each label that needs it in punycode.

    >>> domain_to_punycode("艺术.com")
    'xn--cqv902d.com'
    """
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in re.split(r"[.\u3002\uff0e\uff61]", text)
    )


def domain_from_punycode(text: str) -> str:
    """A host name with the labels in punycode decoded."""
    return ".".join(
        label[4:].encode("ascii").decode("punycode") if label.lower().startswith("xn--") else label
        for label in text.split(".")
    )


def reverse(text: str) -> str:
    """The characters in reverse."""
    return text[::-1]


_INDEX = ("VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT")
_TEXT = ("VARCHAR",)
BODIES = {
    "kql_has_any": Body(has_any, ("VARCHAR", "VARCHAR"), "BOOLEAN", False),
    "kql_has_all": Body(has_all, ("VARCHAR", "VARCHAR"), "BOOLEAN", False),
    "kql_has_any_index": Body(has_any_index, ("VARCHAR", "VARCHAR"), "BIGINT"),
    "kql_indexof": Body(index_of, _INDEX, "BIGINT"),
    "kql_indexof_regex": Body(index_of_regex, _INDEX, "BIGINT"),
    "kql_countof": Body(count_of, ("VARCHAR", "VARCHAR", "VARCHAR"), "BIGINT"),
    "kql_replace_strings": Body(replace_strings, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", ""),
    "kql_translate": Body(translate, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", ""),
    "kql_code_points": Body(code_points, _TEXT, "VARCHAR"),
    "kql_from_code_points": Body(from_code_points, ("VARCHAR[]",), "VARCHAR", ""),
    "kql_to_punycode": Body(to_punycode, _TEXT, "VARCHAR", ""),
    "kql_from_punycode": Body(from_punycode, _TEXT, "VARCHAR", ""),
    "kql_domain_to_punycode": Body(domain_to_punycode, _TEXT, "VARCHAR", ""),
    "kql_domain_from_punycode": Body(domain_from_punycode, _TEXT, "VARCHAR", ""),
    "kql_reverse": Body(reverse, _TEXT, "VARCHAR", ""),
}
