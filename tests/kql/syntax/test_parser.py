"""What the parser makes of each construct, where it says things stand, and that nothing makes it fall over."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from crosswarden.kql import syntax as tree
from crosswarden.kql.parser import parse
from crosswarden.kql.source import split_queries
from crosswarden.tables.types import Type


def only(text: str) -> tree.Expression:
    """The one query of a text without errors."""
    parsed = parse(text)
    assert parsed.diagnostics == ()
    statement = parsed.block.statements[-1]
    assert isinstance(statement, tree.QueryStatement)
    return statement.expression


def step(text: str) -> tree.Operator:
    """The last operator of a query."""
    query = only(text)
    assert isinstance(query, tree.Pipe)
    return query.operators[-1]


def scalar(text: str) -> tree.Expression:
    """The expression of ``print text``."""
    printed = step(f"print {text}")
    assert isinstance(printed, tree.Print)
    return printed.items[0]


def long(value: int) -> tree.Literal:
    """A long literal."""
    return tree.Literal(0, 0, Type.LONG, value)


def name(text: str) -> tree.Name:
    """A name."""
    return tree.Name(0, 0, text)


def binary(operator: str, left: tree.Expression, right: tree.Expression) -> tree.Binary:
    """A binary operation."""
    return tree.Binary(0, 0, operator, left, right)


def test_multiplication_binds_tighter_than_addition() -> None:
    """1 + 2 * 3 is 1 + (2 * 3)."""
    assert scalar("1 + 2 * 3") == binary("+", long(1), binary("*", long(2), long(3)))


def test_subtraction_groups_to_the_left() -> None:
    """1 - 2 - 3 is (1 - 2) - 3."""
    assert scalar("1 - 2 - 3") == binary("-", binary("-", long(1), long(2)), long(3))


def test_string_operators_bind_tighter_than_arithmetic() -> None:
    """a has b + c is (a has b) + c, as in Microsoft's grammar."""
    assert scalar("a has b + c") == binary("+", binary("has", name("a"), name("b")), name("c"))


def test_and_binds_tighter_than_or() -> None:
    """a or b and c is a or (b and c)."""
    assert scalar("a or b and c") == binary("or", name("a"), binary("and", name("b"), name("c")))


def test_chains_of_or_are_balanced_whatever_their_parentheses() -> None:
    """Long chains become shallow trees, so that later stages never recurse deeply."""
    assert scalar("a or (b or c) or d") == scalar("(a or b) or (c or d)")
    deep = scalar(" or ".join(["a"] * 5000))
    depth, here = 0, deep
    while isinstance(here, tree.Binary):
        depth, here = depth + 1, here.left
    assert depth <= 14


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1d", Type.TIMESPAN, 864_000_000_000),
        ("1.5h", Type.TIMESPAN, 54_000_000_000),
        ("1tick", Type.TIMESPAN, 1),
        ("100ms", Type.TIMESPAN, 1_000_000),
        ("10microseconds", Type.TIMESPAN, 100),
        ("time(1.02:03:04.5)", Type.TIMESPAN, 937_845_000_000),
        ("time(-1:00:00)", Type.TIMESPAN, -36_000_000_000),
        ("timespan(null)", Type.TIMESPAN, None),
        ("datetime(0001-01-01)", Type.DATETIME, 0),
        ("datetime(2020-01-01T00:00:00Z)", Type.DATETIME, 637_134_336_000_000_000),
        ("datetime(2020-01-01T02:00:00+02:00)", Type.DATETIME, 637_134_336_000_000_000),
        ("datetime('2020-01-01 00:00:00.0000001')", Type.DATETIME, 637_134_336_000_000_001),
        ("datetime(Wed, 1 Jan 2020 00:00:00 GMT)", Type.DATETIME, 637_134_336_000_000_000),
        ("datetime(1/1/2020)", Type.DATETIME, 637_134_336_000_000_000),
        ("datetime(null)", Type.DATETIME, None),
        ("0x1F", Type.LONG, 31),
        ("long(-5)", Type.LONG, -5),
        ("int(7)", Type.INT, 7),
        ("int(null)", Type.INT, None),
        ("1e3", Type.REAL, 1000.0),
        ("real(-inf)", Type.REAL, float("-inf")),
        ("True", Type.BOOL, True),
        ("bool(0)", Type.BOOL, False),
        ("'a' \"b\" @'c\\d'", Type.STRING, "abc\\d"),
        ("'\\u0041\\x42\\103\\t'", Type.STRING, "ABC\t"),
        ("```a\nb```", Type.STRING, "a\nb"),
        ("guid(74BE27DE1E4E49D9B579FE0B331D3642)", Type.GUID, "74be27de-1e4e-49d9-b579-fe0b331d3642"),
    ],
)
def test_literal(text: str, kind: Type, value: tree.Value) -> None:
    """Literals have the type and value that Kusto gives them; times are ticks of 100 ns."""
    assert scalar(text) == tree.Literal(0, 0, kind, value)


def test_hidden_string_is_marked() -> None:
    """h"…" is obfuscated, also as part of a longer text."""
    assert scalar("h'a' 'b'") == tree.Literal(0, 0, Type.STRING, "ab", True)


def test_dynamic_holds_json_and_typed_literals() -> None:
    """dynamic(…) nests arrays, objects, JSON null and KQL literals."""
    node = scalar('dynamic({"a": [1, -2.5, null, datetime(0001-01-01)], "b": "x"})')
    assert isinstance(node, tree.DynamicLiteral)
    assert isinstance(node.value, tree.DynamicObject)
    items = tree.DynamicArray(
        0,
        0,
        (
            long(1),
            tree.Literal(0, 0, Type.REAL, -2.5),
            tree.Literal(0, 0, Type.DYNAMIC, None),
            tree.Literal(0, 0, Type.DATETIME, 0),
        ),
    )
    assert node.value.pairs == (("a", items), ("b", tree.Literal(0, 0, Type.STRING, "x")))


def test_least_long() -> None:
    """The smallest long can be written although its magnitude does not fit; the magnitude alone is refused."""
    assert scalar("-9223372036854775808") == long(-(2**63))
    assert not parse("print 9223372036854775808").ok


def test_paths() -> None:
    """Members, indexes and calls stack up from left to right."""
    assert scalar("a.b[0]['c'].d") == tree.Member(
        0,
        0,
        tree.Index(
            0,
            0,
            tree.Index(0, 0, tree.Member(0, 0, name("a"), name("b")), long(0)),
            tree.Literal(0, 0, Type.STRING, "c"),
        ),
        name("d"),
    )


def test_keywords_may_be_names() -> None:
    """count, type, id and their like are columns; title and by only where they are declared."""
    assert scalar("count + id + filter") == binary(
        "+", binary("+", name("count"), name("id")), name("filter")
    )
    extend = step("T | extend title = 1, by = 2")
    assert isinstance(extend, tree.Extend)
    assert [item.names[0].text for item in extend.items if isinstance(item, tree.NamedExpression)] == [
        "title",
        "by",
    ]


def test_join_reads_hints_kind_and_conditions() -> None:
    """join keeps its settings, its right side as a pipe, and each condition."""
    join = step("T | join kind=leftouter hint.strategy=broadcast (U | take 1) on a, $left.b == $right.c")
    assert isinstance(join, tree.Join)
    assert [(item.name, item.value) for item in join.parameters] == [
        ("kind", name("leftouter")),
        ("hint.strategy", name("broadcast")),
    ]
    assert isinstance(join.right, tree.Pipe)
    assert len(join.on) == 2


def test_union_reads_stars_databases_and_settings() -> None:
    """Wildcards stay as written, within a database too."""
    union = step("union kind=outer withsource=T isfuzzy=true A, Sec*, database('d').X*, (B | take 1)")
    assert isinstance(union, tree.Union)
    assert [type(item).__name__ for item in union.tables] == ["Name", "WildcardName", "Member", "Pipe"]
    assert [item.name for item in union.parameters] == ["kind", "withsource", "isfuzzy"]


def test_make_series_reads_both_forms() -> None:
    """from/to/step and the old in range(…) fill the same fields."""
    new = step("T | make-series n = count() default = 0 on t from a to b step 1h by k")
    old = step("T | make-series n = count() default = 0 on t in range(a, b, 1h) by k")
    assert isinstance(new, tree.MakeSeries)
    assert isinstance(old, tree.MakeSeries)
    assert (new.first, new.last, new.step, new.by) == (old.first, old.last, old.step, old.by)
    assert (new.in_range, old.in_range) == (False, True)


def test_partition_has_two_forms() -> None:
    """Parentheses take the partition's rows; braces hold a query of their own."""
    inner = step("T | partition by a (top 1 by b)")
    outer = step("T | partition by a { U | take 1 }")
    assert isinstance(inner, tree.Partition)
    assert isinstance(outer, tree.Partition)
    assert isinstance(inner.query, tree.Pipe)
    assert inner.query.source is None
    assert isinstance(outer.query, tree.Pipe)
    assert (inner.braces, outer.braces, outer.query.source) == (False, True, name("U"))


def test_parse_reads_pattern() -> None:
    """parse takes texts, columns with and without type, and stars."""
    parsed = step("T | parse kind=regex flags=Ui m with * 'a' b: long 'c' d")
    assert isinstance(parsed, tree.Parse)
    assert [type(item).__name__ for item in parsed.pattern] == [
        "Star",
        "Literal",
        "ColumnDeclaration",
        "Literal",
        "ColumnDeclaration",
    ]


def test_scan_reads_steps() -> None:
    """scan's declarations, steps, outputs and assignments are kept."""
    scan = step(
        "T | scan with_match_id=m declare (n: long = 0) with "
        "(step s1: true => n = 1; step s2 optional output=last: a > s1.n;)"
    )
    assert isinstance(scan, tree.Scan)
    assert [(item.name.text, item.optional, item.output) for item in scan.steps] == [
        ("s1", False, None),
        ("s2", True, "last"),
    ]


def test_graph_pattern() -> None:
    """Edges know their direction, name and number of steps."""
    match = step("G | graph-match (a)-[e*1..3]->(b)<--()--(c)-[f]-(d) where a.x == 1 project a.x")
    assert isinstance(match, tree.GraphMatch)
    edges = [item for item in match.patterns[0].elements if isinstance(item, tree.GraphEdge)]
    assert [(edge.direction, edge.name.text if edge.name else "") for edge in edges] == [
        ("right", "e"),
        ("left", ""),
        ("any", ""),
        ("any", "f"),
    ]


def test_function_with_tabular_parameter_and_default() -> None:
    """let declares functions with tables, types and defaults; view is kept."""
    let = parse("let f = view (T: (a: string, b: long), n: int = 5) { T | take n }; f(U)").block.statements[0]
    assert isinstance(let, tree.Let)
    assert isinstance(let.value, tree.FunctionDeclaration)
    first, second = let.value.parameters
    assert let.value.view
    assert isinstance(first.type, tree.TableSchema)
    assert second.default == long(5)


def test_several_statements() -> None:
    """set, declare, alias, restrict, pattern and several queries stand in one block."""
    parsed = parse(
        "set notruncation; declare query_parameters(a: long = 1); alias database d = cluster('c').database('x');"
        "restrict access to (T); declare pattern p; let b = 2; T; U | take b;"
    )
    assert parsed.diagnostics == ()
    assert [type(item).__name__ for item in parsed.block.statements] == [
        "SetOption",
        "DeclareQueryParameters",
        "AliasDatabase",
        "RestrictAccess",
        "DeclarePattern",
        "Let",
        "QueryStatement",
        "QueryStatement",
    ]


def test_client_directive_is_noted_and_left_out() -> None:
    """#connect is kept as a directive with a note; the query after it is read."""
    parsed = parse("#connect cluster('c')\nT | take 1")
    assert parsed.ok
    assert parsed.block.directives[0].text == "#connect cluster('c')"
    assert [item.severity for item in parsed.diagnostics] == ["note"]


def test_spans_are_exact() -> None:
    """Every node's span covers just its own text."""
    text = "AuditLogs\n| where  Result ==  'x' and (a.b[0] > 1d)\n| extend n = tostring(c)"
    spans = {
        text[node.start : node.end]
        for node in tree.walk(parse(text).block)
        if isinstance(node, tree.Binary | tree.Call | tree.Index | tree.NamedExpression | tree.Literal)
    }
    assert spans == {
        "Result ==  'x' and (a.b[0] > 1d",
        "Result ==  'x'",
        "'x'",
        "a.b[0] > 1d",
        "a.b[0]",
        "0",
        "1d",
        "n = tostring(c)",
        "tostring(c)",
    }


def test_children_lie_within_their_parents(shared: Path) -> None:
    """In every documented example, each node's span lies inside its parent's."""
    for line in (shared / "data/conformance/kql-docs.jsonl").read_text(encoding="utf-8").splitlines():
        for node in tree.walk(parse(json.loads(line)["query"]).block):
            for child in node.children():
                assert node.start <= child.start <= child.end <= node.end + 1, (line[:60], node, child)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "f(" * 5000,
        "a" + "[0]" * 5000,
        "a" + "+a" * 20000,
        "print dynamic(" + "[" * 5000,
        "T | join (" * 2000,
        "let f = () {" * 2000,
        "T | wher x " * 5000,
        "T | where ( x | " * 3000,
        'print "' + "\\" * 9999,
        '"' * 20001,
        "a b;" * 5000,
        "[[[]]]" * 3000,
        "-" * 5000,
        "T | where x in (" + "1," * 50000,
        "/" * 20000,
        "print " + "'a' " * 20000,
        "x." * 20000,
        "T | where " + "not(" * 3000,
        "T | where a == case(" * 500,
    ],
    ids=lambda text: text[:16],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    """Deep, long and malformed texts end in a bounded number of diagnostics, in linear time, without recursion errors."""
    begun = time.perf_counter()
    parsed = parse(text)
    assert len(parsed.diagnostics) <= 200
    assert time.perf_counter() - begun < 5


def test_deep_but_sensible_query_is_read() -> None:
    """Fifty nested calls and hundreds of steps are no trouble."""
    assert parse("print " + "strcat('a', " * 50 + "'b'" + ")" * 50).ok
    assert parse("T" + "\n| where a == 1" * 800).ok


def test_split_on_blank_lines() -> None:
    """Blank lines separate queries for callers that ask; declarations and comments stay with what follows them."""
    text = "// first\nlet a = 1;\n\nT | take a\n\n\n// second\nU\n| take 2\n\n| take 1\n\n// the end"
    assert split_queries(text) == (
        "// first\nlet a = 1;\n\nT | take a",
        "// second\nU\n| take 2\n\n| take 1",
    )
    assert split_queries("print ```a\n\nb```") == ("print ```a\n\nb```",)
