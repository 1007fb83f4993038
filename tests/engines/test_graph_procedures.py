"""Matching patterns in graphs, shortest paths and components, on graphs small enough to see."""

from __future__ import annotations

import random
from itertools import pairwise, product
from typing import Any

import pytest

from crosswarden.engines import Engine, Outside
from crosswarden.engines.procedures import graphs
from crosswarden.engines.procedures.frame import Frame
from crosswarden.engines.procedures.table import run_procedure
from crosswarden.errors import QueryError
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Staged
from crosswarden.tables import Column, Type

EDGE_COLUMNS = (Column("s", Type.STRING), Column("t", Type.STRING), Column("ok", Type.BOOL))
NODE_COLUMNS = (Column("id", Type.STRING), Column("first", Type.BOOL), Column("last", Type.BOOL))


def run(
    edges: list[tuple[str, str]],
    paths: Any,
    outputs: tuple[tuple[str, str, int], ...],
    *,
    filters: dict[str, tuple[int, ...]] | None = None,
    bad: set[tuple[str, str]] | None = None,
    **options: str,
) -> list[tuple[Any, ...]]:
    """The matches of a pattern; nodes 'a' are marked first, 'd' last; edges in ``bad`` fail their condition."""
    names = sorted({end for edge in edges for end in edge})
    fields = tuple(Field(str(at), of(Type.STRING)) for at in range(len(outputs)))
    step = Staged(
        "graph-match",
        (),
        fields,
        {"ends": (0, 1), "paths": paths, "outputs": outputs, "filters": filters or {}, **options},
    )
    frames = [
        Frame(EDGE_COLUMNS, [(s, t, (s, t) not in (bad or set())) for s, t in edges]),
        Frame(NODE_COLUMNS, [(name, name == "a", name == "d") for name in names]),
    ]
    return sorted(run_procedure(step, frames, Outside()))


def path(least: int, most: int, direction: str = "right") -> Any:
    """The pattern (x)-[e*least..most]->(y)."""
    return ((("node", "x"), ("edge", "e", direction, least, most), ("node", "y")),)


ENDS = (("value", "x", 0), ("value", "y", 0))
DIAMOND = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "a")]


def test_single_edges_in_each_direction() -> None:
    """Along, against and either way."""
    edges = [("a", "b"), ("b", "c")]
    assert run(edges, path(1, 1), ENDS) == [("a", "b"), ("b", "c")]
    assert run(edges, path(1, 1, "left"), ENDS) == [("b", "a"), ("c", "b")]
    assert run(edges, path(1, 1, "any"), ENDS) == [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]


def test_conditions_on_nodes_and_edges_are_tested_on_the_way() -> None:
    """Only paths from a to d whose edges all pass."""
    filters = {"x": (1,), "y": (2,), "e": (2,)}
    assert run(DIAMOND, path(2, 2), ENDS, filters=filters) == [("a", "d"), ("a", "d")]
    assert run(DIAMOND, path(2, 2), ENDS, filters=filters, bad={("b", "d")}) == [("a", "d")]


def test_cycles_are_walked_as_asked() -> None:
    """By default an edge counts once, with none a node does, with all neither."""
    ring = [("a", "b"), ("b", "a")]
    assert run(ring, path(1, 3), ENDS, filters={"x": (1,)}) == [("a", "a"), ("a", "b")]
    assert run(ring, path(1, 3), ENDS, filters={"x": (1,)}, cycles="none") == [("a", "b")]
    assert run(ring, path(1, 3), ENDS, filters={"x": (1,)}, cycles="all") == [
        ("a", "a"),
        ("a", "b"),
        ("a", "b"),
    ]


def test_a_name_that_stands_twice_is_one_node() -> None:
    """(x)-->(y)-->(x) finds pairs that lead to each other; paths of one pattern share names."""
    edges = [("a", "b"), ("b", "a"), ("b", "c")]
    there = ("edge", "e", "right", 1, 1)
    back = ("edge", "f", "right", 1, 1)
    once = ((("node", "x"), there, ("node", "y"), back, ("node", "x")),)
    apart = ((("node", "x"), there, ("node", "y")), (("node", "y"), back, ("node", "x")))
    assert run(edges, once, ENDS) == run(edges, apart, ENDS) == [("a", "b"), ("b", "a")]


def slow(edges: list[tuple[str, str]], least: int, most: int) -> list[tuple[str, str]]:
    """Every walk that uses no edge twice, by trying all sequences of edges."""
    found = []
    for length in range(least, most + 1):
        for chosen in product(range(len(edges)), repeat=length):
            steps = [edges[at] for at in chosen]
            if len(set(chosen)) == length and all(a[1] == b[0] for a, b in pairwise(steps)):
                found.append((steps[0][0], steps[-1][1]))
    return sorted(found)


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_agree_with_trying_everything(seed: int) -> None:
    """Walks of one to three steps in random graphs with parallel edges and loops."""
    draw = random.Random(seed)
    edges = [(draw.choice("abcd"), draw.choice("abcd")) for _ in range(7)]
    assert run(edges, path(1, 3), ENDS) == slow(edges, 1, 3)


def test_shortest_paths() -> None:
    """One path for each pair by default, all of the same length when asked."""
    filters = {"x": (1,), "y": (2,)}
    lists = (*ENDS, ("value", "x", 0))
    assert len(run(DIAMOND, path(1, 5), lists, filters=filters, shortest="any")) == 1
    assert len(run(DIAMOND, path(1, 5), lists, filters=filters, shortest="all")) == 2
    assert run(DIAMOND, path(1, 1), ENDS, filters=filters, shortest="any") == []


@pytest.mark.parametrize("limit", ["_MOST_STEPS", "_MOST_MATCHES"])
def test_too_much_work_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that explodes ends in an error that says how to narrow it."""
    monkeypatch.setattr(graphs, limit, 500)
    dense = [(f"n{a}", f"n{b}") for a in range(20) for b in range(20)]
    with pytest.raises(QueryError, match="narrow"):
        run(dense, path(1, 4), ENDS)


@pytest.mark.parametrize(("kind", "expected"), [("weak", [0, 0, 0, 1]), ("strong", [0, 0, 1, 2])])
def test_components(kind: str, expected: list[int]) -> None:
    """Weak components ignore direction; strong ones are cycles."""
    fields = tuple(Field(name, of(Type.STRING)) for name in ("id", "component"))
    step = Staged("graph-components", (), fields, {"ends": (0, 1), "kind": kind})
    edges = Frame(EDGE_COLUMNS[:2], [("a", "b"), ("b", "a"), ("b", "c"), ("z", "z")])
    nodes = Frame(NODE_COLUMNS[:1], [("a",), ("b",), ("c",), ("z",)])
    assert [row[1] for row in run_procedure(step, [edges, nodes], Outside())] == expected


GRAPH = (
    "datatable (s: string, t: string, w: long) ['a', 'b', 1, 'b', 'c', 2, 'x', 'y', 3] | make-graph s --> t"
)


def test_graphs_in_queries() -> None:
    """make-graph, graph-match, graph-to-table and graph-mark-components work together in KQL."""
    engine = Engine()
    matched = engine.run(
        f"{GRAPH} with_node_id = n | graph-match (x)-[e]->(y)-[f]->(z) project x.n, e.w, z.n"
    )
    assert [column.name for column in matched.columns] == ["x_n", "e_w", "z_n"]
    assert matched.rows() == [("a", 1, "c")]
    nodes = engine.run(
        f"{GRAPH} with_node_id = n | graph-mark-components | graph-to-table nodes | sort by n asc"
    )
    assert nodes.rows() == [("a", 0), ("b", 0), ("c", 0), ("x", 1), ("y", 1)]
    edges = engine.run(f"{GRAPH} | graph-to-table edges | sort by w asc")
    assert edges.rows() == [("a", "b", 1), ("b", "c", 2), ("x", "y", 3)]


def test_nodes_that_only_edges_name_have_no_columns_filled() -> None:
    """A node missing from the table of nodes still is one; its texts are empty, its numbers null."""
    query = (
        "let N = datatable (id: string, label: string, size: long) ['a', 'first', 1];"
        f"{GRAPH} with N on id | graph-match (x)-->(y) project x.label, x.size, y.label"
    )
    assert sorted(Engine().run(query).rows(), key=str) == [("", None, ""), ("", None, ""), ("first", 1, "")]
