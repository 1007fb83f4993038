"""The operators over graphs; arrows are read from single marks that touch each other."""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.parser.cursor import LIST_END
from crosswarden.kql.parser.parameters import COLUMN, Choices, ParameterParser
from crosswarden.kql.parser.steps import keyword, named_list
from crosswarden.kql.syntax import (
    Expression,
    GraphEdge,
    GraphMarkComponents,
    GraphMatch,
    GraphNode,
    GraphPattern,
    GraphShortestPaths,
    GraphTable,
    GraphToTable,
    GraphWhereEdges,
    GraphWhereNodes,
    MakeGraph,
    Name,
    NodeTable,
    Operator,
    Parameter,
    Pipe,
)

__all__ = ["GRAPHS"]


def _marks(p: ParameterParser, text: str) -> bool:
    """Steps over marks that together spell ``text``, if they stand here without gaps."""
    ahead = 0
    rest = text
    while rest:
        word = p.word(ahead)
        if not word or not rest.startswith(word) or (ahead and not p.adjacent(ahead)):
            return False
        rest = rest[len(word) :]
        ahead += 1
    p.jump(p.at + ahead)
    return True


def _make_graph(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"hint.strategy": ("shuffle", "native")})
    source = p.name(what="the column of edges' sources")
    directed = _marks(p, "-->")
    if not directed and not _marks(p, "--"):
        raise p.fail("--> or -- between make-graph's columns")
    target = p.name(what="the column of edges' targets")
    tables: tuple[NodeTable, ...] = ()
    node_id: Name | None = None
    if p.take("with_node_id"):
        p.expect("=", "after with_node_id")
        node_id = p.name(what="a column name")
    elif p.take("with"):
        tables = p.commas(lambda: _node_table(p), "a table of nodes", ends=LIST_END | {"partitioned-by"})
    partition: Expression | None = None
    query: Pipe | None = None
    if p.take("partitioned-by"):
        partition = p.name(what="a column name")
        query = p.subquery("partitioned-by")
    return MakeGraph(start, p.last_end, source, target, tables, node_id, directed, partition, query, settings)


def _node_table(p: ParameterParser) -> NodeTable:
    table = p.unnamed(99)
    keyword(p, "on", "and the column that identifies a node")
    key = p.name(what="a column name")
    return NodeTable(table.start, key.end, table, key)


def _node(p: ParameterParser) -> GraphNode:
    start = p.start
    if p.kind != "(":
        raise p.fail("( and a node's name")
    p.advance()
    name = p.name(what="a node's name or )") if p.kind != ")" else None
    p.expect(")", "after the node's name")
    return GraphNode(start, p.last_end, name)


def _edge(p: ParameterParser) -> GraphEdge | None:
    start = p.start
    for arrow, direction in (("-->", "right"), ("<--", "left"), ("--", "any")):
        if _marks(p, arrow):
            return GraphEdge(start, p.last_end, direction)
    left = _marks(p, "<-[")
    if not left and not _marks(p, "-["):
        return None
    name = p.name() if p.name_length() else None
    least: Expression | None = None
    most: Expression | None = None
    if p.take("*"):
        least = p.unnamed(99)
        p.expect("..", "between the edge's least and most steps")
        most = p.unnamed(99)
    if _marks(p, "]->"):
        if left:
            raise p.fail("]- to end an edge that begins with <-[")
        return GraphEdge(start, p.last_end, "right", name, least, most)
    if not _marks(p, "]-"):
        raise p.fail("]-> or ]- to end the edge")
    return GraphEdge(start, p.last_end, "left" if left else "any", name, least, most)


def _pattern(p: ParameterParser) -> GraphPattern:
    start = p.start
    elements: list[GraphNode | GraphEdge] = [_node(p)]
    while (edge := _edge(p)) is not None:
        elements.append(edge)
        elements.append(_node(p))
    return GraphPattern(start, p.last_end, tuple(elements))


def _match_body(
    p: ParameterParser, own: Choices
) -> tuple[tuple[GraphPattern, ...], Expression | None, tuple[Expression, ...], tuple[Parameter, ...]]:
    settings = p.parameters(own)
    patterns = p.commas(lambda: _pattern(p), "a pattern such as (a)-[e]->(b)")
    where = p.expression() if p.take("where") else None
    project = named_list(p) if p.take("project") else ()
    return patterns, where, project, settings


def _graph_match(p: ParameterParser) -> Operator:
    start = p.advance()
    body = _match_body(p, {"cycles": ("none", "all", "unique_edges")})
    return GraphMatch(start, p.last_end, *body)


def _graph_shortest_paths(p: ParameterParser) -> Operator:
    start = p.advance()
    body = _match_body(p, {"output": ("any", "all")})
    return GraphShortestPaths(start, p.last_end, *body)


_TABLES: Choices = {"with_node_id": COLUMN, "with_source_id": COLUMN, "with_target_id": COLUMN}


def _graph_to_table(p: ParameterParser) -> Operator:
    start = p.advance()
    outputs = p.commas(lambda: _graph_table(p), "nodes or edges")
    return GraphToTable(start, p.last_end, outputs)


def _graph_table(p: ParameterParser) -> GraphTable:
    start = p.start
    kind = p.kind
    if kind not in ("nodes", "edges"):
        raise p.fail("nodes or edges", known=["nodes", "edges"])
    p.advance()
    name = p.name() if p.take("as") else None
    settings = p.parameters(_TABLES)
    return GraphTable(start, p.last_end, kind, name, settings)


def _graph_mark_components(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ("weak", "strong"), "with_component_id": COLUMN})
    return GraphMarkComponents(start, p.last_end, settings)


def _graph_where_nodes(p: ParameterParser) -> Operator:
    start = p.advance()
    predicate = p.unnamed()
    return GraphWhereNodes(start, predicate.end, predicate)


def _graph_where_edges(p: ParameterParser) -> Operator:
    start = p.advance()
    predicate = p.unnamed()
    return GraphWhereEdges(start, predicate.end, predicate)


GRAPHS: dict[str, Callable[[ParameterParser], Operator]] = {
    "graph-mark-components": _graph_mark_components,
    "graph-match": _graph_match,
    "graph-shortest-paths": _graph_shortest_paths,
    "graph-to-table": _graph_to_table,
    "graph-where-edges": _graph_where_edges,
    "graph-where-nodes": _graph_where_nodes,
    "make-graph": _make_graph,
}
