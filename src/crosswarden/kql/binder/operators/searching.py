"""search and find: predicates over many tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import (
    NOTHING,
    UNKNOWN,
    Binder,
    OperatorHandler,
    SourceHandler,
    is_unknown,
)
from crosswarden.kql.binder.expressions import any_column, joined
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.names import matching_tables, scan
from crosswarden.kql.binder.operators.columns import select
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.operators.unions import union_of
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.functions import BAG, find_operator, of
from crosswarden.kql.plan import Call, Field, Filter, Literal, Ref, Scalar, Special
from crosswarden.tables import Type

__all__ = ["HANDLERS", "SOURCES"]

_BOOL, _STRING = of(Type.BOOL), of(Type.STRING)


def _tables(binder: Binder, items: Sequence[syntax.Expression]) -> list[Tabular]:
    """The tables named, or all there are."""
    if not items:
        return [scan(binder, table) for table in matching_tables(binder, "*")]
    found: list[Tabular] = []
    for item in items:
        if isinstance(item, syntax.WildcardName):
            every = [scan(binder, table) for table in matching_tables(binder, item.text)]
            if not every:
                binder.error("kql-unknown-table", f"No table matches '{item.text}'.", item)
            found += every
            continue
        with binder.seeing(None):
            table = binder.table(item)
        if table is not NOTHING:
            found.append(table)
    return found


def bind_search(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``T | search …``."""
    assert isinstance(operator, syntax.Search)
    return _search(binder, [table], operator)


def bind_search_source(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``search in (A, B) …`` and ``search …`` over everything."""
    assert isinstance(operator, syntax.Search)
    tables = _tables(binder, operator.tables)
    return _search(binder, tables, operator) if tables else NOTHING


def _search(binder: Binder, tables: list[Tabular], operator: syntax.Search) -> Tabular:
    cased = setting(operator.parameters, "kind") == "case_sensitive"
    together = union_of(binder, tables, source="$table")
    if len(tables) == 1 and together.columns and not tables[0].name:
        together = replace(together, name="")
    with binder.seeing(Row.of(_without_source(together))):
        predicate = _predicate(binder, operator.predicate, cased=cased)
    if is_unknown(binder, predicate):
        return together
    return together.with_plan(Filter(together.plan, predicate))


def _without_source(table: Tabular) -> Tabular:
    return replace(table, columns=table.columns[1:], hidden=(*table.hidden, table.columns[0]))


def _predicate(binder: Binder, node: syntax.Expression, *, cased: bool) -> Scalar:
    """A search predicate: bare terms look into every column, ``column: term`` into one."""
    if isinstance(node, syntax.Binary) and node.operator in ("and", "or"):
        left = _predicate(binder, node.left, cased=cased)
        right = _predicate(binder, node.right, cased=cased)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        return joined("And" if node.operator == "and" else "Or", [left, right])
    if isinstance(node, syntax.Call) and node.name.text == "not" and len(node.arguments) == 1:
        inner = _predicate(binder, node.arguments[0], cased=cased)
        return UNKNOWN if inner is UNKNOWN else Special(_BOOL, "not", (inner,))
    if isinstance(node, syntax.Star):
        return Literal(_BOOL, True, written=False)
    if isinstance(node, syntax.Literal) and node.type is Type.STRING:
        return _term(binder, str(node.value), node, cased=cased)
    if isinstance(node, syntax.Binary) and node.operator == ":":
        return _column_term(binder, node, cased=cased)
    found = binder.scalar(node)
    if isinstance(found, Literal) and found.type is Type.STRING:
        return _term(binder, str(found.value), node, cased=cased)
    if found.type is Type.DYNAMIC and found is not UNKNOWN:
        return convert(found, Type.BOOL)
    return found


def _operator(term: str, *, cased: bool) -> tuple[str, str]:
    """The string operator that a term with stars stands for, and the term without them."""
    bare = term.strip("*")
    if bare and "*" not in bare:
        ends = (term.startswith("*"), term.endswith("*"))
        name = {
            (False, False): "has",
            (False, True): "hasprefix",
            (True, False): "hassuffix",
            (True, True): "contains",
        }[ends]
        return (f"{name}_cs" if cased else name), bare
    return "matches regex", term


def _term(binder: Binder, term: str, node: syntax.Expression, *, cased: bool) -> Scalar:
    operator, bare = _operator(term, cased=cased)
    if not bare.strip("*"):
        return Literal(_BOOL, True, written=False)
    if operator == "matches regex":
        bare = _pattern(bare, cased=cased)
    return any_column(binder, operator, Literal(_STRING, bare), node)


def _pattern(term: str, *, cased: bool) -> str:
    import re

    body = ".*".join(re.sub(r"([^\w\s])", r"\\\1", part) for part in term.split("*"))
    return body if cased else f"(?i){body}"


def _column_term(binder: Binder, node: syntax.Binary, *, cased: bool) -> Scalar:
    left, right = binder.scalar(node.left), binder.scalar(node.right)
    if is_unknown(binder, left) or right is UNKNOWN:
        return UNKNOWN
    if left.type not in (Type.STRING, Type.DYNAMIC):
        function = find_operator("Equal")
        return Call(_BOOL, function, (left, convert(right, left.type)))
    operator, bare = _operator(str(right.value) if isinstance(right, Literal) else "", cased=cased)
    if operator == "matches regex":
        bare = _pattern(bare, cased=cased)
    from crosswarden.kql.binder.expressions import OPERATORS, operator_call

    nodes = (node.left, node.right)
    return operator_call(binder, OPERATORS[operator], operator, node, (left, Literal(_STRING, bare)), nodes)


def bind_find(binder: Binder, operator: syntax.Operator) -> Tabular:
    """``find``: tables that lack a column the predicate names are left out."""
    assert isinstance(operator, syntax.Find)
    named = [node.text for node in syntax.walk(operator.predicate) if isinstance(node, syntax.Name)]
    every = _tables(binder, operator.tables)
    known = {column.name for table in every for column in table.columns}
    needed = [name for name in named if name in known]
    tables = [table for table in every if all(any(c.name == name for c in table.columns) for name in needed)]
    branches = []
    for table in tables:
        with binder.seeing(Row.of(table)):
            predicate = _predicate(binder, operator.predicate, cased=False)
        kept = table if is_unknown(binder, predicate) else table.with_plan(Filter(table.plan, predicate))
        branches.append(kept)
    if not branches:
        if every:
            binder.scalar(operator.predicate)
        return NOTHING
    return _found(binder, operator, branches, needed)


def _found(binder: Binder, operator: syntax.Find, branches: list[Tabular], needed: list[str]) -> Tabular:
    """The columns that find shows, the rest packed in ``pack_``."""
    source = str(setting(operator.parameters, "withsource") or "source_")
    wanted, pack = _wanted(operator, branches, needed)
    shaped = [_shaped(binder, table, wanted, pack=pack) for table in branches]
    return union_of(binder, shaped, source=source)


def _wanted(
    operator: syntax.Find, branches: list[Tabular], needed: list[str]
) -> tuple[dict[str, Type | None], bool]:
    types: dict[str, set[Type]] = {}
    for table in branches:
        for column in table.columns:
            types.setdefault(column.name, set()).add(column.type)
    if operator.project is not None and not operator.smart:
        wanted: dict[str, Type | None] = {}
        for item in operator.project:
            if isinstance(item, syntax.FindColumn) and isinstance(item.name, syntax.Name):
                wanted[item.name.text] = _unified(types.get(item.name.text, set()))
        return wanted, any(isinstance(item, syntax.PackAll) for item in operator.project)
    if operator.smart:
        return {name: _unified(kinds) for name, kinds in types.items()}, False
    common = [name for name in types if all(any(c.name == name for c in table.columns) for table in branches)]
    rest = set(types) - set(common)
    return {name: _unified(types[name]) for name in common}, bool(rest)


def _unified(kinds: set[Type]) -> Type:
    return next(iter(kinds)) if len(kinds) == 1 else Type.DYNAMIC


def _shaped(binder: Binder, table: Tabular, wanted: dict[str, Type | None], *, pack: bool) -> Tabular:
    columns: list[Field] = []
    assigned: list[tuple[Field, Scalar]] = []
    by_name = {column.name: column for column in table.columns}
    for name, kind in wanted.items():
        column = by_name.get(name)
        target = kind or Type.STRING
        if column is not None and column.type is target:
            columns.append(column)
            continue
        made = Field(name, of(target))
        empty = Literal(of(target), "" if target is Type.STRING else None, written=False)
        value = empty if column is None else Special(of(target), "convert", (Ref(column),))
        assigned.append((made, value))
        columns.append(made)
    if pack:
        rest = [column for column in table.columns if column.name not in wanted]
        made = Field("pack_", BAG)
        packed = Special(BAG, "pack-all", tuple(map(Ref, rest)), (*(column.name for column in rest), False))
        assigned.append((made, packed))
        columns.append(made)
    return select(table, columns, assigned)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Search: bind_search}
SOURCES: dict[type[syntax.Operator], SourceHandler] = {
    syntax.Search: bind_search_source,
    syntax.Find: bind_find,
}
