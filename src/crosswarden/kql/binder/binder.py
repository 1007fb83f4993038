"""The binder's own state and the few things that every part of it needs: names, places, errors, results.

Expressions and operators are bound by functions filed by family; ``Binder`` finds the right one by the node's class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from crosswarden.kql import syntax
from crosswarden.kql.binder.scope import Bound, Function, Row, Scope, Tabular
from crosswarden.kql.diagnostics import Diagnostics, nearest
from crosswarden.kql.environment import Environment
from crosswarden.kql.functions import DYNAMIC
from crosswarden.kql.plan import Field, Given, Literal, Ref, Scalar
from crosswarden.tables import Type

__all__ = [
    "NOTHING",
    "UNKNOWN",
    "Binder",
    "ExpressionHandler",
    "OperatorHandler",
    "SourceHandler",
    "is_unknown",
    "refuse_dynamic",
]

UNKNOWN = Literal(DYNAMIC, None, written=False)
"""What an expression that is wrong comes to; everything made of it is unknown too, without a second error."""
NOTHING = Tabular(plan=Given(()), columns=(), open=True)
"""What a table that is wrong comes to: any column may be there."""

ExpressionHandler = Callable[["Binder", syntax.Expression], Bound]
OperatorHandler = Callable[["Binder", Tabular, syntax.Operator], Tabular]
SourceHandler = Callable[["Binder", syntax.Operator], Tabular]


@dataclass(slots=True)
class Binder:
    """Binds one query. ``row`` is what expressions see just now; ``place`` stands for text that is not the query's."""

    environment: Environment
    diagnostics: Diagnostics
    expressions: Mapping[type[syntax.Expression], ExpressionHandler]
    operators: Mapping[type[syntax.Operator], OperatorHandler]
    sources: Mapping[type[syntax.Operator], SourceHandler]
    scope: Scope = field(default_factory=Scope)
    row: Row | None = None
    mentioned: frozenset[str] = frozenset()
    place: syntax.Node | None = None
    given: Tabular | None = None  # the rows that a query without a source starts from
    aggregating: bool = False  # aggregates may be called here
    serialized: bool = True
    unknown_fields: set[Field] = field(default_factory=set)
    depth: int = 0
    called: set[int] = field(default_factory=set)
    opened: list[Field] = field(default_factory=list)  # columns that an open table has been asked for
    notes: list[str] = field(default_factory=list)
    results: list[tuple[str, Tabular]] = field(default_factory=list)  # further results: fork, facet

    def error(self, code: str, message: str, node: syntax.Node) -> None:
        """Notes an error at the node, or at the call that led to it when the node is of another text."""
        self.diagnostics.error_at(code, message, self.place or node)

    def refuse(self, what: str, node: syntax.Node, reason: str = "") -> None:
        """Notes that the query is right but asks for what does not run here."""
        because = f": {reason}" if reason else ""
        self.error("kql-not-here", f"{what} is known but does not run here{because}", node)

    def unknown(self, code: str, what: str, name: str, known: Iterable[str], node: syntax.Node) -> None:
        """Notes a name that means nothing, with the nearest that does."""
        near = nearest(name, known)
        hint = f"; the nearest known name is '{near}'" if near else ""
        self.error(code, f"The name '{name}' does not refer to any known {what}{hint}.", node)

    def bind(self, node: syntax.Expression) -> Bound:
        """What the expression comes to: a scalar, a table or a function."""
        return self.expressions[type(node)](self, node)

    def scalar(self, node: syntax.Expression) -> Scalar:
        """The expression as a scalar; an error when it is a table."""
        found = self.bind(node)
        if isinstance(found, Tabular | Function):
            if found is not NOTHING:
                self.error("kql-scalar-expected", "A scalar expression is expected here.", node)
            return UNKNOWN
        return found

    def table(self, node: syntax.Expression) -> Tabular:
        """The expression as a table; an error when it is a scalar."""
        found = self.bind(node)
        if isinstance(found, Tabular):
            return found
        if found is not UNKNOWN:
            self.error("kql-table-expected", "A tabular expression is expected here.", node)
        return NOTHING

    def over(self, table: Tabular, node: syntax.Expression) -> Scalar:
        """The expression as a scalar over the table's columns."""
        with self.seeing(Row.of(table)):
            return self.scalar(node)

    @contextmanager
    def seeing(self, row: Row | None, *, aggregating: bool = False) -> Iterator[None]:
        """Expressions inside see that row."""
        before = self.row, self.aggregating
        self.row, self.aggregating = row, aggregating
        try:
            yield
        finally:
            self.row, self.aggregating = before

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[Scope]:
        """Names inside are looked for in that scope first."""
        before, self.scope = self.scope, scope
        try:
            yield scope
        finally:
            self.scope = before

    @contextmanager
    def starting(self, given: Tabular) -> Iterator[None]:
        """Queries without a source start from those rows."""
        before, self.given = self.given, given
        try:
            yield
        finally:
            self.given = before

    def field(self, name: str, scalar: Scalar) -> Field:
        """A new column for the value of an expression."""
        made = Field(name, scalar.kind)
        if is_unknown(self, scalar):
            self.unknown_fields.add(made)
        return made


def refuse_dynamic(binder: Binder, scalar: Scalar, node: syntax.Expression) -> None:
    """Notes that a dynamic value stands where Kusto groups or sorts, which it does not do with dynamic values."""
    nothing = isinstance(scalar, Literal) and scalar.value is None
    if scalar.type is Type.DYNAMIC and not nothing and not is_unknown(binder, scalar):
        inner = node.expression if isinstance(node, syntax.NamedExpression) else node
        binder.error("kql-dynamic", "The value of type 'dynamic' is not allowed in this context.", inner)


def is_unknown(binder: Binder, scalar: Scalar) -> bool:
    """Whether the expression is wrong, or its type cannot be known before the query runs."""
    return scalar is UNKNOWN or (isinstance(scalar, Ref) and scalar.field in binder.unknown_fields)
