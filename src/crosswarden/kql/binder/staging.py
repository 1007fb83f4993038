"""What a staged step's input has to bring: some columns as they are, others computed before the step runs."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.plan import Field, Plan, Project, Ref, Scalar

__all__ = ["Columns"]


class Columns:
    """The columns of one input of a staged step, each once; ``place`` says where a value stands among them."""

    def __init__(self, table: Tabular, first: Sequence[Field] = ()) -> None:
        self.table = table
        self.fields: list[Field] = list(first)
        self.assigned: list[tuple[Field, Scalar]] = []

    def place(self, value: Scalar) -> int:
        """Where in the input the value stands; it is added when it is new."""
        if isinstance(value, Ref):
            if value.field not in self.fields:
                self.fields.append(value.field)
            return self.fields.index(value.field)
        for made, known in self.assigned:
            if known == value:
                return self.fields.index(made)
        made = Field(f"#{len(self.fields)}", value.kind)
        self.assigned.append((made, value))
        self.fields.append(made)
        return len(self.fields) - 1

    def plan(self) -> Plan:
        """The input."""
        return Project(self.table.plan, tuple(self.assigned), tuple(self.fields))
