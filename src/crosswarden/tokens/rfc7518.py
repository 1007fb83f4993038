"""Which algorithm a key may be used with (RFC 7518): the key decides, never the token.

A key that names its ``alg`` is for that one only. One that does not is for the one that Microsoft signs with:
RS256 for RSA, and the one algorithm of its curve for elliptic curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ASYMMETRIC", "CURVES", "DIGESTS", "SYMMETRIC", "pinned_algorithm"]

CURVES: Mapping[str, str] = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
"""Curve → the one algorithm it is for (section 3.4)."""

DIGESTS: Mapping[str, int] = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Shared-secret algorithm → least length of the secret in octets (section 3.2)."""

SYMMETRIC = frozenset(DIGESTS)
ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", *CURVES.values()})

_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_SPELLINGS = {"ES521": "ES512"}
"""ES521 is what RFC 7520's example keys are labelled with in the Wycheproof vectors."""


def pinned_algorithm(jwk: Mapping[str, Any]) -> str:
    """The one algorithm of a key; raises ValueError when its members contradict each other.

    >>> pinned_algorithm({"kty": "RSA"})
    'RS256'
    >>> pinned_algorithm({"kty": "EC", "crv": "P-256", "alg": "ES384"})
    Traceback (most recent call last):
    ValueError: alg ES384 on a key for ES256
    """
    kty, alg = jwk.get("kty"), jwk.get("alg")
    if alg is not None and not isinstance(alg, str):
        raise ValueError("alg is not text")
    named = _SPELLINGS.get(alg, alg) if alg else None
    if kty == "RSA":
        if named is not None and named not in _RSA:
            raise ValueError(f"alg {alg[:20] if alg else alg} on an RSA key")
        return named or "RS256"
    if kty == "EC":
        crv = jwk.get("crv")
        fit = CURVES.get(crv) if isinstance(crv, str) else None
        if fit is None:
            raise ValueError("no curve that is accepted")
        if named not in (None, fit):
            raise ValueError(f"alg {alg[:20] if alg else alg} on a key for {fit}")
        return fit
    if kty == "oct":
        if named not in SYMMETRIC:
            raise ValueError("a secret without a signature algorithm")
        return str(named)
    raise ValueError("a key type that is not accepted")
