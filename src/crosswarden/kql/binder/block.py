"""A whole query block: its statements in order, and the tables that its queries come to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from crosswarden.kql import syntax
from crosswarden.kql.binder import calls, expressions, literals, sources
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, ExpressionHandler
from crosswarden.kql.binder.operators.table import OPERATORS, SOURCES
from crosswarden.kql.binder.scope import Scope, Tabular
from crosswarden.kql.binder.statements import bind_statement, finish
from crosswarden.kql.diagnostics import Diagnostics
from crosswarden.kql.environment import Environment
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Plan, Project, Rows
from crosswarden.tables import Type

__all__ = ["BoundBlock", "BoundQuery", "bind_block", "mentioned_names"]

EXPRESSIONS: dict[type[syntax.Expression], ExpressionHandler] = {
    **literals.HANDLERS,
    **expressions.HANDLERS,
    **calls.HANDLERS,
    **sources.HANDLERS,
}
_OWN_NAME = re.compile(r"\b_[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """One result: its plan, the columns it shows, and those whose type only the data can tell."""

    name: str
    plan: Plan
    columns: tuple[Field, ...]
    unknown: frozenset[Field]
    open: bool = False
    chart: str = ""
    branch: bool = False  # one of several results of fork or facet


@dataclass(frozen=True, slots=True)
class BoundBlock:
    """The results of a block, the last query's last; ``notes`` are for people."""

    queries: tuple[BoundQuery, ...]
    notes: tuple[str, ...]


def mentioned_names(text: str) -> frozenset[str]:
    """The hidden columns that a query's text may name; ``ingestion_time()`` reads one."""
    found = set(_OWN_NAME.findall(text))
    if "ingestion_time" in text:
        found.add("_ingested")
    return frozenset(found)


def bind_block(block: syntax.QueryBlock, environment: Environment, diagnostics: Diagnostics) -> BoundBlock:
    """Binds every statement; what is wrong goes to ``diagnostics``, all of it."""
    binder = Binder(environment, diagnostics, EXPRESSIONS, OPERATORS, SOURCES)
    binder.mentioned = mentioned_names(diagnostics.source.text)
    binder.scope = Scope()
    queries: list[BoundQuery] = []
    for directive in block.directives:
        diagnostics.note(
            "kql-directive", "A client's directive is left alone.", directive.start, directive.end
        )
    for statement in block.statements:
        if isinstance(statement, syntax.QueryStatement):
            queries += _query(binder, statement.expression)
        else:
            bind_statement(binder, statement)
    finish(binder)
    return BoundBlock(tuple(queries), tuple(dict.fromkeys(binder.notes)))


def _query(binder: Binder, node: syntax.Expression) -> list[BoundQuery]:
    binder.results = []
    found = binder.bind(node)
    if found is UNKNOWN or found is NOTHING:
        return [BoundQuery("", NOTHING.plan, (), frozenset(), open=True)]
    if not isinstance(found, Tabular):
        return _scalar_result(binder, found)
    chart = ""
    if isinstance(node, syntax.Pipe) and node.operators and isinstance(node.operators[-1], syntax.Render):
        chart = node.operators[-1].chart
    further = [replace(_result(binder, name, table, ""), branch=True) for name, table in binder.results]
    if binder.results and not found.columns:
        return further
    return [*further, _result(binder, found.name, found, chart)]


def _scalar_result(binder: Binder, found: object) -> list[BoundQuery]:
    from crosswarden.kql.binder.scope import Function

    if isinstance(found, Function):
        return []
    made = Field("print_0", found.kind if hasattr(found, "kind") else of(Type.DYNAMIC))
    plan = Project(Rows((), ((),)), ((made, found),), (made,))  # type: ignore[arg-type]
    return [BoundQuery("", plan, (made,), frozenset())]


def _result(binder: Binder, name: str, table: Tabular, chart: str) -> BoundQuery:
    unknown = frozenset(column for column in table.columns if column in binder.unknown_fields)
    plan: Plan = Project(table.plan, (), table.columns)
    return BoundQuery(name, plan, table.columns, unknown, table.open, chart)
