"""in, in~, !in and !in~: values, arrays and queries, with and without case."""

from __future__ import annotations

import pytest

from crosswarden.engines import Engine

SETS = {
    "values": "'b', 'C'",
    "array": "dynamic(['b', 'C'])",
    "query": "datatable (y: string) ['b', 'C']",
    "column of dynamic": "datatable (y: dynamic) [dynamic('b'), dynamic('C')]",
}


@pytest.mark.parametrize("form", SETS)
@pytest.mark.parametrize(
    ("operator", "expected"),
    [("in", ["b"]), ("in~", ["B", "b", "c"]), ("!in", ["B", "a", "c"]), ("!in~", ["a"])],
)
def test_case_counts_as_the_operator_says(form: str, operator: str, expected: list[str]) -> None:
    """in tells cases apart, in~ does not, whatever the set is written as."""
    query = f"datatable (x: string) ['a', 'b', 'B', 'c'] | where x {operator} ({SETS[form]}) | sort by x asc"
    assert [row[0] for row in Engine().run(query).rows()] == expected


@pytest.mark.parametrize(
    "literal",
    [
        "3",
        "int(3)",
        "3.0",
        "1d",
        "datetime(2024-01-01)",
        "true",
        "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
    ],
)
def test_every_type_may_be_a_member(literal: str) -> None:
    """Numbers, times, booleans and guids are looked for among values of their type."""
    assert Engine().run(f"print {literal} in ({literal}, {literal}, {literal})").rows() == [(True,)]
