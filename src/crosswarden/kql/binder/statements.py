"""Statements: let, query parameters, set, and the queries of a block."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder
from crosswarden.kql.binder.inlining import check_function, convert
from crosswarden.kql.binder.names import shared
from crosswarden.kql.binder.scope import Bound, Function, Tabular
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Literal, Scalar
from crosswarden.tables import Type

__all__ = ["bind_statement", "bind_value", "finish"]


def bind_statement(binder: Binder, statement: syntax.Statement) -> None:
    """Carries out a statement that declares something; queries are left to the caller."""
    match statement:
        case syntax.Let():
            _let(binder, statement)
        case syntax.DeclareQueryParameters():
            _parameters(binder, statement)
        case syntax.SetOption():
            binder.diagnostics.note(
                "kql-set",
                f"The option '{statement.name}' has no effect here.",
                statement.start,
                statement.end,
            )
        case syntax.AliasDatabase():
            binder.diagnostics.note(
                "kql-alias", "All databases are one here.", statement.start, statement.end
            )
        case syntax.RestrictAccess():
            binder.refuse("The statement 'restrict access'", statement)
        case syntax.DeclarePattern():
            binder.refuse("The statement 'declare pattern'", statement)
        case _:
            pass


def _let(binder: Binder, statement: syntax.Let) -> None:
    name = statement.name.text
    if name in binder.scope.names:
        binder.error("kql-let", f"A variable with the name '{name}' is already declared.", statement.name)
    binder.scope.names[name] = bind_value(binder, name, statement.value)


def bind_value(binder: Binder, name: str, value: syntax.Expression) -> Bound:
    """What a let gives its name: a function, a table to be used any number of times, or a scalar."""
    if isinstance(value, syntax.FunctionDeclaration):
        return Function(name, value, binder.scope)
    with binder.seeing(None):
        found = binder.bind(value)
    if isinstance(found, Tabular):
        return shared(found, name)
    if isinstance(found, Literal) and found is not UNKNOWN:
        return Literal(found.kind, found.value, written=False)
    return found


def _parameters(binder: Binder, statement: syntax.DeclareQueryParameters) -> None:
    for parameter in statement.parameters:
        name = parameter.name.text
        if isinstance(parameter.type, syntax.TableSchema):
            binder.refuse("A tabular query parameter", parameter)
            binder.scope.names[name] = NOTHING
            continue
        wanted = Type.named(parameter.type.text) or Type.DYNAMIC
        binder.scope.names[name] = _parameter_value(binder, parameter, wanted)


def _parameter_value(binder: Binder, parameter: syntax.FunctionParameter, wanted: Type) -> Scalar:
    given = binder.environment.parameters.get(parameter.name.text)
    if given is not None:
        text = Literal(of(Type.STRING), given, written=False)
        return convert(text, wanted)
    if parameter.default is not None:
        return convert(binder.scalar(parameter.default), wanted)
    if not binder.environment.parameters_optional:
        message = f"The query parameter '{parameter.name.text}' has no value and no default."
        binder.error("kql-parameter", message, parameter)
    return Literal(of(wanted), None, written=False)


def finish(binder: Binder) -> None:
    """Checks the functions that nothing called, for their errors."""
    for value in list(binder.scope.names.values()):
        if isinstance(value, Function) and not value.foreign and id(value.declaration) not in binder.called:
            check_function(binder, value)
