"""CSV exports: quotes, line breaks inside fields, any usual delimiter; each row becomes a JSON object of its header.

A row whose fields do not match the header is skipped with its place. Where a stray quote swallowed the lines after
it, these are read again one by one, so that one bad row costs one row.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator

import orjson

from crosswarden.logs.account import FileAccount
from crosswarden.logs.containers.lines import LONGEST
from crosswarden.logs.containers.portal import Rebuild, portal_rows

__all__ = ["Rows", "delimiter_of", "header_of"]

csv.field_size_limit(LONGEST)
_SPAN = 20_000  # lines that a damaged row may have swallowed and that are read again


def delimiter_of(line: str) -> str | None:
    """The delimiter of a header line, or None where it does not look like one.

    >>> delimiter_of("RecordId,CreationDate,RecordType"), delimiter_of("Date (UTC);Service"), delimiter_of("hello")
    (',', ';', None)
    """
    counts = {sign: line.count(sign) for sign in ",;\t|"}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] >= 1 else None


def header_of(text: str) -> tuple[list[str], str, int] | None:
    """The header, the delimiter and how many lines come before the header's end; None where this is no CSV.

    PowerShell's ``#TYPE`` line and Excel's ``sep=`` line may come first.
    """
    lines = text.splitlines()
    skipped = 0
    while skipped < len(lines) and (
        lines[skipped].startswith(("#TYPE", "sep=")) or not lines[skipped].strip()
    ):
        skipped += 1
    if skipped == len(lines):
        return None
    delimiter = delimiter_of(lines[skipped])
    if delimiter is None:
        return None
    reader = csv.reader(io.StringIO("\n".join(lines[skipped:]), newline=""), delimiter=delimiter)
    try:
        header = next(reader)
    except (csv.Error, StopIteration):
        return None
    names = [name.strip() for name in header]
    if len(names) < 2 or sum(1 for name in names if name) < 2 or any(len(name) > 300 for name in names):
        return None
    return _distinct(names), delimiter, skipped


def _distinct(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for place, name in enumerate(names, 1):
        label = name or f"column{place}"
        found.append(label if label not in found else f"{label}#{place}")
    return found


class _Lines:
    """The text's lines for csv.reader, remembering those of the current row so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        if len(self.row) <= _SPAN:
            self.row.append(line)
        return line.replace("\0", "")

    def rewind(self) -> bool:
        """Gives back all lines of the current row but its first; False where there are none, or too many."""
        back = self.row[1:]
        if not back or len(self.row) > _SPAN:
            return False
        self._again.extendleft(reversed(back))
        self.number -= len(back)
        return True


class Rows:
    """Iterates the rows of a CSV text as (JSON text, line number); what does not fit is entered in the account."""

    def __init__(
        self, lines: Iterator[str], account: FileAccount, header: list[str], delimiter: str, before: int
    ) -> None:
        self._lines = _Lines(lines)
        self._account = account
        self._header = header
        self._delimiter = delimiter
        self._before = before
        self._looked = False
        self._rebuild: Rebuild | None = None

    def __iter__(self) -> Iterator[tuple[str, int]]:
        for _ in range(self._before):
            next(self._lines, None)
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        next(reader, None)
        while True:
            self._lines.row.clear()
            line = self._lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = []
                fault = str(error)
            else:
                fault = self._fault(row)
            if not row and not fault:
                continue
            self._account.records += 1
            if fault:
                self._account.skip(f"line {line}", fault)
                if len(self._lines.row) > 1 and self._lines.rewind():
                    reader = csv.reader(self._lines, delimiter=self._delimiter)
                continue
            try:
                text = orjson.dumps(self._record(row)).decode()
            except orjson.JSONEncodeError:
                self._account.skip(f"line {line}", "not valid UTF-8")
                continue
            yield text, line

    def _record(self, row: list[str]) -> dict[str, object]:
        if not self._looked:
            self._looked = True
            portal = portal_rows(self._header, row)
            if portal:
                self._rebuild = portal[0]
                if portal[1]:
                    self._account.note(portal[1])
        return self._rebuild(row) if self._rebuild else dict(zip(self._header, row, strict=False))

    def _fault(self, row: list[str]) -> str:
        if len(row) == len(self._header) or not row:
            return ""
        if len(row) > len(self._header) and not any(row[len(self._header) :]):
            return ""
        if len(row) == 1 and not row[0].strip():
            row.clear()
            return ""
        return f"the row has {len(row)} fields, the header {len(self._header)}: columns are shifted or the row is cut"
