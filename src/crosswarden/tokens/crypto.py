"""The one door to PyJWT and cryptography: signatures are theirs, never ours.

Everything that touches a key object passes here: reading public keys and certificates, and the one call that says
whether a signature is a key's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cryptography
import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import Algorithm, get_default_algorithms

__all__ = [
    "Certificate", "PublicKey", "Secret", "as_pyjwk", "cryptography", "jwt", "public_bytes", "read_certificate",
    "read_public_key", "signature_fits",
]  # fmt: skip

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Secret = bytes

_ALGORITHMS: Mapping[str, Algorithm] = get_default_algorithms()
_CURVES: Mapping[str, type[ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
}


@dataclass(frozen=True)
class Certificate:
    """What a key's certificate says: its dates (UTC), thumbprints (raw) and the key it is for (DER)."""

    not_before: datetime
    not_after: datetime
    sha1: bytes
    sha256: bytes
    public_key: bytes


def read_public_key(kty: str, numbers: Mapping[str, Any]) -> PublicKey:
    """The public key with these numbers: ``n`` and ``e``, or ``crv``, ``x`` and ``y``; ValueError when it is none."""
    if kty == "RSA":
        return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
    curve = _CURVES[numbers["crv"]]()
    return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], curve).public_key()


def public_bytes(key: PublicKey) -> bytes:
    """The key as DER SubjectPublicKeyInfo: equal bytes, equal key."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_certificate(der: bytes) -> Certificate:
    """The facts of a DER certificate; raises ValueError when it is none or for a key of another kind."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except Exception as error:  # noqa: BLE001 - cryptography has several kinds without a common base; all mean unreadable
        raise ValueError(f"no certificate that can be read: {type(error).__name__}") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("a certificate for another kind of key")
    return Certificate(
        not_before=since,
        not_after=until,
        sha1=hashlib.sha1(der, usedforsecurity=False).digest(),
        sha256=hashlib.sha256(der).digest(),
        public_key=public_bytes(key),
    )


def as_pyjwk(key: PublicKey, algorithm: str, kid: str) -> jwt.PyJWK:
    """The key as PyJWT's own type, for applications that pass it on to ``jwt.decode``."""
    members = _ALGORITHMS[algorithm].to_jwk(key, as_dict=True)
    return jwt.PyJWK.from_dict({**members, "kid": kid, "alg": algorithm, "use": "sig"})


def signature_fits(algorithm: str, key: PublicKey | Secret, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one that ``key`` made over ``message`` with ``algorithm``; PyJWT decides."""
    try:
        return _ALGORITHMS[algorithm].verify(message, key, signature)
    except (ValueError, TypeError, jwt.exceptions.PyJWTError):
        return False
