"""The operators that work row by row or column by column: where, extend, project and its kin, sort, take, parse.

Each function reads one operator; the parser stands before its word.
"""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.parser.cursor import LIST_END
from crosswarden.kql.parser.parameters import ANY, BOOL, Choices, ParameterParser
from crosswarden.kql.syntax import (
    As,
    AssertSchema,
    ColumnDeclaration,
    Consume,
    Count,
    Distinct,
    ExecuteAndCache,
    Expression,
    Extend,
    GetSchema,
    Operator,
    Ordered,
    Parameter,
    Parse,
    ParseKv,
    Print,
    Project,
    ProjectAway,
    ProjectByNames,
    ProjectKeep,
    ProjectRename,
    ProjectReorder,
    Range,
    Sample,
    SampleDistinct,
    Serialize,
    Sort,
    Star,
    Take,
    Top,
    Where,
)

__all__ = ["STEPS", "by_clause", "keyword", "named_list", "ordered"]

Reader = Callable[[ParameterParser], Operator]


def keyword(p: ParameterParser, word: str, where: str) -> None:
    """Steps over a word that has to be here."""
    if not p.take(word):
        raise p.fail(f"'{word}' {where}".strip(), known=[word])


def named_list(p: ParameterParser, least: int = 1, ends: frozenset[str] = LIST_END) -> tuple[Expression, ...]:
    """``a, b = x, …``."""
    return p.commas(p.named, "an expression", least=least, ends=ends, starts=p.starts_expression)


def by_clause(p: ParameterParser, ends: frozenset[str] = LIST_END) -> tuple[Expression, ...]:
    """``by a, b = x``; nothing when it is not there."""
    return named_list(p, ends=ends) if p.take("by") else ()


def ordered(p: ParameterParser) -> Ordered:
    """``expression asc nulls last``."""
    expression = p.named()
    direction = nulls = None
    end = expression.end
    if p.kind in ("asc", "desc", "granny-asc", "granny-desc"):
        direction = p.kind
        p.advance()
        end = p.last_end
    if p.take("nulls"):
        if p.kind not in ("first", "last"):
            raise p.fail("first or last after nulls", known=["first", "last"])
        nulls = p.kind
        p.advance()
        end = p.last_end
    return Ordered(expression.start, end, expression, direction, nulls)


def _where(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters()
    predicate = p.named()
    return Where(start, predicate.end, predicate, settings)


def _extend(p: ParameterParser) -> Operator:
    start = p.advance()
    items = named_list(p)
    return Extend(start, p.last_end, items)


def _project(p: ParameterParser) -> Operator:
    start = p.advance()
    items = named_list(p, least=0)
    return Project(start, p.last_end, items)


def _project_rename(p: ParameterParser) -> Operator:
    start = p.advance()
    items = named_list(p, least=0)
    return ProjectRename(start, p.last_end, items)


def _columns(p: ParameterParser) -> tuple[Expression, ...]:
    return p.commas(p.name_or_wildcard, "a column name", least=0, starts=lambda: p.is_name() or p.kind == "*")


def _project_away(p: ParameterParser) -> Operator:
    start = p.advance()
    columns = _columns(p)
    return ProjectAway(start, p.last_end, columns)


def _project_keep(p: ParameterParser) -> Operator:
    start = p.advance()
    columns = _columns(p)
    return ProjectKeep(start, p.last_end, columns)


def _project_reorder(p: ParameterParser) -> Operator:
    start = p.advance()
    items = p.commas(lambda: _reordered(p), "a column name", least=0)
    return ProjectReorder(start, p.last_end, items)


def _reordered(p: ParameterParser) -> Ordered:
    column = p.name_or_wildcard()
    direction = None
    if p.kind in ("asc", "desc", "granny-asc", "granny-desc"):
        direction = p.kind
        p.advance()
    return Ordered(column.start, p.last_end, column, direction)


def _project_by_names(p: ParameterParser) -> Operator:
    start = p.advance()
    items = p.commas(p.unnamed, "a column's name", least=0, starts=p.starts_expression)
    return ProjectByNames(start, p.last_end, items)


def _distinct(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"hint.strategy": ("auto", "broadcast", "centralized", "shuffle")})
    items = p.commas(lambda: _distinct_item(p), "a column or *", starts=p.starts_expression)
    return Distinct(start, p.last_end, items, settings)


def _distinct_item(p: ParameterParser) -> Expression:
    return Star(p.advance(), p.last_end) if p.kind == "*" else p.named()


def _take(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters()
    count = p.named()
    return Take(start, count.end, count, settings)


def _sample(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters()
    count = p.named()
    return Sample(start, count.end, count, settings)


def _sample_distinct(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters()
    count = p.named()
    keyword(p, "of", "and a column after the number")
    of = p.named()
    return SampleDistinct(start, of.end, count, of, settings)


def _sort(p: ParameterParser) -> Operator:
    word = p.word()
    start = p.advance()
    settings = p.parameters({"hint.strategy": ("splitBlock", "multipleBlocks")})
    keyword(p, "by", f"after {word}")
    items = p.commas(lambda: ordered(p), "an expression", starts=p.starts_expression)
    return Sort(start, p.last_end, items, settings)


def _top(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"hint.progressive_top": BOOL})
    count = p.named()
    keyword(p, "by", "after the number")
    by = ordered(p)
    return Top(start, by.end, count, by, settings)


def _count(p: ParameterParser) -> Operator:
    start = p.advance()
    name = p.name() if p.take("as") else None
    return Count(start, p.last_end, name)


def _as(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"hint.materialized": BOOL})
    name = p.name(what="a name for the rows")
    return As(start, name.end, name, settings)


def _consume(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"decodeblocks": BOOL})
    return Consume(start, p.last_end, settings)


def _execute_and_cache(p: ParameterParser) -> Operator:
    return ExecuteAndCache(p.advance(), p.last_end)


def _getschema(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ANY})
    return GetSchema(start, p.last_end, settings)


def _serialize(p: ParameterParser) -> Operator:
    start = p.advance()
    settings = p.parameters()
    items = named_list(p, least=0)
    return Serialize(start, p.last_end, items, settings)


def _assert_schema(p: ParameterParser) -> Operator:
    start = p.advance()
    columns = p.row_schema("assert-schema")
    return AssertSchema(start, p.last_end, columns)


def _print(p: ParameterParser) -> Operator:
    start = p.advance()
    items = named_list(p)
    return Print(start, p.last_end, items)


def _range(p: ParameterParser) -> Operator:
    start = p.advance()
    name = p.name(what="a column name after range")
    keyword(p, "from", "after range's column")
    first = p.unnamed()
    keyword(p, "to", "after range's first value")
    last = p.unnamed()
    keyword(p, "step", "after range's last value")
    step = p.unnamed()
    return Range(start, step.end, name, first, last, step)


_PARSE: Choices = {"kind": ("simple", "regex", "relaxed"), "flags": ANY}
_KV = {
    "pair_delimiter": ANY,
    "kv_delimiter": ANY,
    "regex": ANY,
    "quote": ANY,
    "escape": ANY,
    "greedy": BOOL,
}


def _parse(p: ParameterParser) -> Operator:
    filtering = p.kind == "parse-where"
    start = p.advance()
    settings = p.parameters(_PARSE)
    expression = p.unnamed()
    keyword(p, "with", "and the pattern after parse's expression")
    pattern: list[Expression | ColumnDeclaration] = []
    while (item := _pattern_item(p)) is not None:
        pattern.append(item)
    if not pattern:
        raise p.missing("a pattern of texts, columns and *")
    return Parse(start, p.last_end, expression, tuple(pattern), filtering, settings)


def _pattern_item(p: ParameterParser) -> Expression | ColumnDeclaration | None:
    if p.kind == "*":
        return Star(p.advance(), p.last_end)
    if p.kind == "STRING":
        return p.string()
    if not p.name_length(rename=True) or p.kind == "|":
        return None
    name = p.name(rename=True)
    kind = p.type_name() if p.take(":") else None
    return ColumnDeclaration(name.start, p.last_end, name, kind)


def _parse_kv(p: ParameterParser) -> Operator:
    start = p.advance()
    expression = p.unnamed()
    keyword(p, "as", "and the columns after parse-kv's expression")
    columns = p.row_schema("parse-kv")
    properties: tuple[Parameter, ...] = ()
    if p.take("with"):
        opened = p.expect("(", "after with")
        properties = p.comma_parameters(_KV, "parse-kv")
        p.close(")", opened, "parse-kv's settings")
    return ParseKv(start, p.last_end, expression, columns, properties)


STEPS: dict[str, Reader] = {
    "as": _as,
    "assert-schema": _assert_schema,
    "consume": _consume,
    "count": _count,
    "distinct": _distinct,
    "__executeAndCache": _execute_and_cache,
    "extend": _extend,
    "filter": _where,
    "getschema": _getschema,
    "limit": _take,
    "order": _sort,
    "parse": _parse,
    "parse-kv": _parse_kv,
    "parse-where": _parse,
    "print": _print,
    "project": _project,
    "project-away": _project_away,
    "project-by-names": _project_by_names,
    "project-keep": _project_keep,
    "project-rename": _project_rename,
    "project-reorder": _project_reorder,
    "range": _range,
    "sample": _sample,
    "sample-distinct": _sample_distinct,
    "serialize": _serialize,
    "sort": _sort,
    "take": _take,
    "top": _top,
    "where": _where,
}
