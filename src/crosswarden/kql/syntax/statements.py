"""Statements, and the block of them that one request is.

let since = ago(7d); AuditLogs | where TimeGenerated > since
QueryBlock((Let(Name("since"), Call(…)), QueryStatement(Pipe(…))))
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.syntax.expressions import (
    ColumnDeclaration,
    Expression,
    Name,
    Parameter,
    Star,
    TypeName,
)
from crosswarden.kql.syntax.node import Node

__all__ = [
    "AliasDatabase",
    "DeclarePattern",
    "DeclareQueryParameters",
    "Directive",
    "FunctionBody",
    "FunctionDeclaration",
    "FunctionParameter",
    "Let",
    "PatternMatch",
    "QueryBlock",
    "QueryStatement",
    "RestrictAccess",
    "SetOption",
    "Statement",
    "TableSchema",
]


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """One of the parts that ``;`` separates."""


@dataclass(frozen=True, slots=True)
class QueryStatement(Statement):
    """A tabular (or, in a function's body, scalar) expression whose value is the answer."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class TableSchema(Node):
    """The type of a tabular parameter: ``(a: string, b: long)``, or ``(*)`` for any table."""

    columns: tuple[ColumnDeclaration | Star, ...]


@dataclass(frozen=True, slots=True)
class FunctionParameter(Node):
    """``name: type = default``; the type is a scalar's name or a table's schema."""

    name: Name
    type: TypeName | TableSchema
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class FunctionBody(Node):
    """``{ let …; expression }``; expression is None for a body that only declares."""

    statements: tuple[Statement, ...]
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class FunctionDeclaration(Expression):
    """``view (parameters) { body }`` on the right of let."""

    parameters: tuple[FunctionParameter, ...]
    body: FunctionBody
    view: bool = False


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """``let name = value``: a scalar, a table, a function or an entity group."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class SetOption(Statement):
    """``set name = value``; value is None when not written."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class DeclareQueryParameters(Statement):
    """``declare query_parameters (name: type = default, …)``."""

    parameters: tuple[FunctionParameter, ...]


@dataclass(frozen=True, slots=True)
class AliasDatabase(Statement):
    """``alias database name = cluster("c").database("d")``."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class RestrictAccess(Statement):
    """``restrict access to (entities) with (properties)``."""

    entities: tuple[Expression, ...]
    properties: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class PatternMatch(Node):
    """``("a", "b").["path"] = { body }`` in a pattern's declaration."""

    values: tuple[Expression, ...]
    path: Expression | None
    body: FunctionBody


@dataclass(frozen=True, slots=True)
class DeclarePattern(Statement):
    """``declare pattern name = (a: string)[path: string] { matches }``; a bare name declares it from outside."""

    name: Name
    parameters: tuple[ColumnDeclaration, ...] = ()
    path: ColumnDeclaration | None = None
    matches: tuple[PatternMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Directive(Node):
    """A client's own line (``#connect …``), kept as text and noted, never carried out."""

    text: str


@dataclass(frozen=True, slots=True)
class QueryBlock(Node):
    """Everything in one request, in order."""

    statements: tuple[Statement, ...]
    directives: tuple[Directive, ...] = ()
