"""extend, project and its relatives: which columns go on, under which names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import constant_of
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.names import open_column, wildcard
from crosswarden.kql.binder.naming import Names, implied_name
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.functions import tuple_parts
from crosswarden.kql.plan import Call, Field, Path, Project, Ref, Scalar, Serialize, Special
from crosswarden.tables import Type

__all__ = ["HANDLERS", "assignments", "extended", "projected", "select"]

Assigned = list[tuple[Field, Scalar]]


def assignments(
    binder: Binder, node: syntax.Expression, default: str | None, *, only_named: bool = False
) -> Assigned:
    """The columns that one item of extend, project or print makes; ``only_named``: implied names do not count."""
    names, value = _split(node)
    scalar = binder.scalar(value)
    if isinstance(scalar, Special) and scalar.name == "star":
        binder.error("kql-star", "The wildcard '*' is not allowed in this context.", value)
        scalar = UNKNOWN
    parts = _parts(scalar, value)
    if parts:
        return _tuple(binder, names, value, scalar, parts)
    if len(names) > 1:
        binder.error("kql-names", "The expression gives one value, but several names are written.", node)
    if names:
        name = names[0].text
    else:
        name = (None if only_named else implied_name(value)) or default or ""
    return [(binder.field(name, scalar), scalar)]


def _split(node: syntax.Expression) -> tuple[tuple[syntax.Name, ...], syntax.Expression]:
    if isinstance(node, syntax.NamedExpression):
        return node.names, node.expression
    return (), node


def _sorted_parts(scalar: Call, node: syntax.Expression) -> list[tuple[str, Scalar]]:
    """Sorting several arrays gives them all, in the order of the first."""
    assert isinstance(node, syntax.Call)
    arrays = [at for at, item in enumerate(scalar.arguments) if item.type is Type.DYNAMIC]
    names = [f"{implied_name(node.arguments[at]) or ''}_sorted" for at in arrays]
    if len(arrays) == 1:
        return [(names[0], scalar)]
    return [(name, Path(scalar, (at,))) for at, name in enumerate(names)]


def _parts(scalar: Scalar, node: syntax.Expression) -> list[tuple[str, Scalar]]:
    """The columns of a function that gives several at once."""
    if not isinstance(scalar, Call):
        return []
    if scalar.function.name in ("array_sort_asc", "array_sort_desc"):
        return _sorted_parts(scalar, node)
    made: list[tuple[str, Scalar]] = []
    for at, part in enumerate(tuple_parts(scalar.function.name)):
        value: Scalar = Path(scalar, (at,))
        if part.kind.type is not Type.DYNAMIC:
            value = Special(part.kind, "convert", (value,))
        made.append((part.name, value))
    return made


def _tuple(
    binder: Binder,
    names: Sequence[syntax.Name],
    node: syntax.Expression,
    scalar: Scalar,
    parts: list[tuple[str, Scalar]],
) -> Assigned:
    assert isinstance(scalar, Call)
    stem = implied_name(node.arguments[0]) if isinstance(node, syntax.Call) and node.arguments else ""
    made: Assigned = []
    for at, (suffix, value) in enumerate(parts):
        sorting = scalar.function.name.startswith("array_sort")
        implied = suffix if sorting else f"{scalar.function.name}_{stem or ''}_{suffix}"
        name = names[at].text if at < len(names) else implied
        made.append((Field(name, value.kind), value))
    return made


def extended(table: Tabular, assigned: Sequence[tuple[Field, Scalar]]) -> Tabular:
    """The table with columns added; one of the same name is replaced where it stands."""
    if not assigned:
        return table
    by_name = {field.name: field for field, _ in assigned}
    kept = [by_name.pop(column.name, column) for column in table.columns]
    columns = (*kept, *by_name.values())
    used = set(columns)
    pairs = tuple((field, value) for field, value in assigned if field in used)
    hidden = tuple(field for field in table.hidden if field.name not in {field.name for field, _ in assigned})
    plan = Project(table.plan, pairs, (*columns, *hidden))
    return replace(table, plan=plan, columns=columns, hidden=hidden)


def select(
    table: Tabular, columns: Sequence[Field], assigned: Sequence[tuple[Field, Scalar]] = ()
) -> Tabular:
    """The table with just those columns."""
    return Tabular(Project(table.plan, tuple(assigned), tuple(columns)), tuple(columns), name=table.name)


def bind_extend(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``extend``."""
    assert isinstance(operator, syntax.Extend | syntax.Serialize)
    if isinstance(operator, syntax.Serialize):
        table = table.with_plan(Serialize(table.plan))
    assigned: Assigned = []
    names = Names([column.name for column in table.columns])
    with binder.seeing(Row.of(table)):
        for item in operator.items:
            for field, value in assignments(binder, item, None):
                named = field if field.name else replace_name(binder, field, names.fresh(None), value)
                assigned.append((named, value))
    _check_unique(binder, assigned, operator)
    return extended(table, assigned)


def replace_name(binder: Binder, field: Field, name: str, value: Scalar) -> Field:
    """The same column under another name."""
    made = Field(name, field.kind)
    if field in binder.unknown_fields:
        binder.unknown_fields.add(made)
    return made


def _check_unique(binder: Binder, assigned: Assigned, operator: syntax.Extend | syntax.Serialize) -> None:
    seen: set[str] = set()
    for item in operator.items:
        if isinstance(item, syntax.NamedExpression):
            for name in item.names:
                if name.text in seen:
                    message = f"A column with the name '{name.text}' is already declared."
                    binder.error("kql-duplicate", message, name)
                seen.add(name.text)


def bind_project(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project``."""
    assert isinstance(operator, syntax.Project)
    assigned: Assigned = []
    names = Names()
    with binder.seeing(Row.of(table)):
        for item in operator.items:
            for field, value in assignments(binder, item, None):
                assigned.append(projected(binder, names, item, field, value))
    columns = tuple(field for field, _ in assigned)
    pairs = [
        (field, value) for field, value in assigned if not (isinstance(value, Ref) and value.field is field)
    ]
    return select(table, columns, pairs)


def projected(
    binder: Binder, names: Names, item: syntax.Expression, field: Field, value: Scalar
) -> tuple[Field, Scalar]:
    """One item of project with its final name; an error when the name was written and is taken."""
    plain = isinstance(value, Ref) and value.field.name == field.name
    explicit = isinstance(item, syntax.NamedExpression | syntax.Name)
    if field.name and explicit:
        if not names.take(field.name):
            at = item.names[0] if isinstance(item, syntax.NamedExpression) else item
            binder.error("kql-duplicate", f"A column with the name '{field.name}' is already declared.", at)
        elif plain and isinstance(value, Ref):
            return value.field, value
        return field, value
    return replace_name(binder, field, names.fresh(field.name or None), value), value


def bind_away(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project-away``."""
    assert isinstance(operator, syntax.ProjectAway)
    away = set(_chosen(binder, table, operator.items))
    made = select(table, [column for column in table.columns if column not in away])
    return replace(made, open=table.open)


def bind_keep(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project-keep``: the columns stay in the table's order."""
    assert isinstance(operator, syntax.ProjectKeep)
    kept = set(_chosen(binder, table, operator.items))
    return select(table, [column for column in (*table.columns, *table.hidden) if column in kept])


def _chosen(binder: Binder, table: Tabular, items: Iterable[syntax.Expression]) -> list[Field]:
    chosen: list[Field] = []
    for item in items:
        chosen += _columns_of(binder, table, item)
    return chosen


def _columns_of(binder: Binder, table: Tabular, item: syntax.Expression) -> list[Field]:
    """The columns that a name, a pattern or ``*`` stands for."""
    if isinstance(item, syntax.Star):
        return list(table.columns)
    if isinstance(item, syntax.WildcardName):
        matches = wildcard(item.text)
        return [column for column in table.columns if matches.fullmatch(column.name)]
    if isinstance(item, syntax.Name):
        found = next((c for c in (*table.columns, *table.hidden) if c.name == item.text), None)
        if found is not None:
            return [found]
        if table.open:
            opened = open_column(binder, Row.of(table), item.text)
            return [opened.field] if isinstance(opened, Ref) else []
        binder.unknown("kql-unknown-column", "column", item.text, [c.name for c in table.columns], item)
        return []
    binder.error("kql-column-expected", "A column's name is expected here.", item)
    return []


def bind_rename(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project-rename``."""
    assert isinstance(operator, syntax.ProjectRename)
    renamed: dict[Field, str] = {}
    for item in operator.items:
        if not isinstance(item, syntax.NamedExpression):
            binder.error("kql-rename", "A renaming 'new = old' is expected here.", item)
            continue
        for old in _columns_of(binder, table, item.expression):
            renamed[old] = item.names[0].text
    names = {column.name for column in table.columns if column not in renamed}
    pairs, columns = [], []
    for column in table.columns:
        if column not in renamed:
            columns.append(column)
            continue
        name = renamed[column]
        if name in names:
            message = f"A column with the name '{name}' is already declared."
            binder.error("kql-duplicate", message, operator)
        made = replace_name(binder, column, name, Ref(column))
        pairs.append((made, Ref(column)))
        columns.append(made)
    return replace(select(table, columns, pairs), open=table.open)


def bind_reorder(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project-reorder``: the named columns first, patterns by their direction."""
    assert isinstance(operator, syntax.ProjectReorder)
    first: dict[Field, None] = {}
    named = {
        column
        for item in operator.items
        if isinstance(item.expression, syntax.Name)
        for column in _columns_of(binder, table, item.expression)
    }
    for item in operator.items:
        found = _columns_of(binder, table, item.expression)
        if not isinstance(item.expression, syntax.Name):
            found = [column for column in found if column not in named]
        for column in _directed(found, item.direction):
            first.setdefault(column)
    rest = [column for column in table.columns if column not in first]
    return replace(select(table, [*first, *rest]), open=table.open)


def _directed(columns: list[Field], direction: str | None) -> list[Field]:
    if direction is None:
        return columns
    granny = direction.startswith("granny")
    return sorted(
        columns,
        key=lambda column: _granny(column.name) if granny else [(0, 0, column.name.lower())],
        reverse=direction.endswith("desc"),
    )


def _granny(name: str) -> list[tuple[int, int, str]]:
    """Digits within a name sort as numbers."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part.lower())
        for part in re.split(r"(\d+)", name)
        if part
    ]


def bind_by_names(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``project-by-names``: names as constant strings or arrays of them; those the table lacks are left out."""
    assert isinstance(operator, syntax.ProjectByNames)
    wanted: list[str] = []
    for item in operator.items:
        value = constant_of(binder.over(table, item))
        wanted += (
            [value]
            if isinstance(value, str)
            else [str(name) for name in value]
            if isinstance(value, list)
            else []
        )
        if not isinstance(value, str | list):
            binder.error("kql-constant", "The expression must be a constant string or array.", item)
    columns: dict[Field, None] = {}
    for name in wanted:
        matches = wildcard(name)
        columns.update(dict.fromkeys(column for column in table.columns if matches.fullmatch(column.name)))
    return select(table, list(columns))


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.Extend: bind_extend,
    syntax.Serialize: bind_extend,
    syntax.Project: bind_project,
    syntax.ProjectAway: bind_away,
    syntax.ProjectKeep: bind_keep,
    syntax.ProjectRename: bind_rename,
    syntax.ProjectReorder: bind_reorder,
    syntax.ProjectByNames: bind_by_names,
}
