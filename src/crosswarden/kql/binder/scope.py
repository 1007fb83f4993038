"""What a name can mean while a query is bound: a column, a variable, a function, a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crosswarden.kql.plan import Field, Plan, Scalar
from crosswarden.kql.syntax import FunctionDeclaration

if TYPE_CHECKING:
    from crosswarden.kql.binder.patterns import Pattern

__all__ = ["Bound", "Function", "Graph", "Row", "Scope", "Tabular"]


@dataclass(frozen=True, slots=True)
class Graph:
    """A bound graph: its edges' and nodes' columns live in the plans of the inputs of ``make-graph``."""

    edges: Tabular
    source: Field
    target: Field
    nodes: Tabular
    key: Field
    node_id: str | None = None
    directed: bool = True


@dataclass(frozen=True, slots=True)
class Tabular:
    """A bound query: its plan, the columns it shows, and those that only a name reaches.

    ``open`` says that more columns may be there than are known before the query runs (``bag_unpack``).
    """

    plan: Plan
    columns: tuple[Field, ...]
    hidden: tuple[Field, ...] = ()
    open: bool = False
    name: str = ""
    graph: Graph | None = None

    def with_plan(self, plan: Plan) -> Tabular:
        """The same columns over another plan (a step that only chooses or orders rows)."""
        return replace(self, plan=plan)

    def without_hidden(self) -> Tabular:
        """The same, with nothing but the columns shown."""
        return replace(self, hidden=())


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the query or a saved one, and the scope in which its body is to be read.

    ``foreign`` marks text that is not the query's own: errors in it are reported at the call.
    """

    name: str
    declaration: FunctionDeclaration
    scope: Scope
    foreign: bool = False
    mentioned: frozenset[str] = frozenset()


Bound = Scalar | Tabular | Function
"""What a name or expression comes to."""


@dataclass(slots=True)
class Row:
    """The columns that an expression can name. In a join's condition ``left`` and ``right`` are the two sides."""

    columns: Mapping[str, Field]
    hidden: Mapping[str, Field] = field(default_factory=dict)
    open: bool = False
    left: Row | None = None
    right: Row | None = None
    variables: Mapping[str, Bound | Row] = field(
        default_factory=dict
    )  # names of graph nodes, scan steps and the like
    whole: Field | None = None  # what the variable's bare name stands for
    pattern: Pattern | None = None  # of the graph operator around
    key: Field | None = None  # the id of the node that a function over inner nodes stands at

    @classmethod
    def of(cls, table: Tabular) -> Row:
        """The row of a bound query."""
        return cls(
            {column.name: column for column in table.columns},
            {column.name: column for column in table.hidden},
            table.open,
        )

    def find(self, name: str) -> Field | None:
        """The column of exactly that name."""
        return self.columns.get(name) or self.hidden.get(name)


@dataclass(slots=True)
class Scope:
    """Variables and functions by name; a name not found here is looked for in the scope around."""

    outer: Scope | None = None
    names: dict[str, Bound] = field(default_factory=dict)

    def find(self, name: str) -> Bound | None:
        """What the name means, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def known(self) -> Iterable[str]:
        """Every name in reach, for suggestions."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.names
            scope = scope.outer
