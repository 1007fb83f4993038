"""The parser put together: the table of operators, and ``parse``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crosswarden.kql.diagnostics import Diagnostic, Diagnostics
from crosswarden.kql.lexer import tokenize
from crosswarden.kql.parser.graphs import GRAPHS
from crosswarden.kql.parser.groups import GROUPS
from crosswarden.kql.parser.statements import StatementParser
from crosswarden.kql.parser.steps import STEPS
from crosswarden.kql.parser.tables import TABLES
from crosswarden.kql.source import Source
from crosswarden.kql.syntax import Directive, Node, Operator, QueryBlock
from crosswarden.kql.words import KEYWORDS

__all__ = ["OPERATORS", "Parsed", "Parser", "parse"]

OPERATORS: dict[str, Callable[[Any], Operator]] = {**STEPS, **GROUPS, **GRAPHS, **TABLES}
"""Operator's word → the function that reads it."""

_SHOWN = sorted(
    word for word in OPERATORS if not word.startswith("__") and word not in ("mvapply", "mvexpand")
)
_ALWAYS = frozenset(
    word
    for word in OPERATORS
    if word
    not in [
        "consume",
        "count",
        "distinct",
        "evaluate",
        "extend",
        "facet",
        "filter",
        "fork",
        "getschema",
        "join",
        "limit",
        "lookup",
        "mvapply",
        "mvexpand",
        "order",
        "parse",
        "__partitionby",
        "partition",
        "range",
        "reduce",
        "render",
        "scan",
        "serialize",
        "sort",
        "summarize",
        "take",
        "top",
    ]
)
"""Operators whose word can be nothing else."""

_UNPIPED = frozenset(["evaluate", "find", "macro-expand", "print", "search", "union", "range"])


class Parser(StatementParser):
    """The whole grammar."""

    operator_words = frozenset(OPERATORS)

    def operator(self) -> Operator:
        """The operator whose word stands here."""
        reader = OPERATORS.get(self.kind)
        if reader is None:
            remedy = ""
            if self.word().lower() in OPERATORS:
                remedy = "operators are written in lower case"
            elif self.kind == "|" and self.adjacent(0):
                remedy = "KQL writes 'or', not '||'"
            if self.kind not in ("NAME", "END") and self.kind not in KEYWORDS:
                raise self.behind("a query operator", remedy, "kql-operator")
            raise self.fail("a query operator", known=_SHOWN, remedy=remedy, code="kql-operator")
        return reader(self)

    def starts_operator(self) -> bool:
        """Whether an operator begins here where an expression could too."""
        kind = self.kind
        if kind not in OPERATORS:
            return False
        if kind in _ALWAYS:
            if kind in _UNPIPED or self.at == 0 or self.peek() == "END":
                return kind in _UNPIPED or self._refuse_first()
            return self._refuse_first()
        if kind == "evaluate":
            return self.name_length(1) > 0 or self.word(1).startswith("hint.")
        if kind == "range":
            length = self.name_length(1)
            return bool(length) and self.peek(1 + length) == "from"
        return False

    def _refuse_first(self) -> bool:
        """An operator that needs rows stands where none come in."""
        if self.peek() in ("|", ")", ",", ".", "==", "END", ";"):
            return False
        word = self.word()
        message = f"expected a table or a query before {word}, which needs rows to work on"
        self.diagnostics.error("kql-first", message, self.start, self.ends[self.at])
        return True


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of one text and what was found wrong with it; the tree is whole even then."""

    source: Source
    block: QueryBlock
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; notes and warnings do not count."""
        return not any(item.severity == "error" for item in self.diagnostics)


def parse(text: str, name: str = "") -> Parsed:
    """Reads one request, several statements or queries included; never raises for what is in the text."""
    source = Source(text, name)
    diagnostics = Diagnostics(source)
    parser = Parser(tokenize(source, diagnostics), diagnostics)
    directives: list[Directive] = []
    while parser.kind == "DIRECTIVE":
        line = parser.word()
        diagnostics.note(
            "kql-directive",
            "a directive of the client; it is not carried out",
            parser.start,
            parser.start + len(line),
        )
        directives.append(Directive(parser.advance(), parser.last_end, line))
    statements = parser.statements()
    _refuse_deep(statements, diagnostics)
    block = QueryBlock(0, len(text), statements, tuple(directives))
    return Parsed(source, block, diagnostics.sorted())


_DEEPEST = 250
"""How many nodes may lie below each other; later stages walk the tree by recursion."""


def _refuse_deep(statements: tuple[Node, ...], diagnostics: Diagnostics) -> None:
    level: list[Node] = list(statements)
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.children()]
        if not level:
            return
    message = f"parts of the query lie more than {_DEEPEST} levels deep; let statements take them apart"
    diagnostics.error("kql-depth", message, level[0].start, level[0].end)
