"""Every function that claims to run is run, over values of every type and over nulls, and never raises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crosswarden.duck import connect
from crosswarden.engines.udf import prepare
from crosswarden.kql.functions import (
    Argument,
    Context,
    Function,
    Support,
    bind,
    find_aggregate,
    find_function,
    find_operator,
    of,
    signatures,
)
from crosswarden.kql.functions.calls import SQL_TYPES
from crosswarden.kql.functions.matching import strengths
from crosswarden.kql.functions.model import Parameter, Signature
from crosswarden.kql.sql import Expression, cast, column, number, text, to_sql, truth
from crosswarden.tables import Type

ROWS = """
SELECT * FROM (VALUES
  (true, 1::INTEGER, 2::BIGINT, 1.5::DOUBLE, 2.5::DECIMAL(38,18), 'Abc-12', 637000000000000000, 864000000000,
   '[1,2.5,"x"]', '{"k":1,"d":{"e":[1]}}', 'f1e2d3c4-0000-1111-2222-333344445555'),
  (false, -2147483648, -9223372036854775808, -1e308, -3.0, '', 0, -1, '"text"', '{}', NULL),
  (NULL, NULL, 9223372036854775807, 'nan'::DOUBLE, NULL, E'ü\n''"\\\\(', NULL, NULL, NULL, NULL, NULL),
  (true, 2147483647, 0, 'inf'::DOUBLE, 0, '10.0.0.1/8', 3155378975999999999, 9223372036854775807, '7', '[]',
   '00000000-0000-0000-0000-000000000000')
) t(b, i, l, r, c, s, d, t, y, m, g)
"""
KINDS = {
    "b": Type.BOOL,
    "i": Type.INT,
    "l": Type.LONG,
    "r": Type.REAL,
    "c": Type.DECIMAL,
    "s": Type.STRING,
    "d": Type.DATETIME,
    "t": Type.TIMESPAN,
    "y": Type.DYNAMIC,
    "m": Type.DYNAMIC,
    "g": Type.GUID,
}
WORDS = {"datetime_add": "month", "datetime_diff": "week", "datetime_part": "day", "datepart": "hour"}


def _constant(function: Function, name: str) -> Argument:
    word = WORDS.get(function.name, "a(b)c" if "pattern" in name or "regex" in name else "k")
    return Argument(text(word), of(Type.STRING), word, literal=True)


def _choices(function: Function, takes: str, types: tuple[str, ...], form: str, name: str) -> list[Argument]:
    if form in ("Constant", "Literal", "LiteralNotEmpty"):
        if "bool" in types:
            return [Argument(truth(True), of(Type.BOOL), True, literal=True)]
        if function.name.startswith("convert_"):
            unit = function.signatures[0].parameters[1].values[0]
            return [Argument(text(unit), of(Type.STRING), unit, literal=True)]
        if takes == "DynamicArray":
            return [Argument(text("[5,50]"), of(Type.DYNAMIC), [5, 50], literal=True)]
        if takes in ("Integer", "Number") or set(types) & {"long", "int", "real"}:
            return [Argument(cast(number(2), "BIGINT"), of(Type.LONG), 2, literal=True)]
        if takes == "DynamicArray":
            return [Argument(text("[5,50]"), of(Type.DYNAMIC), [5, 50], literal=True)]
        return [_constant(function, name)]
    if "type" in types:
        return [Argument(cast(number(0), "BIGINT"), of(Type.STRING), Type.LONG, literal=True)]
    if name == "regex" or "pattern" in name:
        return [_constant(function, name)]
    every = [Argument(column(key), of(kind), column=key) for key, kind in KINDS.items()]
    if takes.startswith("Parameter"):
        return every
    probe = Parameter(name, takes, types)
    return [a for a in every if any(strengths(Signature((probe,), ""), [a]))] or every


def _fixed(function: Function, parameter: Parameter) -> str:
    """Sizes and percentages of aggregates, and a pattern's group, are known before the query runs."""
    number = parameter.takes in ("Integer", "Number") and parameter.name != "weight"
    constant = function.name.startswith(("make", "percentile", "extract")) and number
    several = function.name.endswith("s_array") or function.name.endswith("sw_array")
    return "Constant" if constant or (several and parameter.takes == "DynamicArray") else parameter.form


def _calls(function: Function) -> Iterator[list[Argument]]:
    for signature in function.signatures:
        needed = [p for p in signature.parameters for _ in range(p.least)]
        chosen = [_choices(function, p.takes, p.types, _fixed(function, p), p.name) for p in needed]
        for turn in range(max((len(c) for c in chosen), default=1)):
            for shift in range(3):
                yield [c[(turn + shift * at) % len(c)] for at, c in enumerate(chosen)]
            yield [chosen[0][turn % len(chosen[0])], *(c[0] for c in chosen[1:])] if chosen else []
        every = [
            _choices(function, p.takes, p.types, _fixed(function, p), p.name) for p in signature.parameters
        ]
        for turn in range(len(KINDS)):
            yield [c[(turn + at) % len(c)] for at, c in enumerate(every)]
            for wanted in (len(needed) + 1, len(needed) + 2):
                yield [c[turn % len(c)] for c in every[:wanted]]


def _fits(function: Function, arguments: list[Argument], symbol: str) -> bool:
    return bind(function, arguments, symbol=symbol).ok


def _lowered(function: Function, symbol: str = "") -> dict[str, tuple[Expression, Type]]:
    found: dict[str, tuple[Expression, Type]] = {}
    for arguments in _calls(function):
        key = ", ".join(a.column or str(a.constant) for a in arguments)
        if key not in found and _fits(function, arguments, symbol):
            kind = bind(function, arguments, symbol=symbol).kind
            lowered = function.lower(arguments, kind, Context(now=638_000_000_000_000_000))
            found[key] = (lowered, kind.type)
            if len(found) > 40:
                break
    return found


def _run(function: Function, symbol: str = "") -> list[str]:
    connection, problems = connect(), []
    expressions = _lowered(function, symbol)
    if not expressions:
        return [f"{function.name}: no call was found to try"]
    for key, (expression, kind) in expressions.items():
        statement = f"SELECT {to_sql(expression)} AS x FROM ({ROWS})"
        prepare(connection, statement)
        try:
            connection.execute(statement).fetchall()
            found = connection.execute(f"SELECT typeof(x) FROM ({statement})").fetchall()[0][0]
            if found.partition("(")[0] != SQL_TYPES[kind].partition("(")[0]:
                problems.append(f"{function.name}({key}): {found} for a {kind}")
        except Exception as error:  # noqa: BLE001  (whatever DuckDB raises is the finding)
            problems.append(f"{function.name}({key}): {str(error)[:300]}")
    return problems


RUNNING = [
    name
    for name in signatures.names("functions")
    if (f := find_function(name)) and f.lowering and name not in ("geo_info_from_ip_address", "assert")
]


@pytest.mark.parametrize("name", RUNNING)
def test_a_function_never_raises_on_data(name: str) -> None:
    """Over values of every type, extremes and nulls, the function answers and does not raise."""
    function = find_function(name)
    assert function is not None
    problems = _run(function)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    "name", [n for n in signatures.names("aggregates") if (f := find_aggregate(n)) and f.lowering]
)
def test_an_aggregate_never_raises_on_data(name: str) -> None:
    """Over values of every type, extremes and nulls, the aggregate answers and does not raise."""
    function = find_aggregate(name)
    assert function is not None
    problems = _run(function)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", signatures.names("operators"))
def test_an_operator_never_raises_on_data(name: str) -> None:
    """Over pairs of every type, extremes and nulls, the operator answers and does not raise."""
    function = find_operator(name)
    if function.support is Support.UNSUPPORTED:
        assert function.reason
    else:
        problems = _run(function, symbol=name)
        assert not problems, "\n".join(problems)
