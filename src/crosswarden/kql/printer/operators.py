"""Operators as text, without the ``|`` before them."""

from __future__ import annotations

from crosswarden.kql import syntax as tree
from crosswarden.kql.printer.expressions import (
    WRITERS,
    items,
    name_text,
    operand,
    parameter,
    path,
    properties,
    schema,
    write,
)

__all__ = ["pipe_text"]


def pipe_text(node: tree.Pipe, separator: str = " ") -> str:
    """Source and operators; ``separator`` is what stands before each ``|``."""
    steps = [write(step) for step in node.operators]
    if node.source is not None:
        steps.insert(0, operand(node.source))
    return f"{separator}| ".join(steps)


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _settings(node: object) -> str:
    return " ".join(map(parameter, getattr(node, "parameters", ())))


def _clause(word: str, text: str) -> str:
    return f"{word} {text}" if text else ""


def _optional(word: str, node: tree.Node | None) -> str:
    return f"{word} {operand(node)}" if node is not None else ""


def _named(node: tree.Node) -> str:
    return write(node) if isinstance(node, tree.NamedExpression) else operand(node)


def _list(nodes: tuple[tree.Node, ...]) -> str:
    return ", ".join(map(_named, nodes))


def _ordered(node: tree.Ordered) -> str:
    nulls = f"nulls {node.nulls}" if node.nulls else ""
    return _words(_named(node.expression), node.direction or "", nulls)


def _parse(node: tree.Parse) -> str:
    word = "parse-where" if node.filtering else "parse"
    pattern = " ".join(map(write, node.pattern))
    return _words(word, _settings(node), operand(node.expression), "with", pattern)


def _parse_kv(node: tree.ParseKv) -> str:
    return f"parse-kv {operand(node.expression)} as {schema(node.columns)}{properties(node.properties)}"


def _summarize(node: tree.Summarize) -> str:
    size = f"bin = {operand(node.bin)}" if node.bin is not None else ""
    return _words("summarize", _settings(node), _list(node.aggregates), _clause("by", _list(node.by)), size)


def _join(node: tree.Join) -> str:
    on = f"on {', '.join(map(operand, node.on))}" if node.on else ""
    return _words("join", _settings(node), operand(node.right), on, _optional("where", node.where))


def _lookup(node: tree.Lookup) -> str:
    return _words("lookup", _settings(node), operand(node.right), "on", ", ".join(map(operand, node.on)))


def _mv_item(node: tree.MvItem) -> str:
    return _words(_named(node.expression), f"to typeof({node.type.text})" if node.type else "")


def _mv_expand(node: tree.MvExpand) -> str:
    return _words("mv-expand", _settings(node), items(node.items), _optional("limit", node.limit))


def _mv_apply(node: tree.MvApply) -> str:
    limit, context = _optional("limit", node.limit), _optional("id", node.context)
    return _words("mv-apply", _settings(node), items(node.items), limit, context, f"on ({write(node.query)})")


def _series_aggregate(node: tree.MakeSeriesAggregate) -> str:
    return _words(_named(node.expression), f"default = {_named(node.default)}" if node.default else "")


def _make_series(node: tree.MakeSeries) -> str:
    if node.in_range:
        assert node.first is not None
        assert node.last is not None
        span = f"in range({_named(node.first)}, {_named(node.last)}, {_named(node.step)})"
    else:
        span = _words(_optional("from", node.first), _optional("to", node.last), _optional("step", node.step))
    by = _clause("by", _list(node.by))
    return _words("make-series", _settings(node), items(node.aggregates), "on", _named(node.on), span, by)


def _partition(node: tree.Partition) -> str:
    query = f"{{{write(node.query)}}}" if node.braces else f"({write(node.query)})"
    scope = f"in {path(node.scope)}" if node.scope is not None else ""
    return _words("partition", _settings(node), "by", path(node.by), scope, query)


def _partition_by(node: tree.PartitionBy) -> str:
    return _words(
        "__partitionby", _settings(node), path(node.by), _optional("id", node.id), f"({write(node.query)})"
    )


def _fork(node: tree.Fork) -> str:
    return _words("fork", *map(write, node.branches))


def _branch(node: tree.ForkBranch) -> str:
    return f"{f'{name_text(node.name.text)} = ' if node.name else ''}({write(node.query)})"


def _facet(node: tree.Facet) -> str:
    query = f"with ({write(node.query)})" if node.query else ""
    return _words("facet by", ", ".join(map(path, node.by)), query)


def _evaluate(node: tree.Evaluate) -> str:
    columns = f" : {schema(node.schema)}" if node.schema is not None else ""
    return _words("evaluate", _settings(node), write(node.call)) + columns


def _reduce(node: tree.Reduce) -> str:
    with_ = _clause("with", ", ".join(map(parameter, node.properties)))
    return _words("reduce", _settings(node), "by", _named(node.by), with_)


def _scan(node: tree.Scan) -> str:
    order = _clause("order by", items(node.order))
    partition = _clause("partition by", ", ".join(map(operand, node.partition)))
    declare = f"declare {schema(node.declarations)}" if node.declarations else ""
    return _words(
        "scan", _settings(node), order, partition, declare, f"with ({' '.join(map(write, node.steps))})"
    )


def _scan_step(node: tree.ScanStep) -> str:
    optional, output = "optional" if node.optional else "", f"output={node.output}" if node.output else ""
    head = _words("step", name_text(node.name.text), optional, output)
    assigned = f" => {items(node.assignments)}" if node.assignments else ""
    return f"{head}: {operand(node.condition)}{assigned};"


def _top_nested_clause(node: tree.TopNestedClause) -> str:
    count = _named(node.count) if node.count is not None else ""
    others = f"with others = {operand(node.others)}" if node.others is not None else ""
    return _words("top-nested", count, "of", _named(node.of), others, "by", write(node.by))


def _render(node: tree.Render) -> str:
    return f"render {node.chart}" + properties(
        tuple(item for item in node.properties if item.name not in ("by", "with"))
    )


def _union(node: tree.Union) -> str:
    return _words("union", _settings(node), ", ".join(map(_table, node.tables)))


def _table(node: tree.Expression) -> str:
    if isinstance(node, tree.WildcardName):
        return node.text
    if isinstance(node, tree.Name | tree.Member | tree.Call | tree.MemberCall):
        return write(node)
    return f"({write(node)})"


def _search(node: tree.Search) -> str:
    tables = f"in ({', '.join(map(_table, node.tables))})" if node.tables else ""
    return _words("search", _settings(node), tables, operand(node.predicate))


def _find(node: tree.Find) -> str:
    tables = f"in ({', '.join(map(_table, node.tables))})" if node.tables else ""
    where = f"where {operand(node.predicate)}"
    project = "project-smart" if node.smart else f"project {items(node.project)}" if node.project else ""
    away = f"__projectAway {items(node.away)}" if node.away else ""
    return _words("find", _settings(node), tables, where, project, away)


def _find_column(node: tree.FindColumn) -> str:
    return f"{write(node.name)}{f': {write(node.type)}' if node.type else ''}"


def _macro_expand(node: tree.MacroExpand) -> str:
    scope = f"as {name_text(node.scope.text)}" if node.scope else ""
    body = "; ".join(map(write, node.statements))
    return _words("macro-expand", _settings(node), write(node.group), scope, f"({body})")


def _make_graph(node: tree.MakeGraph) -> str:
    nodes = _clause("with", items(node.nodes))
    node_id = f"with_node_id = {name_text(node.node_id.text)}" if node.node_id else ""
    by = ""
    if node.partition is not None and node.query is not None:
        by = f"partitioned-by {path(node.partition)} ({write(node.query)})"
    arrow = "-->" if node.directed else "--"
    return _words(
        "make-graph", _settings(node), path(node.source), arrow, path(node.target), nodes, node_id, by
    )


def _graph_edge(node: tree.GraphEdge) -> str:
    name = name_text(node.name.text) if node.name else ""
    steps = ""
    if node.least is not None and node.most is not None:
        steps = f"*{operand(node.least, 9)}..{operand(node.most, 9)}"
    left, right = ("<" if node.direction == "left" else ""), (">" if node.direction == "right" else "")
    return f"{left}-[{name}{steps}]-{right}" if name or steps else f"{left}--{right}"


def _graph_match(node: tree.GraphMatch | tree.GraphShortestPaths) -> str:
    word = "graph-match" if isinstance(node, tree.GraphMatch) else "graph-shortest-paths"
    where = f"where {write(node.where)}" if node.where is not None else ""
    return _words(word, _settings(node), items(node.patterns), where, _clause("project", _list(node.project)))


def _graph_table(node: tree.GraphTable) -> str:
    return _words(node.kind, f"as {name_text(node.name.text)}" if node.name else "", _settings(node))


WRITERS |= {
    tree.Pipe: pipe_text,
    tree.As: lambda n: _words("as", _settings(n), name_text(n.name.text)),
    tree.AssertSchema: lambda n: f"assert-schema {schema(n.columns)}",
    tree.Consume: lambda n: _words("consume", _settings(n)),
    tree.Count: lambda n: _words("count", f"as {name_text(n.name.text)}" if n.name else ""),
    tree.Distinct: lambda n: _words("distinct", _settings(n), _list(n.items)),
    tree.Evaluate: _evaluate,
    tree.ExecuteAndCache: lambda n: "__executeAndCache",
    tree.Extend: lambda n: f"extend {_list(n.items)}",
    tree.Facet: _facet,
    tree.Find: _find,
    tree.FindColumn: _find_column,
    tree.Fork: _fork,
    tree.ForkBranch: _branch,
    tree.GetSchema: lambda n: _words("getschema", _settings(n)),
    tree.GraphEdge: _graph_edge,
    tree.GraphMarkComponents: lambda n: _words("graph-mark-components", _settings(n)),
    tree.GraphMatch: _graph_match,
    tree.GraphNode: lambda n: f"({name_text(n.name.text) if n.name else ''})",
    tree.GraphPattern: lambda n: "".join(map(write, n.elements)),
    tree.GraphShortestPaths: _graph_match,
    tree.GraphTable: _graph_table,
    tree.GraphToTable: lambda n: f"graph-to-table {items(n.outputs)}",
    tree.GraphWhereEdges: lambda n: f"graph-where-edges {operand(n.predicate)}",
    tree.GraphWhereNodes: lambda n: f"graph-where-nodes {operand(n.predicate)}",
    tree.Invoke: lambda n: f"invoke {write(n.function)}",
    tree.Join: _join,
    tree.Lookup: _lookup,
    tree.MacroExpand: _macro_expand,
    tree.MakeGraph: _make_graph,
    tree.MakeSeries: _make_series,
    tree.MakeSeriesAggregate: _series_aggregate,
    tree.MvApply: _mv_apply,
    tree.MvExpand: _mv_expand,
    tree.MvItem: _mv_item,
    tree.NodeTable: lambda n: f"{operand(n.table, 9)} on {write(n.key)}",
    tree.Ordered: _ordered,
    tree.PackAll: lambda n: "pack(*)",
    tree.Parse: _parse,
    tree.ParseKv: _parse_kv,
    tree.Partition: _partition,
    tree.PartitionBy: _partition_by,
    tree.Print: lambda n: f"print {_list(n.items)}",
    tree.Project: lambda n: _words("project", _list(n.items)),
    tree.ProjectAway: lambda n: _words("project-away", items(n.items)),
    tree.ProjectByNames: lambda n: _words("project-by-names", ", ".join(map(operand, n.items))),
    tree.ProjectKeep: lambda n: _words("project-keep", items(n.items)),
    tree.ProjectRename: lambda n: _words("project-rename", _list(n.items)),
    tree.ProjectReorder: lambda n: _words("project-reorder", ", ".join(map(_reordered, n.items))),
    tree.Range: lambda n: _words(
        f"range {name_text(n.name.text)} from {operand(n.first)}",
        f"to {operand(n.last)} step {operand(n.step)}",
    ),
    tree.Reduce: _reduce,
    tree.Render: _render,
    tree.Sample: lambda n: _words("sample", _settings(n), _named(n.count)),
    tree.SampleDistinct: lambda n: _words(
        "sample-distinct", _settings(n), _named(n.count), "of", _named(n.of)
    ),
    tree.Scan: _scan,
    tree.ScanAssignment: lambda n: f"{name_text(n.name.text)} = {operand(n.expression)}",
    tree.ScanStep: _scan_step,
    tree.Search: _search,
    tree.Serialize: lambda n: _words("serialize", _settings(n), _list(n.items)),
    tree.Sort: lambda n: _words("sort", _settings(n), "by", items(n.items)),
    tree.Summarize: _summarize,
    tree.Take: lambda n: _words("take", _settings(n), _named(n.count)),
    tree.Top: lambda n: _words("top", _settings(n), _named(n.count), "by", write(n.by)),
    tree.TopHitters: lambda n: _words(
        "top-hitters",
        _named(n.count),
        "of",
        _named(n.of),
        f"by {_named(n.by)}" if n.by is not None else "",
    ),
    tree.TopNested: lambda n: items(n.clauses),
    tree.TopNestedClause: _top_nested_clause,
    tree.Union: _union,
    tree.Where: lambda n: _words("where", _settings(n), _named(n.predicate)),
}


def _reordered(node: tree.Ordered) -> str:
    return _words(write(node.expression), node.direction or "")
