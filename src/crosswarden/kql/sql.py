"""The one door to sqlglot: expressions are built, never SQL strings.

sqlglot is pinned exactly; its tree and generators change between releases, and this module is where that shows.
The short builders below make bare nodes, without parsing, copying or optimizing, because a hunt has thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

__all__ = [
    "Expression",
    "alias",
    "all_of",
    "any_of",
    "call",
    "case",
    "cast",
    "column",
    "exp",
    "identifier",
    "null",
    "number",
    "paren",
    "text",
    "to_sql",
    "truth",
]

Expression = exp.Expression
_GENERATOR = DuckDB()


def identifier(name: str) -> exp.Identifier:
    """A quoted name."""
    return exp.Identifier(this=name, quoted=True)


def column(name: str) -> exp.Column:
    """A column by its quoted name."""
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def alias(expression: Expression, name: str) -> exp.Alias:
    """``expression AS "name"``."""
    return exp.Alias(this=expression, alias=exp.Identifier(this=name, quoted=True))


def text(value: str) -> exp.Literal:
    """A string literal; quotes inside are doubled when it is written."""
    return exp.Literal(this=value, is_string=True)


def number(value: int | float | str) -> Expression:
    """A number literal; negative ones in parentheses."""
    written = str(value)
    if written.startswith("-"):
        return exp.Paren(this=exp.Neg(this=exp.Literal(this=written[1:], is_string=False)))
    return exp.Literal(this=written, is_string=False)


def null() -> exp.Null:
    """NULL."""
    return exp.Null()


def truth(value: bool) -> exp.Boolean:
    """TRUE or FALSE."""
    return exp.Boolean(this=value)


def call(name: str, *arguments: Expression) -> exp.Anonymous:
    """A function call, written as named: nothing is transpiled.

    DuckDB pastes a macro's argument in wherever the macro names it, so macros within macros grow without bound; one
    that is long itself is bound to a name first.

    >>> to_sql(call("kql_parse_json", call("kql_dynamic_text", column("a"))))
    'ARRAY_EXTRACT(LIST_TRANSFORM([KQL_DYNAMIC_TEXT("a")], LAMBDA "v" : KQL_PARSE_JSON("v")), 1)'
    """
    if name.startswith(_PASTING) and len(arguments) == 1 and _is_long(arguments[0]):
        body = exp.Lambda(
            this=exp.Anonymous(this=name, expressions=[column("v")]),
            expressions=[identifier("v")],
            colon=True,
        )
        items = exp.Array(expressions=list(arguments))
        return exp.Anonymous(
            this="array_extract",
            expressions=[
                exp.Anonymous(this="list_transform", expressions=[items, body]),
                exp.Literal.number(1),
            ],
        )
    return exp.Anonymous(this=name, expressions=list(arguments))


_PASTING = ("kql_parse_json", "kql_dynamic_", "kql_text_")
"""Macros that name their argument several times."""


def _is_long(expression: Expression) -> bool:
    """Whether a macro that names its argument several times stands inside."""
    return any(
        isinstance(node, exp.Anonymous) and str(node.this).startswith(_PASTING) for node in expression.walk()
    )


def cast(expression: Expression, kind: str) -> exp.Cast:
    """``CAST(expression AS kind)``; ``kind`` is DuckDB's own name of the type."""
    return exp.Cast(this=expression, to=exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=kind))


def paren(expression: Expression) -> exp.Paren:
    """The expression in parentheses."""
    return exp.Paren(this=expression)


def case(branches: Sequence[tuple[Expression, Expression]], otherwise: Expression | None = None) -> exp.Case:
    """``CASE WHEN … THEN … ELSE … END``."""
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=otherwise)


def all_of(conditions: Iterable[Expression]) -> Expression:
    """The conditions joined by AND, each in parentheses; TRUE when there are none."""
    return _joined(exp.And, conditions, True)


def any_of(conditions: Iterable[Expression]) -> Expression:
    """The conditions joined by OR, each in parentheses; FALSE when there are none."""
    return _joined(exp.Or, conditions, False)


def _joined(kind: type[exp.And] | type[exp.Or], conditions: Iterable[Expression], empty: bool) -> Expression:
    parts = [
        part
        if isinstance(part, exp.Anonymous | exp.Column | exp.Paren | exp.Boolean)
        else exp.Paren(this=part)
        for part in conditions
    ]
    if not parts:
        return exp.Boolean(this=empty)
    joined: Expression = parts[0]
    for part in parts[1:]:
        joined = kind(this=joined, expression=part)
    return joined


def to_sql(expression: Expression) -> str:
    """DuckDB's text of an expression; the expression is not to be used afterwards.

    >>> to_sql(all_of([call("contains", column("a"), text("it's")), exp.EQ(this=column("b"), expression=number(-1))]))
    'CONTAINS("a", \\'it\\'\\'s\\') AND ("b" = (-1))'
    """
    return _GENERATOR.generate(expression, copy=False)
