"""reduce: texts grouped by what they have in common. Source: Kusto documentation, "reduce operator".

The documentation says what the patterns look like and not how they are found; a note on the result says so.
"""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.binder.staging import Columns
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Rows, Staged
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_NOTE = "reduce groups by words that many texts share; Kusto's own grouping is not documented and can differ"


def bind_reduce(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``reduce by x with threshold=0.1, characters="…"``: pattern, count and a text that stands for the others."""
    assert isinstance(operator, syntax.Reduce)
    value = binder.over(table, operator.by)
    made = (
        Field("Pattern", of(Type.STRING)),
        Field("Count", of(Type.LONG)),
        Field("Representative", of(Type.STRING)),
    )
    if setting(operator.parameters, "kind") == "source":
        binder.refuse("reduce with kind=source", operator)
        return Tabular(Rows((*table.columns, *made), ()), (*table.columns, *made))
    threshold = setting(operator.properties, "threshold")
    characters = setting(operator.properties, "characters")
    if value is UNKNOWN:
        return Tabular(Rows(made, ()), made)
    inputs = Columns(table)
    place = inputs.place(convert(value, Type.STRING))
    options = {
        "text": place,
        "threshold": float(threshold) if isinstance(threshold, int | float) else 0.1,
        "characters": str(characters or ""),
    }
    binder.notes.append(_NOTE)
    return Tabular(Staged("reduce", (inputs.plan(),), made, options), made)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Reduce: bind_reduce}
