"""A SELECT in the making: where its rows come from, what each column is there, which rows stay, in what order.

Steps that only filter or compute grow one SELECT; when the next step needs a value that this SELECT computes, it is
closed into a common table expression and a new one begins. Column names are unique in the whole statement, so no
name is ever qualified.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crosswarden.kql.plan import Field
from crosswarden.kql.sql import Expression, alias, all_of, column, exp

__all__ = ["Order", "Step"]


@dataclass(frozen=True, slots=True)
class Order:
    """One column that the rows are ordered by."""

    field: Field
    descending: bool = False
    nulls_first: bool = True

    def ordered(self, expression: Expression) -> exp.Ordered:
        """The SQL of it, for that expression of the column."""
        return exp.Ordered(this=expression, desc=self.descending, nulls_first=self.nulls_first)


@dataclass(slots=True)
class Step:
    """``outputs`` are expressions over the source's columns; ``movable`` are those cheap enough to be written again."""

    source: Expression
    outputs: dict[Field, Expression]
    movable: set[Field]
    joins: list[exp.Join] = field(default_factory=list)
    conditions: list[Expression] = field(default_factory=list)
    order: tuple[Order, ...] = ()
    limit: Expression | None = None
    renamed: bool = (
        False  # an output's name differs from the source's, or rows are cut: it cannot stand as it is
    )

    def value(self, wanted: Field) -> Expression:
        """A fresh expression of a movable column."""
        held = self.outputs[wanted]
        return column(held.this.this) if isinstance(held, exp.Column) else held.copy()

    def select(self, names: dict[Field, str]) -> exp.Select:
        """The SELECT of all outputs under those names; the order is written only where a limit depends on it."""
        made = []
        for wanted, expression in self.outputs.items():
            name = names[wanted]
            bare = isinstance(expression, exp.Column) and expression.this.this == name
            made.append(expression if bare else alias(expression, name))
        parts: dict[str, object] = {"expressions": made or [exp.Literal(this="1", is_string=False)]}
        parts["from_"] = exp.From(this=self.source)
        if self.joins:
            parts["joins"] = self.joins
        if self.conditions:
            parts["where"] = exp.Where(this=all_of(self.conditions))
        if self.limit is not None:
            if self.order:
                keys = [key.ordered(column(names[key.field])) for key in self.order]
                parts["order"] = exp.Order(expressions=keys)
            parts["limit"] = exp.Limit(expression=self.limit)
        return exp.Select(**parts)
