"""reduce: known and typed, but refused; how Kusto finds its patterns is not documented."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import Binder, OperatorHandler
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Rows
from crosswarden.tables import Type

__all__ = ["HANDLERS"]


def bind_reduce(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``reduce by``: pattern, count and a row that stands for the others."""
    assert isinstance(operator, syntax.Reduce)
    binder.over(table, operator.by)
    binder.refuse("The operator 'reduce'", operator, "how Kusto finds its patterns is not documented")
    made = (
        Field("Pattern", of(Type.STRING)),
        Field("Count", of(Type.LONG)),
        Field("Representative", of(Type.STRING)),
    )
    columns = (*table.columns, *made) if setting(operator.parameters, "kind") == "source" else made
    return Tabular(Rows(columns, ()), columns)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Reduce: bind_reduce}
