"""Where the parser is in its tokens, what it may take, and how it goes on after an error.

``Abandon`` unwinds to the nearest step of a pipe or statement; those skip to their end and carry on, so that one
reading finds every error. What was expected is reported where Microsoft's parser reports it: at the next token when
that is on the same line, else right behind the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from crosswarden.kql.diagnostics import Diagnostics, nearest, shown
from crosswarden.kql.lexer import Tokens
from crosswarden.kql.syntax import Missing, Name
from crosswarden.kql.words import KEYWORDS, NAME_WORDS, RENAME_WORDS

__all__ = ["LIST_END", "Abandon", "Cursor"]

LIST_END = frozenset([")", "]", "}", "|", ";", "END"])
_OPENS = {"(": ")", "[": "]", "{": "}"}
_T = TypeVar("_T")


class Abandon(Exception):
    """Leave the step or statement being read; a diagnostic has been noted."""


class Cursor:
    """The parser's position; ``kind`` is always the kind of the token it stands before."""

    max_depth = 90
    """How deep brackets and functions may nest before a query is refused; Python's own stack stays far away."""

    max_chain = 190
    """How long a chain of operators that is not ``and`` or ``or`` may be."""

    def __init__(self, tokens: Tokens, diagnostics: Diagnostics) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.diagnostics = diagnostics
        self.at = 0
        self.kind = tokens.kinds[0]
        self.depth = 0
        self._closing: list[int] | None = None

    # Looking and moving

    def peek(self, ahead: int = 1) -> str:
        """The kind of a token further on; END past the end."""
        index = self.at + ahead
        return self.kinds[index] if index < len(self.kinds) else "END"

    def advance(self) -> int:
        """Steps over the current token and returns where it starts."""
        start = self.starts[self.at]
        if self.kind != "END":
            self.at += 1
            self.kind = self.kinds[self.at]
        return start

    def jump(self, index: int) -> None:
        """Moves to a token."""
        self.at = index
        self.kind = self.kinds[index]

    @property
    def start(self) -> int:
        """Where the current token starts."""
        return self.starts[self.at]

    @property
    def last_end(self) -> int:
        """Where the token before the current one ends."""
        return self.ends[self.at - 1] if self.at else 0

    def word(self, ahead: int = 0) -> str:
        """The text of a token."""
        index = self.at + ahead
        return self.tokens.word(index) if index < len(self.kinds) else ""

    def adjacent(self, ahead: int = 1) -> bool:
        """Whether nothing stands between that token and the one before it."""
        index = self.at + ahead
        return index < len(self.kinds) and self.starts[index] == self.ends[index - 1]

    def take(self, kind: str) -> bool:
        """Steps over the current token if it is of that kind."""
        if self.kind != kind:
            return False
        self.at += 1
        self.kind = self.kinds[self.at]
        return True

    # Names

    def is_name(self, ahead: int = 0) -> bool:
        """Whether a plain name (or a keyword that may be one) stands there."""
        kind = self.kinds[self.at] if not ahead else self.peek(ahead)
        return kind == "NAME" or kind in NAME_WORDS

    def is_rename(self, ahead: int = 0) -> bool:
        """Whether a name that declares something stands there; more keywords may."""
        kind = self.peek(ahead)
        return kind == "NAME" or kind in RENAME_WORDS

    def name_length(self, ahead: int = 0, rename: bool = False) -> int:
        """How many tokens a name there takes: 1, 3 or more for ``['a b']``, 0 for none."""
        if self.is_rename(ahead) if rename else self.is_name(ahead):
            return 1
        if self.peek(ahead) == "[" and self.peek(ahead + 1) == "STRING":
            length = 2
            while self.peek(ahead + length) == "STRING":
                length += 1
            return length + 1 if self.peek(ahead + length) == "]" else 0
        if self.peek(ahead) == "{" and self.is_name(ahead + 1) and self.peek(ahead + 2) == "}":
            return 3
        return 0

    # Errors

    def gap(self) -> tuple[int, int]:
        """Where something is missing."""
        end = self.last_end
        if self.kind == "END" or self._line_breaks(end, self.start):
            return end, end
        return self.start, self.ends[self.at]

    def _line_breaks(self, first: int, last: int) -> bool:
        between = self.tokens.text[first:last]
        return "\n" in between or "\r" in between

    def found(self) -> str:
        """The current token for a message; string literals are only named, since they may be secret."""
        if self.kind == "END":
            return "the end of the query"
        if self.kind == "STRING":
            return "a string" if self.word()[0] in "hH" else f"the string {shown(self.word())[1:-1]}"
        return shown(self.word())

    def fail(
        self, expected: str, known: Iterable[str] = (), remedy: str = "", code: str = "kql-expected"
    ) -> Abandon:
        """Notes what was expected and found here, with the nearest known word; the caller raises what it gets."""
        self.note(expected, known, remedy, code)
        return Abandon()

    def note(
        self, expected: str, known: Iterable[str] = (), remedy: str = "", code: str = "kql-expected"
    ) -> None:
        """Notes what was expected and found here, and goes on."""
        self._error(expected, known, remedy, code, *self.gap())

    def _error(
        self, expected: str, known: Iterable[str], remedy: str, code: str, start: int, end: int
    ) -> None:
        if self.kind == "BAD":
            return  # the lexer has said what is wrong with it
        near = nearest(self.word(), known) if self.kind != "END" else ""
        message = f"expected {expected}, found {self.found()}"
        if near and near != self.word():
            message += f"; the nearest is {shown(near)}"
        if remedy:
            message += f"; {remedy}"
        self.diagnostics.error(code, message, start, end)

    def expect(self, kind: str, purpose: str = "") -> int:
        """Steps over a token that has to be here; returns its start."""
        if self.kind == kind:
            return self.advance()
        raise self.fail(f"{kind} {purpose}".strip(), known=[kind])

    def close(self, kind: str, opened: int, what: str) -> int:
        """Steps over a closing bracket; without it the message names where its partner stands. Returns its end."""
        if self.kind == kind:
            self.advance()
            return self.last_end
        line, column = self.diagnostics.source.position(opened)
        raise self.fail(f"{kind} to close {what} opened at line {line}, column {column}")

    def missing(self, what: str) -> Abandon:
        """An expression, name or value is not there: noted right behind what came before, for the caller to raise."""
        remedy = ""
        if self.kind in KEYWORDS and self.kind not in _OPERATORS:
            remedy = f"a column of that name is written ['{self.word()}']"
        elif self.kind in ("[", "{"):
            remedy = "arrays and objects are written dynamic([…]) and dynamic({…})"
        return self.behind(what, remedy, "kql-missing")

    def behind(self, what: str, remedy: str, code: str) -> Abandon:
        """As ``fail``, but the place is right behind the last token."""
        self._error(what, (), remedy, code, self.last_end, self.last_end)
        return Abandon()

    def hole(self) -> Missing:
        """The node that stands where nothing could be read."""
        return Missing(self.last_end, self.last_end)

    def enter(self) -> None:
        """Goes one bracket deeper; too deep a query is refused here."""
        self.depth += 1
        if self.depth > self.max_depth:
            start, end = self.start, self.ends[self.at]
            message = f"brackets nest deeper than {self.max_depth} levels; a let statement can take the inner part out"
            self.diagnostics.error("kql-depth", message, start, end)
            self.jump(len(self.kinds) - 1)
            raise Abandon

    # Recovery

    def skip(self, start: int, stops: frozenset[str]) -> None:
        """After an error in what began at token ``start``: moves to the next stop on the same level of brackets.

        Brackets that never close do not count, so that one missing parenthesis does not swallow the rest.
        """
        closing = self._pairs()
        index = start
        last = len(self.kinds) - 1
        while index < last:
            kind = self.kinds[index]
            if kind in _OPENS and closing[index] > 0:
                index = closing[index]
            elif index >= self.at and (kind in stops or (kind in (")", "]", "}") and closing[index] == -2)):
                break
            index += 1
        self.jump(max(index, self.at))

    def _pairs(self) -> list[int]:
        """For each token: the index of its closing bracket; 0 without one; -2 for a closing bracket that has a partner."""
        if self._closing is not None:
            return self._closing
        pairs = [0] * len(self.kinds)
        stack: list[int] = []
        for index, kind in enumerate(self.kinds):
            if kind in _OPENS:
                stack.append(index)
            elif kind in (")", "]", "}"):
                for depth in range(len(stack) - 1, max(-1, len(stack) - 50), -1):
                    if _OPENS[self.kinds[stack[depth]]] == kind:
                        pairs[stack[depth]] = index
                        pairs[index] = -2
                        del stack[depth:]
                        break
        self._closing = pairs
        return pairs

    # Lists

    def commas(
        self,
        item: Callable[[], _T],
        what: str,
        *,
        ends: frozenset[str] = LIST_END,
        least: int = 1,
        trailing: bool = False,
        starts: Callable[[], bool] | None = None,
    ) -> tuple[_T, ...]:
        """Items separated by commas. A missing comma is noted and passed over when another item plainly follows."""
        items: list[_T] = []
        if self.kind in ends:
            if least:
                raise self.missing(what)
            return ()
        while True:
            items.append(item())
            if self.take(","):
                if self.kind in ends:
                    if not trailing:
                        raise self.missing(f"{what} after the comma")
                    break
                continue
            if self.kind in ends:
                break
            if starts is not None and starts():
                self._no_comma()
                continue
            break
        return tuple(items)

    def _no_comma(self) -> None:
        """Notes that a comma is missing; where the word was meant for something else, reading ends here."""
        remedy = self.bar_remedy()
        if self.word() == "matches":
            remedy = "matches regex is written with one space"
        self.note(", or the end of the list", known=_FOLLOWERS, remedy=remedy)
        if remedy or (self.kind == "NAME" and nearest(self.word(), _FOLLOWERS)):
            raise Abandon

    def bar_remedy(self) -> str:
        """What to say of an operator's word where a list goes on."""
        return f"{self.word()} is an operator and has | before it" if self.kind in _OPERATORS else ""

    def plain_name(self, start: int) -> Name:
        """The current token as a name."""
        node = Name(start, self.ends[self.at], self.word())
        self.advance()
        return node


_FOLLOWERS = (
    "by",
    "on",
    "with",
    "and",
    "or",
    "asc",
    "desc",
    "has",
    "contains",
    "in",
    "between",
    "matches regex",
)
_OPERATORS = frozenset(
    [
        "where",
        "extend",
        "project",
        "summarize",
        "join",
        "sort",
        "order",
        "top",
        "take",
        "limit",
        "distinct",
        "union",
        "render",
        "mv-expand",
        "mv-apply",
        "project-away",
        "project-rename",
        "project-keep",
        "project-reorder",
        "parse",
        "lookup",
        "make-series",
        "serialize",
    ]
)
