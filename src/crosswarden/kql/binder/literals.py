"""Constants: written literals, ``dynamic(…)`` as JSON text, and the values that the binder can work out itself."""

from __future__ import annotations

import json
from decimal import Decimal

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import Binder, ExpressionHandler
from crosswarden.kql.functions import ARRAY, BAG, DYNAMIC, Kind, of
from crosswarden.kql.plan import Literal, Scalar
from crosswarden.tables import Type

__all__ = ["HANDLERS", "bind_dynamic", "bind_literal", "json_text"]


def bind_literal(binder: Binder, node: syntax.Expression) -> Scalar:
    """A written constant; a string is never null."""
    assert isinstance(node, syntax.Literal)
    value = "" if node.type is Type.STRING and node.value is None else node.value
    return Literal(of(node.type), value)


def bind_dynamic(binder: Binder, node: syntax.Expression) -> Scalar:
    """``dynamic(…)`` as JSON text, null as null."""
    assert isinstance(node, syntax.DynamicLiteral)
    value = node.value
    if isinstance(value, syntax.Literal) and value.value is None:
        return Literal(DYNAMIC, None)
    kind: Kind = DYNAMIC
    if isinstance(value, syntax.DynamicArray):
        kind = ARRAY
    elif isinstance(value, syntax.DynamicObject):
        kind = BAG
    return Literal(kind, json_text(value))


def json_text(value: syntax.Json) -> str:
    """JSON text of a value inside ``dynamic(…)``; of duplicate keys the last one counts.

    >>> item = syntax.Literal(0, 0, Type.LONG, 1)
    >>> json_text(syntax.DynamicArray(0, 0, (item, syntax.DynamicObject(0, 0, (("a", item),)))))
    '[1,{"a":1}]'
    """
    if isinstance(value, syntax.DynamicArray):
        return "[" + ",".join(json_text(item) for item in value.items) + "]"
    if isinstance(value, syntax.DynamicObject):
        pairs = dict(value.pairs)
        return "{" + ",".join(f"{_string(key)}:{json_text(item)}" for key, item in pairs.items()) + "}"
    return _plain(value)


def _plain(literal: syntax.Literal) -> str:
    value = literal.value
    match literal.type:
        case Type.DATETIME if isinstance(value, int):
            return _string(iso(value))
        case Type.TIMESPAN if isinstance(value, int):
            return _string(span(value))
        case _ if value is None:
            return "null"
        case _ if isinstance(value, bool):
            return "true" if value else "false"
        case _ if isinstance(value, int | Decimal):
            return str(value)
        case _ if isinstance(value, float):
            return (
                _string(str(value))
                if value != value or value in (float("inf"), -float("inf"))
                else repr(value)
            )
        case _:
            return _string(str(value))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def iso(ticks: int) -> str:
    """Ticks as ISO 8601 with 7 decimals.

    >>> iso(621355968000000001)
    '1970-01-01T00:00:00.0000001Z'
    """
    from datetime import datetime, timedelta

    seconds, rest = divmod(ticks, 10_000_000)
    moment = datetime(1, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - ticks have no zone; Z is written below
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:07d}Z".rjust(28, "0")


def span(ticks: int) -> str:
    """Ticks as ``[-][d.]hh:mm:ss[.fffffff]``.

    >>> span(864_000_000_000 + 1), span(-36_000_000_000)
    ('1.00:00:00.0000001', '-01:00:00')
    """
    sign, rest = ("-" if ticks < 0 else ""), abs(ticks)
    seconds, fraction = divmod(rest, 10_000_000)
    days, seconds = divmod(seconds, 86_400)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{sign}{f'{days}.' if days else ''}{text}{f'.{fraction:07d}' if fraction else ''}"


HANDLERS: dict[type[syntax.Expression], ExpressionHandler] = {
    syntax.Literal: bind_literal,
    syntax.DynamicLiteral: bind_dynamic,
}
