"""Tabular steps of the plan: every node knows the columns it makes, in order.

A step hands on its input's ``Field`` objects where it leaves a column alone and makes new ones where it computes,
so that "which column is that" is never a question of names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crosswarden.kql.plan.scalars import Field, Scalar
from crosswarden.tables import Table

__all__ = [
    "Aggregate",
    "Apply",
    "Distinct",
    "Expand",
    "Expansion",
    "Filter",
    "Given",
    "Join",
    "MakeSeries",
    "Partition",
    "Plan",
    "Project",
    "PromotedField",
    "Range",
    "Reference",
    "Rows",
    "Scan",
    "Serialize",
    "Series",
    "Shared",
    "Sort",
    "SortKey",
    "Staged",
    "Take",
    "Union",
    "inputs_of",
    "walk_plan",
]


@dataclass(frozen=True, slots=True)
class PromotedField:
    """A column of the files that holds exactly what a path into ``source`` leads to."""

    source: Field
    path: tuple[str | int, ...]
    made: Field


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows of a table. ``table`` holds all its columns; ``fields`` are the documented ones, ``hidden`` the rest.

    Both line up with the names in ``table``; hidden columns reach a result only when a query names them.
    """

    table: Table
    fields: tuple[Field, ...]
    hidden: tuple[Field, ...] = ()
    promoted: tuple[PromotedField, ...] = ()
    start: int | None = None  # rows at or after these ticks suffice (a hint for choosing files)
    end: int | None = None  # rows before or at these ticks suffice


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows written in the query (``datatable``, ``print``); every cell is an expression without columns."""

    fields: tuple[Field, ...]
    rows: tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True, slots=True)
class Range:
    """``range``: one column from start to stop, both included, in steps."""

    column: Field
    start: Scalar
    stop: Scalar
    step: Scalar

    @property
    def fields(self) -> tuple[Field, ...]:
        """The one column."""
        return (self.column,)


@dataclass(frozen=True, slots=True)
class Given:
    """The rows that the step around hands to its inner query (``mv-apply``, ``partition``)."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """``where``: keeps the rows for which the predicate is true; null counts as false."""

    input: Plan
    predicate: Scalar

    @property
    def fields(self) -> tuple[Field, ...]:
        """The input's."""
        return self.input.fields


@dataclass(frozen=True, slots=True)
class Project:
    """``extend`` and the ``project`` family: ``fields`` in order, each either from the input or assigned."""

    input: Plan
    assigned: tuple[tuple[Field, Scalar], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``summarize``: ``values`` are expressions over aggregations. Without keys there is always one row."""

    input: Plan
    keys: tuple[tuple[Field, Scalar], ...]
    values: tuple[tuple[Field, Scalar], ...]
    fields: tuple[Field, ...]  # the order of the result


@dataclass(frozen=True, slots=True)
class Distinct:
    """``distinct``: each combination of the input's columns once."""

    input: Plan

    @property
    def fields(self) -> tuple[Field, ...]:
        """The input's."""
        return self.input.fields


@dataclass(frozen=True, slots=True)
class SortKey:
    """One expression to sort by; descending with nulls last unless said otherwise."""

    value: Scalar
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Sort:
    """``sort``: the rows in order, and serialized."""

    input: Plan
    keys: tuple[SortKey, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The input's."""
        return self.input.fields


@dataclass(frozen=True, slots=True)
class Serialize:
    """``serialize``: the rows keep the order they have."""

    input: Plan

    @property
    def fields(self) -> tuple[Field, ...]:
        """The input's."""
        return self.input.fields


@dataclass(frozen=True, slots=True)
class Take:
    """``take``: that many rows, the first where the rows are ordered. ``random`` draws them (``sample``)."""

    input: Plan
    count: Scalar
    random: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The input's."""
        return self.input.fields


@dataclass(frozen=True, slots=True)
class Join:
    """``join`` and ``lookup``: equal pairs (left, right); ``fields`` are the columns kept of both sides.

    ``kind`` is innerunique, inner, leftouter, rightouter, fullouter, leftsemi, rightsemi, leftanti or rightanti.
    """

    kind: str
    left: Plan
    right: Plan
    on: tuple[tuple[Scalar, Scalar], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """``union``: ``columns`` gives each result column, and by an input's position the column of it that goes there."""

    inputs: tuple[Plan, ...]
    columns: tuple[tuple[Field, Mapping[int, Field]], ...]
    source: Field | None = None  # withsource: holds the name of the input the row came from
    names: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The source column first, then the columns."""
        return ((self.source,) if self.source else ()) + tuple(made for made, _ in self.columns)


@dataclass(frozen=True, slots=True)
class Expansion:
    """One column of ``mv-expand``: the array (or bag) ``value`` becomes ``made``, an element a row."""

    made: Field
    value: Scalar


@dataclass(frozen=True, slots=True)
class Expand:
    """``mv-expand``: the arrays are walked side by side; a row whose arrays are all empty goes."""

    input: Plan
    expansions: tuple[Expansion, ...]
    fields: tuple[Field, ...]
    index: Field | None = None
    limit: int | None = None
    bags_as_arrays: bool = False  # kind=array: a bag's entries become [key, value] arrays


@dataclass(frozen=True, slots=True)
class Apply:
    """``mv-apply``: ``body`` runs over the rows that each input row expands to; its leaf is a ``Given``."""

    input: Plan
    expansions: tuple[Expansion, ...]
    given: Given
    body: Plan
    fields: tuple[Field, ...]  # the input's columns that stay, then the body's
    index: Field | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """``partition by``: ``body`` runs over the rows of each key apart; its leaf is a ``Given``."""

    input: Plan
    key: Scalar
    given: Given
    body: Plan

    @property
    def fields(self) -> tuple[Field, ...]:
        """The body's."""
        return self.body.fields


@dataclass(frozen=True, slots=True)
class Series:
    """One column of ``make-series``: an aggregate a step, ``default`` where a step has no rows."""

    made: Field
    value: Scalar
    default: Scalar


@dataclass(frozen=True, slots=True)
class MakeSeries:
    """``make-series``: one row a key; ``axis`` runs from ``start`` to before ``stop`` in steps."""

    input: Plan
    series: tuple[Series, ...]
    axis: Field
    on: Scalar
    start: Scalar | None
    stop: Scalar | None
    step: Scalar
    keys: tuple[tuple[Field, Scalar], ...]
    fields: tuple[Field, ...]
    stop_included: bool = False  # the older "in range(a, b, step)" form ends at b
    never_empty: bool = False  # kind=nonempty: without rows (and without keys) one series of defaults


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """A query that is used more than once (``let``, ``materialize``); equal only to itself."""

    name: str
    plan: Plan
    materialized: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """One use of a shared query; ``fields`` stand for the shared plan's fields, in its order."""

    shared: Shared
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """A step that SQL cannot say: its inputs run first, then the procedure named ``procedure`` makes the rows.

    ``options`` is what the procedure has to know, as plain values and expressions.
    """

    procedure: str
    inputs: tuple[Plan, ...]
    fields: tuple[Field, ...]
    options: Mapping[str, object] = field(default_factory=dict)


Plan = (
    Scan
    | Rows
    | Range
    | Given
    | Filter
    | Project
    | Aggregate
    | Distinct
    | Sort
    | Serialize
    | Take
    | Join
    | Union
    | Expand
    | Apply
    | Partition
    | MakeSeries
    | Reference
    | Staged
)


def inputs_of(plan: Plan) -> tuple[Plan, ...]:
    """The steps directly below one; a shared query counts as the input of its reference."""
    match plan:
        case Join():
            return (plan.left, plan.right)
        case Union() | Staged():
            return plan.inputs
        case Apply() | Partition():
            return (plan.input, plan.body)
        case Reference():
            return (plan.shared.plan,)
        case Scan() | Rows() | Range() | Given():
            return ()
        case _:
            return (plan.input,)


def walk_plan(plan: Plan) -> Iterator[Plan]:
    """The step and every step below it."""
    stack: list[Plan] = [plan]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(inputs_of(node))
