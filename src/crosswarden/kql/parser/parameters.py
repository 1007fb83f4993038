"""The ``name = value`` settings that stand right after an operator's word, and what each may be.

Facts carried from Microsoft's parser. A setting known to KQL but not to this operator is read and kept; a value that
is none of the words listed is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.kql.diagnostics import listed, nearest
from crosswarden.kql.parser.cursor import LIST_END
from crosswarden.kql.parser.pipes import PipeParser
from crosswarden.kql.syntax import Expression, Literal, Name, Parameter
from crosswarden.kql.words import KEYWORDS
from crosswarden.tables.types import Type

__all__ = ["ANY", "BOOL", "COLUMN", "Choices", "ParameterParser"]

Choices = Mapping[str, tuple[str, ...]]
"""Setting → its words; the tuples below mean kinds of values instead."""

ANY: tuple[str, ...] = ()
BOOL = ("<bool>",)
COLUMN = ("<name>",)

_HINTS = {
    "hint.concurrency": ANY,
    "hint.distribution": ANY,
    "hint.materialized": BOOL,
    "hint.num_partitions": ANY,
    "hint.pass_filters": ANY,
    "hint.pass_filters_column": COLUMN,
    "hint.progressive_top": BOOL,
    "hint.remote": ANY,
    "hint.shufflekey": COLUMN,
    "hint.spread": ANY,
    "hint.strategy": ANY,
}
_KNOWN: Choices = {
    **_HINTS,
    **dict.fromkeys(
        [
            "__crossCluster",
            "__crossDB",
            "__id",
            "__isFuzzy",
            "__noWithSource",
            "__packedColumn",
            "__sourceColumnIndex",
            "bagexpansion",
            "bin_legacy",
            "cycles",
            "decodeblocks",
            "expandoutput",
            "force_remote",
            "isfuzzy",
            "kind",
            "with_itemindex",
            "with_match_id",
            "with_source",
            "with_step_name",
            "withsource",
        ],
        ANY,
    ),
}


class ParameterParser(PipeParser):
    """Reads settings."""

    def parameters(self, own: Choices | None = None) -> tuple[Parameter, ...]:
        """The settings that stand here; ``own`` says which values the operator takes."""
        found: list[Parameter] = []
        while self.peek() == "=" and (self.kind == "NAME" or self.kind in KEYWORDS):
            word = self.word()
            values = own.get(word) if own else None
            if values is None:
                values = _KNOWN.get(word)
            if values is None:
                break
            start = self.advance()
            self.advance()
            value = self._value(word, values)
            found.append(Parameter(start, value.end, word, value))
        return tuple(found)

    def comma_parameters(self, own: Choices, what: str) -> tuple[Parameter, ...]:
        """``name = value, name = value`` with names from ``own`` only."""
        return self.commas(lambda: self._listed_parameter(own, what), f"a setting of {what}", least=0)

    def _listed_parameter(self, own: Choices, what: str) -> Parameter:
        word = self.word()
        if word not in own:
            raise self.fail(f"a setting of {what} ({listed(list(own))})", known=own)
        start = self.advance()
        self.expect("=", f"after {word}")
        if own[word] == _LIST:
            values = self._names(own)
            return Parameter(start, values[-1].end, word, values[0], values[1:])
        value = self._value(word, own[word])
        return Parameter(start, value.end, word, value)

    def _names(self, own: Choices) -> tuple[Expression, ...]:
        """Names up to the next setting: ``ycolumns = a, b, title = "…"``."""
        names: list[Expression] = [self.name(what="a column name")]
        while self.kind == "," and not (self.word(1) in own and self.peek(2) == "="):
            self.advance()
            if self.kind in LIST_END:
                break
            names.append(self.name(what="a column name"))
        return tuple(names)

    def _value(self, word: str, values: tuple[str, ...]) -> Expression:
        if values == BOOL:
            value = self._any(word)
            if isinstance(value, Literal) and value.type is Type.BOOL:
                return value
            self.diagnostics.error(
                "kql-parameter", f"expected true or false for {word}", value.start, value.end
            )
            return value
        if values == _TEXT:
            return self.unnamed()
        if values in (ANY, COLUMN):
            return self._any(word)
        text = self.word()
        if text in values:
            return Name(self.advance(), self.last_end, text)
        near = nearest(text, values)
        remedy = f"; the nearest is '{near}'" if near else ""
        start, end = self.gap()
        message = f"expected {listed(list(values))} for {word}, found {self.found()}{remedy}"
        self.diagnostics.error("kql-parameter", message, start, end)
        return self._any(word)

    def _any(self, word: str) -> Expression:
        kind = self.kind
        if kind in (
            "STRING",
            "LONG",
            "REAL",
            "BOOL",
            "TIMESPAN",
            "TYPED",
            "GUID",
            "dynamic",
            "-",
            "+",
            "typeof",
        ):
            return self.signed_literal()
        if kind == "[" or kind == "{":
            return self.name()
        if kind == "NAME" or kind in KEYWORDS:
            return self.plain_name(self.start)
        raise self.missing(f"a value for {word}")


_LIST = ("<names>",)
_TEXT = ("<text>",)
