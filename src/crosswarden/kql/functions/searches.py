"""String operators: ``has`` and its relatives, ``contains``, ``startswith``, ``in``, ``matches regex``.

A term is a maximal run of letters and digits (Unicode); the underscore is none of them. ``has`` asks for a whole
term at each end of the searched text that is itself a letter or digit. Searches for a known text run as a plain
search first, and only what that finds meets the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from crosswarden.kql.functions.calls import as_type, attempt, dynamic_constant, search_text
from crosswarden.kql.functions.entries import Table, lowered, unsupported
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.functions.operators import equals
from crosswarden.kql.sql import Expression, all_of, any_of, call, case, exp, paren, text, truth
from crosswarden.tables import Type

__all__ = ["SEARCHES"]

_EDGE = r"[^\p{L}\p{N}]"
_TERMS_AT_ONCE = 100


def _known(argument: Argument) -> str | None:
    """The text of a constant string argument."""
    value = argument.constant
    return value if argument.is_constant and isinstance(value, str) and argument.type is Type.STRING else None


def _alphanumeric(character: str) -> bool:
    return bool(character) and character.isalnum()


def term_pattern(term: str, *, ignore_case: bool, start: bool = True, end: bool = True) -> str:
    r"""The RE2 pattern of a term search.

    >>> term_pattern("a.b", ignore_case=True)
    '(?i)(?:^|[^\\p{L}\\p{N}])a\\.b(?:$|[^\\p{L}\\p{N}])'
    """
    head = f"(?:^|{_EDGE})" if start and _alphanumeric(term[:1]) else ""
    tail = f"(?:$|{_EDGE})" if end and _alphanumeric(term[-1:]) else ""
    return f"{'(?i)' if ignore_case else ''}{head}{_escaped(term)}{tail}"


def _escaped(term: str) -> str:
    return re.sub(r"[.^$*+?()\[\]{}|\\]", r"\\\g<0>", term)


def _lower(expression: Expression) -> Expression:
    return call("lower", expression)


def _contains(subject: Expression, wanted: Expression, *, ignore_case: bool) -> Expression:
    if ignore_case:
        return call("contains", _lower(subject), _lower(wanted))
    return call("contains", subject, wanted)


def _contains_known(subject: Expression, term: str, *, ignore_case: bool) -> Expression:
    """A search for a known text; ILIKE is the faster one where the text has none of its wildcards."""
    if ignore_case and "%" not in term and "_" not in term:
        return paren(exp.ILike(this=subject, expression=text(f"%{term}%")))
    return _contains(subject, text(term), ignore_case=ignore_case)


def _has(subject: Expression, term: str, *, ignore_case: bool, start: bool, end: bool) -> Expression:
    found = _contains_known(subject, term, ignore_case=ignore_case)
    if not (start and _alphanumeric(term[:1])) and not (end and _alphanumeric(term[-1:])):
        return found
    pattern = text(term_pattern(term, ignore_case=ignore_case, start=start, end=end))
    return case([(found, call("regexp_matches", subject.copy(), pattern))], truth(False))


def _term_search(name: str, *, ignore_case: bool, start: bool = True, end: bool = True) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        subject, wanted = arguments
        term = _known(wanted)
        if term is None:
            return call(name, search_text(subject), as_type(wanted, Type.STRING))
        return _has(search_text(subject), term, ignore_case=ignore_case, start=start, end=end)

    return lower


def _plain_search(build: Callable[[Expression, Expression], Expression], *, ignore_case: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        subject, wanted = search_text(arguments[0]), as_type(arguments[1], Type.STRING)
        term = _known(arguments[1])
        if build is _substring and term is not None:
            return _contains_known(subject, term, ignore_case=ignore_case)
        if ignore_case:
            subject, wanted = _lower(subject), _lower(wanted)
        return build(subject, wanted)

    return lower


def _not(lowering: Lowering) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return paren(exp.Not(this=paren(lowering(arguments, result, context))))

    return lower


def _regex(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    subject, pattern = search_text(arguments[0]), as_type(arguments[1], Type.STRING)
    found = call("regexp_matches", subject, pattern)
    return found if _known(arguments[1]) is not None else call("coalesce", attempt(found), truth(False))


def _tilde(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    a, b = (_lower(as_type(argument, Type.STRING)) for argument in arguments)
    return paren(exp.EQ(this=a, expression=b))


def _spread(arguments: Sequence[Argument]) -> list[Argument] | None:
    """The members of a set: constant arrays are opened; None when one is known only at run time."""
    members: list[Argument] = []
    for argument in arguments:
        if argument.type is not Type.DYNAMIC:
            members.append(argument)
            continue
        if not argument.is_constant:
            return None
        value = dynamic_constant(argument)
        members += [_member(item) for item in (value if isinstance(value, list) else [value])]
    return members


def _member(item: object) -> Argument:
    from crosswarden.kql.functions.kinds import of

    match item:
        case bool():
            return Argument(truth(item), of(Type.BOOL), item)
        case int():
            return Argument(exp.Literal.number(item), of(Type.LONG), item)
        case float():
            return Argument(exp.Literal.number(item), of(Type.REAL), item)
        case str():
            return Argument(text(item), of(Type.STRING), item)
        case _:
            return Argument(exp.Null(), of(Type.DYNAMIC), None)


def _membership(*, ignore_case: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        value, *rest = arguments
        members = _spread(rest)
        if members is None:
            parts = [
                _one_of_array(value, a, ignore_case)
                if a.type is Type.DYNAMIC
                else _one(value, a, ignore_case)
                for a in rest
            ]
            return paren(any_of(parts))
        members = [member for member in members if not (member.is_constant and member.constant is None)]
        if not members:
            return truth(False)
        if value.type in (Type.STRING, Type.DYNAMIC) or any(m.type is Type.STRING for m in members):
            return _in_texts(value, members, ignore_case)
        if all(_alike(value.type, m.type) for m in members):
            found = exp.In(this=value.expr, expressions=[m.expr for m in members])
            return call("coalesce", found, truth(False))
        return paren(any_of(call("coalesce", equals(value, member), truth(False)) for member in members))

    return lower


def _alike(a: Type, b: Type) -> bool:
    return a is b or (a.is_numeric and b.is_numeric)


def _in_texts(value: Argument, members: Sequence[Argument], ignore_case: bool) -> Expression:
    if value.type is not Type.DYNAMIC and value.type is not Type.STRING and not ignore_case:
        return paren(any_of(call("coalesce", equals(value, member), truth(False)) for member in members))
    subject = as_type(value, Type.STRING)
    texts = [as_type(member, Type.STRING) for member in members]
    if ignore_case:
        subject, texts = _lower(subject), [_lower(item) for item in texts]
    return paren(exp.In(this=subject, expressions=texts))


def _one(value: Argument, member: Argument, ignore_case: bool) -> Expression:
    if ignore_case:
        return _tilde([value, member], value.kind, Context())
    return call("coalesce", equals(value, member), truth(False))


def _one_of_array(value: Argument, array: Argument, ignore_case: bool) -> Expression:
    name = "kql_in_array_ignoring_case" if ignore_case else "kql_in_array"
    return call(name, as_type(value, Type.STRING), array.expr)


def _has_some(*, every: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        value, *rest = arguments
        members = _spread(rest)
        terms = [_known(member) if member.type is Type.STRING else None for member in members or []]
        if members is not None and all(term is not None for term in terms):
            known = [term for term in terms if term is not None]
            return _has_every(value, known) if every else _has_any(value, known)
        if len(rest) == 1 and rest[0].type is Type.DYNAMIC:
            return call("kql_has_all" if every else "kql_has_any", search_text(value), rest[0].expr)
        subject = search_text(value)
        parts = [call("kql_has", subject.copy(), as_type(member, Type.STRING)) for member in members or rest]
        return paren(all_of(parts) if every else any_of(parts))

    return lower


def _has_every(value: Argument, terms: Sequence[str]) -> Expression:
    subject = search_text(value)
    parts = [_has(subject.copy(), term, ignore_case=True, start=True, end=True) for term in terms]
    return paren(all_of(paren(part) for part in parts))


def _has_any(value: Argument, terms: Sequence[str]) -> Expression:
    if not terms:
        return truth(False)
    if len(terms) < 3:
        subject = search_text(value)
        parts = [_has(subject.copy(), term, ignore_case=True, start=True, end=True) for term in terms]
        return paren(any_of(paren(part) for part in parts))
    chunks = [terms[i : i + _TERMS_AT_ONCE] for i in range(0, len(terms), _TERMS_AT_ONCE)]
    patterns = [
        "(?i)" + "|".join(term_pattern(term, ignore_case=False) for term in chunk) for chunk in chunks
    ]
    subject = search_text(value)
    return paren(any_of(call("regexp_matches", subject.copy(), text(pattern)) for pattern in patterns))


def _pairs() -> Table:
    """Each operator with its case-sensitive form and the negations of both."""
    table: Table = {}
    for name, start, end in (("Has", True, True), ("HasPrefix", True, False), ("HasSuffix", False, True)):
        macro = {"Has": "kql_has", "HasPrefix": "kql_has_prefix", "HasSuffix": "kql_has_suffix"}[name]
        table[name] = lowered(_FAMILY, _term_search(macro, ignore_case=True, start=start, end=end))
        table[f"{name}Cs"] = lowered(
            _FAMILY, _term_search(f"{macro}_cs", ignore_case=False, start=start, end=end)
        )
    for name, function in (
        ("Contains", "contains"),
        ("StartsWith", "starts_with"),
        ("EndsWith", "ends_with"),
    ):
        build = _substring if function == "contains" else _calling(function)
        table[name] = lowered(_FAMILY, _plain_search(build, ignore_case=True))
        table[f"{name}Cs"] = lowered(_FAMILY, _plain_search(build, ignore_case=False))
    for name in list(table):
        lowering = table[name].lowering
        assert lowering is not None
        table[f"Not{name}"] = lowered(_FAMILY, _not(lowering))
    return table


def _substring(subject: Expression, wanted: Expression) -> Expression:
    return call("contains", subject, wanted)


def _calling(function: str) -> Callable[[Expression, Expression], Expression]:
    return lambda subject, wanted: call(function, subject, wanted)


_FAMILY = "string operators"
_REASON = "the obsolete operator is not implemented"
SEARCHES: Table = {
    **_pairs(),
    "EqualTilde": lowered(_FAMILY, _tilde),
    "BangTilde": lowered(_FAMILY, _not(_tilde)),
    "MatchRegex": lowered(_FAMILY, _regex),
    "Search": lowered(_FAMILY, _term_search("kql_has", ignore_case=True)),
    "In": lowered(_FAMILY, _membership(ignore_case=True)),
    "InCs": lowered(_FAMILY, _membership(ignore_case=False)),
    "NotIn": lowered(_FAMILY, _not(_membership(ignore_case=True))),
    "NotInCs": lowered(_FAMILY, _not(_membership(ignore_case=False))),
    "HasAny": lowered(_FAMILY, _has_some(every=False)),
    "HasAll": lowered(_FAMILY, _has_some(every=True)),
    **{name: unsupported(_FAMILY, _REASON) for name in ("Like", "LikeCs", "NotLike", "NotLikeCs")},
}
