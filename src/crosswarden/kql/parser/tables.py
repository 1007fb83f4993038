"""The operators that look through several tables: union, search, find, macro-expand."""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.parser.parameters import BOOL, COLUMN, Choices
from crosswarden.kql.parser.statements import StatementParser
from crosswarden.kql.parser.steps import keyword
from crosswarden.kql.syntax import (
    Expression,
    Find,
    FindColumn,
    MacroExpand,
    Member,
    Operator,
    PackAll,
    Search,
    Star,
    Union,
)

__all__ = ["TABLES"]

_UNION: Choices = {
    "kind": ("inner", "outer"),
    "withsource": COLUMN,
    "with_source": COLUMN,
    "isfuzzy": BOOL,
    "best_effort": BOOL,
}


def _table(p: StatementParser) -> Expression:
    """A table by name, with stars, in brackets, in another database, or a query in parentheses."""
    if star := p.wildcard():
        return star
    node = p.entity()
    while p.kind == "." and isinstance(node, Expression):
        dot = p.at
        p.advance()
        star = p.wildcard()
        if star is None:
            p.jump(dot)
            break
        node = Member(node.start, star.end, node, star)
    return node


def _union(p: StatementParser) -> Operator:
    start = p.advance()
    settings = p.parameters(_UNION)
    tables = p.commas(lambda: _table(p), "a table", starts=p.starts_expression)
    return Union(start, p.last_end, tables, settings)


def _tables_clause(p: StatementParser) -> tuple[Expression, ...]:
    if not p.take("in"):
        return ()
    opened = p.expect("(", "and the tables to look in")
    tables = p.commas(lambda: _operand(p), "a table")
    p.close(")", opened, "the tables")
    return tables


def _operand(p: StatementParser) -> Expression:
    return p.expression() if p.kind == "(" else _table(p)


def _search(p: StatementParser) -> Operator:
    start = p.advance()
    settings = p.parameters({"kind": ("default", "case_insensitive", "case_sensitive")})
    if p.kind == "datascope":
        p.data_scope()
    tables = _tables_clause(p)
    if p.kind == "*" and p.peek() in ("|", ")", ";", "END"):
        predicate: Expression = Star(p.advance(), p.last_end)
    elif p.kind == "*" and p.peek() == "and":
        p.advance()
        p.advance()
        predicate = p.unnamed()
    else:
        predicate = p.unnamed()
    return Search(start, p.last_end, predicate, tables, settings)


def _find(p: StatementParser) -> Operator:
    start = p.advance()
    if p.kind == "datascope":
        p.data_scope()
    settings = p.parameters({"withsource": COLUMN})
    tables = _tables_clause(p)
    if (settings or tables) and p.kind != "where":
        raise p.fail("'where' and find's condition", known=["where"])
    p.take("where")
    predicate = p.unnamed()
    project: tuple[FindColumn | PackAll, ...] | None = None
    smart = p.take("project-smart")
    away: tuple[FindColumn | PackAll | Star, ...] = ()
    if not smart and p.take("project"):
        project = tuple(
            item for item in p.commas(lambda: _find_column(p), "a column") if not isinstance(item, Star)
        )
    if p.take("__projectAway"):
        away = p.commas(lambda: _find_column(p), "a column")
    return Find(start, p.last_end, predicate, tables, project, smart, away, None, settings)


def _find_column(p: StatementParser) -> FindColumn | PackAll | Star:
    start = p.start
    if p.kind == "*":
        return Star(p.advance(), p.last_end)
    if p.word() in ("pack", "pack_all") and p.peek() == "(":
        p.advance()
        p.advance()
        p.take("*")
        p.expect(")", "after pack(*")
        return PackAll(start, p.last_end)
    name = p.name(what="a column name")
    kind = p.type_name() if p.take(":") else None
    return FindColumn(start, p.last_end, name, kind)


def _macro_expand(p: StatementParser) -> Operator:
    start = p.advance()
    settings = p.parameters({**_UNION, "force_remote": BOOL})
    group = p.entity_group() if p.kind == "entity_group" else p.entity()
    scope = p.name() if p.take("as") else None
    if p.kind != "(":
        keyword(p, "(", "and the query that macro-expand repeats")
    opened = p.advance()
    statements = p.statements(frozenset([")", "END"]))
    p.close(")", opened, "macro-expand")
    return MacroExpand(start, p.last_end, group, scope, statements, settings)


TABLES: dict[str, Callable[[StatementParser], Operator]] = {
    "find": _find,
    "macro-expand": _macro_expand,
    "search": _search,
    "union": _union,
}
