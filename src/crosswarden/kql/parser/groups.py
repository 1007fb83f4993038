"""The operators that group, expand, join or draw: summarize, join, mv-expand, make-series, partition, scan, render.

Each function reads one operator; the parser stands before its word.
"""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.diagnostics import listed
from crosswarden.kql.parser.cursor import LIST_END
from crosswarden.kql.parser.parameters import ANY, BOOL, COLUMN, Choices, ParameterParser
from crosswarden.kql.parser.steps import by_clause, keyword, named_list, ordered
from crosswarden.kql.syntax import (
    ColumnDeclaration,
    Evaluate,
    Expression,
    Facet,
    Fork,
    ForkBranch,
    Invoke,
    Join,
    Lookup,
    MakeSeries,
    MakeSeriesAggregate,
    MemberCall,
    MvApply,
    MvExpand,
    MvItem,
    Operator,
    Ordered,
    Parameter,
    Partition,
    PartitionBy,
    Pipe,
    Reduce,
    Render,
    Scan,
    ScanAssignment,
    ScanStep,
    Star,
    Summarize,
    TopHitters,
    TopNested,
    TopNestedClause,
    TypeName,
)
from crosswarden.kql.words import CHARTS

__all__ = ["GROUPS"]

_JOIN_KINDS = [
    "inner",
    "fullouter",
    "innerunique",
    "leftanti",
    "leftantisemi",
    "anti",
    "leftouter",
    "leftsemi",
    "rightanti",
    "rightantisemi",
    "rightouter",
    "rightsemi",
]
_JOIN: Choices = {
    "kind": tuple(_JOIN_KINDS),
    "hint.remote": ("auto", "left", "local", "right", "unresolved"),
    "hint.strategy": ("auto", "broadcast", "centralized", "shuffle"),
}
_UNTIL_BY = LIST_END | {"by"}


def _summarize(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"hint.strategy": ("shuffle",)})
    aggregates = named_list(p, least=0, ends=_UNTIL_BY)
    keys: tuple[Expression, ...] = ()
    size: Expression | None = None
    if p.take("by"):
        keys = p.commas(p.named, "an expression", starts=lambda: p.starts_expression() and not _legacy_bin(p))
        if _legacy_bin(p):
            p.advance()
            p.advance()
            size = p.unnamed()
    return Summarize(start, p.last_end, aggregates, keys, settings, size)


def _legacy_bin(p: ParameterParser) -> bool:
    return p.kind == "bin" and p.peek() == "="


def _join(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_JOIN)
    right = p.unnamed()
    on: tuple[Expression, ...] = ()
    where: Expression | None = None
    if p.take("on"):
        on = p.commas(p.unnamed, "a column or a condition")
    elif p.take("where"):
        where = p.unnamed()
    else:
        raise p.fail("'on' and what join compares", known=["on"])
    return Join(start, p.last_end, right, on, where, settings)


def _lookup(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ("inner", "leftouter")})
    right = p.unnamed()
    keyword(p, "on", "and what lookup compares")
    on = p.commas(p.unnamed, "a column or a condition")
    return Lookup(start, p.last_end, right, on, settings)


_MV: Choices = {"kind": ("bag", "array"), "bagexpansion": ("bag", "array"), "with_itemindex": COLUMN}


def _to_typeof(p: ParameterParser) -> TypeName | None:
    if not p.take("to"):
        return None
    if p.kind != "typeof":
        raise p.fail("typeof(…) after to", known=["typeof"])
    node = p.type_of()
    first = node.items[0]
    if isinstance(first, TypeName):
        return first
    p.diagnostics.error("kql-expected", "expected one type in typeof(…)", first.start, first.end)
    return None


def _mv_item(p: ParameterParser) -> MvItem:
    expression = p.named()
    kind = _to_typeof(p)
    return MvItem(expression.start, p.last_end, expression, kind)


def _mv_expand(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_MV)
    items = p.commas(
        lambda: _mv_item(p), "what to expand", ends=LIST_END | {"limit"}, starts=p.starts_expression
    )
    limit = p.unnamed() if p.take("limit") else None
    return MvExpand(start, p.last_end, items, limit, settings)


def _mv_apply(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"with_itemindex": COLUMN})
    items = p.commas(lambda: _mv_item(p), "what to expand", ends=LIST_END | {"limit", "on"})
    limit = p.unnamed() if p.take("limit") else None
    context = p.unnamed() if p.take("id") else None
    keyword(p, "on", "and ( … ) after mv-apply's items")
    query = p.subquery("mv-apply")
    return MvApply(start, p.last_end, items, limit, query, settings, context)


def _make_series(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ("nonempty",)})
    aggregates = p.commas(
        lambda: _series_aggregate(p), "an aggregate", ends=LIST_END | {"on"}, starts=p.starts_expression
    )
    keyword(p, "on", "and the axis after make-series' aggregates")
    axis = p.named()
    if p.kind == "in":
        return _in_range(p, start, settings, aggregates, axis)
    first = p.unnamed() if p.take("from") else None
    last = p.unnamed() if p.take("to") else None
    keyword(p, "step", "and its size after make-series' axis")
    step = p.unnamed()
    by = by_clause(p)
    return MakeSeries(start, p.last_end, aggregates, axis, first, last, step, by, False, settings)


def _series_aggregate(p: ParameterParser) -> MakeSeriesAggregate:
    expression = p.named()
    default: Expression | None = None
    if p.take("default"):
        p.expect("=", "after default")
        default = p.named()
    return MakeSeriesAggregate(expression.start, p.last_end, expression, default)


def _in_range(
    p: ParameterParser,
    start: int,
    settings: tuple[Parameter, ...],
    aggregates: tuple[MakeSeriesAggregate, ...],
    axis: Expression,
) -> Operator:
    p.advance()
    keyword(p, "range", "after in")
    opened = p.expect("(", "after range")
    ends = p.commas(p.named, "an expression")
    p.close(")", opened, "range")
    if len(ends) != 3:
        p.diagnostics.error("kql-expected", "expected range(first, last, step)", opened, p.last_end)
        ends = (ends + (ends[0],) * 3)[:3]
    by = by_clause(p)
    return MakeSeries(start, p.last_end, aggregates, axis, ends[0], ends[1], ends[2], by, True, settings)


_PARTITION: Choices = {"hint.strategy": ("shuffle", "native", "legacy"), "hint.materialized": BOOL}


def _simple_path(p: ParameterParser, what: str) -> Expression:
    if not p.name_length() and p.kind not in ("kind", "withsource", "with_source"):
        raise p.missing(what)
    return p.unnamed(99)


def _partition(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_PARTITION)
    keyword(p, "by", "and a column after partition")
    by = p.name(what="a column name") if p.peek() == "(" else _simple_path(p, "a column name")
    scope = p.unnamed(99) if p.take("in") else None
    if p.kind == "{":
        opened = p.advance()
        query = p.expression()
        p.close("}", opened, "the query")
        return Partition(start, p.last_end, by, query, True, scope, settings)
    query = _contextual(p, "partition")
    return Partition(start, p.last_end, by, query, False, scope, settings)


def _contextual(p: ParameterParser, what: str) -> Pipe:
    """``(operators)``; a query with a source of its own is a Pipe with that source."""
    if p.kind != "(":
        raise p.fail(f"( and the operators of {what}")
    opened = p.advance()
    if p.kind not in p.operator_words:
        inner = p.expression()
        query = inner if isinstance(inner, Pipe) else Pipe(inner.start, inner.end, inner, ())
    else:
        query = p.operators()
    p.close(")", opened, what)
    return query


def _partition_by(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_PARTITION)
    by = p.name(what="a column name")
    key = p.signed_literal() if p.take("id") else None
    query = p.subquery("__partitionby")
    return PartitionBy(start, p.last_end, by, query, key, settings)


def _fork(p: ParameterParser) -> Operator:
    start = p.advance()
    branches: list[ForkBranch] = []
    while p.kind == "(" or (p.name_length() and p.peek(p.name_length()) == "="):
        first = p.start
        name = None
        if p.kind != "(":
            name = p.name()
            p.advance()
        branches.append(ForkBranch(first, p.last_end, name, _contextual(p, "fork's branch")))
    if not branches:
        raise p.missing("( and the operators of a branch")
    return Fork(start, p.last_end, tuple(branches))


def _facet(p: ParameterParser) -> Operator:
    start = p.advance()
    keyword(p, "by", "after facet")
    by = p.commas(lambda: _simple_path(p, "a column name"), "a column name", ends=LIST_END | {"with"})
    query: Pipe | None = None
    if p.take("with"):
        if p.kind == "(":
            query = p.subquery("facet")
        else:
            step = p.operator()
            query = Pipe(step.start, step.end, None, (step,))
    return Facet(start, p.last_end, by, query)


def _evaluate(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(
        {
            "hint.distribution": ("single", "per_node", "per_shard", "default"),
            "hint.remote": ("auto", "local"),
        }
    )
    call = p.function_call("a plugin's name")
    schema: tuple[ColumnDeclaration | Star, ...] | None = None
    if p.take(":"):
        opened = p.expect("(", "and the columns that the plugin yields")
        p.take(",")
        schema = p.commas(lambda: _schema_item(p), "a column", least=0, trailing=True)
        p.close(")", opened, "the columns")
    return Evaluate(start, p.last_end, call, schema, settings)


def _schema_item(p: ParameterParser) -> ColumnDeclaration | Star:
    return Star(p.advance(), p.last_end) if p.kind == "*" else p.column_declaration()


def _invoke(p: ParameterParser) -> Operator:
    start = p.advance()
    function: Expression = p.function_call("a function call")
    while p.kind == ".":
        p.advance()
        call = p.function_call("a function call after .")
        function = MemberCall(function.start, call.end, function, call)
    return Invoke(start, p.last_end, function)


_REDUCE: Choices = {"threshold": ANY, "characters": ANY}


def _reduce(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ("source",)})
    keyword(p, "by", "after reduce")
    by = p.named()
    properties = p.comma_parameters(_REDUCE, "reduce") if p.take("with") else ()
    return Reduce(start, p.last_end, by, properties, settings)


_SCAN: Choices = {"kind": ("partial", "full"), "with_match_id": COLUMN, "with_step_name": COLUMN}
_SCAN_END = LIST_END | {"partition", "order", "by", "declare", "with"}


def _scan(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_SCAN)
    order: tuple[Ordered, ...] = ()
    partition: tuple[Expression, ...] = ()
    if p.take("order"):
        keyword(p, "by", "after order")
        order = p.commas(lambda: ordered(p), "an expression", ends=_SCAN_END)
    if p.take("partition"):
        keyword(p, "by", "after partition")
        partition = p.commas(p.unnamed, "an expression", ends=_SCAN_END)
    declared: tuple[ColumnDeclaration, ...] = ()
    if p.take("declare"):
        opened = p.expect("(", "and the columns that scan declares")
        declared = p.commas(lambda: _scan_column(p), "a column", least=0)
        p.close(")", opened, "the columns")
    keyword(p, "with", "and ( step … ) in scan")
    opened = p.expect("(", "and the steps of scan")
    steps: list[ScanStep] = []
    while p.kind == "step":
        steps.append(_scan_step(p))
    if not steps:
        raise p.fail("'step'", known=["step"])
    p.close(")", opened, "scan's steps")
    return Scan(start, p.last_end, tuple(steps), declared, order, partition, settings)


def _scan_column(p: ParameterParser) -> ColumnDeclaration:
    column = p.column_declaration()
    if not p.take("="):
        return column
    default = p.signed_literal("a default value")
    return ColumnDeclaration(column.start, default.end, column.name, column.type, default)


def _scan_step(p: ParameterParser) -> ScanStep:
    start = p.advance()
    name = p.name(rename=True, what="a step's name")
    optional = p.take("optional")
    output: str | None = None
    if p.take("output"):
        p.expect("=", "after output")
        if p.word() not in ("all", "last", "none"):
            raise p.fail("all, last or none", known=["all", "last", "none"])
        output = p.word()
        p.advance()
    p.expect(":", "after the step's name")
    condition = p.unnamed()
    assignments: tuple[ScanAssignment, ...] = ()
    if p.take("=>"):
        assignments = p.commas(lambda: _scan_assignment(p), "an assignment")
    p.expect(";", "after each step")
    return ScanStep(start, p.last_end, name, condition, assignments, optional, output)


def _scan_assignment(p: ParameterParser) -> ScanAssignment:
    name = p.name(rename=True, what="a column name")
    p.expect("=", "after the column's name")
    value = p.unnamed()
    return ScanAssignment(name.start, value.end, name, value)


def _top_hitters(p: ParameterParser) -> Operator:
    start = p.advance()
    count = p.named()
    keyword(p, "of", "and a column after the number")
    of = p.named()
    by = p.named() if p.take("by") else None
    return TopHitters(start, p.last_end, count, of, by)


def _top_nested(p: ParameterParser) -> Operator:
    start = p.start
    clauses = p.commas(lambda: _top_nested_clause(p), "top-nested")
    return TopNested(start, p.last_end, clauses)


def _top_nested_clause(p: ParameterParser) -> TopNestedClause:
    start = p.start
    keyword(p, "top-nested", "after the comma")
    count = None if p.kind == "of" else p.named()
    keyword(p, "of", "and an expression")
    of = p.named()
    others: Expression | None = None
    if p.take("with"):
        keyword(p, "others", "after with")
        p.expect("=", "after others")
        others = p.unnamed()
    keyword(p, "by", "and an aggregate")
    by = ordered(p)
    return TopNestedClause(start, by.end, count, of, by, others)


_TEXT = ("<text>",)
_LIST = ("<names>",)
_RENDER: Choices = {
    "kind": ("default", "unstacked", "stacked", "stacked100", "map"),
    "title": _TEXT,
    "accumulate": BOOL,
    "xcolumn": COLUMN,
    "ycolumns": _LIST,
    "anomalycolumns": _LIST,
    "series": _LIST,
    "xtitle": _TEXT,
    "ytitle": _TEXT,
    "xaxis": ("linear", "log"),
    "yaxis": ("linear", "log"),
    "legend": ("visible", "hidden"),
    "ysplit": ("none", "axes", "panels"),
    "ymin": ANY,
    "ymax": ANY,
    "xmin": ANY,
    "xmax": ANY,
}


def _render(p: ParameterParser) -> Operator:
    start = p.advance()
    chart = p.word()
    if chart not in CHARTS:
        raise p.fail(f"a chart ({listed(CHARTS)})", known=CHARTS)
    p.advance()
    properties: list[Parameter] = []
    while p.kind in ("kind", "title", "accumulate", "by") or (p.kind == "with" and p.peek() != "("):
        properties.append(_old_property(p))
    if p.take("with"):
        opened = p.advance()
        p.take(",")
        properties.extend(p.comma_parameters(_RENDER, "render"))
        p.close(")", opened, "render's settings")
    return Render(start, p.last_end, chart, tuple(properties))


def _old_property(p: ParameterParser) -> Parameter:
    """``title="…"`` and its like without with (…)."""
    word = p.word()
    start = p.advance()
    if word == "by":
        names = p.commas(p.name, "a column name")
        return Parameter(start, p.last_end, word, names[0], tuple(names[1:]))
    p.expect("=", f"after {word}")
    value = p.unnamed() if word == "title" else p.unnamed(99) if p.kind == "NAME" else _word_or_literal(p)
    return Parameter(start, value.end, word, value)


def _word_or_literal(p: ParameterParser) -> Expression:
    return p.signed_literal() if p.kind in ("STRING", "BOOL", "LONG", "REAL") else p.plain_name(p.start)


GROUPS: dict[str, Callable[[ParameterParser], Operator]] = {
    "evaluate": _evaluate,
    "facet": _facet,
    "fork": _fork,
    "invoke": _invoke,
    "join": _join,
    "lookup": _lookup,
    "make-series": _make_series,
    "mv-apply": _mv_apply,
    "mv-expand": _mv_expand,
    "mvapply": _mv_apply,
    "mvexpand": _mv_expand,
    "partition": _partition,
    "__partitionby": _partition_by,
    "reduce": _reduce,
    "render": _render,
    "scan": _scan,
    "summarize": _summarize,
    "top-hitters": _top_hitters,
    "top-nested": _top_nested,
}
