"""Pipes: a source, ``|`` and operators; where errors end and reading goes on."""

from __future__ import annotations

from crosswarden.kql.parser.cursor import LIST_END, Abandon
from crosswarden.kql.parser.expressions import STRING_OPERATORS, ExpressionParser
from crosswarden.kql.syntax import Expression, Operator, Pipe

__all__ = ["PipeParser"]

_STEP_END = frozenset(["|", ";"])


class PipeParser(ExpressionParser):
    """Reads pipes; the operators themselves come from the class that completes it."""

    operator_words: frozenset[str] = frozenset()
    """The words that operators begin with."""

    def operator(self) -> Operator:
        """The operator whose word stands here."""
        raise NotImplementedError

    def starts_operator(self) -> bool:
        """Whether an operator that needs no rows (or a step without its table) begins here."""
        raise NotImplementedError

    def expression(self) -> Expression:
        """A pipe or a scalar: what may stand in parentheses, after ``let x =`` and as a statement."""
        first = self.at
        operators: list[Operator] = []
        source: Expression | None = None
        if self.starts_operator():
            self._step(operators)
        else:
            try:
                source = self.unnamed()
            except Abandon:
                self.skip(first, _STEP_END)
                if self.kind != "|":
                    raise
                source = self.hole()
        while self.kind == "|":
            self.advance()
            self._step(operators)
        if not operators:
            assert source is not None
            return source
        start = source.start if source is not None else operators[0].start
        return Pipe(start, operators[-1].end, source, tuple(operators))

    def _step(self, operators: list[Operator]) -> None:
        """One operator; one that cannot be read is passed over, its errors noted."""
        first = self.at
        depth = self.depth
        try:
            self.enter()
            operators.append(self.operator())
        except Abandon:
            self.skip(first, _STEP_END)
            if not operators:
                operators.append(Operator(self.starts[first], self.last_end))
        finally:
            self.depth = depth
        if self.kind not in LIST_END:
            self._leftover(first)

    def _leftover(self, first: int) -> None:
        """Something stands behind a complete operator."""
        if self.resumes():
            return
        near = ("and", "or", "by", "on", "with", "asc", "desc", "contains", "has", "in", "between", "join")
        self.note(
            "| and the next operator, or the end", known=near, code="kql-leftover", remedy=self._remedy()
        )
        self.skip(first, _STEP_END)

    def resumes(self) -> bool:
        """Whether what stands here, on a new line, plainly begins another statement."""
        return False

    def _remedy(self) -> str:
        before = self.word(-1)
        if before == "not":
            return "not is a function: not(…)"
        if self.word() == "matches":
            return "matches regex is written with one space"
        if self.kind in ("==", "!=", "<", "<=", ">", ">=", *STRING_OPERATORS):
            return "comparisons do not chain; and joins them"
        return self.bar_remedy()

    def subquery(self, what: str) -> Pipe:
        """``(operators)`` that take the surrounding rows."""
        if self.kind != "(":
            raise self.fail(f"( and the operators of {what}")
        opened = self.advance()
        pipe = self.operators()
        self.close(")", opened, what)
        return pipe

    def operators(self) -> Pipe:
        """Operators without a source, joined by ``|``."""
        steps: list[Operator] = []
        source: Expression | None = None
        if self.kind == "__contextual_datatable":
            source = self.contextual_datatable()
        else:
            self._step(steps)
        while self.kind == "|":
            self.advance()
            self._step(steps)
        start = source.start if source is not None else steps[0].start
        return Pipe(start, self.last_end, source, tuple(steps))
