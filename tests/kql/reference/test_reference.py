"""Random expressions over random typed values: the engine and the reference interpreter must agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosswarden.engines import Engine

Node = tuple[Any, ...]
LAST = 3_155_378_975_999_999_999
COLUMNS = {
    "s": "string",
    "u": "string",
    "l": "long",
    "m": "long",
    "r": "real",
    "b": "bool",
    "d": "datetime",
    "t": "timespan",
    "y": "dynamic",
}
TEXTS = st.text(alphabet="aAbB12 _-.é,'\"\\\n", max_size=8)
LONGS = st.one_of(st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1))
REALS = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda value: value or 0.0)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "long": st.none() | LONGS,
    "real": st.none() | REALS,
    "bool": st.none() | st.booleans(),
    "datetime": st.none() | st.integers(0, LAST),
    "timespan": st.none() | st.integers(-(10**15), 10**15),
    "dynamic": st.lists(TEXTS, max_size=3)
    | st.dictionaries(st.sampled_from(["k", "a b"]), TEXTS, max_size=2),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: VALUES[kind] for name, kind in COLUMNS.items()}), min_size=1, max_size=3
)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _literal(kind: str, value: Any) -> str:
    if kind == "string":
        return _quoted(value)
    if kind == "dynamic":
        inner = [_quoted(item) for item in value]
        if isinstance(value, dict):
            inner = [f"{_quoted(key)}: {_quoted(item)}" for key, item in value.items()]
            return "dynamic({" + ", ".join(inner) + "})"
        return "dynamic([" + ", ".join(inner) + "])"
    if value is None:
        return f"{kind}(null)"
    if kind in ("datetime", "timespan"):
        return _cell(kind, value)
    return f"{kind}({str(value).lower()})"


INFIX = {
    **{
        name: name for name in ("has", "has_cs", "contains", "contains_cs", "startswith", "endswith_cs", "=~")
    },
    **{name: name for name in ("==", "!=", "<", ">=", "and", "or")},
    "long +": "+",
    "long -": "-",
    "long *": "*",
    "long /": "/",
    "long %": "%",
    "real +": "+",
    "real *": "*",
    "datetime +": "+",
    "datetime -": "-",
}
CALLS = {"long bin": "bin", "datetime bin": "bin", "tolong(string)": "tolong"}


def written(node: Node) -> str:
    """The expression as KQL."""
    if node[0] == "literal":
        return _literal(node[1], node[2])
    if node[0] == "column":
        return str(node[1])
    if node[0] == "tostring":
        return f"tostring({written(node[2])})"
    name, arguments = node[1], node[2]
    if name == "at":
        step = arguments[1][2]
        return f"{written(arguments[0])}[{_quoted(step) if isinstance(step, str) else step}]"
    parts = [written(argument) for argument in arguments]
    if name == "in":
        return f"({parts[0]} in ({', '.join(parts[1:])}))"
    if name == "datetime_diff day":
        return f"datetime_diff('day', {', '.join(parts)})"
    if name in INFIX:
        return f"({parts[0]} {INFIX[name]} {parts[1]})"
    return f"{CALLS.get(name, name)}({', '.join(parts)})"


def _leaf(kind: str) -> st.SearchStrategy[Node]:
    columns = [("column", name) for name, its in COLUMNS.items() if its == kind]
    values = st.lists(TEXTS, max_size=3) if kind == "dynamic" else VALUES[kind]
    known = values.map(lambda value: ("literal", kind, value))
    return st.sampled_from(columns) | known if columns else known


# what gives a type: the function, and the types of its arguments
SHAPES: Mapping[str, list[tuple[str, tuple[str, ...]]]] = {
    "string": [
        ("tolower", ("string",)),
        ("toupper", ("string",)),
        ("strcat", ("string", "string")),
        ("substring", ("string", "long", "long")),
        ("replace_string", ("string", "string", "string")),
        ("iff", ("bool", "string", "string")),
        ("coalesce", ("string", "string")),
        *[("tostring", (kind,)) for kind in ("long", "real", "bool", "datetime", "timespan")],
    ],
    "long": [
        ("strlen", ("string",)),
        *[(f"long {symbol}", ("long", "long")) for symbol in ("+", "-", "*", "/", "%", "bin")],
        ("tolong(string)", ("string",)),
        ("iff", ("bool", "long", "long")),
        ("coalesce", ("long", "long")),
        ("max_of", ("long", "long")),
        ("array_length", ("dynamic",)),
        ("datetime_diff day", ("datetime", "datetime")),
    ],
    "real": [("real +", ("real", "real")), ("real *", ("real", "real")), ("iff", ("bool", "real", "real"))],
    "bool": [
        *[
            (name, ("string", "string"))
            for name in ("has", "has_cs", "contains", "contains_cs", "startswith")
        ],
        *[(name, ("string", "string")) for name in ("endswith_cs", "=~", "==", "!=")],
        *[(name, ("long", "long")) for name in ("==", "!=", "<", ">=")],
        *[(name, ("datetime", "datetime")) for name in ("==", "<")],
        ("in", ("string", "string", "string")),
        ("and", ("bool", "bool")),
        ("or", ("bool", "bool")),
        ("not", ("bool",)),
        ("isempty", ("string",)),
        ("isnotempty", ("string",)),
        ("isnull", ("long",)),
    ],
    "datetime": [
        ("datetime bin", ("datetime", "timespan")),
        ("startofday", ("datetime",)),
        ("startofweek", ("datetime",)),
        ("startofmonth", ("datetime",)),
    ],
    "timespan": [("datetime -", ("datetime", "datetime")), ("dayofweek", ("datetime",))],
    "dynamic": [("split", ("string", "string")), ("set_union", ("dynamic", "dynamic"))],
}


@st.composite
def expressions(draw: st.DrawFn, kind: str, depth: int = 3) -> Node:
    """A random expression of a type."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(_leaf(kind))
    name, kinds = draw(st.sampled_from(SHAPES[kind]))
    arguments = [draw(expressions(its, depth - 1)) for its in kinds]
    if name == "tostring":
        return ("tostring", kinds[0], arguments[0])
    return ("call", name, arguments)


def _cell(kind: str, value: Any) -> str:
    """A value as a datatable's literal."""
    if kind == "datetime" and value is not None:
        return f"datetime({_calendar(value)})"
    if kind == "timespan" and value is not None:
        return f"timespan({value} tick)"
    return _literal(kind, value)


def _calendar(value: int) -> str:
    when = datetime(1, 1, 1) + timedelta(microseconds=value // 10)
    return f"{when.year:04d}" + when.strftime("-%m-%dT%H:%M:%S") + f".{value % 10_000_000:07d}"


def _near(a: Any, b: Any) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        if isinstance(a, str) or isinstance(b, str):  # infinities are shown as text
            return str(a).lower()[:4] == str(b).lower()[:4]
        if a is None or b is None:
            return a is b
        return math.isclose(float(a), float(b), rel_tol=1e-12, abs_tol=0.0) or float(a) == float(b)
    return bool(a == b)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine without a lake."""
    return Engine()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, data=st.data())
def test_the_engine_agrees_with_the_reference_interpreter(
    engine: Engine,
    reference: Callable[[Node, Mapping[str, Any]], Any],
    shown: Callable[[Any, str], Any],
    rows: list[dict[str, Any]],
    data: st.DataObject,
) -> None:
    """Every value of every random expression is the same from both, over random rows with nulls and odd text."""
    kinds = list(SHAPES)
    nodes = [(kind, data.draw(expressions(kind))) for kind in kinds for _ in range(2)]
    header = ", ".join(f"{name}:{kind}" for name, kind in COLUMNS.items())
    cells = ", ".join(
        ", ".join([str(at), *(_cell(kind, row[name]) for name, kind in COLUMNS.items())])
        for at, row in enumerate(rows)
    )
    made = ", ".join(f"x{at} = {written(node)}" for at, (_, node) in enumerate(nodes))
    query = f"datatable(n:long, {header})[{cells}] | project n, {made} | sort by n asc"
    found = engine.run(query).rows()
    for row, values in zip(rows, found, strict=True):
        for (kind, node), value in zip(nodes, values[1:], strict=True):
            expected = shown(reference(node, row), kind)
            assert _near(value, expected), (
                f"{written(node)} for {row}: engine {value!r}, reference {expected!r}"
            )
