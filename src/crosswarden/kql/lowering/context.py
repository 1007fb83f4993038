"""The state of one lowering: the common table expressions so far, the columns' SQL names, the staged steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from crosswarden.kql.functions.model import Context
from crosswarden.kql.lowering.step import Order, Step
from crosswarden.kql.plan import Field, Given, Plan, Scalar, Scan, Shared, Staged, fields_of
from crosswarden.kql.sql import Expression, column, exp, identifier

__all__ = ["Lowering", "Stage", "Statement"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and the columns it gives, in order; ``orders`` says how the rows are ordered, for staged steps."""

    expression: exp.Expression
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step run outside SQL before the statement: its inputs' statements, its procedure, and the table it fills."""

    table: str
    names: tuple[str, ...]
    step: Staged
    inputs: tuple[Statement, ...]


Handler = Callable[["Lowering", Plan], Step]
ScalarHandler = Callable[["Lowering", Scalar, Step], Expression]


@dataclass(slots=True)
class Lowering:
    """Turns plan steps to SELECTs. One object lowers one query; ``handlers`` give the lowering of each kind of step."""

    handlers: dict[type, Handler]
    scalar_handler: ScalarHandler
    context: Context
    ctes: list[exp.CTE] = field(default_factory=list)
    names: dict[Field, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    scans: dict[str, list[Scan]] = field(default_factory=dict)
    present: frozenset[str] | None = None  # the tables that hold rows; None: not known
    absent: set[str] = field(default_factory=set)  # tables left out because they hold none
    given: dict[int, Step] = field(default_factory=dict)
    shared: dict[Shared, Step] = field(default_factory=dict)
    groups: tuple[Field, ...] = ()  # the columns that tell apart the row sets an inner query runs over
    carried: tuple[Field, ...] = ()  # columns constant in each such row set, carried along
    subqueries: dict[int, str] = field(default_factory=dict)
    counter: Iterator[int] = field(default_factory=lambda: count(1))

    def step(self, plan: Plan) -> Step:
        """The plan step as a SELECT in the making."""
        return self.handlers[type(plan)](self, plan)

    def scalar(self, scalar: Scalar, step: Step) -> Expression:
        """The expression over the step's source; all columns it reads have to be movable there."""
        return self.scalar_handler(self, scalar, step)

    def ready(self, step: Step, scalars: Sequence[Scalar], *, whole: bool = False) -> Step:
        """The step, closed first if one of the expressions needs what it computes (or ``whole``: if it is cut)."""
        if whole and step.limit is not None:
            return self.seal(step)
        for scalar in scalars:
            if not fields_of(scalar) <= step.movable:
                return self.seal(step)
        return step

    def name(self, wanted: Field) -> str:
        """The column's SQL name: its own, with a number where another column has the same but for case."""
        found = self.names.get(wanted)
        if found is None:
            low = wanted.name.lower()
            seen = self.taken.get(low, 0)
            self.taken[low] = seen + 1
            found = f"{wanted.name}~{seen}" if seen else wanted.name or "~"
            self.names[wanted] = found
        return found

    def fresh(self, prefix: str) -> str:
        """A new name for a table expression."""
        return f"{prefix}{next(self.counter)}"

    def named(self, fields: Iterable[Field]) -> dict[Field, str]:
        """The columns' SQL names."""
        for wanted in fields:
            self.name(wanted)
        return self.names

    @contextmanager
    def alone(self) -> Iterator[None]:
        """What is lowered inside does not belong to the row sets of an inner query."""
        before = self.groups, self.carried
        self.groups, self.carried = (), ()
        try:
            yield
        finally:
            self.groups, self.carried = before

    @contextmanager
    def each(self, groups: tuple[Field, ...], carried: tuple[Field, ...]) -> Iterator[None]:
        """What is lowered inside runs over each row set apart."""
        before = self.groups, self.carried
        self.groups = (*before[0], *groups)
        self.carried = tuple(dict.fromkeys((*before[1], *carried)))
        try:
            yield
        finally:
            self.groups, self.carried = before

    def nested(self) -> Lowering:
        """The lowering of a statement of its own, run before this one."""
        return Lowering(
            self.handlers,
            self.scalar_handler,
            self.context,
            names=self.names,
            taken=self.taken,
            scans=self.scans,
            present=self.present,
            absent=self.absent,
            counter=self.counter,
        )

    def hidden(self) -> tuple[Field, ...]:
        """The columns that every step of an inner query carries along."""
        return self.groups + self.carried

    def seal(self, step: Step, *, materialized: bool = False, name: str | None = None) -> Step:
        """The step closed into a common table expression, and a new step that reads it."""
        name = name or self.fresh("s")
        for wanted in step.outputs:
            self.name(wanted)
        self.ctes.append(
            exp.CTE(
                this=step.select(self.names),
                alias=exp.TableAlias(this=identifier(name)),
                materialized=materialized,
            )
        )
        return self.reading(name, list(step.outputs), step.order)

    def define(
        self,
        query: Expression,
        fields: Sequence[Field],
        order: tuple[Order, ...] = (),
        *,
        materialized: bool = False,
    ) -> Step:
        """A finished query whose columns carry the fields' names, as a common table expression, and a step reading it."""
        name = self.fresh("s")
        self.ctes.append(
            exp.CTE(this=query, alias=exp.TableAlias(this=identifier(name)), materialized=materialized)
        )
        return self.reading(name, fields, order)

    def reading(self, table: str, fields: Sequence[Field], order: tuple[Order, ...] = ()) -> Step:
        """A step that reads a table expression whose columns carry the fields' names."""
        outputs: dict[Field, Expression] = {wanted: column(self.name(wanted)) for wanted in fields}
        return Step(exp.Table(this=identifier(table)), outputs, set(outputs), order=order)

    def keep(self, step: Step, fields: Sequence[Field]) -> Step:
        """The step with just those columns, and those that its order and an inner query need."""
        wanted = dict.fromkeys(fields)
        wanted.update(dict.fromkeys(key.field for key in step.order))
        wanted.update(dict.fromkeys(self.hidden()))
        step.outputs = {kept: step.outputs[kept] for kept in wanted}
        step.movable &= wanted.keys()
        return step

    def enter(self, given: Given, step: Step) -> None:
        """Makes the step the rows that an inner query's leaf stands for."""
        self.given[id(given)] = step
