"""Scalar expressions of the plan: every node knows its type, and a column is the very ``Field`` that a step made.

A ``Field`` equals only itself, so two columns of one name (or of names that differ in case) never mix, and a rewrite
may move an expression wherever its fields are still to be had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosswarden.kql.functions import DYNAMIC, Function, Kind, of
from crosswarden.tables import Type

if TYPE_CHECKING:
    from crosswarden.kql.plan.operators import Plan

__all__ = [
    "Aggregation",
    "Call",
    "Field",
    "InQuery",
    "Literal",
    "Path",
    "Ref",
    "Scalar",
    "Special",
    "Subquery",
    "Window",
    "children",
    "fields_of",
    "is_constant",
    "is_volatile",
    "queries_of",
    "substitute",
    "walk",
]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One column that a step makes; equal only to itself, whatever its name."""

    name: str
    kind: Kind

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type

    def __repr__(self) -> str:
        return f"{self.name}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. ``value`` is None, bool, int, float, Decimal or str; datetime and timespan are ticks, dynamic is JSON text."""

    kind: Kind
    value: object
    written: bool = True  # as a literal in the query's text; False where a let or a folded call made it

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of a column of the step below."""

    field: Field

    @property
    def kind(self) -> Kind:
        """The column's kind."""
        return self.field.kind

    @property
    def type(self) -> Type:
        """The column's type."""
        return self.field.kind.type


@dataclass(frozen=True, slots=True)
class Call:
    """A scalar function or operator of the catalogue applied to its arguments."""

    kind: Kind
    function: Function
    arguments: tuple[Scalar, ...]

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


@dataclass(frozen=True, slots=True)
class Special:
    """What no function of the catalogue says, by our own name; ``options`` are plain values that it has to know."""

    kind: Kind
    name: str
    arguments: tuple[Scalar, ...]
    options: tuple[object, ...] = ()

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


@dataclass(frozen=True, slots=True)
class Path:
    """A walk into a dynamic value; each step is a name, an array position (negative from the end) or computed."""

    base: Scalar
    steps: tuple[str | int | Scalar, ...]

    @property
    def kind(self) -> Kind:
        """Dynamic, of unknown form."""
        return DYNAMIC

    @property
    def type(self) -> Type:
        """Always dynamic."""
        return Type.DYNAMIC


@dataclass(frozen=True, slots=True)
class Window:
    """A function over the serialized rows: prev, next, row_number, row_cumsum, row_rank_…, row_window_session."""

    kind: Kind
    function: str
    arguments: tuple[Scalar, ...]

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


@dataclass(frozen=True, slots=True)
class Subquery:
    """``toscalar``: the first cell of a query's result, null when there is none."""

    kind: Kind
    plan: Plan
    column: Field  # the first column that the query shows

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


@dataclass(frozen=True, slots=True)
class InQuery:
    """``in`` and its relatives with a query on the right: its first column is the set."""

    operator: str  # the catalogue's name: InCs, NotInCs, In, NotIn (these two ignore case), HasAny, HasAll
    value: Scalar
    plan: Plan
    column: Field

    @property
    def kind(self) -> Kind:
        """Always bool."""
        return _BOOL

    @property
    def type(self) -> Type:
        """Always bool."""
        return Type.BOOL


@dataclass(frozen=True, slots=True)
class Aggregation:
    """An aggregate of the catalogue applied to rows of the step below; stands only in ``Aggregate`` and its relatives.

    ``part`` chooses among the values of an aggregate that gives several: 0 is the first (of ``arg_max(a, b, c)`` the
    value of a), 1 the second.
    """

    kind: Kind
    function: Function
    arguments: tuple[Scalar, ...]
    part: int = 0

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type


_BOOL = of(Type.BOOL)

Scalar = Literal | Ref | Call | Special | Path | Window | Subquery | InQuery | Aggregation


_LEAVES = frozenset({Literal, Ref, Subquery})
_WITH_ARGUMENTS = frozenset({Call, Special, Window, Aggregation})


def children(scalar: Scalar) -> tuple[Scalar, ...]:
    """The expressions directly inside one."""
    kind = type(scalar)
    if kind in _LEAVES:
        return ()
    if kind in _WITH_ARGUMENTS:
        return scalar.arguments  # type: ignore[union-attr]
    if isinstance(scalar, Path):
        return (scalar.base, *(step for step in scalar.steps if not isinstance(step, str | int)))
    return (scalar.value,) if isinstance(scalar, InQuery) else ()


def walk(scalar: Scalar) -> Iterator[Scalar]:
    """The expression and everything inside it, outermost first; queries inside are not entered."""
    stack = [scalar]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in _LEAVES:
            stack.extend(children(node))


def queries_of(scalar: Scalar) -> list[Subquery | InQuery]:
    """The queries directly inside an expression; most have none."""
    if type(scalar) in (Literal, Ref):
        return []
    return [node for node in walk(scalar) if type(node) is Subquery or type(node) is InQuery]


def fields_of(scalar: Scalar) -> set[Field]:
    """The columns that an expression reads.

    >>> a = Field("a", of(Type.LONG))
    >>> fields_of(Special(a.kind, "example", (Ref(a), Literal(a.kind, 1)))) == {a}
    True
    """
    return {node.field for node in walk(scalar) if isinstance(node, Ref)}


def is_constant(scalar: Scalar) -> bool:
    """Whether the value is the same for every row (literals, and calls on them; ``rand`` and its like are not)."""
    return all(
        isinstance(node, Literal) or (isinstance(node, Call) and node.function.name not in _VOLATILE)
        for node in walk(scalar)
    )


def is_volatile(scalar: Scalar) -> bool:
    """Whether two evaluations may differ."""
    return any(isinstance(node, Call) and node.function.name in _VOLATILE for node in walk(scalar))


_VOLATILE = frozenset({"rand", "new_guid", "cursor_current", "current_cursor"})


def substitute(scalar: Scalar, values: dict[Field, Scalar]) -> Scalar:
    """The expression with columns replaced by other expressions."""
    if isinstance(scalar, Ref):
        return values.get(scalar.field, scalar)
    if isinstance(scalar, Call | Special | Window | Aggregation):
        return replace(scalar, arguments=tuple(substitute(argument, values) for argument in scalar.arguments))
    if isinstance(scalar, Path):
        steps = tuple(
            step if isinstance(step, str | int) else substitute(step, values) for step in scalar.steps
        )
        return Path(substitute(scalar.base, values), steps)
    if isinstance(scalar, InQuery):
        return replace(scalar, value=substitute(scalar.value, values))
    return scalar
