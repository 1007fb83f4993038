"""String and regular-expression functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crosswarden.kql.functions.calls import (
    as_type,
    attempt,
    convert,
    dynamic_constant,
    fixed,
    macro,
    search_text,
    values,
)
from crosswarden.kql.functions.entries import Table, lowered, simple, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context
from crosswarden.kql.sql import Expression, call, case, cast, exp, number, paren, text
from crosswarden.tables import Type

__all__ = ["STRINGS"]

_FAMILY = "string"
_MOST = 9_223_372_036_854_775_807


def _concatenated(parts: Sequence[Expression]) -> Expression:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part, safe=False)
    return paren(joined) if len(parts) > 1 else joined


def _strcat(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return _concatenated([as_type(argument, Type.STRING) for argument in arguments])


def _strcat_delim(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    delimiter, *rest = (as_type(argument, Type.STRING) for argument in arguments)
    parts: list[Expression] = []
    for part in rest:
        parts += [delimiter, part] if parts else [part]
    return _concatenated(parts)


def _strlen(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("length", as_type(arguments[0], Type.STRING))


def _extract(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    pattern, group, source = arguments[:3]
    if not isinstance(group.constant, int):
        return _extract_any(arguments, result)
    found: Expression = call("kql_extract", search_text(source), as_type(pattern, Type.STRING), _group(group))
    if (
        isinstance(group.constant, int)
        and isinstance(pattern.constant, str)
        and not _has_group(pattern.constant, group.constant)
    ):
        found = text("")
    return convert(found, Type.STRING, result.type)


def _extract_any(arguments: Sequence[Argument], result: Kind) -> Expression:
    """A group known only at run time: one branch for each that there may be."""
    pattern, group, source = arguments[:3]
    most = _groups(pattern.constant) if isinstance(pattern.constant, str) else 9
    subject, written = search_text(source), as_type(pattern, Type.STRING)
    branches: list[tuple[Expression, Expression]] = [
        (exp.EQ(this=group.expr, expression=number(at)), call("kql_extract", subject, written, number(at)))
        for at in range(most + 1)
    ]
    return convert(case(branches, text("")), Type.STRING, result.type)


def _group(group: Argument) -> Expression:
    return number(group.constant) if isinstance(group.constant, int) else number(0)


def _has_group(pattern: str, group: int) -> bool:
    return group <= _groups(pattern)


def _groups(pattern: str) -> int:
    """How many capturing groups an RE2 pattern has.

    >>> _groups(r"(a)(?:b)(?P<n>c)[(]\\((?i)d")
    2
    """
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "", pattern, flags=re.DOTALL)
    return len(re.findall(r"\((?!\?)|\(\?P?<(?![=!])", bare))


def _extract_all(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    pattern, source = arguments[0], arguments[-1]
    if not isinstance(pattern.constant, str):
        raise LookupError("extract_all with a pattern that is no constant")
    subject, known = search_text(source), _groups(pattern.constant)
    wanted = dynamic_constant(arguments[1]) if len(arguments) == 3 else None
    chosen = _chosen(pattern.constant, wanted) if isinstance(wanted, list) else []
    groups = chosen or list(range(1, known + 1)) or [0]
    found = [_all_of_group(subject, pattern.constant, group) for group in groups]
    if len(found) == 1:
        return call("kql_matches_json", found[0])
    return call("kql_matches_json", call("kql_rows", call("list_value", *found)))


def _chosen(pattern: str, wanted: Sequence[object]) -> list[int]:
    """The numbers of groups given by number or by name.

    >>> _chosen(r"(?P<a>x)(y)(?P<b>z)", ["b", 2])
    [3, 2]
    """
    opened = re.findall(r"\((?:\?P?<([A-Za-z_]\w*)>|(?!\?))", re.sub(r"\\.", "", pattern))
    numbers = {name: at for at, name in enumerate(opened, 1) if name}
    found = [item if isinstance(item, int) else numbers.get(str(item), 0) for item in wanted]
    return [group for group in found if group]


def _all_of_group(subject: Expression, pattern: str, group: int) -> Expression:
    return call("regexp_extract_all", subject, text(pattern), number(group))


def _replace_regex(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    source, pattern, rewrite = (as_type(argument, Type.STRING) for argument in arguments)
    made = call("regexp_replace", source, pattern, rewrite, text("g"))
    return made if isinstance(arguments[1].constant, str) else call("coalesce", attempt(made), text(""))


def _replace(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    pattern, rewrite, source = arguments
    return _replace_regex([source, pattern, rewrite], result, context)


def _code_points(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("kql_from_code_points", values([as_type(argument, Type.DYNAMIC) for argument in arguments]))


def _has_any_index(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("kql_has_any_index", search_text(arguments[0]), as_type(arguments[1], Type.DYNAMIC))


def _isempty(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (value,) = arguments
    if value.type is Type.STRING:
        return paren(exp.EQ(this=value.expr, expression=text("")))
    if value.type is Type.DYNAMIC:
        return call("kql_isempty_dynamic", value.expr)
    return paren(exp.Is(this=paren(value.expr), expression=exp.Null()))


def _isnull(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    (value,) = arguments
    if value.type is Type.STRING:
        return exp.Boolean(this=False)
    return paren(exp.Is(this=paren(value.expr), expression=exp.Null()))


def _isnotempty(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return paren(exp.Not(this=_isempty(arguments, result, context)))


def _isnotnull(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return paren(exp.Not(this=_isnull(arguments, result, context)))


def _split(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    source, delimiter = (as_type(argument, Type.STRING) for argument in arguments[:2])
    if len(arguments) == 3:
        return call("kql_split_at", source, delimiter, cast(arguments[2].expr, "BIGINT"))
    return call("kql_split", source, delimiter)


STRINGS: Table = {
    "strcat": lowered(_FAMILY, _strcat),
    "strcat_delim": lowered(_FAMILY, _strcat_delim),
    "strcat_array": udf(_FAMILY, fixed(lambda array, by: call("kql_strcat_array", by, array), "JS")),
    "array_strcat": udf(_FAMILY, fixed(lambda array, by: call("kql_strcat_array", by, array), "JS")),
    "strcmp": lowered(_FAMILY, macro("kql_strcmp", "SS")),
    "strrep": lowered(_FAMILY, macro("kql_strrep", "SLS", "")),
    "strlen": simple(_FAMILY, _strlen),
    "string_size": simple(_FAMILY, macro("strlen", "S")),
    "toupper": simple(_FAMILY, macro("upper", "S")),
    "tolower": simple(_FAMILY, macro("lower", "S")),
    "reverse": udf(_FAMILY, macro("kql_reverse", "S")),
    "substring": lowered(_FAMILY, macro("kql_substring", "SLL", _MOST)),
    "indexof": udf(_FAMILY, macro("kql_indexof", "SSLLL", 0, -1, 1)),
    "indexof_regex": udf(_FAMILY, macro("kql_indexof_regex", "SSLLL", 0, -1, 1)),
    "split": lowered(_FAMILY, _split),
    "trim": lowered(_FAMILY, macro("kql_trim", "SS")),
    "trim_start": lowered(_FAMILY, macro("kql_trim_start", "SS")),
    "trim_end": lowered(_FAMILY, macro("kql_trim_end", "SS")),
    "extract": lowered(_FAMILY, _extract),
    "extract_all": lowered(_FAMILY, _extract_all),
    "extractall": lowered(_FAMILY, _extract_all),
    "replace_regex": simple(_FAMILY, _replace_regex),
    "replace": lowered(_FAMILY, _replace),
    "replace_string": simple(_FAMILY, macro("kql_replace_string", "SSS")),
    "replace_strings": udf(_FAMILY, macro("kql_replace_strings", "SJJ")),
    "translate": udf(_FAMILY, macro("kql_translate", "SSS")),
    "countof": udf(_FAMILY, macro("kql_countof", "SSS", "normal")),
    "has_any_index": udf(_FAMILY, _has_any_index),
    "to_utf8": udf(_FAMILY, macro("kql_code_points", "S")),
    "unicode_codepoints_from_string": udf(_FAMILY, macro("kql_code_points", "S")),
    "make_string": udf(_FAMILY, _code_points),
    "unicode_codepoints_to_string": udf(_FAMILY, _code_points),
    "punycode_to_string": udf(_FAMILY, macro("kql_from_punycode", "S")),
    "punycode_from_string": udf(_FAMILY, macro("kql_to_punycode", "S")),
    "punycode_domain_to_string": udf(_FAMILY, macro("kql_domain_to_punycode", "S")),
    "punycode_domain_from_string": udf(_FAMILY, macro("kql_domain_from_punycode", "S")),
    "isascii": simple(_FAMILY, macro("kql_isascii", "S")),
    "isutf8": simple(_FAMILY, lambda arguments, result, context: exp.Boolean(this=True)),
    "regex_quote": simple(_FAMILY, macro("kql_regex_quote", "S")),
    "isempty": lowered(_FAMILY, _isempty),
    "isnotempty": lowered(_FAMILY, _isnotempty),
    "notempty": lowered(_FAMILY, _isnotempty),
    "isnull": lowered(_FAMILY, _isnull),
    "isnotnull": lowered(_FAMILY, _isnotnull),
    "notnull": lowered(_FAMILY, _isnotnull),
}
