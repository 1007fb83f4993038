"""union: columns by name and type, in the order in which the tables bring them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, OperatorHandler, SourceHandler
from crosswarden.kql.binder.inlining import call_function
from crosswarden.kql.binder.names import matching_tables, scan, wildcard
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Function, Tabular
from crosswarden.kql.functions import Kind, of
from crosswarden.kql.plan import Field, Union
from crosswarden.tables import Type

__all__ = ["HANDLERS", "SOURCES", "union_of"]


def bind_union(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``T | union …``: the rows before the pipe come first."""
    assert isinstance(operator, syntax.Union)
    return _union(binder, operator, [table])


def bind_union_source(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``union A, B``."""
    assert isinstance(operator, syntax.Union)
    return _union(binder, operator, [])


def _union(binder: Binder, operator: syntax.Union, tables: list[Tabular]) -> Tabular:
    fuzzy = setting(operator.parameters, "isfuzzy") in (True, "true", 1)
    for item in operator.tables:
        tables += _branches(binder, item, fuzzy=fuzzy)
    if not tables:
        why = (
            "None of the union's tables is known; isfuzzy leaves out some, not all."
            if fuzzy
            else "The union has no table."
        )
        binder.error("kql-union", why, operator)
        return NOTHING
    source = setting(operator.parameters, "withsource") or setting(operator.parameters, "with_source")
    inner = setting(operator.parameters, "kind") == "inner"
    return union_of(binder, tables, source=str(source) if source else None, inner=inner)


def _branches(binder: Binder, item: syntax.Expression, *, fuzzy: bool) -> list[Tabular]:
    """The tables that one item stands for; with ``isfuzzy`` one that is not known counts as absent."""
    if isinstance(item, syntax.WildcardName):
        found = [scan(binder, table) for table in matching_tables(binder, item.text)]
        matches = wildcard(item.text)
        found += [
            table
            for name in binder.scope.known()
            if matches.fullmatch(name)
            for table in _declared(binder, name, item)
        ]
        if not found and not fuzzy:
            binder.error("kql-unknown-table", f"No table matches '{item.text}'.", item)
        return found
    absent = _absent_source(binder, item) if fuzzy else None
    if absent is not None:
        binder.notes.append(f"the union leaves out '{absent}', which is not known (isfuzzy)")
        return []
    with binder.seeing(None):
        found_table = binder.bind(item)
    if isinstance(found_table, Tabular):
        return [found_table] if found_table is not NOTHING else [NOTHING]
    if found_table is not UNKNOWN:
        binder.error("kql-table-expected", "A tabular expression is expected here.", item)
    return []


def _declared(binder: Binder, name: str, item: syntax.Expression) -> list[Tabular]:
    """What a wildcard takes of a let statement: only a function marked ``view``, as Microsoft's binder has it."""
    value = binder.scope.find(name)
    if not isinstance(value, Function) or not value.declaration.view or value.declaration.parameters:
        return []
    called = call_function(binder, value, [], item)
    return [called] if isinstance(called, Tabular) else []


def _absent_source(binder: Binder, item: syntax.Expression) -> str | None:
    """The name of the table that an item starts from, where it is not known."""
    while isinstance(item, syntax.Pipe) and item.source is not None:
        item = item.source
    if isinstance(item, syntax.Name) and not _is_known(binder, item.text):
        return item.text
    if isinstance(item, syntax.Call) and item.name.text == "table" and item.arguments:
        name = getattr(item.arguments[0], "value", None)
        return name if isinstance(name, str) and not _is_known(binder, name) else None
    return None


def _is_known(binder: Binder, name: str) -> bool:
    environment = binder.environment
    return binder.scope.find(name) is not None or name in environment.tables or name in environment.functions


def union_of(
    binder: Binder, tables: Sequence[Tabular], *, source: str | None = None, inner: bool = False
) -> Tabular:
    """The rows of all tables. A name with two types becomes two columns, ``name_type`` each."""
    order = _by_name_and_type(tables)
    if inner:
        every = len(tables)
        order = {n: k for n, k in order.items() if len({at for picks in k.values() for at in picks}) == every}
    columns: list[tuple[Field, dict[int, Field]]] = []
    taken = {name for name, kinds in order.items() if len(kinds) == 1} | ({source} if source else set())
    for name, kinds in order.items():
        for kind, picks in kinds.items():
            made = _free(f"{name}_{kind.value}", taken) if len(kinds) > 1 else name
            field = Field(made, _kind(picks.values(), kind))
            if not binder.unknown_fields.isdisjoint(picks.values()):
                binder.unknown_fields.add(field)
            columns.append((field, picks))
    hidden = _hidden_columns(tables, {field.name for field, _ in columns})
    made_source = Field(source, of(Type.STRING)) if source else None
    names = tuple(table.name or f"union_arg{at}" for at, table in enumerate(tables))
    plan = Union(tuple(table.plan for table in tables), (*columns, *hidden), made_source, names)
    shown = ((made_source,) if made_source else ()) + tuple(field for field, _ in columns)
    return Tabular(plan, shown, tuple(field for field, _ in hidden), any(table.open for table in tables))


def _by_name_and_type(tables: Sequence[Tabular]) -> dict[str, dict[Type, dict[int, Field]]]:
    order: dict[str, dict[Type, dict[int, Field]]] = {}
    for at, table in enumerate(tables):
        for column in table.columns:
            order.setdefault(column.name, {}).setdefault(column.type, {})[at] = column
    return order


def _free(name: str, taken: set[str]) -> str:
    made, number = name, 0
    while made in taken:
        number += 1
        made = f"{name}{number}"
    taken.add(made)
    return made


def _kind(picks: Iterable[Field], kind: Type) -> Kind:
    kinds = {pick.kind for pick in picks}
    return kinds.pop() if len(kinds) == 1 else of(kind)


def _hidden_columns(tables: Sequence[Tabular], shown: set[str]) -> list[tuple[Field, dict[int, Field]]]:
    made: dict[str, tuple[Field, dict[int, Field]]] = {}
    for at, table in enumerate(tables):
        for column in table.hidden:
            if column.name not in shown:
                held = made.setdefault(column.name, (Field(column.name, column.kind), {}))
                held[1][at] = column
    return list(made.values())


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Union: bind_union}
SOURCES: dict[type[syntax.Operator], SourceHandler] = {syntax.Union: bind_union_source}
