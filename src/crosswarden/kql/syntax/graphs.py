"""Operators over graphs.

edges | make-graph Source --> Target with nodes on Id     MakeGraph(Name("Source"), Name("Target"), …)
| graph-match (a)-[e]->(b) where … project …              GraphMatch(((GraphNode(a), GraphEdge(e), GraphNode(b)),), …)
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.syntax.expressions import Expression, Name, Parameter, Pipe
from crosswarden.kql.syntax.node import Node
from crosswarden.kql.syntax.operators import Operator

__all__ = [
    "GraphEdge",
    "GraphMarkComponents",
    "GraphMatch",
    "GraphNode",
    "GraphPattern",
    "GraphShortestPaths",
    "GraphTable",
    "GraphToTable",
    "GraphWhereEdges",
    "GraphWhereNodes",
    "MakeGraph",
    "NodeTable",
]


@dataclass(frozen=True, slots=True)
class NodeTable(Node):
    """``with nodes on Id``: a table of nodes and the column that identifies them."""

    table: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class MakeGraph(Operator):
    """``make-graph Source --> Target`` with node tables, or ``with_node_id = name``, and ``partitioned-by col (…)``."""

    source: Expression
    target: Expression
    nodes: tuple[NodeTable, ...] = ()
    node_id: Name | None = None
    directed: bool = True
    partition: Expression | None = None
    query: Pipe | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphNode(Node):
    """``(name)``; name is None for ``()``."""

    name: Name | None


@dataclass(frozen=True, slots=True)
class GraphEdge(Node):
    """``-[name*1..5]->``: direction is ``right``, ``left`` or ``any``; least and most are None for a single step.

    ``-->`` and ``--`` have no name.
    """

    direction: str
    name: Name | None = None
    least: Expression | None = None
    most: Expression | None = None


@dataclass(frozen=True, slots=True)
class GraphPattern(Node):
    """A path: node, edge, node, …"""

    elements: tuple[GraphNode | GraphEdge, ...]


@dataclass(frozen=True, slots=True)
class GraphMatch(Operator):
    """``graph-match cycles=none pattern, … where … project …``."""

    patterns: tuple[GraphPattern, ...]
    where: Expression | None
    project: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphShortestPaths(Operator):
    """``graph-shortest-paths output=all pattern, … where … project …``."""

    patterns: tuple[GraphPattern, ...]
    where: Expression | None
    project: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphTable(Node):
    """``nodes as N with_node_id=id`` or ``edges as E with_source_id=s with_target_id=t``; kind is nodes or edges."""

    kind: str
    name: Name | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphToTable(Operator):
    """``graph-to-table nodes as N, edges as E``."""

    outputs: tuple[GraphTable, ...]


@dataclass(frozen=True, slots=True)
class GraphMarkComponents(Operator):
    """``graph-mark-components kind=weak with_component_id=c``."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphWhereNodes(Operator):
    """``graph-where-nodes predicate``."""

    predicate: Expression


@dataclass(frozen=True, slots=True)
class GraphWhereEdges(Operator):
    """``graph-where-edges predicate``."""

    predicate: Expression
