"""The operators that keep the highest rows: top, top-hitters, top-nested."""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.syntax.expressions import Expression, Parameter
from crosswarden.kql.syntax.node import Node
from crosswarden.kql.syntax.operators import Operator, Ordered

__all__ = ["Top", "TopHitters", "TopNested", "TopNestedClause"]


@dataclass(frozen=True, slots=True)
class Top(Operator):
    """``top 5 by a asc``."""

    count: Expression
    by: Ordered
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class TopHitters(Operator):
    """``top-hitters 5 of a by b``."""

    count: Expression
    of: Expression
    by: Expression | None = None


@dataclass(frozen=True, slots=True)
class TopNestedClause(Node):
    """``top-nested 3 of a with others = "rest" by count() desc``; count may be left out."""

    count: Expression | None
    of: Expression
    by: Ordered
    others: Expression | None = None


@dataclass(frozen=True, slots=True)
class TopNested(Operator):
    """One or more clauses, outermost first."""

    clauses: tuple[TopNestedClause, ...]
