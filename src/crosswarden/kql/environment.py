"""What a query may name beside its own text: tables, saved functions, watchlists, outside data, the moment, parameters.

Nothing here reads a file or runs anything; whoever makes an ``Environment`` has looked already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crosswarden.tables import Column, Table, documented, known_tables

if TYPE_CHECKING:
    from crosswarden.kql.plan import Field, Plan

__all__ = ["DOCUMENTED", "Discovery", "Environment", "Tables", "ticks"]

_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)

Discovery = Callable[["Plan", "Sequence[Field]"], list[tuple[object, ...]]]
"""Runs a plan and gives its rows of those columns, in the engine's representation: for steps whose columns depend on data."""


def ticks(moment: datetime) -> int:
    """The moment as ticks of 100 ns since 0001-01-01, UTC.

    >>> ticks(datetime(1970, 1, 1, tzinfo=UTC))
    621355968000000000
    """
    since = moment.astimezone(UTC) - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10


class Tables(Mapping[str, Table]):
    """The documented tables as a mapping, each read when it is first asked for; given ones come first."""

    def __init__(self, given: Mapping[str, Table] | None = None, *, with_documented: bool = True) -> None:
        self._given = dict(given or {})
        self._with_documented = with_documented

    def __getitem__(self, name: str) -> Table:
        found = self._given.get(name)
        if found is None and self._with_documented:
            found = documented(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from self._given
        if self._with_documented:
            yield from (name for name in known_tables() if name not in self._given)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._given or (self._with_documented and name in known_tables())


DOCUMENTED = Tables()
"""Every documented table and nothing else."""


@dataclass(frozen=True, slots=True)
class Environment:
    """``now`` is the one moment (ticks) that the query sees; ``hidden`` gives a table's columns that only a name reaches.

    ``functions`` maps saved functions' names to their text: a body, or ``(parameters) { body }``. ``watchlists`` maps
    aliases to their columns. ``present`` names the tables that hold data (None: not known); patterns and searches over
    everything look at those alone. ``parameters`` gives values for ``declare query_parameters``, as KQL text. ``discover``
    lets a step whose columns depend on data (``bag_unpack``, ``pivot``) ask for them; without it they stay open.
    """

    tables: Mapping[str, Table] = field(default_factory=lambda: DOCUMENTED)
    functions: Mapping[str, str] = field(default_factory=dict)
    watchlists: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    hidden: Callable[[str], tuple[Column, ...]] = lambda _: ()
    present: frozenset[str] | None = None
    now: int = field(default_factory=lambda: ticks(datetime.now(UTC)))
    parameters: Mapping[str, str] = field(default_factory=dict)
    parameters_optional: bool = False  # a parameter without value is null (checking only)
    database: str = "local"
    discover: Discovery | None = None
