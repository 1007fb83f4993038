"""make-graph and the operators over graphs.

A graph is two shared queries, edges and nodes. Nodes that only edges name are nodes too, their columns null. Matching
is a step that SQL cannot say: conditions on one node or edge are computed before it, the rest after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import constant_of
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.names import fresh_use, shared
from crosswarden.kql.binder.naming import Names
from crosswarden.kql.binder.operators.columns import assignments, extended, projected, select
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.operators.unions import union_of
from crosswarden.kql.binder.patterns import Output, Pattern, Variable
from crosswarden.kql.binder.scope import Graph, Row, Tabular
from crosswarden.kql.binder.staging import Columns
from crosswarden.kql.functions import find_function, of
from crosswarden.kql.plan import (
    Call,
    Distinct,
    Field,
    Filter,
    Join,
    Project,
    Ref,
    Scalar,
    Staged,
    Union,
    fields_of,
    substitute,
)
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_LONGEST = 64
"""So many steps an edge of a pattern may have at most."""


# make-graph


def bind_make_graph(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``make-graph``: the rows are the edges."""
    assert isinstance(operator, syntax.MakeGraph)
    if operator.partition is not None:
        binder.refuse("make-graph's partitioned-by", operator.partition)
        return NOTHING
    edges = shared(table.without_hidden(), "edges")
    source = _endpoint(binder, edges, operator.source)
    target = _endpoint(binder, edges, operator.target)
    if source is None or target is None:
        return NOTHING
    if operator.nodes:
        nodes, key = _node_tables(binder, operator.nodes, source)
        if key is None:
            return NOTHING
        nodes, key = _with_missing(binder, edges, (source, target), nodes, key)
    else:
        nodes, key = _endpoints(binder, edges, (source, target))
        name = operator.node_id.text if operator.node_id else ""
        shown = Field(name, key.kind)
        columns = (shown,) if name else ()
        nodes = Tabular(Project(nodes.plan, ((shown, Ref(key)),), (shown,)), columns)
        key = shown
    nodes = shared(nodes, "nodes")
    graph = Graph(edges, source, target, nodes, key, None, operator.directed)
    return Tabular(edges.plan, (), graph=graph)


def _endpoint(binder: Binder, table: Tabular, node: syntax.Expression) -> Field | None:
    assert isinstance(node, syntax.Name)
    found = next((column for column in table.columns if column.name == node.text), None)
    if found is None and table is not NOTHING:
        known = [column.name for column in table.columns]
        binder.unknown("kql-unknown-column", "column", node.text, known, node)
    return found


def _node_tables(
    binder: Binder, tables: Sequence[syntax.NodeTable], source: Field
) -> tuple[Tabular, Field | None]:
    """All node tables as one, with the column that identifies a node."""
    found: list[Tabular] = []
    for item in tables:
        with binder.seeing(None):
            table = binder.table(item.table)
        key = _endpoint(binder, table, item.key)
        if key is None:
            return NOTHING, None
        if key.type is not source.type and not (key.type.is_numeric and source.type.is_numeric):
            message = f"The node's key has the type '{key.type}', the edge's source '{source.type}'."
            binder.error("kql-type", message, item.key)
            return NOTHING, None
        found.append(extended(table.without_hidden(), [(Field("#key", key.kind), Ref(key))]))
    every = found[0] if len(found) == 1 else union_of(binder, found)
    key = next(column for column in every.columns if column.name == "#key")
    return replace(every, columns=tuple(column for column in every.columns if column is not key)), key


def _endpoints(binder: Binder, edges: Tabular, ends: tuple[Field, Field]) -> tuple[Tabular, Field]:
    """Every value that an edge starts or ends with, once."""
    parts = []
    for end in ends:
        use = fresh_use(binder, edges)
        parts.append((use.plan, _same(edges, use, end)))
    made = Field("#end", ends[0].kind)
    plan = Distinct(
        Union(
            tuple(Project(plan, (), (column,)) for plan, column in parts),
            ((made, {at: column for at, (_, column) in enumerate(parts)}),),
        )
    )
    return Tabular(plan, (made,)), made


def _same(old: Tabular, new: Tabular, column: Field) -> Field:
    return new.plan.fields[list(old.plan.fields).index(column)]


def _with_missing(
    binder: Binder, edges: Tabular, ends: tuple[Field, Field], nodes: Tabular, key: Field
) -> tuple[Tabular, Field]:
    """The nodes, and those that only edges name, with nothing known of them."""
    held = shared(Tabular(nodes.plan, (*nodes.columns, key)), "given nodes")
    first, second = fresh_use(binder, held), fresh_use(binder, held)
    named, end = _endpoints(binder, edges, ends)
    absent = Join("leftanti", named.plan, second.plan, ((Ref(end), Ref(_same(held, second, key))),), (end,))
    columns = [(Field(column.name, column.kind), {0: _same(held, first, column)}) for column in nodes.columns]
    made = Field("#key", key.kind)
    plan = Union((first.plan, absent), (*columns, (made, {0: _same(held, first, key), 1: end})))
    return Tabular(plan, tuple(column for column, _ in columns)), made


# Graphs in use


def _graph(binder: Binder, table: Tabular, operator: syntax.Operator, word: str) -> Graph | None:
    """One use of the graph before the pipe."""
    graph = table.graph
    if graph is None:
        if table is not NOTHING:
            binder.error("kql-graph", f"A graph is expected before {word}; make-graph makes one.", operator)
        return None
    edges, nodes = fresh_use(binder, graph.edges), fresh_use(binder, graph.nodes)
    return replace(
        graph,
        edges=edges,
        nodes=nodes,
        source=_same(graph.edges, edges, graph.source),
        target=_same(graph.edges, edges, graph.target),
        key=_same(graph.nodes, nodes, graph.key),
    )


def bind_match(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``graph-match`` and ``graph-shortest-paths``: a row for each way in which the pattern fits."""
    assert isinstance(operator, syntax.GraphMatch | syntax.GraphShortestPaths)
    shortest = isinstance(operator, syntax.GraphShortestPaths)
    graph = _graph(binder, table, operator, "graph-shortest-paths" if shortest else "graph-match")
    if graph is None:
        return NOTHING
    pattern = Pattern(graph)
    paths = tuple(_path(binder, pattern, item, at) for at, item in enumerate(operator.patterns))
    if shortest and (len(paths) != 1 or len(paths[0]) != 3):
        binder.error("kql-graph", "graph-shortest-paths takes one pattern: (a)-[e*1..5]->(b).", operator)
        return NOTHING
    with binder.seeing(pattern.row()):
        where = binder.scalar(operator.where) if operator.where is not None else None
        if where is not None and where is not UNKNOWN and where.type is not Type.BOOL:
            binder.error("kql-type", "The expression must have the type bool.", operator.where or operator)
            where = None
        pairs: list[tuple[Field, Scalar]] = []
        names = Names()
        for item in operator.project:
            for field, value in assignments(binder, item, None):
                pairs.append(projected(binder, names, item, field, value))
    mode = str(setting(operator.parameters, "output" if shortest else "cycles") or "")
    kind = {"shortest": mode or "any"} if shortest else {"cycles": mode or "unique_edges"}
    before, after = _split(pattern, where)
    used = {column for scalar in (*after, *(value for _, value in pairs)) for column in fields_of(scalar)}
    plan = _staged(pattern, paths, before, [column for column in pattern.outputs if column in used], kind)
    matched = Tabular(plan, plan.fields)
    for condition in after:
        matched = matched.with_plan(Filter(matched.plan, condition))
    columns = tuple(field for field, _ in pairs)
    fresh = [(f, v) for f, v in pairs if not (isinstance(v, Ref) and v.field is f)]
    return select(matched, columns, fresh)


def _path(
    binder: Binder, pattern: Pattern, node: syntax.GraphPattern, at: int
) -> tuple[tuple[object, ...], ...]:
    """One path of the pattern as plain values: ("node", name) and ("edge", name, direction, least, most)."""
    steps: list[tuple[object, ...]] = []
    for position, element in enumerate(node.elements):
        name = element.name.text if element.name else f"#{at}.{position}"
        if isinstance(element, syntax.GraphNode):
            _declare(binder, pattern, name, "node", element)
            steps.append(("node", name))
            continue
        least, most = _steps(binder, element)
        single = element.least is None
        _declare(binder, pattern, name, "edge" if single else "path", element)
        direction = element.direction if pattern.graph.directed else "any"
        steps.append(("edge", name, direction, least, most))
    return tuple(steps)


def _steps(binder: Binder, edge: syntax.GraphEdge) -> tuple[int, int]:
    if edge.least is None or edge.most is None:
        return 1, 1
    found = [constant_of(binder.scalar(node)) for node in (edge.least, edge.most)]
    least, most = (value if isinstance(value, int) else -1 for value in found)
    if not 0 <= least <= most or most > _LONGEST:
        message = f"The number of steps goes from 0 to {_LONGEST}, the smaller first."
        binder.error("kql-graph", message, edge)
        return 1, 1
    return least, most


def _declare(binder: Binder, pattern: Pattern, name: str, kind: str, node: syntax.Node) -> None:
    table = pattern.graph.nodes if kind == "node" else pattern.graph.edges
    before = pattern.variables.get(name)
    if before is not None and (before.kind != kind or kind != "node"):
        binder.error("kql-graph", f"The name '{name}' stands for something else in this pattern.", node)
        return
    pattern.variables[name] = Variable(name, kind, table)


def _split(pattern: Pattern, where: Scalar | None) -> tuple[dict[str, list[Scalar]], list[Scalar]]:
    """Conditions on one node, edge or every edge of a path, by its name and over its table; and the others."""
    before: dict[str, list[Scalar]] = {}
    after: list[Scalar] = []
    for part in _conjuncts(where):
        outputs = [pattern.outputs[column] for column in fields_of(part)]
        names = {output.variable for output in outputs}
        if isinstance(part, Ref) and pattern.outputs[part.field].mode == "all":
            output = pattern.outputs[part.field]
            assert output.value is not None
            before.setdefault(output.variable, []).append(output.value)
        elif len(names) == 1 and all(output.mode == "value" for output in outputs):
            values = {
                column: output.value
                for column in fields_of(part)
                if (output := pattern.outputs[column]).value is not None
            }
            before.setdefault(names.pop(), []).append(substitute(part, values))
        else:
            after.append(part)
    return before, after


def _conjuncts(scalar: Scalar | None) -> list[Scalar]:
    if scalar is None or scalar is UNKNOWN:
        return []
    if isinstance(scalar, Call) and scalar.function.name == "And":
        return [part for argument in scalar.arguments for part in _conjuncts(argument)]
    return [scalar]


def _staged(
    pattern: Pattern,
    paths: tuple[tuple[tuple[object, ...], ...], ...],
    before: dict[str, list[Scalar]],
    wanted: Sequence[Field],
    kind: dict[str, str],
) -> Staged:
    graph = pattern.graph
    edges, nodes = Columns(graph.edges), Columns(graph.nodes, (graph.key,))
    ends = tuple(edges.place(Ref(end)) for end in (graph.source, graph.target))
    filters = {
        name: tuple(_input(pattern, name, edges, nodes).place(value) for value in values)
        for name, values in before.items()
    }
    outputs = tuple(_output(pattern, pattern.outputs[column], edges, nodes) for column in wanted)
    options = {"ends": ends, "paths": paths, "filters": filters, "outputs": outputs, **kind}
    return Staged("graph-match", (edges.plan(), nodes.plan()), tuple(wanted), options)


def _input(pattern: Pattern, name: str, edges: Columns, nodes: Columns) -> Columns:
    return nodes if pattern.variables[name].kind == "node" else edges


def _output(pattern: Pattern, output: Output, edges: Columns, nodes: Columns) -> tuple[str, str, int | None]:
    if output.value is None:
        return output.mode, output.variable, None
    source = nodes if output.mode.endswith("inner") else _input(pattern, output.variable, edges, nodes)
    return output.mode, output.variable, source.place(output.value)


# The other operators


def bind_to_table(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``graph-to-table``: nodes, edges, or both; each ``as`` makes a name for the queries that follow."""
    assert isinstance(operator, syntax.GraphToTable)
    graph = _graph(binder, table, operator, "graph-to-table")
    if graph is None:
        return NOTHING
    made: list[tuple[str, Tabular]] = []
    for item in operator.outputs:
        part = _nodes_out(binder, graph, item) if item.kind == "nodes" else _edges_out(binder, graph, item)
        name = item.name.text if item.name else item.kind
        if item.name is not None:
            part = shared(part, name)
            binder.scope.names[name] = part
            part = fresh_use(binder, part)
        made.append((name, part))
    binder.results += made[:-1]
    return made[-1][1]


def _nodes_out(binder: Binder, graph: Graph, item: syntax.GraphTable) -> Tabular:
    ids = _hashes(binder, item, (("with_node_id", graph.key),))
    return _with_first(graph.nodes, ids)


def _edges_out(binder: Binder, graph: Graph, item: syntax.GraphTable) -> Tabular:
    ends = (("with_source_id", graph.source), ("with_target_id", graph.target))
    return _with_first(graph.edges, _hashes(binder, item, ends))


def _with_first(table: Tabular, assigned: list[tuple[Field, Scalar]]) -> Tabular:
    columns = (*(field for field, _ in assigned), *table.columns)
    return select(table, columns, assigned)


def _hashes(
    binder: Binder, item: syntax.GraphTable, wanted: Iterable[tuple[str, Field]]
) -> list[tuple[Field, Scalar]]:
    """A hash of a node's id under the name that was asked for."""
    function = find_function("hash")
    assert function is not None
    made: list[tuple[Field, Scalar]] = []
    for word, column in wanted:
        name = setting(item.parameters, word)
        if name is not None:
            call = Call(of(Type.LONG), function, (Ref(column),))
            made.append((Field(str(name), of(Type.LONG)), call))
    return made


def bind_components(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``graph-mark-components``: every node gets its component's number."""
    assert isinstance(operator, syntax.GraphMarkComponents)
    graph = _graph(binder, table, operator, "graph-mark-components")
    if graph is None:
        return NOTHING
    name = str(setting(operator.parameters, "with_component_id") or "ComponentId")
    kind = str(setting(operator.parameters, "kind") or "weak")
    edges = Columns(graph.edges)
    ends = tuple(edges.place(Ref(end)) for end in (graph.source, graph.target))
    nodes = Columns(graph.nodes, (graph.key, *(c for c in graph.nodes.columns if c is not graph.key)))
    copies = {column: Field(column.name, column.kind) for column in nodes.fields}
    made = Field(name, of(Type.LONG))
    fields = (*copies.values(), made)
    plan = Staged("graph-components", (edges.plan(), nodes.plan()), fields, {"ends": ends, "kind": kind})
    shown = tuple(copies[column] for column in graph.nodes.columns if column.name != name)
    marked = shared(Tabular(plan, (*shown, made)), "nodes")
    return Tabular(table.plan, (), graph=replace(graph, nodes=marked, key=copies[graph.key]))


def bind_where(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``graph-where-nodes`` and ``graph-where-edges``; edges go with their nodes."""
    assert isinstance(operator, syntax.GraphWhereNodes | syntax.GraphWhereEdges)
    over_nodes = isinstance(operator, syntax.GraphWhereNodes)
    graph = _graph(binder, table, operator, "graph-where-nodes" if over_nodes else "graph-where-edges")
    if graph is None:
        return NOTHING
    part = graph.nodes if over_nodes else graph.edges
    with binder.seeing(Row.of(part)):
        predicate = binder.scalar(operator.predicate)
    if predicate is UNKNOWN:
        return table
    kept = shared(part.with_plan(Filter(part.plan, predicate)), part.name or "kept")
    if not over_nodes:
        return Tabular(kept.plan, (), graph=replace(graph, edges=kept))
    edges = graph.edges
    for end in (graph.source, graph.target):
        use = fresh_use(binder, kept)
        on = ((Ref(end), Ref(_same(kept, use, graph.key))),)
        edges = edges.with_plan(Join("leftsemi", edges.plan, use.plan, on, edges.plan.fields))
    edges = shared(edges, "edges")
    return Tabular(edges.plan, (), graph=replace(graph, nodes=kept, edges=edges))


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.MakeGraph: bind_make_graph,
    syntax.GraphMatch: bind_match,
    syntax.GraphShortestPaths: bind_match,
    syntax.GraphToTable: bind_to_table,
    syntax.GraphMarkComponents: bind_components,
    syntax.GraphWhereNodes: bind_where,
    syntax.GraphWhereEdges: bind_where,
}
