"""The compact form of a signed token (RFC 7515), taken apart without trusting it.

The order matters: the length is bounded first, then the alphabet, then the parts; only then is anything decoded.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from crosswarden.tokens.refusals import Plain, refusal
from crosswarden.tokens.rfc8259 import DuplicateMember, read_object

__all__ = ["TOKEN_LIMIT", "Compact", "check_header", "decode_part", "read_compact", "read_header"]

TOKEN_LIMIT = 32 * 1024
"""Characters accepted; a token with the 200 groups that Entra ID puts in at most has about 12,000."""

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_LAST = {2: frozenset(b"AQgw"), 3: frozenset(b"AEIMQUYcgkosw048")}
_PADDING = {0: b"", 2: b"==", 3: b"="}

_HEADER_NAMES = (
    "alg", "b64", "crit", "cty", "enc", "jku", "jwk", "kid", "typ", "x5c", "x5t", "x5u", "zip",
)  # fmt: skip
_FORBIDDEN = ("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Compact:
    """The three parts, still encoded, and the signature's bytes."""

    header: bytes
    payload: bytes
    signing_input: bytes
    signature: bytes


def read_compact(token: object, *, limit: int = TOKEN_LIMIT) -> Compact:
    """Takes a token apart; raises :class:`TokenRefused` for anything but three clean base64url parts.

    >>> read_compact("e30.e30.AA").payload
    b'e30'
    """
    if not isinstance(token, str):
        raise refusal("token-not-text", kind=Plain(type(token).__name__))
    if len(token) > limit:
        raise refusal("token-too-long", length=len(token), limit=limit)
    try:
        raw = token.encode("ascii")
    except UnicodeEncodeError:
        raise refusal("base64-alphabet") from None
    if raw.translate(None, _ALPHABET) != b"..":
        _refuse_form(raw)
    signing_input, _, signature = raw.rpartition(b".")
    header, _, payload = signing_input.partition(b".")
    if not header:
        raise refusal("header-empty")
    if not signature:
        _refuse_unsigned(header)
    return Compact(header, payload, signing_input, decode_part(signature, "signature"))


def _refuse_form(raw: bytes) -> NoReturn:
    if not raw.strip():
        raise refusal("token-empty")
    if raw.lstrip()[:1] in (b"{", b"["):
        raise refusal("token-json-form")
    rest = raw.translate(None, _ALPHABET + b".")
    if rest.translate(None, b" \t\r\n\f\v") != rest:
        raise refusal("token-whitespace")
    if rest and not rest.strip(b"="):
        raise refusal("base64-padding")
    if rest:
        raise refusal("base64-alphabet")
    count = raw.count(b".") + 1
    raise refusal("token-encrypted") if count == 5 else refusal("token-parts", count=count)


def _refuse_unsigned(header: bytes) -> NoReturn:
    alg = read_header(header).get("alg")
    if isinstance(alg, str) and alg.strip().lower() == "none":
        raise refusal("alg-none", alg=alg)
    raise refusal("signature-missing")


def decode_part(part: bytes, name: str) -> bytes:
    """The bytes of one part; only its one canonical spelling is accepted.

    >>> decode_part(b"Zm9v", "payload")
    b'foo'
    """
    rest = len(part) % 4
    if rest == 1:
        raise refusal("base64-length", part=Plain(name))
    if rest and part[-1] not in _LAST[rest]:
        raise refusal("base64-not-canonical", part=Plain(name))
    return binascii.a2b_base64(part.translate(_TO_STANDARD) + _PADDING[rest])


def read_header(part: bytes) -> dict[str, Any]:
    """The header's members; raises :class:`TokenRefused`."""
    try:
        return read_object(decode_part(part, "header"), "header")
    except DuplicateMember as error:
        raise refusal("header-duplicate", name=error.name) from None


def check_header(header: Mapping[str, Any]) -> None:
    """Refuses what a header must not hold: keys of its own, extensions, other content than claims."""
    for name in header:
        if (lower := name.lower()) != name and lower in _HEADER_NAMES:
            raise refusal("header-case-variant", name=Plain(lower), other=name)
    _check_algorithm(header)
    for name in _FORBIDDEN:
        if name in header:
            raise refusal(f"header-{name}")
    if "cty" in header:
        raise refusal("header-cty", cty=header["cty"])
    typ = header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower() not in _TYPES:
        raise refusal("header-typ", typ=typ)


def _check_algorithm(header: Mapping[str, Any]) -> None:
    if "alg" not in header:
        raise refusal("alg-missing")
    alg = header["alg"]
    if not isinstance(alg, str):
        raise refusal("alg-malformed")
    if alg.strip().lower() == "none":
        raise refusal("alg-none", alg=alg)
