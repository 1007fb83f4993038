"""One source → pieces of records: unpacks, decodes, and picks the container by what the content looks like."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import orjson
import pyarrow as pa

from crosswarden.errors import InputError
from crosswarden.logs.account import FileAccount
from crosswarden.logs.batch import Piece
from crosswarden.logs.containers.documents import Documents, is_envelope
from crosswarden.logs.containers.encoding import encoding_of, to_utf8
from crosswarden.logs.containers.lines import read_lines
from crosswarden.logs.containers.packing import GzipBlocks, blocks_of, members, packing_of
from crosswarden.logs.containers.sources import Source
from crosswarden.logs.containers.tabular import Rows, header_of
from crosswarden.logs.times import is_day_first

__all__ = ["read_pieces"]

_HEAD = 256 << 10
_PIECE_BYTES = 16 << 20
_PIECE_RECORDS = 50_000
_NESTING = 3


class Digest(Protocol):
    """What hashlib's objects are."""

    def update(self, data: bytes, /) -> None:
        """Takes in more bytes."""


def read_pieces(
    source: Source, accounts: list[FileAccount], tenant: str = "", digest: Digest | None = None
) -> Iterator[Piece]:
    """The records of a source in pieces; appends one account for each file, archive members each their own.

    ``digest`` is given the source's bytes as they are read (the hash of an archive is not complete).
    Never raises for bad input: what cannot be read is entered in the account of its file.
    """
    account = FileAccount(source.name)
    accounts.append(account)
    try:
        with source.open() as stream:
            first = stream.read(1 << 16)
            if packing_of(first) == "zip":
                accounts.remove(account)
                for name, open_member in members(stream, first):
                    yield from _guarded(open_member, FileAccount(f"{source.name}!{name}"), accounts, tenant)
                return
            yield from _unpacked(_digested(chain([first], blocks_of(stream)), digest), account, tenant)
    except InputError as error:
        if account not in accounts:
            accounts.append(account)
        account.error = str(error)
    except OSError as error:
        account.error = f"cannot be read: {error.strerror or error}"


def _digested(blocks: Iterator[bytes], digest: Digest | None) -> Iterator[bytes]:
    for block in blocks:
        if digest is not None:
            digest.update(block)
        yield block


def _guarded(
    open_member: object, account: FileAccount, accounts: list[FileAccount], tenant: str
) -> Iterator[Piece]:
    accounts.append(account)
    try:
        assert callable(open_member)
        yield from _unpacked(open_member(), account, tenant)
    except InputError as error:
        account.error = str(error)


def _unpacked(blocks: Iterator[bytes], account: FileAccount, tenant: str) -> Iterator[Piece]:
    for _ in range(_NESTING):
        head = next(blocks, b"")
        blocks = chain([head], blocks)
        kind = packing_of(head)
        if kind == "zip":
            raise InputError("zip-nested", "a zip archive inside an archive is not read: unpack it first")
        if kind == "plain":
            break
        blocks = iter(GzipBlocks(blocks))
    else:
        raise InputError("gzip-nested", f"packed more than {_NESTING - 1} times")
    yield from _decoded(blocks, account, tenant)


def _decoded(blocks: Iterator[bytes], account: FileAccount, tenant: str) -> Iterator[Piece]:
    head, blocks, broken = _peeked(blocks)
    if not head.strip():
        if broken:
            raise broken
        account.note("empty")
        return
    encoding, mark = encoding_of(head)
    if encoding != "utf-8":
        account.note(f"read as {encoding}")
    shown = head[mark:].decode(encoding, "ignore")
    text = _until_broken(to_utf8(blocks, encoding, mark), account)
    yield from _records(text, shown, len(head) < _HEAD, account, tenant)


def _until_broken(blocks: Iterator[bytes], account: FileAccount) -> Iterator[bytes]:
    """The blocks up to where they can be read; why no further is entered in the account, and what came is kept."""
    try:
        yield from blocks
    except InputError as error:
        account.error = str(error)
    except OSError as error:
        account.error = f"cannot be read to its end: {error.strerror or error}"


def _peeked(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes], InputError | None]:
    """The first bytes, and all blocks again with any error that came meanwhile in its place."""
    taken: list[bytes] = []
    broken: InputError | None = None
    size = 0
    try:
        for block in blocks:
            taken.append(block)
            size += len(block)
            if size >= _HEAD:
                break
    except InputError as error:
        broken = error

    def again() -> Iterator[bytes]:
        yield from taken
        if broken:
            raise broken
        yield from blocks

    return b"".join(taken), again(), broken


def _records(
    blocks: Iterator[bytes], head: str, whole: bool, account: FileAccount, tenant: str
) -> Iterator[Piece]:
    text = head.lstrip()
    if text.startswith(("{", "[")):
        if _is_lines(text, whole):
            yield from read_lines(blocks, account, tenant)
        else:
            yield from _documents(blocks, account, tenant)
        return
    found = header_of(head)
    if found is None or "\0" in head:
        raise InputError("unrecognised", "neither JSON nor CSV: not an export that is read here")
    yield from _rows(blocks, found, account, tenant)


def _is_lines(text: str, whole: bool) -> bool:
    """Whether the first line is a whole record by itself (and not an envelope around records)."""
    line, end, _ = text.partition("\n")
    if not end and not whole:
        return not is_envelope(text) and text.startswith("{")
    if is_envelope(line):
        return False
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _documents(blocks: Iterator[bytes], account: FileAccount, tenant: str) -> Iterator[Piece]:
    documents = Documents(blocks)
    texts: list[str] = []
    positions: list[int] = []
    size = 0
    for position, (text, reason) in enumerate(documents, 1):
        account.records += 1
        if reason:
            account.skip(f"record {position}", reason)
            continue
        texts.append(text)
        positions.append(position)
        size += len(text)
        if size > _PIECE_BYTES or len(texts) >= _PIECE_RECORDS:
            yield _piece(account, texts, positions, documents.tenant or tenant, "record")
            texts, positions, size = [], [], 0
    if texts:
        yield _piece(account, texts, positions, documents.tenant or tenant, "record")


def _rows(
    blocks: Iterator[bytes], found: tuple[list[str], str, int], account: FileAccount, tenant: str
) -> Iterator[Piece]:
    header, delimiter, before = found
    rows = Rows(_text_lines(blocks), account, header, delimiter, before)
    texts: list[str] = []
    positions: list[int] = []
    size = 0
    day_first: bool | None = None
    for ordinal, (text, _line) in enumerate(rows, 1):
        texts.append(text)
        positions.append(ordinal)
        size += len(text)
        if size > _PIECE_BYTES or len(texts) >= _PIECE_RECORDS:
            day_first = _order(texts) if day_first is None else day_first
            yield _piece(account, texts, positions, tenant, "row", bool(day_first))
            texts, positions, size = [], [], 0
    if texts:
        day_first = _order(texts) if day_first is None else day_first
        yield _piece(account, texts, positions, tenant, "row", bool(day_first))


def _order(texts: list[str]) -> bool | None:
    """Whether the rows write short dates with the day first, from every value that looks like one."""
    return is_day_first(
        value
        for text in texts
        for value in orjson.loads(text).values()
        if isinstance(value, str) and len(value) < 40
    )


def _text_lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """The text's lines with their ends; damaged UTF-8 stays recognisable (surrogates)."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    rest = ""
    for block in blocks:
        lines = io.StringIO(rest + decoder.decode(block), newline="").readlines()
        rest = lines.pop() if lines else ""
        yield from lines
    rest += decoder.decode(b"", final=True)
    yield from io.StringIO(rest, newline="").readlines()


def _piece(
    account: FileAccount,
    texts: list[str],
    positions: list[int],
    tenant: str,
    unit: str,
    day_first: bool = False,
) -> Piece:
    return Piece(
        account,
        pa.array(texts, pa.string()),
        pa.array(positions, pa.int64()),
        tenant=tenant,
        day_first=day_first,
        unit=unit,
    )
