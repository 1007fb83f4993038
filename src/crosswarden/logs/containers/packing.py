"""gzip and zip, opened by their content, with limits on how far they may unfold.

A stream that unfolds more than ``RATIO`` times beyond ``FREE`` bytes is taken for a bomb: real logs stay under 60.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, BinaryIO

from crosswarden.errors import InputError

__all__ = ["FREE", "RATIO", "GzipBlocks", "blocks_of", "members", "packing_of"]

RATIO = 300
FREE = 256 << 20
_READ = 1 << 20
_MEMBERS = 10_000
_UNFOLD = 8 << 20


def packing_of(head: bytes) -> str:
    """What the first bytes say: "gzip", "zip" or "plain".

    >>> packing_of(b"\\x1f\\x8b\\x08"), packing_of(b"PK\\x03\\x04"), packing_of(b"{")
    ('gzip', 'zip', 'plain')
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zip" if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else "plain"


class GzipBlocks:
    """The bytes that a gzip stream (of one or several members) unfolds to, in blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._packed = 0
        self._unpacked = 0

    def __iter__(self) -> Iterator[bytes]:
        unfolding = zlib.decompressobj(zlib.MAX_WBITS | 16)
        begun = False
        for block in self._blocks:
            self._packed += len(block)
            while block:
                if unfolding.eof:
                    block = block.lstrip(b"\0")
                    if not block:
                        break
                    unfolding = zlib.decompressobj(zlib.MAX_WBITS | 16)
                begun = True
                try:
                    out = unfolding.decompress(block, _UNFOLD)
                except zlib.error as error:
                    raise InputError("gzip-broken", f"the gzip data is damaged: {error}") from error
                block = unfolding.unconsumed_tail or unfolding.unused_data
                self._unpacked += len(out)
                self._limit()
                if out:
                    yield out
        rest = unfolding.flush() if begun else b""
        if rest:
            yield rest
        if begun and not unfolding.eof:
            raise InputError("gzip-truncated", "the gzip data ends early: the file is cut off")

    def _limit(self) -> None:
        if self._unpacked > FREE and self._unpacked > RATIO * max(self._packed, 1):
            raise InputError(
                "gzip-bomb",
                f"{self._packed:,} bytes of gzip unfold to over {self._unpacked:,}: more than {RATIO} times, taken for a bomb",
            )


def blocks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream's bytes in blocks."""
    while block := stream.read(_READ):
        yield block


def members(stream: BinaryIO, first: bytes) -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
    """The files inside a zip archive: name and a function that opens its blocks. ``first`` was read already."""
    seekable = stream
    if not stream.seekable():
        seekable = tempfile.SpooledTemporaryFile(max_size=64 << 20)  # type: ignore[assignment]  # noqa: SIM115
        seekable.write(first)
        for block in blocks_of(stream):
            seekable.write(block)
    seekable.seek(0)
    try:
        archive = zipfile.ZipFile(seekable)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError("zip-broken", f"the zip archive is damaged: {error}") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MEMBERS:
        raise InputError(
            "zip-members", f"the zip archive holds {len(entries):,} files; {_MEMBERS:,} are read at most"
        )
    for entry in entries:
        yield entry.filename, partial(_member_blocks, archive, entry)


def _member_blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    unpacked = 0
    try:
        with archive.open(entry) as stream:
            for block in blocks_of(stream):
                unpacked += len(block)
                if unpacked > FREE and unpacked > RATIO * max(entry.compress_size, 1):
                    raise InputError(
                        "zip-bomb", f"{entry.filename} unfolds more than {RATIO} times: taken for a bomb"
                    )
                yield block
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise InputError("zip-broken", f"the zip member cannot be read: {error}") from error
