"""JSON documents of any layout: objects, arrays, several one after another, and records inside an envelope.

Envelopes: ``{"value": […]}`` (Graph), ``{"records": […]}`` (event hub, diagnostic settings), ``{"tables": […]}``
(Log Analytics query API; columns and rows are put together again). Records are cut out of the text as they stand,
so numbers keep their digits. Memory is bounded by the longest record.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from crosswarden.logs.containers.lines import LONGEST

__all__ = ["ENVELOPES", "Documents", "is_envelope"]

ENVELOPES = ("value", "records", "tables")
_SPACE = re.compile(r"[\s,;\x00\ufeff\x1e]*")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_ENVELOPE = re.compile(
    r'\{\s*(?:"@odata\.[^"]*"\s*:\s*(?:"[^"]*"|\d+)\s*,\s*)*"(value|records|tables)"\s*:\s*\['
)
_TENANT = re.compile(
    r"(?:/tenants/|[?&]tenantId=|graph\.microsoft\.com/(?:v1\.0|beta)/)([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})",
    re.IGNORECASE,
)
_STEP = 1 << 20


def is_envelope(text: str) -> bool:
    """Whether a JSON text begins an envelope around records.

    >>> is_envelope('{"@odata.context": "x", "value": [{"id": 1}]}'), is_envelope('{"id": 1, "value": []}')
    (True, False)
    """
    return _ENVELOPE.match(text.lstrip("\ufeff \t\r\n")) is not None


class Documents:
    """Iterates the records of a stream of JSON documents as (text, reason): one of them is empty.

    ``tenant`` is the directory id that an envelope's context names, "" until one does.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._ended = False
        self._scanner = json.JSONDecoder()
        self.tenant = ""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        while self._skip():
            sign = self._text[self._at]
            if sign == "[":
                self._at += 1
                yield from self._elements()
            elif sign == "{" and self._enter_envelope():
                yield from self._envelope()
            else:
                yield self._value()

    # -- text -----------------------------------------------------------------------------------------------------

    def _more(self) -> bool:
        """Reads on; the text read so far keeps what is not consumed. Damaged UTF-8 stays recognisable."""
        if self._ended:
            return False
        grown: list[str] = []
        size = 0
        while size < _STEP:
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
                grown.append(self._decoder.decode(b"", True))
                break
            grown.append(self._decoder.decode(block))
            size += len(grown[-1])
        self._text = self._text[self._at :] + "".join(grown)
        self._at = 0
        return bool(size) or not self._ended

    def _skip(self) -> bool:
        """Moves past white space and separators; False at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    # -- structure ------------------------------------------------------------------------------------------------

    def _enter_envelope(self) -> bool:
        while len(self._text) - self._at < 4096 and self._more():
            pass
        found = _ENVELOPE.match(self._text, self._at)
        if found is None:
            return False
        self._kind = found[1]
        tenant = _TENANT.search(self._text, found.start(), found.end())
        self.tenant = tenant[1].lower() if tenant else self.tenant
        self._at = found.end()
        return True

    def _envelope(self) -> Iterator[tuple[str, str]]:
        for text, reason in self._elements():
            if self._kind == "tables" and text:
                yield from _table_rows(text)
            else:
                yield text, reason
        self._leave()

    def _leave(self) -> None:
        """Moves past what follows the records in their envelope."""
        level = 1
        while True:
            for found in _TOKEN.finditer(self._text, self._at):
                level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
                if level == 0:
                    self._at = found.end()
                    return
            if not self._more():
                self._at = len(self._text)
                return

    def _elements(self) -> Iterator[tuple[str, str]]:
        while self._skip():
            if self._text[self._at] == "]":
                self._at += 1
                return
            yield self._value()
        yield "", "the file ends inside an array: it is cut off"

    def _value(self) -> tuple[str, str]:
        """The next value's text, or why it is none; consumes it either way."""
        wanted = 0
        while True:
            try:
                _, end = self._scanner.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended or not self._more_keeping():
                    text = self._text[self._at : end]
                    self._at = end
                    return (text, "") if _is_text(text) else ("", "not valid UTF-8")
            except RecursionError:
                return self._past("nested too deep")
            except json.JSONDecodeError as error:
                size = len(self._text) - self._at
                if size > LONGEST:
                    return self._past(f"longer than {LONGEST:,} characters or damaged")
                near_end = error.pos >= len(self._text) - 16 or error.msg.startswith("Unterminated")
                if near_end and not self._ended:
                    wanted = max(2 * size, wanted, _STEP)
                    while len(self._text) - self._at < wanted and self._more():
                        pass
                    continue
                return self._past(
                    f"not valid JSON: {error.msg} at character {error.pos - self._at + 1} of the record"
                )

    def _more_keeping(self) -> bool:
        return self._more()

    def _past(self, reason: str) -> tuple[str, str]:
        """Moves past a value that cannot be parsed, by its brackets or, where those do not close, its line."""
        start = self._at
        level = 0
        while True:
            for found in _TOKEN.finditer(self._text, self._at):
                step = {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
                level += step
                if level <= 0 and step:
                    self._at = found.end() if level == 0 else max(found.start(), start + 1)
                    return "", reason
            if len(self._text) - start > LONGEST or not self._more():
                break
            start = 0
            level = 0
        line = self._text.find("\n", start)
        self._at = line + 1 if line >= 0 else len(self._text)
        return "", reason


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _table_rows(text: str) -> Iterator[tuple[str, str]]:
    """The rows of one table of a query API response as objects."""
    table: Any = json.loads(text)
    columns = table.get("columns") or table.get("Columns") if isinstance(table, dict) else None
    rows = table.get("rows") or table.get("Rows") or [] if isinstance(table, dict) else []
    if not isinstance(columns, list):
        yield text, ""
        return
    names = [
        str(column.get("name") or column.get("ColumnName")) for column in columns if isinstance(column, dict)
    ]
    for row in rows:
        if isinstance(row, list) and len(row) == len(names):
            yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False), ""
        else:
            yield "", f"the row does not have the {len(names)} values that its table has columns"
