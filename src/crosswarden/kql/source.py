"""The text of a query and where things stand in it.

Three ways of counting meet here. The tree's spans are offsets into the Python string. Diagnostics carry offsets as
Microsoft's parser counts them, in UTF-16 code units, so that they can be compared with its own and shown by editors
that speak its protocol. People read lines and columns, both from 1; a column counts characters, a tab as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Source", "split_queries"]

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Source:
    r"""A query's text, and the file it came from where there is one.

    >>> source = Source("T\n| where 🎉 x")
    >>> source.position(12), source.utf16(12)
    ((2, 11), 13)
    """

    text: str
    name: str = ""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset into the text."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        starts = self._line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    @cached_property
    def _astral(self) -> list[int]:
        return [] if self.text.isascii() else [i for i, char in enumerate(self.text) if char > "\uffff"]

    def utf16(self, offset: int) -> int:
        """The offset in UTF-16 code units; characters beyond the Basic Multilingual Plane count twice."""
        return offset + bisect_right(self._astral, offset - 1)


_BLANK = re.compile(r"(?:\r?\n|\A)(?:[ \t]*\r?\n)+")


def split_queries(text: str) -> tuple[str, ...]:
    r"""The queries of a text that separates them by blank lines, as Kusto Explorer and Advanced hunting do.

    Only for callers that asked for it: in the language itself a blank line means nothing, and queries are separated
    by semicolons. A part that only declares (``let …;``) belongs to the query after it. Blank lines inside
    multi-line strings do not separate.

    >>> split_queries("A\n| take 1\n\n\nB | take 2\n")
    ('A\n| take 1', 'B | take 2')
    """
    parts: list[str] = []
    start = 0
    for match in _BLANK.finditer(text):
        if text.count("```", 0, match.start()) % 2 == 1 or text.count("~~~", 0, match.start()) % 2 == 1:
            continue
        parts.append(text[start : match.start()])
        start = match.end()
    parts.append(text[start:])
    return tuple(_joined(parts))


def _joined(parts: list[str]) -> list[str]:
    """Parts that say nothing are dropped; those that end in ``;`` or start with ``|`` join their neighbour."""
    queries: list[str] = []
    open_end = False
    for part in parts:
        code = _without_comments(part).strip()
        if queries and (open_end or code.startswith("|")):
            queries[-1] += "\n\n" + part.strip()
        elif part.strip():
            queries.append(part.strip())
        else:
            continue
        open_end = not code or code.endswith((";", "|", ",", "("))
    if len(queries) > 1 and not _without_comments(queries[-1]).strip():
        queries.pop()
    return queries


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
