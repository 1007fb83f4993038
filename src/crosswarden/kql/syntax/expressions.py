"""Scalar and tabular expressions.

    Status.errorCode == 50126          Binary("==", Member(Name("Status"), Name("errorCode")), Literal(LONG, 50126))
    TargetResources[0].id              Member(Index(Name("TargetResources"), Literal(LONG, 0)), Name("id"))
    parse_json(x)["a b"]               Index(Call(Name("parse_json"), (Name("x"),)), Literal(STRING, "a b"))
    cluster("c").database("d").T       Member(MemberCall(Call(cluster), Call(database)), Name("T"))
    T | where x > 1 | take 5           Pipe(Name("T"), (Where(...), Take(...)))
    print 1                            Pipe(None, (Print(...),))
    n = count(), (a, b) = arg_max(…)   NamedExpression((Name("n"),), …), NamedExpression((Name("a"), Name("b")), …)

Parentheses leave no node; they show in the shape of the tree. Names written in brackets (``['a b']``) are plain
``Name`` values. Adjacent string literals are one ``Literal`` with the texts joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from crosswarden.kql.syntax.node import Node
from crosswarden.tables.types import Type

if TYPE_CHECKING:
    from crosswarden.kql.syntax.operators import Operator

__all__ = [
    "Between",
    "Binary",
    "Call",
    "ColumnDeclaration",
    "ContextualDataTable",
    "DataTable",
    "DynamicArray",
    "DynamicLiteral",
    "DynamicObject",
    "EntityGroup",
    "Expression",
    "ExternalData",
    "InList",
    "Index",
    "Json",
    "Literal",
    "Materialize",
    "Member",
    "MemberCall",
    "Missing",
    "Name",
    "NamedExpression",
    "Parameter",
    "Pipe",
    "Star",
    "ToScalar",
    "ToTable",
    "TypeName",
    "TypeOf",
    "Unary",
    "Value",
    "WildcardName",
]

Value: TypeAlias = bool | int | float | Decimal | str | None
"""What a literal stands for: datetime and timespan are ticks of 100 ns (int), guid is lower-case text."""


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Anything that has a value: a scalar or a table."""


@dataclass(frozen=True, slots=True)
class Missing(Expression):
    """Where an expression had to stand and none did; a diagnostic says so."""


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant of any type but dynamic. ``value`` is None for typed nulls such as ``int(null)``.

    ``obfuscated`` marks ``h"…"`` strings, which Kusto keeps out of its logs; messages must not print them.
    """

    type: Type
    value: Value
    obfuscated: bool = False


@dataclass(frozen=True, slots=True)
class DynamicArray(Node):
    """``[1, "a", null]`` inside ``dynamic(…)``."""

    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class DynamicObject(Node):
    """``{"a": 1}`` inside ``dynamic(…)``, pairs in the order written, duplicate keys kept."""

    pairs: tuple[tuple[str, Json], ...]

    def children(self) -> Iterator[Node]:
        """The values; keys are plain text."""
        return iter([value for _, value in self.pairs])


Json: TypeAlias = Literal | DynamicArray | DynamicObject
"""A value inside ``dynamic(…)``: JSON, or KQL literals such as ``datetime(…)``. JSON null is Literal(DYNAMIC, None)."""


@dataclass(frozen=True, slots=True)
class DynamicLiteral(Expression):
    """``dynamic(…)``; ``dynamic(null)`` holds ``Literal(DYNAMIC, None)``."""

    value: Json


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A column, variable, table or function name, without brackets and quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class WildcardName(Expression):
    """A name with ``*`` in it, as ``union Sec*`` and ``project-away _*`` take; ``text`` keeps the stars."""

    text: str


@dataclass(frozen=True, slots=True)
class Star(Expression):
    """``*``: every column (``count(*)``, ``arg_max(t, *)``, ``distinct *``, ``search in (T) * has "x"``)."""


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """``target.name``; also ``target.['name']`` and, with a ``WildcardName``, ``database("d").T*``."""

    target: Expression
    name: Name | WildcardName


@dataclass(frozen=True, slots=True)
class MemberCall(Expression):
    """``target.f(…)`` as in ``cluster("c").database("d")``."""

    target: Expression
    call: Call


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """``target[index]``; the index is any expression, negative numbers count from the end."""

    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """``name(arguments)``. Arguments may be named (``NamedExpression``), ``Star`` or tabular (``Pipe``)."""

    name: Name
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class NamedExpression(Expression):
    """``name = expression`` or ``(first, second) = expression``; always at least one name."""

    names: tuple[Name, ...]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """``-operand`` or ``+operand``; ``-1`` is a Unary over the literal 1."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """``left operator right``. Operators are spelt as in KQL, in lower case, ``<>`` as ``!=``, ``matches regex`` with
    one space, ``:`` for search's term match, ``notcontains`` and ``notlike`` as ``!contains`` and ``!like``,
    ``containscs`` as ``contains_cs``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """``operand between (low .. high)``, both ends included."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InList(Expression):
    """``operand operator (items)`` with in, !in, in~, !in~, has_any, has_all; an item may be a table (``Pipe``)."""

    operator: str
    operand: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A scalar type as written (``string``, ``date``, ``int64`` …); tables.Type.named understands it."""

    text: str


@dataclass(frozen=True, slots=True)
class ColumnDeclaration(Node):
    """``name: type`` in a schema; ``type`` is None where KQL lets it out (scan's declare, parse patterns)."""

    name: Name
    type: TypeName | None
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class TypeOf(Expression):
    """``typeof(long)``, ``typeof(*)``, ``typeof(a: string, *)``."""

    items: tuple[TypeName | ColumnDeclaration | Star, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """``kind=inner``, ``hint.strategy = broadcast``, ``withsource=T``, ``with (format="csv")``: name in lower case as
    KQL defines it, value a Literal, a ``Name`` for bare words, or (hint lists) several names."""

    name: str
    value: Expression
    more: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class DataTable(Expression):
    """``datatable (columns) [values]``, values row by row."""

    columns: tuple[ColumnDeclaration, ...]
    values: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextualDataTable(Expression):
    """``__contextual_datatable(id, (columns))``: rows that the caller supplies."""

    id: Expression
    columns: tuple[ColumnDeclaration, ...]


@dataclass(frozen=True, slots=True)
class ExternalData(Expression):
    """``externaldata (columns) [uris] with (properties)``."""

    columns: tuple[ColumnDeclaration, ...]
    uris: tuple[Expression, ...]
    properties: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityGroup(Expression):
    """``entity_group [cluster("c").database("d"), …]``."""

    entities: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ToScalar(Expression):
    """``toscalar(query)``: the first column of the first row."""

    query: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ToTable(Expression):
    """``totable(query)``."""

    query: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Materialize(Expression):
    """``materialize(query)``."""

    query: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipe(Expression):
    """``source | operator | …``. ``source`` is None when the first operator makes its own rows (print, range, union,
    find, search, evaluate, macro-expand) or takes the surrounding operator's rows (mv-apply, partition, fork, facet)."""

    source: Expression | None
    operators: tuple[Operator, ...]
