"""Operators that look through several tables: union, find, search, macro-expand."""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.syntax.expressions import Expression, Name, Parameter, Star
from crosswarden.kql.syntax.node import Node
from crosswarden.kql.syntax.operators import Operator
from crosswarden.kql.syntax.statements import Statement

__all__ = ["Find", "FindColumn", "MacroExpand", "PackAll", "Search", "Union"]


@dataclass(frozen=True, slots=True)
class Union(Operator):
    """``union kind=outer withsource=T isfuzzy=true A, B*, (C | where x)``; after a pipe, the rows come first."""

    tables: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Search(Operator):
    """``search kind=case_sensitive in (A, B*) predicate``; a bare literal is a term looked for in every column, and
    ``column: term`` is ``Binary(":", …)``."""

    predicate: Expression
    tables: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class FindColumn(Node):
    """``name`` or ``name: type`` in find's project."""

    name: Expression
    type: Node | None = None


@dataclass(frozen=True, slots=True)
class PackAll(Node):
    """``pack(*)`` or ``pack_all()`` in find's project."""


@dataclass(frozen=True, slots=True)
class Find(Operator):
    """``find withsource=T in (A, B) where predicate project a, b: string, pack(*)``.

    ``project`` is None when not written; ``smart`` marks ``project-smart``; ``away`` lists project-away's columns.
    """

    predicate: Expression
    tables: tuple[Expression, ...] = ()
    project: tuple[FindColumn | PackAll, ...] | None = None
    smart: bool = False
    away: tuple[FindColumn | PackAll | Star, ...] = ()
    scope: str | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroExpand(Operator):
    """``macro-expand group as scope (statements)``."""

    group: Expression
    scope: Name | None
    statements: tuple[Statement, ...]
    parameters: tuple[Parameter, ...] = ()
