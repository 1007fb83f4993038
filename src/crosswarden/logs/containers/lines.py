"""JSON Lines: whole blocks are cut at line ends and handed on as Arrow arrays without looking inside."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa

from crosswarden.logs.account import FileAccount
from crosswarden.logs.batch import Piece

__all__ = ["LONGEST", "read_lines"]

LONGEST = 32 << 20
"""The longest record that is read, in bytes."""

_BLOCK = 24 << 20


def _gathered(blocks: Iterator[bytes], account: FileAccount) -> Iterator[tuple[bytes, int, int]]:
    """Blocks with the length up to their last line end and the number of their first line; overlong lines are skipped."""
    parts: list[bytes] = []
    held = 0
    number = 1
    dropped = 0
    for block in blocks:
        if dropped:
            end = block.find(b"\n")
            if end < 0:
                dropped += len(block)
                continue
            _too_long(account, number, dropped + end)
            number += 1
            dropped = 0
            block = block[end + 1 :]
        parts.append(block)
        held += len(block)
        if held < _BLOCK:
            continue
        whole = b"".join(parts)
        end = whole.rfind(b"\n") + 1
        if end:
            yield whole, end, number
            number += whole.count(b"\n", 0, end)
        rest = whole[end:]
        parts, held = [rest], len(rest)
        if held > LONGEST:
            dropped, parts, held = held, [], 0
    if dropped:
        _too_long(account, number, dropped)
    whole = b"".join(parts)
    if whole:
        yield whole, len(whole), number


def _too_long(account: FileAccount, number: int, length: int) -> None:
    account.records += 1
    account.skip(f"line {number}", f"{length:,} bytes long; a record may have {LONGEST:,}")


def read_lines(blocks: Iterator[bytes], account: FileAccount, tenant: str) -> Iterator[Piece]:
    """The records of a JSON Lines file, one a line; positions are line numbers, blank lines hold no record."""
    for block, length, first in _gathered(blocks, account):
        ends = _ends(block, length)
        records = pa.Array.from_buffers(
            pa.string(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(block)]
        )
        if (
            block[:1] in b"\r\n"
            or b"\n\n" in block
            or b"\n\r" in block
            or not _is_text(records)
            or _overlong(ends)
        ):
            yield from _careful(block[:length].split(b"\n"), first, account, tenant)
            continue
        account.records += len(records)
        numbers = pa.array(array("q", range(first, first + len(records))))
        yield Piece(account, records, numbers, tenant=tenant, unit="line")


def _ends(block: bytes, length: int) -> array[int]:
    """Where each line up to that length ends (its line end with it), 0 first: the offsets of an Arrow string array."""
    ends = array("i", [0])
    find, append = block.find, ends.append
    at = find(b"\n", 0, length)
    while at >= 0:
        append(at + 1)
        at = find(b"\n", at + 1, length)
    if ends[-1] < length:
        append(length)
    return ends


def _overlong(ends: array[int]) -> bool:
    return len(ends) < 4 and max((stop - start for start, stop in pairwise(ends)), default=0) > LONGEST


def _is_text(records: Any) -> bool:
    try:
        records.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _careful(lines: list[bytes], first: int, account: FileAccount, tenant: str) -> Iterator[Piece]:
    texts: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        account.records += 1
        if len(line) > LONGEST:
            account.records -= 1
            _too_long(account, number, len(line))
            continue
        try:
            texts.append(line.decode("utf-8"))
            numbers.append(number)
        except UnicodeDecodeError as error:
            account.skip(f"line {number}", f"not valid UTF-8 at byte {error.start + 1} of the line")
    if texts:
        yield Piece(
            account, pa.array(texts, pa.string()), pa.array(numbers, pa.int64()), tenant=tenant, unit="line"
        )
