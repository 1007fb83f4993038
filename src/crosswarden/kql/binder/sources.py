"""Where rows come from: pipes, tables written in the query, outside data, shared queries."""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, ExpressionHandler
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.names import shared
from crosswarden.kql.binder.scope import Bound, Function, Row, Tabular
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Given, Literal, Project, Rows, Scalar, Staged, is_constant
from crosswarden.tables import Type

__all__ = ["HANDLERS", "continue_pipe", "declared_fields"]

NO_ROWS = Tabular(Given(()), (), name="")


def bind_pipe(binder: Binder, node: syntax.Expression) -> Bound:
    """``source | operator | …``."""
    assert isinstance(node, syntax.Pipe)
    operators = node.operators
    if node.source is not None:
        found = binder.bind(node.source)
        if not operators:
            return found
        if not isinstance(found, Tabular):
            if found is not UNKNOWN:
                binder.error("kql-table-expected", "A tabular expression is expected here.", node.source)
            found = NOTHING
        return continue_pipe(binder, found, operators)
    if binder.given is not None:
        return continue_pipe(binder, binder.given, operators)
    first = operators[0] if operators else None
    if first is None or type(first) not in binder.sources:
        binder.error("kql-table-expected", "A tabular expression is expected here.", node)
        return NOTHING
    with binder.seeing(None):
        table = binder.sources[type(first)](binder, first)
    return continue_pipe(binder, table, operators[1:])


def continue_pipe(binder: Binder, table: Tabular, operators: tuple[syntax.Operator, ...]) -> Tabular:
    """The operators one after another over the table."""
    given, binder.given = binder.given, None
    row, binder.row = binder.row, None
    try:
        for operator in operators:
            handler = binder.operators.get(type(operator))
            if handler is None:
                binder.refuse(f"The operator '{_word(operator)}'", operator)
                return NOTHING
            binder.opened = []
            table = _with_opened(binder, handler(binder, table, operator))
    finally:
        binder.given, binder.row = given, row
    return table


def _with_opened(binder: Binder, table: Tabular) -> Tabular:
    """An open table gets the columns that an operator asked it for."""
    if not binder.opened or not table.open:
        return table
    names = {column.name for column in table.columns}
    more = {field.name: field for field in binder.opened if field.name not in names}
    return replace(table, columns=(*table.columns, *more.values()))


def _word(operator: syntax.Operator) -> str:
    name = type(operator).__name__
    return "".join(
        f"-{char.lower()}" if char.isupper() and at else char.lower() for at, char in enumerate(name)
    )


def declared_fields(binder: Binder, columns: tuple[syntax.ColumnDeclaration, ...]) -> tuple[Field, ...]:
    """The columns of a written schema; an unknown type is an error."""
    fields = []
    for column in columns:
        kind = Type.named(column.type.text) if column.type else Type.STRING
        if kind is None:
            assert column.type is not None
            binder.error("kql-type-name", f"The type '{column.type.text}' is not known.", column.type)
            kind = Type.DYNAMIC
        fields.append(Field(column.name.text, of(kind)))
    return tuple(fields)


def bind_datatable(binder: Binder, node: syntax.Expression) -> Bound:
    """``datatable (columns) [values]``."""
    assert isinstance(node, syntax.DataTable)
    fields = declared_fields(binder, node.columns)
    _unique(binder, node.columns)
    with binder.seeing(None):
        values = [binder.scalar(value) for value in node.values]
    if not fields:
        return NOTHING
    if len(values) % len(fields):
        message = "The number of values is not a multiple of the number of columns."
        binder.error("kql-datatable", message, node)
        return Tabular(Rows(fields, ()), fields)
    for value, at in zip(values, node.values, strict=True):
        if value is not UNKNOWN and not is_constant(value):
            binder.error("kql-constant", "The expression must be a constant.", at)
    converted = [convert(value, fields[at % len(fields)].type) for at, value in enumerate(values)]
    width = len(fields)
    rows = tuple(tuple(converted[at : at + width]) for at in range(0, len(converted), width))
    return Tabular(Rows(fields, rows), fields)


def _unique(binder: Binder, columns: tuple[syntax.ColumnDeclaration, ...]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name.text in seen:
            message = f"A column with the name '{column.name.text}' is already declared."
            binder.error("kql-duplicate", message, column.name)
        seen.add(column.name.text)


def bind_external(binder: Binder, node: syntax.Expression) -> Bound:
    """``externaldata``: the schema is known; whether the files may be read is the engine's to say."""
    assert isinstance(node, syntax.ExternalData)
    fields = declared_fields(binder, node.columns)
    uris = []
    for uri in node.uris:
        value = binder.scalar(uri)
        if isinstance(value, Literal) and isinstance(value.value, str):
            uris.append(value.value)
        elif value is not UNKNOWN:
            binder.error("kql-constant", "The expression must be a constant string.", uri)
    properties = {}
    for item in node.properties:
        written = item.value
        properties[item.name] = (
            written.text if isinstance(written, syntax.Name) else getattr(written, "value", None)
        )
    options = {"uris": tuple(uris), "properties": properties}
    return Tabular(Staged("externaldata", (), fields, options), fields)


def bind_materialize(binder: Binder, node: syntax.Expression) -> Bound:
    """``materialize(query)``: computed once, used any number of times."""
    assert isinstance(node, syntax.Materialize)
    found = binder.bind(node.query)
    if not isinstance(found, Tabular):
        return found
    return shared(found, "materialized", materialized=True)


def bind_to_table(binder: Binder, node: syntax.Expression) -> Bound:
    """``totable(query)``: the query."""
    assert isinstance(node, syntax.ToTable)
    return binder.bind(node.query)


def bind_function_declaration(binder: Binder, node: syntax.Expression) -> Bound:
    """A function where a value is expected."""
    assert isinstance(node, syntax.FunctionDeclaration)
    return Function("", node, binder.scope)


def bind_contextual(binder: Binder, node: syntax.Expression) -> Bound:
    """Rows that only Kusto's own callers supply."""
    binder.refuse("The source '__contextual_datatable'", node)
    return NOTHING


def bind_entity_group(binder: Binder, node: syntax.Expression) -> Bound:
    """A list of databases."""
    binder.refuse("An entity group", node)
    return NOTHING


def bind_print(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``print``: one row."""
    from crosswarden.kql.binder.operators.columns import assignments

    assert isinstance(operator, syntax.Print)
    base = Tabular(Rows((), ((),)), ())
    assigned: list[tuple[Field, Scalar]] = []
    with binder.seeing(Row({})):
        for at, item in enumerate(operator.items):
            assigned += assignments(binder, item, f"print_{at}", only_named=True)
    fields = tuple(_distinct_names(assigned))
    pairs = tuple((field, value) for field, (_, value) in zip(fields, assigned, strict=True))
    return Tabular(Project(base.plan, pairs, fields), fields)


def _distinct_names(assigned: list[tuple[Field, Scalar]]) -> list[Field]:
    seen: set[str] = set()
    made = []
    for field, value in assigned:
        name, number = field.name, 0
        while name in seen:
            number += 1
            name = f"{field.name}{number}"
        seen.add(name)
        made.append(field if name == field.name else Field(name, value.kind))
    return made


HANDLERS: dict[type[syntax.Expression], ExpressionHandler] = {
    syntax.Pipe: bind_pipe,
    syntax.DataTable: bind_datatable,
    syntax.ExternalData: bind_external,
    syntax.Materialize: bind_materialize,
    syntax.ToTable: bind_to_table,
    syntax.FunctionDeclaration: bind_function_declaration,
    syntax.ContextualDataTable: bind_contextual,
    syntax.EntityGroup: bind_entity_group,
}
