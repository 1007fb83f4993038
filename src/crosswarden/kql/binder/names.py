"""What a bare name means: a column, a variable, a function without arguments, a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder
from crosswarden.kql.binder.scope import Bound, Function, Row, Tabular
from crosswarden.kql.functions import DYNAMIC, of
from crosswarden.kql.plan import Field, Literal, Project, PromotedField, Ref, Reference, Scalar, Scan, Shared
from crosswarden.tables import PROMOTED, Table

__all__ = ["bind_name", "fresh_use", "matching_tables", "scan", "table_named", "wildcard"]


def bind_name(binder: Binder, node: syntax.Expression) -> Bound:
    """A name: the row's columns first, then variables, saved functions and tables."""
    assert isinstance(node, syntax.Name | syntax.WildcardName)
    name = node.text
    if isinstance(node, syntax.WildcardName):
        return _wildcard_table(binder, node)
    if binder.row is not None:
        column = binder.row.find(name)
        if column is not None:
            return Ref(column)
        variable = binder.row.variables.get(name)
        if isinstance(variable, Row):
            if variable.whole is not None:
                return Ref(variable.whole)
        elif variable is not None:
            return variable
    found = binder.scope.find(name)
    if found is not None:
        return _used(binder, found, node)
    if name in binder.environment.functions:
        return _saved(binder, node)
    table = _table_or_none(binder, name)
    if table is not None:
        return table
    if binder.row is not None and binder.row.open:
        return open_column(binder, binder.row, name)
    what = "column, table, variable or function"
    binder.unknown("kql-unknown-name", what, name, _in_reach(binder), node)
    return UNKNOWN if binder.row is not None else NOTHING


def open_column(binder: Binder, row: Row, name: str) -> Scalar:
    """A column that only the data can say is there; until then dynamic, its type unknown.

    When the data has spoken and did not give it, it is null in every row, which is noted.
    """
    if binder.environment.discover is not None:
        binder.notes.append(f"no row has a value for '{name}', which the query reads: it counts as null")
        return Literal(DYNAMIC, None, written=False)
    made = Field(name, DYNAMIC)
    binder.unknown_fields.add(made)
    binder.opened.append(made)
    columns = row.hidden if isinstance(row.hidden, dict) else {}
    columns[name] = made
    return Ref(made)


def _used(binder: Binder, found: Bound, node: syntax.Name) -> Bound:
    if isinstance(found, Tabular):
        return fresh_use(binder, found)
    if isinstance(found, Function):
        from crosswarden.kql.binder.inlining import call_function

        return call_function(binder, found, (), node)
    return found


def _saved(binder: Binder, node: syntax.Name) -> Bound:
    from crosswarden.kql.binder.inlining import call_function, saved_function

    function = saved_function(binder, node.text, node)
    return UNKNOWN if function is None else call_function(binder, function, (), node)


def fresh_use(binder: Binder, table: Tabular) -> Tabular:
    """One more use of a table variable: its own columns, so that two uses never share one."""
    plan = table.plan
    if not isinstance(plan, Reference):
        return table
    fields = tuple(Field(column.name, column.kind) for column in plan.fields)
    by_old = dict(zip(plan.fields, fields, strict=True))
    for old, new in by_old.items():
        if old in binder.unknown_fields:
            binder.unknown_fields.add(new)
    return Tabular(
        Reference(plan.shared, fields),
        tuple(by_old[column] for column in table.columns),
        tuple(by_old[column] for column in table.hidden),
        table.open,
        table.name,
    )


def shared(table: Tabular, name: str, *, materialized: bool = False) -> Tabular:
    """The table as something that can be used several times."""
    if table is NOTHING or table.graph is not None:
        return table
    brought = table.plan.fields
    unseen = tuple(column for column in table.hidden if column not in brought)
    held = Shared(name, Project(table.plan, (), (*brought, *unseen)) if unseen else table.plan, materialized)
    plan = Reference(held, held.plan.fields)
    return Tabular(plan, table.columns, table.hidden, table.open, table.name)


def _table_or_none(binder: Binder, name: str) -> Tabular | None:
    try:
        table = binder.environment.tables[name]
    except KeyError:
        return None
    return scan(binder, table)


def scan(binder: Binder, table: Table) -> Tabular:
    """The rows of a table; of its hidden columns those that the query names, and the time column's last digit."""
    fields = tuple(Field(column.name, of(column.type)) for column in table.columns)
    shown = {column.name for column in table.columns}
    hidden = tuple(
        Field(column.name, of(column.type))
        for column in binder.environment.hidden(table.name)
        if (column.name in binder.mentioned or column.name == "_tick") and column.name not in shown
    )
    plan = Scan(table, fields, hidden, _promoted(binder, table, fields))
    named = tuple(field for field in hidden if field.name in binder.mentioned)
    return Tabular(plan, fields, named, name=table.name)


def _promoted(binder: Binder, table: Table, fields: tuple[Field, ...]) -> tuple[PromotedField, ...]:
    """The paths that the table's files hold as columns of their own."""
    listed = PROMOTED.get(table.name, ())
    if not listed:
        return ()
    held = {column.name for column in binder.environment.hidden(table.name)}
    by_name = {field.name: field for field in fields}
    return tuple(
        PromotedField(by_name[item.source], item.path, Field(item.column, DYNAMIC))
        for item in listed
        if item.column in held and item.source in by_name
    )


def table_named(binder: Binder, name: str, node: syntax.Node) -> Tabular:
    """The table of that name, or an error with the nearest one."""
    if "*" in name:
        from crosswarden.kql.binder.operators.unions import union_of

        return union_of(binder, [scan(binder, table) for table in matching_tables(binder, name)])
    found = _table_or_none(binder, name)
    if found is None:
        binder.unknown("kql-unknown-table", "table", name, binder.environment.tables, node)
        return NOTHING
    return found


def _wildcard_table(binder: Binder, node: syntax.WildcardName) -> Bound:
    return table_named(binder, node.text, node)


def matching_tables(binder: Binder, pattern: str) -> Iterator[Table]:
    """The tables whose names match a pattern with stars."""
    matches = wildcard(pattern)
    environment = binder.environment
    present = sorted(name for name in environment.present or () if matches.fullmatch(name))
    for name in present or environment.tables:
        if matches.fullmatch(name):
            yield binder.environment.tables[name]


def wildcard(pattern: str) -> re.Pattern[str]:
    """A pattern with stars as a regular expression; everything else is literal, case counts.

    >>> bool(wildcard("Sec*t").fullmatch("SecurityEvent")), bool(wildcard("a.*").fullmatch("ab"))
    (True, False)
    """
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _in_reach(binder: Binder) -> Iterator[str]:
    if binder.row is not None:
        yield from binder.row.columns
        yield from binder.row.hidden
    yield from binder.scope.known()
    if binder.row is None:
        yield from binder.environment.tables
        yield from binder.environment.functions
