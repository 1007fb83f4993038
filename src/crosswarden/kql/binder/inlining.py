"""Functions of the query and saved ones: a call binds the body anew with its arguments in scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder
from crosswarden.kql.binder.scope import Bound, Function, Scope, Tabular
from crosswarden.kql.functions import DYNAMIC, find_function, of
from crosswarden.kql.plan import Call, Field, Given, Literal, Scalar
from crosswarden.tables import Type

__all__ = ["CONVERSIONS", "call_function", "check_function", "convert", "saved_function"]

_DEEPEST = 40
CONVERSIONS = {
    Type.BOOL: "tobool",
    Type.INT: "toint",
    Type.LONG: "tolong",
    Type.REAL: "toreal",
    Type.DECIMAL: "todecimal",
    Type.STRING: "tostring",
    Type.DATETIME: "todatetime",
    Type.TIMESPAN: "totimespan",
    Type.DYNAMIC: "todynamic",
    Type.GUID: "toguid",
}


def call_function(
    binder: Binder, function: Function, arguments: Sequence[syntax.Expression], node: syntax.Expression
) -> Bound:
    """The function's body with the arguments in place of its parameters."""
    given = _by_parameter(binder, function, arguments, node)
    bound = {name: binder.bind(argument) for name, argument in given.items()}
    return apply_function(binder, function, bound, node, given)


def apply_function(
    binder: Binder,
    function: Function,
    bound: dict[str, Bound],
    node: syntax.Expression,
    given: dict[str, syntax.Expression],
) -> Bound:
    """The same with arguments that are bound already (``invoke`` hands over rows)."""
    binder.called.add(id(function.declaration))
    scope = Scope(function.scope)
    complete = True
    for parameter in function.declaration.parameters:
        name = parameter.name.text
        value = bound.get(name)
        if value is None and parameter.default is not None:
            value = binder.bind(parameter.default)
        if value is None:
            binder.error("kql-argument", f"The function '{function.name}' needs a value for '{name}'.", node)
            complete = False
            continue
        scope.names[name] = _fitted(binder, function, parameter, value, given.get(name, node))
    return _body(binder, function, scope, node) if complete else UNKNOWN


def _body(binder: Binder, function: Function, scope: Scope, node: syntax.Node) -> Bound:
    if binder.depth >= _DEEPEST:
        binder.error("kql-recursion", f"The function '{function.name}' calls itself.", node)
        return UNKNOWN
    binder.depth += 1
    place, row, mentioned = binder.place, binder.row, binder.mentioned
    if function.foreign:
        binder.place, binder.mentioned = place or node, mentioned | function.mentioned
    binder.row = None
    try:
        found = body_value(binder, function.declaration.body, scope)
        if isinstance(found, Tabular) and found is not NOTHING:
            return replace(found, name=function.name if function.declaration.view else "")
        return found
    finally:
        binder.depth -= 1
        binder.place, binder.row, binder.mentioned = place, row, mentioned


def body_value(binder: Binder, body: syntax.FunctionBody, scope: Scope) -> Bound:
    """What a function's body comes to in a scope that holds its parameters."""
    from crosswarden.kql.binder.statements import bind_statement

    with binder.inside(scope):
        for statement in body.statements:
            bind_statement(binder, statement)
        return UNKNOWN if body.expression is None else binder.bind(body.expression)


def _by_parameter(
    binder: Binder, function: Function, arguments: Sequence[syntax.Expression], node: syntax.Node
) -> dict[str, syntax.Expression]:
    """Arguments by parameter name; named ones may come in any order."""
    names = [parameter.name.text for parameter in function.declaration.parameters]
    given: dict[str, syntax.Expression] = {}
    position = 0
    for argument in arguments:
        if isinstance(argument, syntax.NamedExpression) and argument.names[0].text in names:
            given[argument.names[0].text] = argument.expression
            continue
        while position < len(names) and names[position] in given:
            position += 1
        if position >= len(names):
            message = (
                f"The function '{function.name}' expects {len(names)} arguments, found {len(arguments)}."
            )
            binder.error("kql-argument", message, argument)
            break
        given[names[position]] = argument
        position += 1
    return given


def _fitted(
    binder: Binder, function: Function, parameter: syntax.FunctionParameter, value: Bound, node: syntax.Node
) -> Bound:
    """The argument as the parameter's type wants it."""
    if isinstance(parameter.type, syntax.TableSchema):
        return _fitted_table(binder, parameter, parameter.type, value, node)
    wanted = Type.named(parameter.type.text)
    if isinstance(value, Tabular | Function) or wanted is None:
        binder.error("kql-scalar-expected", "A scalar expression is expected here.", node)
        return UNKNOWN
    return convert(value, wanted)


def convert(value: Scalar, wanted: Type) -> Scalar:
    """The value as that type, by the conversion function of the type where it is another."""
    if value is UNKNOWN or value.type is wanted:
        return value
    if wanted is Type.DYNAMIC or (value.kind == DYNAMIC and wanted is Type.STRING):
        pass
    if isinstance(value, Literal) and value.type in (Type.INT, Type.LONG) and wanted in (Type.LONG, Type.INT):
        return Literal(of(wanted), value.value, value.written)
    if isinstance(value, Literal) and value.value is None:
        return Literal(of(wanted), "" if wanted is Type.STRING else None, value.written)
    function = find_function(CONVERSIONS[wanted])
    assert function is not None
    return Call(of(wanted), function, (value,))


def _fitted_table(
    binder: Binder,
    parameter: syntax.FunctionParameter,
    schema: syntax.TableSchema,
    value: Bound,
    node: syntax.Node,
) -> Bound:
    from crosswarden.kql.binder.names import shared

    if not isinstance(value, Tabular):
        if value is not UNKNOWN:
            binder.error("kql-table-expected", "A tabular expression is expected here.", node)
        return NOTHING
    columns = {column.name: column for column in value.columns}
    for wanted in schema.columns:
        if isinstance(wanted, syntax.ColumnDeclaration) and not value.open:
            found = columns.get(wanted.name.text)
            kind = Type.named(wanted.type.text) if wanted.type else None
            if found is None or (
                kind is not None and found.type is not kind and found not in binder.unknown_fields
            ):
                what = f"'{wanted.name.text}'" + (f" of type {kind}" if kind else "")
                binder.error(
                    "kql-argument", f"The table lacks the column {what} that the function needs.", node
                )
    return shared(value, parameter.name.text)


def check_function(binder: Binder, function: Function) -> None:
    """Binds the body of a function that nothing calls, for its errors: parameters stand for values of their types."""
    scope = Scope(function.scope)
    for parameter in function.declaration.parameters:
        if isinstance(parameter.type, syntax.TableSchema):
            scope.names[parameter.name.text] = _placeholder(parameter.type)
        else:
            kind = Type.named(parameter.type.text) or Type.DYNAMIC
            scope.names[parameter.name.text] = Literal(of(kind), None, written=False)
    body_value(binder, function.declaration.body, scope)


def _placeholder(schema: syntax.TableSchema) -> Tabular:
    fields = tuple(
        Field(column.name.text, of((Type.named(column.type.text) if column.type else None) or Type.DYNAMIC))
        for column in schema.columns
        if isinstance(column, syntax.ColumnDeclaration)
    )
    return Tabular(
        Given(fields), fields, open=any(isinstance(column, syntax.Star) for column in schema.columns)
    )


def saved_function(binder: Binder, name: str, node: syntax.Node) -> Function | None:
    """The saved function of that name, parsed; errors in its text are reported at the call."""
    from crosswarden.kql.binder.saved import parse_saved

    parsed = parse_saved(name, binder.environment.functions[name])
    for item in parsed.problems:
        binder.error("kql-saved-function", f"The saved function '{name}': {item}", node)
    return None if parsed.problems else parsed.function
