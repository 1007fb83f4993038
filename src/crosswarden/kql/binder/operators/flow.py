"""invoke, fork and facet: queries handed rows, and queries with several results."""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.inlining import apply_function, saved_function
from crosswarden.kql.binder.naming import implied_name
from crosswarden.kql.binder.operators.columns import select
from crosswarden.kql.binder.reuse import Uses
from crosswarden.kql.binder.scope import Bound, Function, Tabular
from crosswarden.kql.binder.sources import continue_pipe
from crosswarden.kql.functions import find_aggregate, of
from crosswarden.kql.plan import Aggregate, Aggregation, Field, Rows
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_LONG = of(Type.LONG)
_NO_RESULT = Tabular(Rows((), ()), ())


def bind_invoke(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``T | invoke f(…)``: T is the function's first argument."""
    assert isinstance(operator, syntax.Invoke)
    call = operator.function
    if isinstance(call, syntax.MemberCall):
        call = call.call
    if not isinstance(call, syntax.Call):
        binder.error("kql-invoke", "A function call is expected here.", operator)
        return NOTHING
    function = _function(binder, call)
    if function is None:
        return NOTHING
    names = [parameter.name.text for parameter in function.declaration.parameters]
    if not names:
        binder.error("kql-invoke", f"The function '{function.name}' takes no table.", call)
        return NOTHING
    bound: dict[str, Bound] = {names[0]: table}
    given: dict[str, syntax.Expression] = {}
    rest = iter(names[1:])
    with binder.seeing(None):
        for argument in call.arguments:
            if isinstance(argument, syntax.NamedExpression):
                name, node = argument.names[0].text, argument.expression
            else:
                name, node = next(rest, ""), argument
            bound[name], given[name] = binder.bind(node), node
        found = apply_function(binder, function, bound, call, given)
    if isinstance(found, Tabular):
        return found
    if found is not UNKNOWN:
        binder.error("kql-table-expected", "The function does not give a table.", call)
    return NOTHING


def _function(binder: Binder, call: syntax.Call) -> Function | None:
    name = call.name.text
    found = binder.scope.find(name)
    if isinstance(found, Function):
        return found
    if name in binder.environment.functions:
        return saved_function(binder, name, call)
    known = [*binder.scope.known(), *binder.environment.functions]
    binder.unknown("kql-unknown-function", "function", name, known, call.name)
    return None


def bind_fork(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``fork``: a result a branch."""
    assert isinstance(operator, syntax.Fork)
    uses = Uses(binder, table, "fork")
    for at, branch in enumerate(operator.branches):
        found = continue_pipe(binder, uses.take().table, branch.query.operators)
        name = branch.name.text if branch.name else f"GenericResult_{at}"
        binder.results.append((name, found))
    return _NO_RESULT


def bind_facet(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``facet by``: a count of each column's values, then the query over all rows."""
    assert isinstance(operator, syntax.Facet)
    uses = Uses(binder, table, "facet")
    count = find_aggregate("count")
    assert count is not None
    for node in operator.by:
        use = uses.take()
        value = binder.over(use.table, node)
        key = Field(implied_name(node) or "Column1", value.kind)
        made = Field(f"count_{key.name}", _LONG)
        counted = ((made, Aggregation(_LONG, count, ())),)
        plan = Aggregate(use.table.plan, ((key, value),), counted, (key, made))
        binder.results.append((f"facet_{key.name}", Tabular(plan, (key, made))))
    if operator.query is not None:
        found = continue_pipe(binder, uses.take().table, operator.query.operators)
        binder.results.append(("facet_with", replace(select(found, found.columns), open=found.open)))
    return _NO_RESULT


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.Invoke: bind_invoke,
    syntax.Fork: bind_fork,
    syntax.Facet: bind_facet,
}
