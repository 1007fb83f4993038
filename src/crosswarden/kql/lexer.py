r"""Text → tokens.

One compiled expression finds every token; each of its alternatives is possessive, so that no input makes it go back
over what it has read. A ``Tokens`` value holds parallel lists, which the parser indexes:

    kinds   the keyword or punctuation itself ("where", "!in", "|"), or one of the capitalised kinds below
    starts, ends   offsets into the text

Kinds: NAME, STRING, LONG, REAL, TIMESPAN, BOOL, TYPED (``datetime(…)`` and its like, read whole), GUID (a bare one,
which KQL refuses), DIRECTIVE (``#connect …`` to the end of its line), BAD, END. Facts of the lexical grammar follow
Microsoft's parser: names are ASCII, keywords are case-sensitive, an escape that is not one ends a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crosswarden.kql.diagnostics import Diagnostics, shown
from crosswarden.kql.source import Source
from crosswarden.kql.words import KEYWORDS, TYPED_WORDS

__all__ = ["Tokens", "tokenize"]

_SPACE = r"[ \t\r\n\f\u2028\u2029\xa0\u1680\u180e\u2000-\u200b\u202f\u205f\u3000\ufeff]"
_ESCAPE = r"\\(?:[\\'\"abfnrtv]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3})"
_STRINGS = "|".join(
    [
        rf'"(?:[^"\\\r\n]++|{_ESCAPE})*+"',
        rf"'(?:[^'\\\r\n]++|{_ESCAPE})*+'",
        r'@"(?:[^"\r\n]++|"")*+"',
        r"@'(?:[^'\r\n]++|'')*+'",
        r"```(?:[^`]++|`(?!``))*+```",
        r"~~~(?:[^~]++|~(?!~~))*+~~~",
    ]
)
_UNITS = (
    "microseconds|microsecond|microsecs|microsec|micros|micro|milliseconds|millisecond|millisec|millis|milli|ms|"
    "minutes|minute|min|m|seconds|second|sec|s|days|day|d|hours|hour|hrs|hr|h|"
    "nanoseconds|nanosecond|nanosec|nanos|nano|ticks|tick"
)
_HYPHENATED = "|".join(sorted((word for word in KEYWORDS if "-" in word), key=len, reverse=True))
_DOTTED = "|".join(
    sorted((re.escape(word) for word in KEYWORDS if word.startswith("hint.")), key=len, reverse=True)
)
_BANG = "|".join(sorted((word for word in KEYWORDS if word.startswith("!")), key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?:{_SPACE}++|//[^\r\n\u2028\u2029]*+)*+"
    r"(?:"
    rf"(?P<TYPED>(?:{'|'.join(sorted(TYPED_WORDS, key=len, reverse=True))})\([^)\r\n\u2028\u2029]*+\)?)"
    r"|(?P<GUID>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"
    rf"|(?P<WORD>(?:(?:{_HYPHENATED}|{_DOTTED}|matches regex|in~|3Dchart)(?![A-Za-z0-9_]))"
    r"|(?![hH]@?['\"]|[hH](?:```|~~~))[A-Za-z_$][A-Za-z0-9_]*+)"
    rf"|(?P<STRING>[hH]?(?:{_STRINGS}))"
    r"|(?P<BADSTRING>[hH]?(?:```|~~~|@?['\"]))"
    r"|(?P<REAL>\d++\.(?!\.(?!\.))\d*+(?:[eE][+-]?\d++)?(?![A-Za-z0-9_])|\d++[eE][+-]?\d++(?![A-Za-z0-9_]))"
    rf"|(?P<TIMESPAN>\d++(?:\.\d++)?(?:{_UNITS})(?![A-Za-z0-9_]))"
    r"|(?P<LONG>(?:0[xX][0-9a-fA-F]++|\d++)(?![A-Za-z0-9_]))"
    r"|(?P<NAME>\d++[A-Za-z_][A-Za-z0-9_]*+)"
    rf"|(?P<MARK>==|=~|=>|<=|>=|<>|!=|!~|\.\.|(?:{_BANG})(?![A-Za-z0-9_])|[][(){{}}|.+*/%<>=:;,@?-])"
    r"|(?P<DIRECTIVE>\#[^\r\n\u2028\u2029]*+)"
    r"|(?P<END>\Z)"
    r"|(?P<BAD>.)"
    r")",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text; the last is always END, whose span is empty and lies at the end of the text."""

    text: str
    kinds: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.kinds)

    def word(self, index: int) -> str:
        """The text of a token."""
        return self.text[self.starts[index] : self.ends[index]]


def tokenize(source: Source, diagnostics: Diagnostics) -> Tokens:
    """Cuts the text into tokens; what is no token at all becomes BAD and an error.

    >>> source = Source("T | where a !in ('x')  // note")
    >>> tokenize(source, Diagnostics(source)).kinds
    ['NAME', '|', 'where', 'NAME', '!in', '(', 'STRING', ')', 'END']
    """
    text = source.text
    kinds: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    match = _TOKEN.match
    while True:
        found = match(text, position)
        assert found is not None
        kind = found.lastgroup
        assert kind is not None
        start, end = found.span(kind)
        if kind == "WORD":
            word = text[start:end]
            kind = word if word in KEYWORDS else "BOOL" if word in _BOOLS else "NAME"
        elif kind == "MARK":
            kind = text[start:end]
        elif kind == "BADSTRING":
            end = _unclosed(text, start, end, diagnostics)
            kind = "STRING"
        elif kind == "BAD":
            end = _stray(text, start, diagnostics)
        elif kind == "TYPED" and text[end - 1] != ")":
            diagnostics.error("kql-unclosed", f"expected ) to close {shown(text[start:end])}", end, end)
        elif kind == "END":
            kinds.append("END")
            starts.append(len(text))
            ends.append(len(text))
            return Tokens(text, kinds, starts, ends)
        kinds.append(kind)
        starts.append(start)
        ends.append(end)
        position = end


def _stray(text: str, start: int, diagnostics: Diagnostics) -> int:
    """Notes a character that begins no token; returns where it ends."""
    end = start + 2 if text.startswith("&&", start) else start + 1
    hint = {"&&": "; KQL writes 'and'", "!": "; negation is written not(…)"}.get(text[start:end], "")
    diagnostics.error(
        "kql-character", f"{shown(text[start:end])} is not part of the language{hint}", start, end
    )
    return end


_BOOLS = frozenset(["true", "false", "True", "False", "TRUE", "FALSE"])
_LINE_REST = re.compile(r"[^\r\n\u2028\u2029]*+")
_GOOD_ESCAPE = re.compile(_ESCAPE)


def _unclosed(text: str, start: int, opened: int, diagnostics: Diagnostics) -> int:
    """Notes why a string does not close; returns where it is taken to end."""
    quote = text[opened - 1]
    if text[start:opened].endswith(("```", "~~~")):
        diagnostics.error("kql-unclosed", f"expected {quote * 3} to close the string", len(text), len(text))
        return len(text)
    line = _LINE_REST.match(text, opened)
    end = line.end() if line else opened
    verbatim = "@" in text[start:opened]
    backslash = -1 if verbatim else _bad_escape(text, opened, end)
    closing = text.find(quote, backslash + 2, end) if backslash >= 0 else -1
    if backslash >= 0:
        escape = text[backslash : min(backslash + 2, end)]
        message = f"{shown(escape)} is no escape in a string; a backslash is written \\\\, or the string @{quote}…{quote}"
        diagnostics.error("kql-escape", message, backslash, min(backslash + 2, end))
        return closing + 1 if closing >= 0 else end
    diagnostics.error("kql-unclosed", f"expected {quote} to close the string before the line ends", end, end)
    return end


def _bad_escape(text: str, start: int, end: int) -> int:
    position = start
    while (position := text.find("\\", position, end)) >= 0:
        good = _GOOD_ESCAPE.match(text, position, end)
        if good is None:
            return position
        position = good.end()
    return -1
