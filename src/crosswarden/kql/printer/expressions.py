"""Expressions as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from crosswarden.kql.parser.expressions import STRING_OPERATORS
from crosswarden.kql.syntax import (
    Between,
    Binary,
    Call,
    ColumnDeclaration,
    ContextualDataTable,
    DataTable,
    DynamicArray,
    DynamicLiteral,
    DynamicObject,
    EntityGroup,
    Expression,
    ExternalData,
    Index,
    InList,
    Json,
    Literal,
    Materialize,
    Member,
    MemberCall,
    Name,
    NamedExpression,
    Node,
    Parameter,
    Star,
    ToScalar,
    ToTable,
    TypeName,
    TypeOf,
    Unary,
    WildcardName,
)
from crosswarden.kql.words import KEYWORDS, NAME_WORDS
from crosswarden.tables.types import Type

__all__ = ["WRITERS", "column", "items", "name_text", "operand", "parameter", "quoted", "schema", "write"]

Writer = Callable[[Any], str]

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_]*", re.ASCII)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BOOLS = ("true", "false", "True", "False", "TRUE", "FALSE")

WRITERS: dict[type[Node], Writer] = {}
"""Node's class → the function that writes it; the other modules add theirs."""


def write(node: Node) -> str:
    """The node's text; ``ValueError`` for a tree with a gap in it."""
    writer = WRITERS.get(type(node))
    if writer is None:
        raise ValueError(f"a tree with {type(node).__name__} in it has no text")
    return writer(node)


def items(nodes: tuple[Node, ...]) -> str:
    """Nodes separated by commas."""
    return ", ".join(map(write, nodes))


def quoted(text: str) -> str:
    r"""A string literal.

    >>> quoted('a"b\\c\x01')
    '"a\\"b\\\\c\\u0001"'
    """
    return f'"{"".join(_escaped(char) for char in text)}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def name_text(text: str) -> str:
    """A name, in brackets where it would not be read as one.

    >>> name_text("UserId"), name_text("a b"), name_text("count")
    ('UserId', '["a b"]', '["count"]')
    """
    if _PLAIN.fullmatch(text) and text not in KEYWORDS and text not in _BOOLS:
        return text
    return f"[{quoted(text)}]"


# How tight each expression binds

_LEVELS = {"or": 1, "and": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4} | {"+": 5, "-": 5}
_LEVELS |= {"*": 6, "/": 6, "%": 6} | dict.fromkeys(STRING_OPERATORS.values(), 7)
_UNARY, _PRIMARY = 8, 9
_PATHS = (Name, Call, Member, MemberCall, Index, ToScalar, ToTable, Materialize, DynamicLiteral, Star)


def _level(node: Node) -> int:
    if isinstance(node, Binary):
        return _LEVELS[node.operator]
    if isinstance(node, Between | InList):
        return 3
    if isinstance(node, Unary):
        return _UNARY
    if isinstance(node, _PATHS):
        return _PRIMARY
    if isinstance(node, Literal | DataTable | ExternalData | TypeOf | ContextualDataTable):
        return _PRIMARY
    return 0


def operand(node: Node, least: int = 1) -> str:
    """The node's text, in parentheses unless it binds at least as tight as ``least``."""
    text = write(node)
    return text if _level(node) >= least else f"({text})"


def path(node: Node) -> str:
    """The text of something that ``.`` or ``[`` follows, or that stands for a table."""
    return write(node) if isinstance(node, _PATHS) else f"({write(node)})"


def _binary(node: Binary) -> str:
    level = _LEVELS[node.operator]
    if level <= 2:
        return f" {node.operator} ".join(operand(part, level + 1) for part in _chain(node))
    left = operand(node.left, level if level in (5, 6) else level + 1)
    return f"{left} {node.operator} {operand(node.right, level + 1)}"


def _chain(node: Binary) -> list[Expression]:
    parts: list[Expression] = []
    waiting: list[Expression] = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Binary) and here.operator == node.operator:
            waiting.extend((here.right, here.left))
        else:
            parts.append(here)
    return parts


def _between(node: Between) -> str:
    word = "!between" if node.negated else "between"
    return f"{operand(node.operand, 4)} {word} ({operand(node.low)} .. {operand(node.high)})"


def _in_list(node: InList) -> str:
    alone = len(node.items) == 1
    inner = write(node.items[0]) if alone else ", ".join(operand(item) for item in node.items)
    return f"{operand(node.operand, 4)} {node.operator} ({inner})"


def _unary(node: Unary) -> str:
    return f"{node.operator}{operand(node.operand, _PRIMARY)}"


def _named(node: NamedExpression) -> str:
    names = ", ".join(name_text(name.text) for name in node.names)
    left = names if len(node.names) == 1 else f"({names})"
    return f"{left} = {operand(node.expression)}"


def _argument(node: Expression) -> str:
    return write(node) if isinstance(node, NamedExpression) else operand(node)


def _call(node: Call) -> str:
    text = node.name.text
    plain = _PLAIN.fullmatch(text) and (text not in KEYWORDS or text in NAME_WORDS) and text not in _BOOLS
    name = text if plain and text != "typeof" else name_text(text)
    return f"{name}({', '.join(map(_argument, node.arguments))})"


def _member(node: Member) -> str:
    name = node.name.text if isinstance(node.name, WildcardName) else name_text(node.name.text)
    return f"{path(node.target)}.{name}"


# Literals

_SECOND = 10_000_000
_UNITS = (("d", 86_400 * _SECOND), ("h", 3600 * _SECOND), ("m", 60 * _SECOND), ("s", _SECOND), ("ms", 10_000))


def _literal(node: Literal) -> str:
    kind, value = node.type, node.value
    if value is None:
        return f"{'time' if kind is Type.TIMESPAN else kind.value}(null)"
    if kind is Type.STRING:
        return ("h" if node.obfuscated else "") + quoted(str(value))
    if kind is Type.BOOL:
        return "true" if value else "false"
    if kind is Type.LONG:
        return f"long({value})" if isinstance(value, int) and value < 0 else str(value)
    if kind is Type.REAL:
        return _real(float(str(value)))
    if kind is Type.TIMESPAN:
        assert isinstance(value, int)
        return _span(value)
    if kind is Type.DATETIME:
        assert isinstance(value, int)
        return f"datetime({_moment(value)})"
    return f"{kind.value}({format(value, 'f') if isinstance(value, Decimal) else value})"


def _real(value: float) -> str:
    if value != value:
        return "real(nan)"
    if value in (float("inf"), float("-inf")):
        return "real(+inf)" if value > 0 else "real(-inf)"
    return repr(value) if value >= 0 and repr(value)[0] != "-" else f"real({value!r})"


def _span(ticks: int) -> str:
    for unit, size in _UNITS:
        if ticks >= 0 and ticks % size == 0 and ticks:
            return f"{ticks // size}{unit}"
    rest, fraction = divmod(abs(ticks), _SECOND)
    days, seconds = divmod(rest, 86_400)
    clock = f"{days}.{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"time({'-' if ticks < 0 else ''}{clock}{f'.{fraction:07}' if fraction else ''})"


def _moment(ticks: int) -> str:
    """ISO 8601 in UTC, fractions of a second only where there are any."""
    days, rest = divmod(ticks, 86_400 * _SECOND)
    seconds, fraction = divmod(rest, _SECOND)
    day = date.fromordinal(days + 1).isoformat()
    if not rest:
        return day
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{day}T{clock}{f'.{fraction:07}' if fraction else ''}Z"


def _json(value: Json) -> str:
    if isinstance(value, DynamicArray):
        return f"[{', '.join(map(_json, value.items))}]"
    if isinstance(value, DynamicObject):
        return f"{{{', '.join(f'{quoted(key)}: {_json(item)}' for key, item in value.pairs)}}}"
    if value.type is Type.DYNAMIC:
        return "null"
    if value.type is Type.LONG:
        return str(value.value) if value.value is not None else "long(null)"
    if value.type is Type.REAL and isinstance(value.value, float) and value.value < 0:
        return "-" + _real(-value.value) if value.value != float("-inf") else "real(-inf)"
    return _literal(value)


# Schemas, settings and tables in the text


def column(node: ColumnDeclaration) -> str:
    """``name: type = default``."""
    kind = f": {node.type.text}" if node.type else ""
    default = f" = {write(node.default)}" if node.default else ""
    return f"{name_text(node.name.text)}{kind}{default}"


def schema(columns: tuple[Node, ...]) -> str:
    """``(columns)``."""
    return f"({items(columns)})"


def parameter(node: Parameter) -> str:
    """``name=value``; bare words stay bare."""
    return f"{node.name}={', '.join(_value(value) for value in (node.value, *node.more))}"


def _value(node: Expression) -> str:
    if isinstance(node, Name) and _PLAIN.fullmatch(node.text):
        return node.text
    return operand(node)


def properties(nodes: tuple[Parameter, ...]) -> str:
    """`` with (name=value, …)`` or nothing."""
    return f" with ({', '.join(map(parameter, nodes))})" if nodes else ""


def _external(node: ExternalData) -> str:
    uris = ", ".join(operand(uri) for uri in node.uris)
    return f"externaldata {schema(node.columns)} [{uris}]{properties(node.properties)}"


WRITERS |= {
    Between: _between,
    Binary: _binary,
    Call: _call,
    ColumnDeclaration: column,
    ContextualDataTable: lambda n: f"__contextual_datatable({operand(n.id)}, {schema(n.columns)})",
    DataTable: lambda n: f"datatable {schema(n.columns)} [{items(n.values)}]",
    DynamicLiteral: lambda n: f"dynamic({_json(n.value)})",
    EntityGroup: lambda n: f"entity_group [{items(n.entities)}]",
    ExternalData: _external,
    InList: _in_list,
    Index: lambda n: f"{path(n.target)}[{operand(n.index)}]",
    Literal: _literal,
    Materialize: lambda n: f"materialize({write(n.query)})",
    Member: _member,
    MemberCall: lambda n: f"{path(n.target)}.{_call(n.call)}",
    Name: lambda n: name_text(n.text),
    NamedExpression: _named,
    Parameter: parameter,
    Star: lambda n: "*",
    ToScalar: lambda n: f"toscalar({write(n.query)})",
    ToTable: lambda n: f"totable({write(n.query)})",
    TypeName: lambda n: n.text,
    TypeOf: lambda n: f"typeof({items(n.items)})",
    Unary: _unary,
    WildcardName: lambda n: n.text,
}
