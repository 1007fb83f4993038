"""scan: what steps remember, what they give out, and that remembered values count as Kusto's functions count."""

from __future__ import annotations

import pytest

from crosswarden.engines import Engine
from crosswarden.engines.procedures.remembering import FUNCTIONS
from crosswarden.kql.binder.operators.scanning import REMEMBERING
from crosswarden.kql.diagnostics import KqlError

EVENTS = (
    "datatable (t: timespan, user: string, what: string) [0m, 'a', 'in', 1m, 'a', 'x', 2m, 'b', 'in', 3m, 'a', 'y', "
    "4m, 'b', 'out', 5m, 'a', 'out', 6m, 'a', 'in'] | sort by t asc"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine without data."""
    return Engine()


def test_running_total(engine: Engine) -> None:
    """A step that always matches remembers what it assigned; the default counts before the first row."""
    query = "range x from 1 to 5 step 1 | scan declare (total: long = 10) with (step s: true => total = x + s.total;)"
    assert engine.run(query).rows() == [(1, 11), (2, 13), (3, 16), (4, 20), (5, 25)]


def test_sequence_by_partition(engine: Engine) -> None:
    """Each user's rows from in to out, numbered; rows outside a sequence are left out."""
    query = (
        f"{EVENTS} | scan with_match_id=n partition by user with "
        "(step s1: what == 'in'; step s2: what !in ('in', 'out'); step s3: what == 'out' and t - s1.t < 10m;)"
    )
    rows = engine.run(query).rows()
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("a", "in", 0),
        ("a", "x", 0),
        ("b", "in", 0),
        ("a", "y", 0),
        ("a", "out", 0),
        ("a", "in", 1),
    ]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("all", ["in", "x", "y", "out", "in"]),
        ("last", ["in", "y", "out", "in"]),
        ("none", ["in", "out", "in"]),
    ],
)
def test_what_a_step_gives_out(engine: Engine, output: str, expected: list[str]) -> None:
    """All rows that match a step, only the last of them, or none."""
    query = (
        f"{EVENTS} | where user == 'a' | scan with "
        f"(step s1: what == 'in'; step s2 output={output}: what in ('x', 'y'); step s3: what == 'out';)"
    )
    assert [row[2] for row in engine.run(query).rows()] == expected


EXPRESSIONS = [
    "x + s.x",
    "x - s.x",
    "x * s.x",
    "x / s.x",
    "x % s.x",
    "x == s.x",
    "x != s.x",
    "x < s.x and b",
    "x >= s.x or b",
    "not(x > s.x)",
    "-s.x",
    "abs(s.x)",
    "iff(s.x > 2, 'big', name)",
    "case(s.x == 1, 'one', s.x == 2, 'two', 'many')",
    "coalesce(s.x, x, 7)",
    "isnull(s.x)",
    "isnotempty(s.name)",
    "strcat(s.name, '-', s.x, s.b, s.d, s.t)",
    "max_of(s.x, x)",
    "min_of(s.r, r)",
    "r + s.r",
    "r / s.x",
    "s.name =~ name",
    "s.x between (1 .. 3)",
    "t - s.t",
    "t - s.t > 1d",
    "t + s.d",
    "d / s.d",
    "tostring(s.x)",
    "tolong(s.name)",
    "strlen(s.name)",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_remembered_values_count_as_prev_does(engine: Engine, expression: str) -> None:
    """Over the row before, scan gives what the same expression with prev() gives in SQL."""
    rows = (
        "datatable (x: long, r: real, name: string, b: bool, t: datetime, d: timespan) ["
        "1, 1.5, 'a', true, datetime(2024-01-01), 1h, long(null), 2.5, 'A', false, datetime(2024-01-03), 2h,"
        "3, real(null), '', bool(null), datetime(null), 3h, -7, 0.5, '12', true, datetime(2024-02-01), time(null),"
        "0, 0.0, 'x', false, datetime(2024-02-01), 0h, 3, 4.0, 'x', true, datetime(2024-02-02), 1s] | serialize"
    )
    before = expression
    for name in ("x", "r", "name", "b", "t", "d"):
        before = before.replace(f"s.{name}", f"prev({name})")
    kind = engine.run(f"{rows} | extend v = {before}").columns[-1].type
    direct = engine.run(f"{rows} | extend v = {before} | project v").rows()
    scanned = engine.run(
        f"{rows} | scan declare (v: {kind}) with (step s: true => v = {expression};) | project v"
    )
    assert scanned.rows()[1:] == direct[1:]


def test_every_function_that_may_remember_is_there() -> None:
    """What the binder lets through, the procedure can compute, and nothing else waits unused."""
    assert set(FUNCTIONS) == REMEMBERING


def test_other_functions_over_a_remembered_row_are_refused_by_name(engine: Engine) -> None:
    """A function that cannot read a step's row says so; over the row itself every function may be used."""
    with pytest.raises(KqlError, match=r"'sha256' over|'hash_sha256' over"):
        engine.run("print a = 'x' | scan declare (h: string) with (step s: true => h = hash_sha256(s.a);)")
    rows = engine.run(
        "print a = 'x' | scan declare (h: string) with (step s: true => h = toupper(a);)"
    ).rows()
    assert rows == [("x", "X")]
