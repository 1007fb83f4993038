"""Any encoding → UTF-8, decided by the bytes: byte order marks, NULs of UTF-16, and the patterns of Windows-1252."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from crosswarden.errors import InputError

__all__ = ["encoding_of", "to_utf8"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Letters and typographic marks of Windows-1252 where they stand in words; bytes that Western text does not have
# (0xFF, 0xFE, control codes) or capitals inside a word speak for damaged UTF-8 instead.
_LETTER = rb"[\xdf-\xef\xf1-\xf6\xf8-\xfc]"
_CAPITAL = rb"[\xc0-\xcf\xd1-\xd6\xd8-\xdc]"
_WORD = re.compile(
    rb"(?:[A-Za-z ]" + _LETTER + rb"|" + _LETTER + rb"[a-z ]|(?<![a-z\x80-\xff])" + _CAPITAL
    + rb"[A-Za-z ]|[\x80\x85\x91-\x97\xa0\xa3\xa7\xa9\xab\xae\xb0\xb4\xb7\xba\xbb\xbf\xf1\xd1](?![\x80-\xbf]))"
)  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]")


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes of a file show, and the length of its byte order mark.

    "utf-8" also where bytes are damaged: those lines are skipped with their place.

    >>> encoding_of("{}".encode("utf-16")), encoding_of('{"a":"Jos\\u00e9"}'.encode("cp1252"))
    (('utf-16-le', 2), ('cp1252', 0))
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    nuls = head[:4096]
    if nuls.count(0) * 3 > len(nuls) > 3:
        return ("utf-16-le" if nuls[1:2] == b"\0" else "utf-16-be"), 0
    return ("utf-8" if _is_utf8(head) or not _is_western(head) else "cp1252"), 0


def _is_utf8(head: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(head: bytes) -> bool:
    """Whether every byte beyond ASCII makes sense as Windows-1252, and none as a UTF-8 sequence."""
    text = head.decode("utf-8", "replace")
    if any(ord(sign) > 127 and sign != "�" for sign in text):
        return False
    places = [found.start() for found in _HIGH.finditer(head)]
    spans = [range(found.start(), found.end()) for found in _WORD.finditer(head)]
    covered = {place for span in spans for place in span}
    return all(place in covered for place in places)


def to_utf8(blocks: Iterator[bytes], encoding: str, mark: int) -> Iterator[bytes]:
    """The blocks in UTF-8, without the byte order mark. UTF-8 passes as it is, damaged bytes too.

    Raises InputError "encoding-broken" where another encoding does not hold.
    """
    if encoding == "utf-8":
        for block in blocks:
            if mark:
                block, mark = block[mark:], max(0, mark - len(block))
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict" if encoding != "cp1252" else "replace")
    try:
        for block in blocks:
            if mark:
                block, mark = block[mark:], max(0, mark - len(block))
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise InputError("encoding-broken", f"not valid {encoding}: {error.reason}") from error
