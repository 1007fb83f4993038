"""The front end's three answers: ``parse`` (the tree), ``check`` (errors and columns), ``compile`` (what an engine runs)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crosswarden.kql.binder import BoundBlock, BoundQuery, bind_block
from crosswarden.kql.diagnostics import Diagnostic, Diagnostics, KqlError
from crosswarden.kql.environment import Environment
from crosswarden.kql.lowering import Lowered, lower
from crosswarden.kql.parser import parse
from crosswarden.kql.source import Source
from crosswarden.tables import Column

__all__ = ["Checked", "Compiled", "bind", "check", "compile_query"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a query before it runs. ``columns`` are the last result's; None when it has none.

    ``unknown`` names the columns whose type only the data can tell (they are listed as dynamic).
    """

    diagnostics: tuple[Diagnostic, ...]
    columns: tuple[Column, ...] | None
    unknown: frozenset[str] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with the query itself; what does not run here is an error too."""
        return not any(item.severity == "error" for item in self.diagnostics)

    @property
    def valid(self) -> bool:
        """Whether the query is right KQL, be it one that runs here or not."""
        return not any(item.severity == "error" and item.code != "kql-not-here" for item in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query that can run: one lowered query a result, and what people should know of it."""

    queries: tuple[Lowered, ...]
    diagnostics: tuple[Diagnostic, ...]
    notes: tuple[str, ...]


def bind(
    text: str, environment: Environment | None = None, *, name: str = ""
) -> tuple[BoundBlock, Diagnostics]:
    """Parses and binds; the block is worth only what the diagnostics say."""
    parsed = parse(text)
    found = Diagnostics(Source(text, name))
    found.include(parsed.diagnostics)
    return bind_block(parsed.block, environment or Environment(), found), found


def check(text: str, environment: Environment | None = None) -> Checked:
    """Everything that is wrong with a query, and the columns that its last result shows.

    >>> check("SigninLogs | where UserPrincipalNam == 'a' | project AppId").diagnostics[0].message
    "The name 'UserPrincipalNam' does not refer to any known column, table, variable or function; the nearest known name is 'UserPrincipalName'."
    """
    base = environment or Environment()
    block, found = bind(text, replace(base, parameters_optional=True))
    columns, unknown = None, frozenset[str]()
    if block.queries:
        last: BoundQuery = block.queries[-1]
        shown = () if last.branch else last.columns
        columns = tuple(Column(field.name, field.type) for field in shown)
        unknown = frozenset(field.name for field in last.unknown)
    return Checked(found.sorted(), columns, unknown)


def compile_query(text: str, environment: Environment | None = None, *, name: str = "") -> Compiled:
    """The query as DuckDB expressions. Raises KqlError with every diagnostic when it is wrong or does not run here."""
    base = environment or Environment()
    block, found = bind(text, base, name=name)
    if found.has_errors:
        raise KqlError(found.sorted(), name)
    return Compiled(tuple(lower(query, base) for query in block.queries), found.sorted(), block.notes)
