"""Saved functions: text from a folder of .kql files, as Sentinel's parsers are kept.

The text is a query (a function without parameters), ``(parameters) { body }``, or a script that ends in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crosswarden.kql import syntax
from crosswarden.kql.binder.scope import Function, Scope

__all__ = ["Saved", "parse_saved"]


@dataclass(frozen=True, slots=True)
class Saved:
    """The function, and what is wrong with its text."""

    function: Function
    problems: tuple[str, ...]


@lru_cache(maxsize=512)
def parse_saved(name: str, text: str) -> Saved:
    """The saved function's text as a function."""
    from crosswarden.kql.binder.block import mentioned_names
    from crosswarden.kql.parser import parse

    stripped = text.strip().rstrip(";")
    declared = stripped.startswith("(") and "{" in stripped
    parsed = parse(f"let {_bracketed(name)} = {stripped};" if declared else text)
    problems = tuple(str(item) for item in parsed.diagnostics if item.severity == "error")
    block = parsed.block
    lets = [s for s in block.statements if not isinstance(s, syntax.QueryStatement)]
    queries = [s for s in block.statements if isinstance(s, syntax.QueryStatement)]
    last = lets[-1] if lets else None
    if not queries and isinstance(last, syntax.Let) and isinstance(last.value, syntax.FunctionDeclaration):
        declaration = last.value
    else:
        body = syntax.FunctionBody(0, 0, tuple(lets), queries[-1].expression if queries else None)
        declaration = syntax.FunctionDeclaration(0, 0, (), body)
    function = Function(name, declaration, Scope(), foreign=True, mentioned=mentioned_names(text))
    return Saved(function, problems)


def _bracketed(name: str) -> str:
    return "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']"
