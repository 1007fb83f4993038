"""summarize: keys first, then values; names as Kusto gives them, several columns from one aggregate."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler, refuse_dynamic
from crosswarden.kql.binder.inlining import CONVERSIONS
from crosswarden.kql.binder.naming import Names, implied_name
from crosswarden.kql.binder.operators.columns import assignments, replace_name
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Call,
    Field,
    Literal,
    Ref,
    Scalar,
    Special,
    children,
)

__all__ = ["HANDLERS", "aggregates", "group_keys"]

Assigned = list[tuple[Field, Scalar]]
IDENTITIES = frozenset(CONVERSIONS.values())
_EXTREMES = {"arg_max", "arg_min", "argmax", "argmin"}
_ANY = {"take_any", "any", "anyif", "take_anyif"}


def bind_summarize(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``summarize values by keys``; without values it is distinct."""
    assert isinstance(operator, syntax.Summarize)
    if operator.bin is not None:
        binder.refuse("The setting 'bin' of summarize", operator.bin)
    names = Names()
    keys = group_keys(binder, table, operator.by, names, grouping=True)
    values: Assigned = []
    for item in operator.aggregates:
        values += aggregates(binder, table, item, names, keys)
    columns = tuple(field for field, _ in (*keys, *values))
    starred = any(isinstance(node, syntax.Star) for item in operator.aggregates for node in syntax.walk(item))
    return Tabular(
        Aggregate(table.plan, tuple(keys), tuple(values), columns), columns, open=table.open and starred
    )


def group_keys(
    binder: Binder,
    table: Tabular,
    items: tuple[syntax.Expression, ...],
    names: Names,
    *,
    grouping: bool = False,
) -> Assigned:
    """The columns to group by."""
    keys: Assigned = []
    with binder.seeing(Row.of(table)):
        for item in items:
            for field, value in assignments(binder, item, None):
                if grouping:
                    refuse_dynamic(binder, value, item)
                written = isinstance(item, syntax.NamedExpression | syntax.Name)
                if written and not names.take(field.name):
                    message = f"A column with the name '{field.name}' is already declared."
                    binder.error("kql-duplicate", message, item)
                name = field.name if written else names.fresh(field.name or None)
                keys.append((replace_name(binder, field, name, value), value))
    return keys


def aggregates(
    binder: Binder, table: Tabular, item: syntax.Expression, names: Names, keys: Assigned
) -> Assigned:
    """The columns that one item of summarize makes."""
    given, node = (item.names, item.expression) if isinstance(item, syntax.NamedExpression) else ((), item)
    with binder.seeing(Row.of(table), aggregating=True):
        value = binder.scalar(node)
    if value is not UNKNOWN and _reads_bare(value):
        binder.error("kql-not-aggregated", "The expression must be made of aggregate functions.", node)
        value = UNKNOWN
    assert isinstance(node, syntax.Expression)
    if isinstance(value, Aggregation) and isinstance(node, syntax.Call):
        several = _several(table, node, value, _grouped_by(keys))
        if several is not None:
            return _named(binder, several, given, names, item)
    name = implied_name(node, aggregating=True)
    return _named(binder, [(name, value)], given, names, item)


def _grouped_by(keys: Assigned) -> set[Field]:
    """The columns that a ``*`` leaves out because the rows are grouped by them."""
    fields = set()
    for _, value in keys:
        inner = value
        while isinstance(inner, Call) and inner.arguments and inner.function.name in IDENTITIES:
            if inner.arguments[0].type is not inner.type:
                break
            inner = inner.arguments[0]
        if isinstance(inner, Ref):
            fields.add(inner.field)
    return fields


def _named(
    binder: Binder,
    made: list[tuple[str | None, Scalar]],
    given: tuple[syntax.Name, ...],
    names: Names,
    item: syntax.Expression,
) -> Assigned:
    assigned: Assigned = []
    if len(given) > max(len(made), 1):
        binder.error("kql-names", "More names are written than the expression has values.", item)
    for at, (implied, value) in enumerate(made):
        if at < len(given):
            name = names.fresh(given[at].text)
            if not names.write(given[at].text):
                message = f"A column with the name '{given[at].text}' is already declared."
                binder.error("kql-duplicate", message, given[at])
        else:
            name = names.fresh(implied)
        assigned.append((binder.field(name, value), value))
    return assigned


def _reads_bare(value: Scalar) -> bool:
    """Whether a column is read outside every aggregate."""
    if isinstance(value, Aggregation):
        return False
    if isinstance(value, Ref):
        return True
    return any(_reads_bare(part) for part in children(value))


def _several(
    table: Tabular, node: syntax.Call, value: Aggregation, keys: set[Field]
) -> list[tuple[str | None, Scalar]] | None:
    """The values of an aggregate that gives several columns; None for one that gives one."""
    name = value.function.name
    if name in _EXTREMES:
        return _extreme(table, node, value, keys)
    if name in _ANY:
        return _any(table, node, value, keys)
    if name in ("percentiles", "percentilesw"):
        return _percentiles(node, value, 1 if name == "percentiles" else 2)
    if name in ("percentile", "percentilew"):
        return _percentiles(node, value, 1 if name == "percentile" else 2)
    return None


def _percentiles(node: syntax.Call, value: Aggregation, first: int) -> list[tuple[str | None, Scalar]]:
    stem = implied_name(node.arguments[0]) or ""
    made: list[tuple[str | None, Scalar]] = []
    for at, argument in enumerate(value.arguments[first:]):
        written = argument.value if isinstance(argument, Literal) else at
        text = f"{written:g}" if isinstance(written, float) else str(written)
        part = Aggregation(value.kind, value.function, value.arguments, part=at)
        made.append((f"percentile_{stem}_{text}".replace(".", "_"), part))
    return made


def _extreme(
    table: Tabular, node: syntax.Call, value: Aggregation, keys: set[Field]
) -> list[tuple[str | None, Scalar]]:
    """``arg_max(by, a, b)``: the value of ``by``, then a and b of that row; ``*`` is every other column."""
    arguments: list[Scalar] = [value.arguments[0]]
    names: list[str | None] = [implied_name(node.arguments[0])]
    first = value.arguments[0]
    for at, argument in zip(node.arguments[1:], value.arguments[1:], strict=True):
        if isinstance(argument, Special) and argument.name == "star":
            for column in table.columns:
                is_first = isinstance(first, Ref) and first.field is column
                if not is_first and column not in keys:
                    arguments.append(Ref(column))
                    names.append(column.name)
        else:
            arguments.append(argument)
            names.append(implied_name(at))
    every = tuple(arguments)
    return [
        (names[at], Aggregation(argument.kind, value.function, every, part=at))
        for at, argument in enumerate(every)
    ]


def _any(
    table: Tabular, node: syntax.Call, value: Aggregation, keys: set[Field]
) -> list[tuple[str | None, Scalar]] | None:
    """``take_any(a, b)`` and ``take_any(*)``: values of one and the same row."""
    name = value.function.name
    if name in ("anyif", "take_anyif"):
        return None
    arguments: list[Scalar] = []
    names: list[str | None] = []
    for at, argument in zip(node.arguments, value.arguments, strict=True):
        if isinstance(argument, Special) and argument.name == "star":
            for column in table.columns:
                if column not in keys:
                    arguments.append(Ref(column))
                    names.append(column.name)
        else:
            arguments.append(argument)
            stem = implied_name(at)
            names.append(f"any_{stem or ''}" if name == "any" else stem)
    every = tuple(arguments)
    return [
        (names[at], Aggregation(argument.kind, value.function, every, part=at))
        for at, argument in enumerate(every)
    ]


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Summarize: bind_summarize}
