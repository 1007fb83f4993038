"""What expressions of graph-match and graph-shortest-paths can name: the pattern's nodes, edges and paths.

A node or a single edge has the columns of its table; a path (an edge with a number of steps) has arrays of them. What
an expression reads becomes an ``Output``, which the procedure that finds the matches fills in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.scope import Bound, Graph, Row, Tabular
from crosswarden.kql.functions import BAG, DYNAMIC, Kind, array_of, of
from crosswarden.kql.plan import Field, Ref, Scalar, Special
from crosswarden.tables import Type

__all__ = ["FUNCTIONS", "Output", "Pattern", "Variable"]

_BOOL, _LONG, _STRING = of(Type.BOOL), of(Type.LONG), of(Type.STRING)


@dataclass(frozen=True, slots=True)
class Output:
    """What a match gives for one column.

    ``mode`` is value (of a node or edge), list, all, any (over a path's edges), inner, all-inner, any-inner (over the
    nodes between them), in or out (a node's degree). ``value`` is over the columns of the edges or nodes.
    """

    mode: str
    variable: str
    value: Scalar | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A name in the pattern: a node, an edge, or a path."""

    name: str
    kind: str
    table: Tabular


@dataclass(slots=True)
class Pattern:
    """The names of one pattern over one graph, and what its expressions asked of them."""

    graph: Graph
    variables: dict[str, Variable] = field(default_factory=dict)
    outputs: dict[Field, Output] = field(default_factory=dict)

    def ask(self, name: str, kind: Kind, mode: str, variable: str, value: Scalar | None) -> Ref:
        """A new column that every match fills in."""
        made = Field(name, kind)
        self.outputs[made] = Output(mode, variable, value)
        return Ref(made)

    def row(self) -> Row:
        """What expressions see."""
        rows = {name: self._columns(variable) for name, variable in self.variables.items()}
        return Row({}, variables=rows, pattern=self)

    def _columns(self, variable: Variable) -> Row:
        columns = variable.table.columns
        packed = Special(BAG, "pack-all", tuple(map(Ref, columns)), (*(c.name for c in columns), False))
        made: dict[str, Field] = {}
        for column in columns:
            if variable.kind == "path":
                ref = self.ask(column.name, array_of(column.kind), "list", variable.name, boxed(Ref(column)))
            else:
                ref = self.ask(column.name, column.kind, "value", variable.name, Ref(column))
            made[column.name] = ref.field
        if variable.kind == "path":
            whole = self.ask(variable.name, array_of(BAG), "list", variable.name, boxed(packed))
        else:
            whole = self.ask(variable.name, BAG, "value", variable.name, packed)
        return Row(made, whole=whole.field)

    def elements(self, nodes: bool) -> Row:
        """What an expression over each edge, or each node, of a path sees."""
        table = self.graph.nodes if nodes else self.graph.edges
        row = Row.of(table)
        if nodes:
            row.key = self.graph.key
        return row


def boxed(value: Scalar) -> Scalar:
    """The value as JSON under the name ``v``, so that arrays can be put together of any type."""
    return Special(BAG, "pack-all", (value,), ("v", False))


def _pattern(binder: Binder, node: syntax.Call) -> Pattern | None:
    pattern = binder.row.pattern if binder.row is not None else None
    if pattern is None:
        message = f"The function '{node.name.text}' is allowed in graph-match and graph-shortest-paths only."
        binder.error("kql-graph", message, node.name)
    return pattern


def _over_path(binder: Binder, node: syntax.Call, pattern: Pattern) -> tuple[str, str, Scalar] | None:
    """Variable, whether its inner nodes are meant, and the expression over each element."""
    if len(node.arguments) != 2:
        binder.error("kql-argument", f"The function '{node.name.text}' expects 2 arguments.", node)
        return None
    element, inner = node.arguments[0], False
    if (
        isinstance(element, syntax.Call)
        and element.name.text == "inner_nodes"
        and len(element.arguments) == 1
    ):
        element, inner = element.arguments[0], True
    variable = pattern.variables.get(element.text) if isinstance(element, syntax.Name) else None
    if variable is None or variable.kind == "node":
        binder.error("kql-graph", "An edge of the pattern is expected here.", element)
        return None
    with binder.seeing(pattern.elements(nodes=inner)):
        value = binder.scalar(node.arguments[1])
    return None if value is UNKNOWN else (variable.name, "-inner" if inner else "", value)


def _quantifier(binder: Binder, node: syntax.Call) -> Bound:
    """``all(edge, condition)`` and ``any(edge, condition)``."""
    pattern = _pattern(binder, node)
    over = _over_path(binder, node, pattern) if pattern is not None else None
    if pattern is None or over is None:
        return UNKNOWN
    variable, suffix, value = over
    if value.type is not Type.BOOL:
        binder.error("kql-type", "The expression must have the type bool.", node.arguments[1])
        return UNKNOWN
    return pattern.ask(node.name.text, _BOOL, node.name.text + suffix, variable, value)


def _map(binder: Binder, node: syntax.Call) -> Bound:
    """``map(edge, expression)``: an array with the expression's value for each element."""
    pattern = _pattern(binder, node)
    over = _over_path(binder, node, pattern) if pattern is not None else None
    if pattern is None or over is None:
        return UNKNOWN
    variable, suffix, value = over
    return pattern.ask("map", array_of(value.kind), "inner" if suffix else "list", variable, boxed(value))


def _inner_nodes(binder: Binder, node: syntax.Call) -> Bound:
    """``inner_nodes(edge)`` outside of all, any and map: an array of the nodes as bags."""
    pattern = _pattern(binder, node)
    if pattern is None:
        return UNKNOWN
    element = node.arguments[0] if len(node.arguments) == 1 else None
    variable = pattern.variables.get(element.text) if isinstance(element, syntax.Name) else None
    if variable is None or variable.kind == "node":
        binder.error("kql-graph", "An edge of the pattern is expected here.", element or node)
        return UNKNOWN
    columns = pattern.graph.nodes.columns
    packed = Special(BAG, "pack-all", tuple(map(Ref, columns)), (*(c.name for c in columns), False))
    return pattern.ask("inner_nodes", array_of(DYNAMIC), "inner", variable.name, boxed(packed))


def _node_id(binder: Binder, node: syntax.Call) -> Bound:
    """``node_id(node)``; without argument the node that a function over inner nodes stands at."""
    if not node.arguments and binder.row is not None and binder.row.key is not None:
        return convert(Ref(binder.row.key), Type.STRING)
    found = _node_argument(binder, node)
    if found is None:
        return UNKNOWN
    pattern, name = found
    return pattern.ask("node_id", _STRING, "value", name, convert(Ref(pattern.graph.key), Type.STRING))


def _degree(binder: Binder, node: syntax.Call) -> Bound:
    """``node_degree_in(node)`` and ``node_degree_out(node)``."""
    found = _node_argument(binder, node)
    if found is None:
        return UNKNOWN
    pattern, name = found
    return pattern.ask(node.name.text, _LONG, node.name.text.removeprefix("node_degree_"), name, None)


def _node_argument(binder: Binder, node: syntax.Call) -> tuple[Pattern, str] | None:
    pattern = _pattern(binder, node)
    if pattern is None:
        return None
    element = node.arguments[0] if len(node.arguments) == 1 else None
    variable = pattern.variables.get(element.text) if isinstance(element, syntax.Name) else None
    if variable is None or variable.kind != "node":
        binder.error("kql-graph", "A node of the pattern is expected here.", element or node)
        return None
    return pattern, variable.name


def _labels(binder: Binder, node: syntax.Call) -> Bound:
    """``labels(…)``: only graphs that a Kusto service stores have labels."""
    binder.refuse("The function 'labels'", node.name, "graphs made by make-graph have no labels")
    return UNKNOWN


FUNCTIONS = {
    "all": _quantifier,
    "any": _quantifier,
    "map": _map,
    "inner_nodes": _inner_nodes,
    "node_id": _node_id,
    "node_degree_in": _degree,
    "node_degree_out": _degree,
    "labels": _labels,
}
"""The functions that only graphs know."""
