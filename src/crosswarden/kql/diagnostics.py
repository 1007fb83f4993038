"""What is wrong with a query, all of it at once.

A ``Diagnostic`` says where, what was found, what would fit, the nearest known name, and the remedy. ``Diagnostics``
collects them while the parser and the binder go on; ``KqlError`` carries them to a caller that wanted an answer.
Messages never print the text of obfuscated strings and cut long fragments short.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from crosswarden.errors import QueryError
from crosswarden.kql.source import Source
from crosswarden.kql.syntax.node import Node

__all__ = ["Diagnostic", "Diagnostics", "KqlError", "listed", "nearest", "shown"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a query's text.

    ``start`` and ``length`` count UTF-16 code units, as Microsoft's parser does; ``line`` and ``column`` count from 1.
    ``severity`` is error, warning or note; only errors stop a query.
    """

    code: str
    message: str
    start: int
    length: int
    line: int
    column: int
    severity: str = "error"

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class Diagnostics:
    """Collects diagnostics for one source; offsets given are those of tree nodes (Python characters).

    >>> found = Diagnostics(Source("T | wher x"))
    >>> found.error("kql-operator", "expected a query operator, found 'wher'", 4, 8)
    >>> print(found.sorted()[0])
    line 1, column 5: expected a query operator, found 'wher'
    """

    limit = 200
    """So many are kept; a hostile text could otherwise make millions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._items: dict[tuple[int, int, str], Diagnostic] = {}

    def error(self, code: str, message: str, start: int, end: int) -> None:
        """Notes an error; a second one with the same place and message is dropped."""
        self._add(code, message, start, end, "error")

    def warn(self, code: str, message: str, start: int, end: int) -> None:
        """Notes something that runs but hardly means what it says."""
        self._add(code, message, start, end, "warning")

    def note(self, code: str, message: str, start: int, end: int) -> None:
        """Notes something that was read and left alone, such as a client directive."""
        self._add(code, message, start, end, "note")

    def error_at(self, code: str, message: str, node: Node) -> None:
        """Notes an error about the whole of a node."""
        self._add(code, message, node.start, node.end, "error")

    def include(self, items: Iterable[Diagnostic]) -> None:
        """Takes over findings that were made about the same text."""
        for item in items:
            self._items.setdefault((item.start, item.length, item.message), item)

    def _add(self, code: str, message: str, start: int, end: int, severity: str) -> None:
        if len(self._items) >= self.limit:
            return
        first = self.source.utf16(start)
        line, column = self.source.position(start)
        item = Diagnostic(code, message, first, self.source.utf16(end) - first, line, column, severity)
        self._items.setdefault((first, item.length, message), item)

    @property
    def has_errors(self) -> bool:
        """Whether any finding so far stops the query."""
        return any(item.severity == "error" for item in self._items.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All findings in the order of the text."""
        return tuple(sorted(self._items.values(), key=lambda item: (item.start, item.length)))


class KqlError(QueryError):
    """A query that cannot run: carries every diagnostic, prints one line for each error.

    >>> found = Diagnostics(Source("T | wher x"))
    >>> found.error("kql-operator", "expected a query operator, found 'wher'", 4, 8)
    >>> print(KqlError(found.sorted()))
    line 1, column 5: expected a query operator, found 'wher'
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], name: str = "") -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [item for item in self.diagnostics if item.severity == "error"] or list(self.diagnostics)
        where = f"{name}: " if name else ""
        sentence = "\n".join(f"{where}{item}" for item in errors)
        super().__init__(errors[0].code if errors else "kql", sentence)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like ``name``, or an empty string when none is near.

    >>> nearest("OperatonName", ["OperationName", "Result"]), nearest("wher", ["where"]), nearest("zzz", ["where"])
    ('OperationName', 'where', '')
    """
    if not name or len(name) > 80:
        return ""
    by_lower: dict[str, str] = {}
    for item in known:
        by_lower.setdefault(item.lower(), item)
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.72 if len(name) > 3 else 0.6)
    return by_lower[close[0]] if close else ""


def shown(text: str, limit: int = 40) -> str:
    r"""A fragment of the query as messages print it: quoted, on one line, cut short.

    >>> shown("wher"), shown("a\nb")
    ("'wher'", "'a b'")
    """
    flat = " ".join(text.split())
    printable = "".join(char if char.isprintable() else "\ufffd" for char in flat)
    return f"'{printable[:limit]}…'" if len(printable) > limit else f"'{printable}'"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
