"""Using one bound query several times within a step that is made of simpler ones."""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.binder.binder import Binder
from crosswarden.kql.binder.names import fresh_use, shared
from crosswarden.kql.binder.scope import Tabular
from crosswarden.kql.plan import Field, Ref, Reference, Scalar, substitute

__all__ = ["Use", "Uses"]


@dataclass(frozen=True, slots=True)
class Use:
    """One use: the table, and for each column of the original the column of this use."""

    table: Tabular
    columns: dict[Field, Field]

    def scalar(self, scalar: Scalar) -> Scalar:
        """An expression over the original as one over this use."""
        return substitute(scalar, {old: Ref(new) for old, new in self.columns.items()})


class Uses:
    """A query to be used any number of times."""

    def __init__(self, binder: Binder, table: Tabular, name: str) -> None:
        self._binder = binder
        self._shared = shared(table, name)

    def take(self) -> Use:
        """One more use."""
        original = self._shared.plan
        assert isinstance(original, Reference)
        used = fresh_use(self._binder, self._shared)
        assert isinstance(used.plan, Reference)
        return Use(used, dict(zip(original.fields, used.plan.fields, strict=True)))
