"""The verdict on a token as a document: what was judged, when, by which key, and why it was refused.

A token in output is never whole: header and payload are shown decoded, the signature is left out.
"""

from __future__ import annotations

from typing import Any

from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.rfc7515 import TOKEN_LIMIT, decode_part
from crosswarden.tokens.rfc7517 import SigningKey
from crosswarden.tokens.rfc7519 import time_shown
from crosswarden.tokens.rfc8259 import DuplicateMember, read_object
from crosswarden.tokens.validator import ValidToken

__all__ = ["elided", "key_document", "refused_document", "unverified", "valid_document"]


def elided(token: str) -> str:
    """The token without what makes it usable: enough to recognise it, never enough to use it.

    >>> elided("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhIn0.c2lnbmF0dXJl")
    'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJh... (signature left out)'
    """
    header, _, rest = token.partition(".")
    payload = rest.partition(".")[0]
    if token.count(".") != 2 or not token.isascii():
        return f"({len(token):,} characters, left out)"
    text = f"{header[:40]}.{payload[:12]}... (signature left out)"
    return "".join(one if one.isprintable() else "?" for one in text)


def unverified(token: object) -> dict[str, Any]:
    """Header and claims as the token states them, trusted for nothing; parts that cannot be read are left out."""
    stated: dict[str, Any] = {}
    if not isinstance(token, str) or len(token) > TOKEN_LIMIT:
        return stated
    for name, part in zip(("header", "claims"), token.split(".")[:2], strict=False):
        try:
            stated[name] = read_object(decode_part(part.encode("ascii"), name), name)
        except (TokenRefused, DuplicateMember, ValueError):
            continue
    return stated


def key_document(key: SigningKey) -> dict[str, Any]:
    """What is known of a key: id, algorithm, owner, cloud and dates."""
    dates = {
        "not_before": key.not_before,
        "not_after": key.not_after,
        "first_seen": key.first_seen,
        "gone": key.gone,
    }
    return {
        "kid": key.kid,
        "algorithm": key.algorithm,
        "issuer": key.issuer or None,
        "cloud": key.cloud or None,
        **{name: None if value is None else str(time_shown(value)) for name, value in dates.items()},
    }


def valid_document(token: str, valid: ValidToken, at: float) -> dict[str, Any]:
    """The document of a valid token."""
    return {
        "verdict": "valid",
        "valid": True,
        "code": "valid",
        "sentence": f"the token is genuine, for this application, and valid at {time_shown(at)}",
        "at": str(time_shown(at)),
        "token": elided(token),
        "tenant": valid.tenant,
        "version": valid.version,
        "kind": valid.kind,
        "client": valid.client or None,
        "issuer": valid.issuer,
        "key": key_document(valid.key),
        "header": dict(valid.header),
        "claims": dict(valid.claims),
    }


def refused_document(token: str, error: TokenRefused, at: float) -> dict[str, Any]:
    """The document of a refused token; ``unverified`` is what it says of itself."""
    return {
        "verdict": "refused",
        "valid": False,
        "code": error.code,
        "sentence": error.sentence,
        "reference": error.reference,
        "at": str(time_shown(at)),
        "token": elided(token),
        "unverified": unverified(token),
    }
