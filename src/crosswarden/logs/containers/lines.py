"""JSON Lines: whole blocks are cut at line ends and handed on as Arrow arrays without looking inside."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import accumulate

import pyarrow as pa

from crosswarden.logs.account import FileAccount
from crosswarden.logs.batch import Piece

__all__ = ["LONGEST", "read_lines"]

LONGEST = 32 << 20
"""The longest record that is read, in bytes."""

_BLOCK = 24 << 20


def _gathered(blocks: Iterator[bytes], account: FileAccount) -> Iterator[tuple[bytes, int]]:
    """Blocks that end at a line end, each with the number of its first line; overlong lines are skipped."""
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
            yield whole[:end], number
            number += whole.count(b"\n", 0, end)
        rest = whole[end:]
        parts, held = [rest], len(rest)
        if held > LONGEST:
            dropped, parts, held = held, [], 0
    if dropped:
        _too_long(account, number, dropped)
    whole = b"".join(parts)
    if whole:
        yield whole, number


def _too_long(account: FileAccount, number: int, length: int) -> None:
    account.records += 1
    account.skip(f"line {number}", f"{length:,} bytes long; a record may have {LONGEST:,}")


def read_lines(blocks: Iterator[bytes], account: FileAccount, tenant: str) -> Iterator[Piece]:
    """The records of a JSON Lines file, one a line; positions are line numbers, blank lines hold no record."""
    for block, first in _gathered(blocks, account):
        lines = block.split(b"\n")
        if not lines[-1].strip():
            lines.pop()
        numbers = pa.array(range(first, first + len(lines)), pa.int64())
        if b"" in lines or b"\r" in lines or not _is_text(block) or max(map(len, lines), default=0) > LONGEST:
            yield from _careful(lines, first, account, tenant)
            continue
        account.records += len(lines)
        ends = array("i", accumulate((len(line) + 1 for line in lines), initial=0))
        ends[-1] = min(ends[-1], len(block))
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(block)]
        records = pa.Array.from_buffers(pa.string(), len(lines), buffers)
        yield Piece(account, records, numbers, tenant=tenant, unit="line")


def _is_text(block: bytes) -> bool:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
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
