"""Encodings, compressions and hashes."""

from __future__ import annotations

import base64
import gzip
import re
import struct
import urllib.parse
import uuid
import zlib

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import dumps, loads

__all__ = ["BODIES", "xxhash64"]

_MOST_BYTES = 32_000_000
_MASK = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def base64_text(text: str) -> str:
    """Text out of base64; raises ValueError when it is not UTF-8."""
    return _decoded(text).decode("utf-8")


def base64_bytes(text: str) -> str | None:
    """The bytes of base64, as an array of numbers."""
    return dumps(list(_decoded(text)))


def base64_guid(text: str) -> str | None:
    """The guid whose bytes base64 spells, in the order that .NET stores them."""
    return str(uuid.UUID(bytes_le=_decoded(text)))


def guid_base64(text: str | None) -> str:
    """A guid's bytes, in the order that .NET stores them, as base64."""
    return base64.b64encode(uuid.UUID(text).bytes_le).decode("ascii") if text else ""


def base64_encode(text: str) -> str:
    """Text as base64 of its UTF-8."""
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def base64_encode_array(text: str | None) -> str:
    """An array of byte values as base64."""
    values = loads(text)
    return base64.b64encode(bytes(values)).decode("ascii") if isinstance(values, list) else ""


def gzip_compress(text: str) -> str:
    """Text compressed with gzip, as base64; the header carries no time, as Kusto's does."""
    data = text.encode("utf-8")
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    tail = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFF_FFFF)
    return base64.b64encode(head + _deflated(data) + tail).decode("ascii")


def _deflated(data: bytes) -> bytes:
    """Deflated data, or a stored block where deflating saves nothing."""
    for level in (1, 0):
        squeezer = zlib.compressobj(level, zlib.DEFLATED, -15)
        found = squeezer.compress(data) + squeezer.flush()
        if len(found) < len(data):
            break
    return found


def zlib_compress(text: str) -> str:
    """Text compressed with zlib, as base64."""
    data = text.encode("utf-8")
    packed = b"\x78\x01" + _deflated(data) + struct.pack(">I", zlib.adler32(data))
    return base64.b64encode(packed).decode("ascii")


def _inflated(data: bytes, bits: int) -> str:
    inflater = zlib.decompressobj(bits)
    found = inflater.decompress(data, _MOST_BYTES)
    if inflater.unconsumed_tail:
        raise ValueError("too large")
    return found.decode("utf-8")


def gzip_decompress(text: str) -> str:
    """Text out of gzip in base64; at most 32 MB."""
    return _bounded(_decoded(text), 31)


def zlib_decompress(text: str) -> str:
    """Text out of zlib in base64; at most 32 MB."""
    return _bounded(_decoded(text), 15)


def _bounded(data: bytes, bits: int) -> str:
    try:
        return _inflated(data, bits)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(str(error)) from error


def _lower_hex(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text)


def url_encode(text: str) -> str:
    """A URL's text with what does not belong percent-encoded; spaces become plus signs."""
    return _lower_hex(urllib.parse.quote_plus(text, safe="!*()'"))


def url_encode_component(text: str) -> str:
    """A URL component percent-encoded."""
    return _lower_hex(urllib.parse.quote(text, safe="!*()'~"))


def url_decode(text: str) -> str:
    """Text out of percent-encoding."""
    return urllib.parse.unquote_plus(text)


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _round(accumulator: int, lane: int) -> int:
    return _rotated((accumulator + lane * _P2) & _MASK, 31) * _P1 & _MASK


def xxhash64(data: bytes, seed: int = 0) -> int:
    """The 64-bit xxHash of bytes, unsigned.

    >>> xxhash64(b"World")
    1846988464401551951
    """
    length, at = len(data), 0
    if length >= 32:
        lanes = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed, (seed - _P1) & _MASK]
        while at + 32 <= length:
            for i, lane in enumerate(struct.unpack_from("<4Q", data, at)):
                lanes[i] = _round(lanes[i], lane)
            at += 32
        value = sum(_rotated(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * _P1 + _P4) & _MASK
    else:
        value = (seed + _P5) & _MASK
    return _finished((value + length) & _MASK, data, at)


def _finished(value: int, data: bytes, at: int) -> int:
    length = len(data)
    while at + 8 <= length:
        value ^= _round(0, struct.unpack_from("<Q", data, at)[0])
        value = (_rotated(value, 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= length:
        value ^= struct.unpack_from("<I", data, at)[0] * _P1 & _MASK
        value = (_rotated(value, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        value = _rotated(value ^ (byte * _P5 & _MASK), 11) * _P1 & _MASK
    value = (value ^ (value >> 33)) * _P2 & _MASK
    value = (value ^ (value >> 29)) * _P3 & _MASK
    return value ^ (value >> 32)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def hash_text(text: str) -> int:
    """Kusto's hash of a string."""
    return _signed(xxhash64(text.encode("utf-8")))


def hash_long(value: int | None) -> int | None:
    """Kusto's hash of a datetime, timespan or long: of its eight bytes."""
    return None if value is None else _signed(xxhash64(struct.pack("<q", value)))


def hash_int(value: int | None) -> int | None:
    """Kusto's hash of an int: of its four bytes."""
    return None if value is None else _signed(xxhash64(struct.pack("<i", value)))


def hash_real(value: float | None) -> int | None:
    """Kusto's hash of a real: of its eight bytes."""
    return None if value is None else _signed(xxhash64(struct.pack("<d", value)))


def hash_bool(value: bool | None) -> int | None:
    """Kusto's hash of a bool: of one byte."""
    return None if value is None else _signed(xxhash64(b"\x01" if value else b"\x00"))


def hash_guid(text: str | None) -> int | None:
    """Kusto's hash of a guid: of the sixteen bytes that .NET stores."""
    return None if text is None else _signed(xxhash64(uuid.UUID(text).bytes_le))


def combine(hashes: list[int | None]) -> int | None:
    """Several hashes in one."""
    value = 0
    for found in hashes:
        value ^= ((0 if found is None else found & _MASK) + 0x9E3779B9 + (value << 6) + (value >> 2)) & _MASK
    return _signed(value & _MASK)


_ONE = ("VARCHAR",)
BODIES = {
    "kql_base64_text": Body(base64_text, _ONE, "VARCHAR", ""),
    "kql_base64_bytes": Body(base64_bytes, _ONE, "VARCHAR"),
    "kql_base64_guid": Body(base64_guid, _ONE, "VARCHAR"),
    "kql_guid_base64": Body(guid_base64, _ONE, "VARCHAR", ""),
    "kql_base64_encode": Body(base64_encode, _ONE, "VARCHAR", ""),
    "kql_base64_encode_array": Body(base64_encode_array, _ONE, "VARCHAR", ""),
    "kql_gzip_compress": Body(gzip_compress, _ONE, "VARCHAR", ""),
    "kql_zlib_compress": Body(zlib_compress, _ONE, "VARCHAR", ""),
    "kql_gzip_decompress": Body(gzip_decompress, _ONE, "VARCHAR", ""),
    "kql_zlib_decompress": Body(zlib_decompress, _ONE, "VARCHAR", ""),
    "kql_url_encode": Body(url_encode, _ONE, "VARCHAR", ""),
    "kql_url_encode_component": Body(url_encode_component, _ONE, "VARCHAR", ""),
    "kql_url_decode": Body(url_decode, _ONE, "VARCHAR", ""),
    "kql_hash_text": Body(hash_text, _ONE, "BIGINT"),
    "kql_hash_long": Body(hash_long, ("BIGINT",), "BIGINT"),
    "kql_hash_int": Body(hash_int, ("BIGINT",), "BIGINT"),
    "kql_hash_real": Body(hash_real, ("DOUBLE",), "BIGINT"),
    "kql_hash_bool": Body(hash_bool, ("BOOLEAN",), "BIGINT"),
    "kql_hash_guid": Body(hash_guid, _ONE, "BIGINT"),
    "kql_hash_combine": Body(combine, ("BIGINT[]",), "BIGINT"),
}
