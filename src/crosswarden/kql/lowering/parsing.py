"""parse and parse-kv as regular expressions.

Source: Kusto documentation, "parse operator": in simple and relaxed modes the text between columns is literal, in
regex mode it is a pattern; there ``*`` becomes ``.*`` and a string column ``(.*)``, which ``flags=U`` makes lazy; a whole number is ``-?\\d+``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crosswarden.kql.functions import find_function, of
from crosswarden.kql.functions.model import Argument
from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Special
from crosswarden.kql.sql import Expression, all_of, call, case, exp, null, number, text
from crosswarden.tables import Type

__all__ = ["PARSING", "parse_pattern"]

_NAMES = {
    Type.BOOL: "tobool",
    Type.INT: "toint",
    Type.LONG: "tolong",
    Type.REAL: "toreal",
    Type.DECIMAL: "todecimal",
    Type.DATETIME: "todatetime",
    Type.TIMESPAN: "totimespan",
    Type.DYNAMIC: "todynamic",
    Type.GUID: "toguid",
}
Items = Sequence[tuple[object, ...]]


def parse_pattern(items: Items, mode: str, flags: str) -> tuple[str, list[int]]:
    """The whole regular expression, and the number of each column's group.

    >>> parse_pattern([("*",), ("text", "a="), ("column", Type.STRING)], "simple", "")
    ('(?s)^.*?a\\\\=(.*?)$', [1])
    """
    parts, groups, group = [], [], 0
    for item in items:
        if item[0] == "*":
            parts.append(".*" if mode == "regex" else ".*?")
        elif item[0] == "text":
            written = str(item[1])
            parts.append(written if mode == "regex" else _escaped(written))
            group += _group_count(written) if mode == "regex" else 0
        else:
            group += 1
            groups.append(group)
            kind = item[1] if mode != "relaxed" else Type.STRING
            whole = isinstance(kind, Type) and kind in (Type.INT, Type.LONG)
            digits = mode == "relaxed" and item[1] in (Type.INT, Type.LONG)
            plain = r"(-?\d+|.*?)" if digits else "(.*)" if mode == "regex" else "(.*?)"
            parts.append(r"(\s*-?\d+\s*)" if whole else plain)
    letters = "".join(sorted({letter for letter in flags if letter in "imsU"} | {"s"}))
    return f"(?{letters})^{''.join(parts)}$", groups


def _escaped(written: str) -> str:
    return re.sub(r"([^\w\s])", r"\\\1", written, flags=re.ASCII)


def _group_count(pattern: str) -> int:
    bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "", pattern)
    return len(re.findall(r"\((?!\?)|\(\?P?<[A-Za-z]", bare))


def _texts(lowering: Lowering, node: Special, step: Step) -> Expression:
    (source,) = node.arguments
    value = lowering.scalar(source, step)
    if source.type is not Type.DYNAMIC:
        return value
    return call("coalesce", call("json_extract_string", value, text("$")), text(""))


def _part(value: Expression, pattern: str, group: int) -> Expression:
    return call("regexp_extract", value, text(pattern), number(group))


def _typed(lowering: Lowering, value: Expression, kind: Type) -> Expression:
    if kind is Type.STRING:
        return value
    function = find_function(_NAMES[kind])
    assert function is not None
    return function.lower([Argument(value, of(Type.STRING))], of(kind), lowering.context)


def _options(node: Special, skip: int) -> tuple[Items, str, str]:
    items, mode, flags = node.options[skip:]
    assert isinstance(items, tuple)
    return items, str(mode), str(flags)


def _matches(lowering: Lowering, node: Special, step: Step) -> Expression:
    """Whether the text has the pattern and (but for relaxed) every column the type it wants."""
    items, mode, flags = _options(node, 0)
    return _match(lowering, _texts(lowering, node, step), items, mode, flags)


def _match(lowering: Lowering, value: Expression, items: Items, mode: str, flags: str) -> Expression:
    pattern, groups = parse_pattern(items, mode, flags)
    conditions: list[Expression] = [call("regexp_matches", value, text(pattern))]
    kinds = [item[1] for item in items if item[0] == "column"]
    for group, kind in zip(groups, kinds, strict=True):
        if mode != "relaxed" and isinstance(kind, Type) and kind not in (Type.STRING, Type.DYNAMIC):
            typed = _typed(lowering, _part(value.copy(), pattern, group), kind)
            conditions.append(
                exp.Not(this=exp.Paren(this=exp.Is(this=exp.Paren(this=typed), expression=null())))
            )
    return all_of(conditions)


def _parse_part(lowering: Lowering, node: Special, step: Step) -> Expression:
    """One column's text, as its type; empty or null where the pattern does not match."""
    at = node.options[0]
    assert isinstance(at, int)
    items, mode, flags = _options(node, 1)
    pattern, groups = parse_pattern(items, mode, flags)
    kinds = [item[1] for item in items if item[0] == "column"]
    kind = kinds[at]
    assert isinstance(kind, Type)
    value = _texts(lowering, node, step)
    found = _typed(lowering, _part(value, pattern, groups[at]), kind)
    strict = mode != "relaxed" and any(k is not Type.STRING for k in kinds)
    if not strict and kind is Type.STRING:
        return found
    otherwise = text("") if kind is Type.STRING else None
    return case([(_match(lowering, value.copy(), items, mode, flags), found)], otherwise)


def _parse_kv(lowering: Lowering, node: Special, step: Step) -> Expression:
    """The value of one key; pairs and keys are told apart by literal delimiters, quotes protect them."""
    name, pair, between, quote, escape, greedy, pattern = node.options
    value = _texts(lowering, node, step)
    if pattern:
        found = call("kql_parse_kv_regex", value, text(str(name)), text(str(pattern)))
    else:
        options = (pair or "", between or "", quote or "", escape or "", "1" if greedy else "")
        found = call("kql_parse_kv", value, text(str(name)), *[text(str(option)) for option in options])
    return _typed(lowering, found, node.type)


PARSING = {"parse-matches": _matches, "parse-part": _parse_part, "parse-kv": _parse_kv}
