"""Every operator's binding, put together: the one list to extend when an operator is added."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder import sources
from crosswarden.kql.binder.binder import OperatorHandler, SourceHandler
from crosswarden.kql.binder.operators import (
    columns,
    evaluating,
    expand,
    flow,
    graphs,
    joins,
    nesting,
    parsing,
    reducing,
    rows,
    scanning,
    searching,
    series,
    summarize,
    unions,
)

__all__ = ["OPERATORS", "SOURCES"]

OPERATORS: dict[type[syntax.Operator], OperatorHandler] = {
    **rows.HANDLERS,
    **columns.HANDLERS,
    **summarize.HANDLERS,
    **joins.HANDLERS,
    **unions.HANDLERS,
    **expand.HANDLERS,
    **parsing.HANDLERS,
    **graphs.HANDLERS,
    **scanning.HANDLERS,
    **reducing.HANDLERS,
    **searching.HANDLERS,
    **series.HANDLERS,
    **nesting.HANDLERS,
    **flow.HANDLERS,
    **evaluating.HANDLERS,
}
SOURCES: dict[type[syntax.Operator], SourceHandler] = {
    syntax.Print: sources.bind_print,
    **unions.SOURCES,
    **searching.SOURCES,
    **series.SOURCES,
    **evaluating.SOURCES,
}
