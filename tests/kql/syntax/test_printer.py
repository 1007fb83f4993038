"""Printing is the inverse of reading: parse(print(parse(q))) is stable."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosswarden.kql import syntax as tree
from crosswarden.kql.diagnostics import Diagnostics
from crosswarden.kql.lexer import tokenize
from crosswarden.kql.parser import literals, parse
from crosswarden.kql.printer import to_text
from crosswarden.kql.source import Source
from crosswarden.kql.words import KEYWORDS
from crosswarden.tables.types import Type

THOROUGH = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_documented_examples_are_stable(shared: Path) -> None:
    """Every example of the documentation that reads without error prints to a text with an equal tree."""
    read = 0
    for line in (shared / "data/conformance/kql-docs.jsonl").read_text(encoding="utf-8").splitlines():
        parsed = parse(json.loads(line)["query"])
        if not parsed.ok:
            continue
        read += 1
        text = to_text(parsed.block)
        again = parse(text)
        assert again.ok, text
        assert to_text(again.block) == text
        if "nan" not in text:
            assert again.block.statements == parsed.block.statements, text
    assert read > 330


NAMES = st.one_of(
    st.sampled_from(
        ["a", "UserId", "count", "where", "title", "kind", "a b", "true", "é", "1x", "$left", "by"]
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
).map(lambda text: tree.Name(0, 0, text))
LITERALS = st.one_of(
    st.builds(lambda v: tree.Literal(0, 0, Type.LONG, v), st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda v: tree.Literal(0, 0, Type.INT, v), st.integers(-(2**31), 2**31 - 1)),
    st.builds(lambda v: tree.Literal(0, 0, Type.REAL, v), st.floats(allow_nan=False)),
    st.builds(
        lambda v: tree.Literal(0, 0, Type.STRING, v), st.text(st.characters(codec="utf-8"), max_size=12)
    ),
    st.builds(lambda v: tree.Literal(0, 0, Type.BOOL, v), st.booleans()),
    st.builds(lambda v: tree.Literal(0, 0, Type.TIMESPAN, v), st.integers(-(10**17), 10**17)),
    st.builds(lambda v: tree.Literal(0, 0, Type.DATETIME, v), st.integers(0, literals.MAX_TICKS)),
    st.builds(lambda v: tree.Literal(0, 0, Type.GUID, str(v)), st.uuids()),
    st.builds(
        lambda v: tree.Literal(0, 0, Type.DECIMAL, v),
        st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    ),
    st.sampled_from([Type.INT, Type.LONG, Type.REAL, Type.DECIMAL, Type.GUID, Type.DATETIME]).map(
        lambda kind: tree.Literal(0, 0, kind, None)
    ),
)


def json_values(children: st.SearchStrategy[tree.Json]) -> st.SearchStrategy[tree.Json]:
    """Arrays and objects of what there is."""
    pairs = st.tuples(st.text(st.characters(codec="utf-8"), max_size=5), children)
    return st.one_of(
        st.lists(children, max_size=3).map(lambda items: tree.DynamicArray(0, 0, tuple(items))),
        st.lists(pairs, max_size=3).map(lambda items: tree.DynamicObject(0, 0, tuple(items))),
    )


DYNAMICS = st.recursive(
    st.one_of(LITERALS, st.just(tree.Literal(0, 0, Type.DYNAMIC, None))), json_values, max_leaves=5
).map(lambda value: tree.DynamicLiteral(0, 0, value))
OPERATORS = [
    *[
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "=~",
        "!~",
        "has",
        "!has",
        "contains_cs",
        "startswith",
        "!endswith",
    ],
    "matches regex",
]


def larger(inner: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    """Expressions built of smaller ones."""
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda op, a, b: tree.Binary(0, 0, op, a, b), st.sampled_from(OPERATORS), inner, inner),
        st.builds(lambda op, a: tree.Unary(0, 0, op, a), st.sampled_from("-+"), inner.filter(sign_keeps)),
        st.builds(lambda n, items: tree.Call(0, 0, n, items), NAMES, some),
        st.builds(lambda t, n: tree.Member(0, 0, t, n), inner, NAMES),
        st.builds(lambda t, i: tree.Index(0, 0, t, i), inner, inner),
        st.builds(lambda o, a, b, n: tree.Between(0, 0, o, a, b, n), inner, inner, inner, st.booleans()),
        st.builds(
            lambda op, o, items: tree.InList(0, 0, op, o, items),
            st.sampled_from(["in", "!in~", "has_any"]),
            inner,
            some,
        ),
    )


def sign_keeps(node: tree.Expression) -> bool:
    """A sign before 2**63 makes another literal of it."""
    return not (isinstance(node, tree.Literal) and node.type is Type.LONG)


EXPRESSIONS = st.recursive(st.one_of(NAMES, LITERALS, DYNAMICS), larger, max_leaves=12)


def block(node: tree.Expression) -> tree.QueryBlock:
    """A request of one ``print`` of the expression."""
    pipe = tree.Pipe(0, 0, None, (tree.Print(0, 0, (node,)),))
    return tree.QueryBlock(0, 0, (tree.QueryStatement(0, 0, pipe),))


@THOROUGH
@given(EXPRESSIONS)
def test_generated_expression_survives(node: tree.Expression) -> None:
    """Any expression tree, printed and read again, is the same tree."""
    text = to_text(block(node))
    parsed = parse(text)
    assert parsed.ok, (text, parsed.diagnostics)
    assert parsed.block == block(node), text


@THOROUGH
@given(
    st.recursive(
        EXPRESSIONS,
        lambda inner: st.builds(
            lambda op, a, b: tree.Binary(0, 0, op, a, b), st.sampled_from(["and", "or"]), inner, inner
        ),
        max_leaves=10,
    )
)
def test_generated_condition_settles(node: tree.Expression) -> None:
    """Chains of and/or are balanced once by reading; from then on text and tree stay as they are."""
    first = parse(to_text(block(node)))
    assert first.ok
    again = parse(to_text(first.block))
    assert again.block == first.block
    assert to_text(again.block) == to_text(first.block)


@THOROUGH
@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**9), max_value=10**9))
def test_decimal_literal_keeps_its_digits(value: Decimal) -> None:
    """A decimal's value and scale survive."""
    node = tree.Literal(0, 0, Type.DECIMAL, value)
    assert parse(to_text(block(node))).block == block(node)


WORDS = st.one_of(
    st.sampled_from(sorted(KEYWORDS)),
    st.sampled_from(
        [
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "|",
            ",",
            ";",
            ".",
            "..",
            "=",
            "==",
            "=>",
            "<",
            ">",
            "-",
            "-->",
            "*",
            ":",
            "!",
            "&",
            "@",
            "#",
            "?",
            "'a'",
            '"b"',
            "1",
            "1d",
            "x",
            "y",
            "//",
            "```",
            "'u",
        ]
    ),
    st.sampled_from(
        ["T", "count()", "datetime(2020-01-01)", "dynamic({", "\n", "\\", "\x00", "é", "\U0001f389"]
    ),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(WORDS, max_size=40), st.sampled_from([" ", "", "\n"]))
def test_token_soup_raises_nothing(words: list[str], glue: str) -> None:
    """Whatever tokens come, the parser answers with a tree and diagnostics that lie inside the text."""
    text = glue.join(words)
    parsed = parse(text)
    units = len(text.encode("utf-16-le")) // 2
    for item in parsed.diagnostics:
        assert 0 <= item.start <= item.start + item.length <= units
        assert item.line >= 1 <= item.column
    if parsed.ok:
        assert to_text(parse(to_text(parsed.block)).block) == to_text(parsed.block)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    """Tokens never overlap, never run backwards, and END closes the list."""
    source = Source(text)
    tokens = tokenize(source, Diagnostics(source))
    assert tokens.kinds[-1] == "END"
    assert all(a <= b for a, b in zip(tokens.starts, tokens.ends, strict=True))
    assert all(a <= b for a, b in zip(tokens.ends, tokens.starts[1:], strict=False))
