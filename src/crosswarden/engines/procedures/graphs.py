"""Graphs: matching patterns, shortest paths, components.

Rows of the first input are edges (source, target, …), of the second nodes (key, …). A pattern is walked from its most
selective node outwards, conditions on single nodes and edges tested on the way; so the work follows the matches, not
the graph's size.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.errors import QueryError
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES"]

_MOST_STEPS = 20_000_000
_MOST_MATCHES = 2_000_000
_REMEDY = "narrow its nodes and edges, or the number of steps"

Row = tuple[Any, ...]
Link = tuple[int, int]
"""An edge's position and the node that it leads to."""


@dataclass(slots=True)
class _Graph:
    """Positions stand for nodes and edges; ``out`` and ``into`` list each node's links."""

    edges: Sequence[Row]
    nodes: list[Row]
    out: list[list[Link]]
    into: list[list[Link]]
    ends: list[tuple[int, int]]
    work: int = 0
    both: list[list[Link] | None] = field(default_factory=list)

    @classmethod
    def of(cls, step: Staged, inputs: Sequence[Frame]) -> _Graph:
        """The graph of those rows; of two nodes with one key the first counts, and edges to nowhere are left out."""
        edges = inputs[0].rows
        ends = step.options["ends"]
        assert isinstance(ends, tuple)
        first, second = ends
        places: dict[object, int] = {}
        nodes: list[Row] = []
        for row in inputs[1].rows:
            if row[0] not in places:
                places[row[0]] = len(nodes)
                nodes.append(row)
        graph = cls(edges, nodes, [[] for _ in nodes], [[] for _ in nodes], [], both=[None] * len(nodes))
        for at, row in enumerate(edges):
            source, target = places.get(row[first], -1), places.get(row[second], -1)
            graph.ends.append((source, target))
            if source >= 0 and target >= 0:
                graph.out[source].append((at, target))
                graph.into[target].append((at, source))
        return graph

    def links(self, node: int, direction: str) -> list[Link]:
        """The links from a node along, against, or either way."""
        if direction == "right":
            return self.out[node]
        if direction == "left":
            return self.into[node]
        found = self.both[node]
        if found is None:
            found = self.both[node] = self.out[node] + [link for link in self.into[node] if link[1] != node]
        return found

    def count(self) -> None:
        """Counts a step; too many end the query."""
        self.work += 1
        if self.work > _MOST_STEPS:
            raise QueryError(
                "kql-graph-size",
                f"the graph's pattern takes more than {_MOST_STEPS:,} steps",
                remedy=_REMEDY,
            )


@dataclass(slots=True)
class _Match:
    """What the names stand for so far; a path is the list of its edges and the list of its nodes."""

    nodes: dict[str, int]
    edges: dict[str, tuple[list[int], list[int]]]
    used: set[int]


Test = Callable[[int], bool]
_OTHER = {"right": "left", "left": "right", "any": "any"}


class _Matcher:
    def __init__(self, graph: _Graph, step: Staged) -> None:
        self.graph = graph
        self.cycles = str(step.options.get("cycles", "unique_edges"))
        filters = step.options["filters"]
        assert isinstance(filters, dict)
        self.filters: dict[str, tuple[int, ...]] = filters
        self.paths = step.options["paths"]

    def node_passes(self, name: str, node: int) -> bool:
        row = self.graph.nodes[node]
        return all(row[at] for at in self.filters.get(name, ()))

    def edge_passes(self, name: str, edge: int) -> bool:
        row = self.graph.edges[edge]
        return all(row[at] for at in self.filters.get(name, ()))

    def matches(self) -> Iterator[_Match]:
        """Every way in which all paths fit; the same object is handed out again and again."""
        assert isinstance(self.paths, tuple)
        match = _Match({}, {}, set())
        yield from self._paths(match, list(self.paths))

    def _paths(self, match: _Match, left: list[Any]) -> Iterator[_Match]:
        if not left:
            yield match
            return
        path, rest = left[0], left[1:]
        anchor = self._anchor(match, path)
        name = path[anchor][1]
        order = [(at, True) for at in range(anchor + 1, len(path), 2)]
        order += [(at, False) for at in range(anchor - 1, 0, -2)]
        for node in [match.nodes[name]] if name in match.nodes else self._candidates(name):
            fresh = name not in match.nodes
            if fresh:
                match.nodes[name] = node
            yield from self._edges(match, path, order, rest)
            if fresh:
                del match.nodes[name]

    def _anchor(self, match: _Match, path: Any) -> int:
        """Where to begin: a node that is known already, else one with conditions, else the first."""
        nodes = range(0, len(path), 2)
        return max(
            nodes, key=lambda at: (path[at][1] in match.nodes, len(self.filters.get(path[at][1], ())), -at)
        )

    def _candidates(self, name: str) -> Iterator[int]:
        return (node for node in range(len(self.graph.nodes)) if self.node_passes(name, node))

    def _edges(
        self, match: _Match, path: Any, order: list[tuple[int, bool]], rest: list[Any]
    ) -> Iterator[_Match]:
        if not order:
            yield from self._paths(match, rest)
            return
        (at, forward), later = order[0], order[1:]
        _, name, direction, least, most = path[at]
        start, end = (path[at - 1][1], path[at + 1][1]) if forward else (path[at + 1][1], path[at - 1][1])
        way = direction if forward else _OTHER[direction]
        for edges, nodes in self._walks(match, name, match.nodes[start], way, least, most):
            reached = nodes[-1]
            known = match.nodes.get(end)
            if known is not None and known != reached:
                continue
            if known is None and (not self.node_passes(end, reached) or not self._may_visit(match, reached)):
                continue
            match.edges[name] = (edges, nodes) if forward else (edges[::-1], nodes[::-1])
            added = [edge for edge in edges if edge not in match.used]
            match.used.update(added)
            if known is None:
                match.nodes[end] = reached
            yield from self._edges(match, path, later, rest)
            match.used.difference_update(added)
            del match.edges[name]
            if known is None:
                del match.nodes[end]

    def _may_visit(self, match: _Match, node: int) -> bool:
        return self.cycles != "none" or node not in match.nodes.values()

    def _walks(
        self, match: _Match, name: str, start: int, direction: str, least: int, most: int
    ) -> Iterator[tuple[list[int], list[int]]]:
        """Walks of least to most steps from a node, by depth; edges are not walked twice but for ``cycles=all``."""
        edges: list[int] = []
        nodes = [start]
        stack: list[Iterator[Link]] = [iter(self.graph.links(start, direction))]
        if least == 0:
            yield [], [start]
        while stack:
            link = next(stack[-1], None)
            if link is None:
                stack.pop()
                if edges:
                    edges.pop()
                    nodes.pop()
                continue
            self.graph.count()
            edge, node = link
            again = edge in match.used or edge in edges
            if (again and self.cycles != "all") or not self.edge_passes(name, edge):
                continue
            if self.cycles == "none" and node in nodes:
                continue
            edges.append(edge)
            nodes.append(node)
            if len(edges) >= least:
                yield list(edges), list(nodes)
            if len(edges) < most:
                stack.append(iter(self.graph.links(node, direction)))
            else:
                edges.pop()
                nodes.pop()

    def shortest(self, which: str) -> Iterator[_Match]:
        """For each pair of nodes that pass, one shortest path (or all of them)."""
        assert isinstance(self.paths, tuple)
        (_, start), (_, name, direction, least, most), (_, end) = self.paths[0]
        for node in self._candidates(start):
            found: dict[int, int] = {}
            for edges, nodes in self._by_length(name, node, direction, least, most, which == "all"):
                reached = nodes[-1]
                if not self.node_passes(end, reached) or (start == end and reached != node):
                    continue
                if reached in found and (which != "all" or found[reached] < len(edges)):
                    continue
                found[reached] = len(edges)
                yield _Match({start: node, end: reached}, {name: (edges, nodes)}, set(edges))

    def _by_length(
        self, name: str, start: int, direction: str, least: int, most: int, every: bool
    ) -> Iterator[tuple[list[int], list[int]]]:
        """Walks from a node, shorter ones first, none that comes to a node later than another did."""
        reached: dict[int, int] = {}
        waiting: deque[tuple[list[int], list[int]]] = deque([([], [start])])
        while waiting:
            edges, nodes = waiting.popleft()
            if len(edges) >= max(least, 1):
                yield edges, nodes
            if len(edges) >= most:
                continue
            for edge, node in self.graph.links(nodes[-1], direction):
                self.graph.count()
                length = len(edges) + 1
                before = reached.get(node)
                late = before is not None and (before < length or not every) and before >= least
                if late or edge in edges or not self.edge_passes(name, edge):
                    continue
                reached.setdefault(node, length)
                waiting.append(([*edges, edge], [*nodes, node]))


def _match(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    graph = _Graph.of(step, inputs)
    matcher = _Matcher(graph, step)
    which = step.options.get("shortest")
    outputs = step.options["outputs"]
    assert isinstance(outputs, tuple)
    readers = [_reader(graph, *output) for output in outputs]
    rows: list[Row] = []
    for match in matcher.shortest(str(which)) if which else matcher.matches():
        rows.append(tuple(read(match) for read in readers))
        if len(rows) > _MOST_MATCHES:
            sentence = f"the graph's pattern matches more than {_MOST_MATCHES:,} times"
            raise QueryError("kql-graph-size", sentence, remedy=_REMEDY)
    return rows


def _reader(graph: _Graph, mode: str, name: str, at: int | None) -> Callable[[_Match], Any]:
    """What fills in one output of a match."""
    if mode in ("in", "out"):
        lists = graph.into if mode == "in" else graph.out
        return lambda match: len(lists[match.nodes[name]])
    assert at is not None
    if mode == "value":
        return lambda match: _value(graph, match, name, at)
    rows: Callable[[_Match], list[Row]]
    if mode.endswith("inner"):
        rows = lambda match: [graph.nodes[node] for node in match.edges[name][1][1:-1]]  # noqa: E731 - one of two bodies for the same name
    else:
        rows = lambda match: [graph.edges[edge] for edge in match.edges[name][0]]  # noqa: E731 - the other body
    if mode.startswith("all"):
        return lambda match: all(bool(row[at]) for row in rows(match))
    if mode.startswith("any"):
        return lambda match: any(bool(row[at]) for row in rows(match))
    return lambda match: _array([row[at] for row in rows(match)])


def _value(graph: _Graph, match: _Match, name: str, at: int) -> Any:
    if name in match.nodes:
        return graph.nodes[match.nodes[name]][at]
    return graph.edges[match.edges[name][0][0]][at]


def _array(boxes: list[str | None]) -> str:
    """The values in their boxes ``{"v": value}`` as one JSON array."""
    return json.dumps(
        [None if box is None else orjson.loads(box).get("v") for box in boxes], ensure_ascii=False
    )


def _components(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    graph = _Graph.of(step, inputs)
    of = _strong(graph) if step.options["kind"] == "strong" else _weak(graph)
    order: dict[int, int] = {}
    for source, target in graph.ends:
        for node in (source, target):
            if node >= 0:
                order.setdefault(of[node], len(order))
    for node in range(len(graph.nodes)):
        order.setdefault(of[node], len(order))
    return [(*row, order[of[node]]) for node, row in enumerate(graph.nodes)]


def _weak(graph: _Graph) -> list[int]:
    """For each node the least node that it is connected with."""
    component = [-1] * len(graph.nodes)
    for first in range(len(graph.nodes)):
        if component[first] >= 0:
            continue
        component[first] = first
        waiting = [first]
        while waiting:
            for _, node in graph.links(waiting.pop(), "any"):
                if component[node] < 0:
                    component[node] = first
                    waiting.append(node)
    return component


def _strong(graph: _Graph) -> list[int]:
    """Kosaraju's two passes, without recursion."""
    finished: list[int] = []
    seen = [False] * len(graph.nodes)
    for first in range(len(graph.nodes)):
        if seen[first]:
            continue
        seen[first] = True
        stack: list[tuple[int, Iterator[Link]]] = [(first, iter(graph.out[first]))]
        while stack:
            node, links = stack[-1]
            link = next(links, None)
            if link is None:
                finished.append(node)
                stack.pop()
            elif not seen[link[1]]:
                seen[link[1]] = True
                stack.append((link[1], iter(graph.out[link[1]])))
    component = [-1] * len(graph.nodes)
    for root in reversed(finished):
        if component[root] >= 0:
            continue
        component[root] = root
        waiting = [root]
        while waiting:
            for _, node in graph.into[waiting.pop()]:
                if component[node] < 0:
                    component[node] = root
                    waiting.append(node)
    return component


PROCEDURES: dict[str, Procedure] = {"graph-match": _match, "graph-components": _components}
