"""parse, parse-where and parse-kv: columns out of text."""

from __future__ import annotations

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.operators.columns import extended
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.binder.sources import declared_fields
from crosswarden.kql.functions import of
from crosswarden.kql.plan import Field, Filter, Literal, Scalar, Special
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

_STRING, _BOOL = of(Type.STRING), of(Type.BOOL)


def bind_parse(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``parse``: the pattern is literal text, ``*``, and columns with their types."""
    assert isinstance(operator, syntax.Parse)
    text = binder.over(table, operator.expression)
    if text is not UNKNOWN and text.type not in (Type.STRING, Type.DYNAMIC):
        binder.error("kql-type", "The expression must have the type string.", operator.expression)
    items: list[object] = []
    fields: list[Field] = []
    for item in operator.pattern:
        if isinstance(item, syntax.Star):
            items.append(("*",))
        elif isinstance(item, syntax.ColumnDeclaration | syntax.Name):
            declaration = (
                item
                if isinstance(item, syntax.ColumnDeclaration)
                else syntax.ColumnDeclaration(item.start, item.end, item, None)
            )
            (field,) = declared_fields(binder, (declaration,))
            fields.append(field)
            items.append(("column", field.type))
        else:
            value = binder.scalar(item)
            if isinstance(value, Literal) and isinstance(value.value, str):
                items.append(("text", value.value))
            elif value is not UNKNOWN:
                binder.error("kql-constant", "The expression must be a constant string.", item)
    mode = str(setting(operator.parameters, "kind") or "simple")
    flags = str(setting(operator.parameters, "flags") or "")
    options = (tuple(items), mode, flags)
    matched = Special(_BOOL, "parse-matches", (text,), options)
    if operator.filtering:
        table = table.with_plan(Filter(table.plan, matched))
    assigned: list[tuple[Field, Scalar]] = []
    for at, field in enumerate(fields):
        part = Special(field.kind, "parse-part", (text,), (at, *options))
        assigned.append((field, part))
    last = {field.name: (field, value) for field, value in assigned}
    return extended(table, list(last.values()))


def bind_parse_kv(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``parse-kv``: named values out of text like ``a=1, b=2``."""
    assert isinstance(operator, syntax.ParseKv)
    text = binder.over(table, operator.expression)
    fields = declared_fields(binder, operator.columns)
    settings = {item.name: getattr(item.value, "value", None) for item in operator.properties}
    options = tuple(
        settings.get(name)
        for name in ("pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex")
    )
    assigned: list[tuple[Field, Scalar]] = [
        (field, Special(field.kind, "parse-kv", (text,), (field.name, *options))) for field in fields
    ]
    return extended(table, assigned)


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {
    syntax.Parse: bind_parse,
    syntax.ParseKv: bind_parse_kv,
}
