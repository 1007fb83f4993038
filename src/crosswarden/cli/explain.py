"""The named forms of a query, as ``crosswarden kql explain --stage …`` prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from crosswarden.kql.diagnostics import Diagnostics, KqlError
from crosswarden.kql.lexer import tokenize
from crosswarden.kql.parser import parse
from crosswarden.kql.printer import to_text
from crosswarden.kql.source import Source

if TYPE_CHECKING:
    from crosswarden.kql.environment import Environment

__all__ = ["STAGES", "outline"]

Stage = Callable[[str, "Environment | None"], Iterator[str]]


def _tokens(text: str, _: Environment | None) -> Iterator[str]:
    """Offset, kind and text of every token."""
    source = Source(text)
    found = Diagnostics(source)
    tokens = tokenize(source, found)
    for index, kind in enumerate(tokens.kinds):
        line, column = source.position(tokens.starts[index])
        yield f"{line}:{column}\t{kind}\t{tokens.word(index)!r}"
    yield from map(str, found.sorted())


def _syntax(text: str, _: Environment | None) -> Iterator[str]:
    """The tree, indented, each node with its span; then what is wrong."""
    parsed = parse(text)
    yield from outline(parsed.block)
    yield from map(str, parsed.diagnostics)


def _text(text: str, _: Environment | None) -> Iterator[str]:
    """The canonical text. Raises KqlError."""
    parsed = parse(text)
    if not parsed.ok:
        raise KqlError(parsed.diagnostics)
    yield to_text(parsed.block)


def _plan(text: str, environment: Environment | None) -> Iterator[str]:
    """The typed plan of each query. Raises KqlError."""
    from crosswarden.kql.compile import bind

    block, found = bind(text, environment)
    if found.has_errors:
        raise KqlError(found.sorted())
    for query in block.queries:
        yield from outline(query)


def _sql(text: str, environment: Environment | None) -> Iterator[str]:
    """The SQL of each query. Raises KqlError."""
    from crosswarden.kql.compile import compile_query
    from crosswarden.kql.sql import to_sql

    for query in compile_query(text, environment).queries:
        yield to_sql(query.statement.expression) + ";"


def outline(value: Any, label: str = "", depth: int = 0) -> Iterator[str]:
    """A tree of dataclasses, one node a line, children indented below it; short fields stand on their node's line.

    >>> from crosswarden.kql.parser import parse
    >>> print(*outline(parse("T | take 5").block.statements[0]), sep="\\n")
    QueryStatement 0:10
      expression: Pipe 0:10
        source: Name 0:1 text='T'
        operators: Take 4:10
          count: Literal 9:10 type=long value=5
    """
    indent = "  " * depth + (f"{label}: " if label else "")
    if not is_dataclass(value):
        yield f"{indent}{_short(value)}"
        return
    span = f" {value.start}:{value.end}" if hasattr(value, "start") and hasattr(value, "end") else ""
    flat, below = [], []
    for item in fields(value):
        if span and item.name in ("start", "end"):
            continue
        content = getattr(value, item.name)
        if _is_flat(content):
            if content not in (None, (), False, ""):
                flat.append(f"{item.name}={_short(content)}")
        else:
            below.append((item.name, content))
    yield f"{indent}{type(value).__name__}{span}{''.join(' ' + part for part in flat)}"
    for name, content in below:
        for part in content if isinstance(content, tuple) else (content,):
            yield from outline(part, name, depth + 1)


def _is_flat(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_flat, value))
    return not is_dataclass(value)


def _short(value: Any) -> str:
    text = str(value.value) if isinstance(value, Enum) else repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


STAGES: Mapping[str, Stage] = {
    "tokens": _tokens,
    "syntax": _syntax,
    "text": _text,
    "plan": _plan,
    "sql": _sql,
}
"""Stage → what prints it; the order is the query's way."""
