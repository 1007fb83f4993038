"""Verifies a compact JWS of any content under a key or key set: the layer below tokens.

Tokens of Microsoft are judged by :class:`crosswarden.tokens.Validator`; this function exists for other signed content
and is what the Wycheproof vectors are run against. It accepts shared secrets when, and only when, the caller's own
key is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosswarden.tokens import crypto
from crosswarden.tokens.refusals import Plain, TokenRefused, refusal
from crosswarden.tokens.rfc7515 import Compact, check_header, decode_part, read_compact, read_header
from crosswarden.tokens.rfc7517 import read_key, read_secret
from crosswarden.tokens.rfc7518 import ASYMMETRIC, SYMMETRIC

__all__ = ["verify"]


def verify(token: object, jwk: Mapping[str, Any]) -> bytes:
    """The payload of ``token`` if ``jwk`` (a key or ``{"keys": […]}``) signed it.

    In a key set the header's kid names the key, must name one, and secrets and public keys must not mix; for a single
    key a kid in the header must be its own. Raises :class:`TokenRefused` with the reason.
    """
    compact = read_compact(token)
    header = read_header(compact.header)
    check_header(header)
    entry = _entry(jwk, header)
    kid = str(entry.get("kid", ""))
    algorithm, key = _key(entry, kid)
    alg = header["alg"]
    if alg not in ASYMMETRIC | SYMMETRIC:
        raise refusal("alg-unknown", alg=alg)
    if alg != algorithm:
        raise refusal("alg-not-of-key", alg=alg, kid=kid, allowed=Plain(algorithm))
    _check_signature(compact, algorithm, key, kid)
    return decode_part(compact.payload, "payload")


def _check_signature(
    compact: Compact, algorithm: str, key: crypto.PublicKey | crypto.Secret, kid: str
) -> None:
    if not crypto.signature_fits(algorithm, key, compact.signing_input, compact.signature):
        raise refusal("signature-invalid", kid=kid)


def _entry(jwk: Mapping[str, Any], header: Mapping[str, Any]) -> Mapping[str, Any]:
    if "keys" not in jwk:
        if "kid" in header and "kid" in jwk and header["kid"] != jwk["kid"]:
            raise refusal("kid-unknown", kid=header["kid"])
        return jwk
    entries = [entry for entry in jwk["keys"] if isinstance(entry, Mapping)]
    secrets = sum(entry.get("kty") == "oct" for entry in entries)
    if 0 < secrets < len(entries):
        raise refusal("keyset-symmetric")
    if "kid" not in header:
        raise refusal("kid-missing")
    found = [entry for entry in entries if entry.get("kid") == header["kid"]]
    if len(found) > 1:
        raise refusal("kid-ambiguous", kid=header["kid"], count=len(found))
    if not found:
        raise refusal("kid-unknown", kid=header["kid"])
    return found[0]


def _key(entry: Mapping[str, Any], kid: str) -> tuple[str, crypto.PublicKey | crypto.Secret]:
    if entry.get("kty") == "oct":
        use = entry.get("use", "sig")
        if use != "sig":
            raise refusal("key-use", kid=kid, problem=Plain("use is not sig"))
        try:
            return read_secret(entry)
        except (ValueError, TokenRefused) as error:
            raise refusal("key-malformed", kid=kid, problem=Plain(error)) from None
    key = read_key(entry)
    if key.refused is not None:
        raise key.refused.again()
    assert key.key is not None
    return key.algorithm, key.key
