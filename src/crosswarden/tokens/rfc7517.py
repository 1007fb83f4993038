"""Keys and key sets (RFC 7517), with what Microsoft adds: whose key it is (``issuer``) and of which cloud.

A key that cannot be trusted is kept with the reason, so that a token under its id is refused for that reason and
not as signed by an unknown key. Reading a set never raises for one bad key; it raises for a file that is no key set.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crosswarden.errors import InputError
from crosswarden.tokens import crypto
from crosswarden.tokens.key_weakness import STOLEN_KEYS, has_roca_fingerprint, rsa_weakness
from crosswarden.tokens.refusals import Plain, TokenRefused, refusal
from crosswarden.tokens.rfc7515 import decode_part
from crosswarden.tokens.rfc7518 import CURVES, DIGESTS, pinned_algorithm
from crosswarden.tokens.rfc8259 import DuplicateMember, read_object

__all__ = ["KeySet", "SigningKey", "read_key", "read_key_set", "read_secret"]

_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth")
_KEYS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, what it may be used for, and whose it is.

    ``issuer`` and ``cloud`` are "" when the set does not say. Dates are UTC seconds since 1970, from the certificate
    or from the members ``nbf``, ``exp``, ``revoked`` (OpenID Federation 1.0 section 8.7), ``first_seen``, ``last_seen`` and ``gone``
    (written by this project's key store). ``refused`` is why the key is not to be used.
    """

    kid: str
    algorithm: str = ""
    key: crypto.PublicKey | None = None
    identity: bytes = b""
    issuer: str = ""
    issuer_given: bool = False
    cloud: str = ""
    thumbprints: frozenset[str] = frozenset()
    not_before: float | None = None
    not_after: float | None = None
    revoked: float | None = None
    first_seen: float | None = None
    gone: float | None = None
    refused: TokenRefused | None = None

    @property
    def fingerprint(self) -> str:
        """A short name for the key itself, whatever its id: SHA-256 of its public half."""
        return hashlib.sha256(self.identity).hexdigest()[:32]

    def same_as(self, other: SigningKey) -> bool:
        """Whether both entries say the same key is the same issuer's."""
        return (self.identity, self.issuer, self.issuer_given, self.cloud, self.algorithm) == (
            other.identity, other.issuer, other.issuer_given, other.cloud, other.algorithm,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one document, by id; ``issuerless`` when no key in it says whose it is (as in v1 documents)."""

    keys: Mapping[str, tuple[SigningKey, ...]] = field(default_factory=dict)
    issuerless: bool = False
    cloudless: bool = False
    symmetric: bool = False

    def __contains__(self, kid: object) -> bool:
        return kid in self.keys

    def __iter__(self) -> Iterator[SigningKey]:
        return (key for entries in self.keys.values() for key in entries)

    def find(self, kid: str) -> SigningKey:
        """The one usable key with this id; raises :class:`TokenRefused` when there is none, or more than one."""
        if self.symmetric:
            raise refusal("keyset-symmetric")
        entries = self.keys.get(kid, ())
        if not entries:
            raise refusal("kid-unknown", kid=kid)
        if len(entries) > 1:
            raise refusal("kid-ambiguous", kid=kid, count=len(entries))
        key = entries[0]
        if key.refused is not None:
            raise key.refused.again()
        return key


def read_key_set(document: bytes | Mapping[str, Any] | Sequence[Any], name: str = "key set") -> KeySet:
    """Reads ``{"keys": […]}``, a bare array of keys, or one key; raises :class:`InputError` for anything else.

    >>> read_key_set(b'{"keys": []}').issuerless
    True
    """
    entries = _entries(document, name)
    keys: dict[str, tuple[SigningKey, ...]] = {}
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise InputError("keys-form", f"{name}: an entry of the key set is not an object")
        kid = entry.get("kid")
        if not isinstance(kid, str) or not kid:
            continue
        key = read_key(entry)
        present = keys.get(kid, ())
        if not any(key.same_as(other) for other in present):
            keys[kid] = (*present, key)
    every = [key for group in keys.values() for key in group]
    return KeySet(
        keys,
        issuerless=not any(key.issuer_given for key in every),
        cloudless=not any(key.cloud for key in every),
        symmetric=any(entry.get("kty") == "oct" for entry in entries),
    )


def _entries(document: bytes | Mapping[str, Any] | Sequence[Any], name: str) -> Sequence[Any]:
    if isinstance(document, bytes):
        document = _document(document, name)
    if isinstance(document, Mapping):
        entries = document.get("keys", [document] if "kty" in document else None)
    else:
        entries = document
    if not isinstance(entries, Sequence) or isinstance(entries, str | bytes):
        raise InputError("keys-form", f"{name} is no key set: it has no array named keys")
    if len(entries) > _KEYS_LIMIT:
        raise InputError("keys-form", f"{name} holds {len(entries):,} keys, more than {_KEYS_LIMIT:,}")
    return entries


def _document(data: bytes, name: str) -> Mapping[str, Any] | Sequence[Any]:
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if text.startswith(b"["):
        text = b'{"keys":' + text + b"}"
    try:
        return read_object(text, name)
    except DuplicateMember as error:
        raise InputError("keys-form", f"{name} names the member {error.name[:40]!r} twice") from None
    except TokenRefused as error:
        raise InputError("keys-form", f"{name} cannot be read: {error.sentence}") from None


def read_key(jwk: Mapping[str, Any]) -> SigningKey:
    """One entry of a key set. Never raises: what is wrong with the key is in ``refused``."""
    kid = jwk["kid"] if isinstance(jwk.get("kid"), str) else ""
    issuer = jwk.get("issuer")
    facts: dict[str, Any] = {
        "kid": kid,
        "issuer": issuer if isinstance(issuer, str) else "",
        "issuer_given": "issuer" in jwk,
        "cloud": _text(jwk.get("cloud_instance_name")),
    }
    try:
        return SigningKey(**facts, **_judged(jwk, kid))
    except TokenRefused as error:
        return SigningKey(**facts, identity=_fingerprint(jwk), refused=error)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        problem = Plain(str(error)[:80].replace("\n", " ") or type(error).__name__)
        return SigningKey(
            **facts, identity=_fingerprint(jwk), refused=refusal("key-malformed", kid=kid, problem=problem)
        )


def _fingerprint(jwk: Mapping[str, Any]) -> bytes:
    return repr([(name, str(jwk.get(name))[:4000]) for name in ("kty", "n", "e", "crv", "x", "y")]).encode()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _judged(jwk: Mapping[str, Any], kid: str) -> dict[str, Any]:
    for thumbprint in (kid, jwk.get("x5t")):
        if isinstance(thumbprint, str) and thumbprint in STOLEN_KEYS:
            raise refusal("key-compromised", kid=kid, problem=Plain(STOLEN_KEYS[thumbprint]))
    _check_use(jwk, kid)
    if any(name in jwk for name in _PRIVATE):
        raise refusal("key-private", kid=kid)
    algorithm = pinned_algorithm(jwk)
    key = _public_key(jwk, kid)
    identity = crypto.public_bytes(key)
    facts = {"algorithm": algorithm, "key": key, "identity": identity, **_dates(jwk)}
    return facts | _certificate(jwk, kid, identity, facts)


def _check_use(jwk: Mapping[str, Any], kid: str) -> None:
    use, operations = jwk.get("use"), jwk.get("key_ops")
    if use is not None and use != "sig":
        raise refusal("key-use", kid=kid, problem=Plain("use is not sig"))
    if operations is not None and (not isinstance(operations, list) or "verify" not in operations):
        raise refusal("key-use", kid=kid, problem=Plain("key_ops has no verify"))


def _public_key(jwk: Mapping[str, Any], kid: str) -> crypto.PublicKey:
    kty = jwk.get("kty")
    if kty == "RSA":
        modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
        if weakness := rsa_weakness(modulus, exponent):
            raise refusal("key-weak", kid=kid, problem=Plain(weakness))
        if has_roca_fingerprint(modulus):
            raise refusal("key-roca", kid=kid)
        return crypto.read_public_key("RSA", {"n": modulus, "e": exponent})
    if kty == "EC" and jwk.get("crv") in CURVES:
        numbers = {"crv": jwk["crv"], "x": _number(jwk, "x"), "y": _number(jwk, "y")}
        return crypto.read_public_key("EC", numbers)
    raise ValueError("a key type that is not accepted")


def _number(jwk: Mapping[str, Any], name: str) -> int:
    text = jwk.get(name)
    if not isinstance(text, str) or not text or len(text) > 4096:
        raise ValueError(f"{name} is not a number in base64url")
    try:
        return int.from_bytes(decode_part(text.rstrip("=").encode("ascii"), name))
    except (TokenRefused, binascii.Error, UnicodeEncodeError):
        raise ValueError(f"{name} is not a number in base64url") from None


def _certificate(
    jwk: Mapping[str, Any], kid: str, identity: bytes, facts: Mapping[str, Any]
) -> dict[str, Any]:
    chain = jwk.get("x5c")
    named = frozenset(value for name in ("x5t", "x5t#S256") if (value := _text(jwk.get(name))))
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return {"thumbprints": named}
    try:
        certificate = crypto.read_certificate(binascii.a2b_base64("".join(chain[0].split())))
    except (ValueError, TypeError):
        return {"thumbprints": named}
    if certificate.public_key != identity:
        raise refusal("key-certificate", kid=kid)
    thumbprint = _base64url(certificate.sha1)
    if thumbprint in STOLEN_KEYS:
        raise refusal("key-compromised", kid=kid, problem=Plain(STOLEN_KEYS[thumbprint]))
    return {
        "thumbprints": named | {thumbprint, _base64url(certificate.sha256)},
        "not_before": _later(facts["not_before"], certificate.not_before.timestamp()),
        "not_after": _earlier(facts["not_after"], certificate.not_after.timestamp()),
    }


def _base64url(data: bytes) -> str:
    text = binascii.b2a_base64(data, newline=False).decode().rstrip("=")
    return text.translate(str.maketrans("+/", "-_"))


def _later(one: float | None, other: float) -> float:
    return other if one is None else max(one, other)


def _earlier(one: float | None, other: float) -> float:
    return other if one is None else min(one, other)


def _dates(jwk: Mapping[str, Any]) -> dict[str, Any]:
    revoked = jwk.get("revoked")
    if isinstance(revoked, Mapping):
        revoked = revoked.get("revoked_at")
    return {
        "not_before": _seconds(jwk.get("nbf")),
        "not_after": _seconds(jwk.get("exp")),
        "revoked": _seconds(revoked),
        "first_seen": _seconds(jwk.get("first_seen")),
        "gone": _seconds(jwk.get("gone")),
    }


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    moment = datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_secret(jwk: Mapping[str, Any]) -> tuple[str, crypto.Secret]:
    """The algorithm and octets of a shared secret long enough for it (RFC 7518 section 3.2); ValueError otherwise.

    Only :func:`crosswarden.tokens.signatures.verify` uses it; tokens of Microsoft are never checked with a secret.
    """
    algorithm = pinned_algorithm(jwk)
    text = jwk.get("k")
    if not isinstance(text, str):
        raise ValueError("k is missing")
    secret = decode_part(text.encode("ascii"), "k")
    if len(secret) < DIGESTS[algorithm]:
        raise ValueError(f"{len(secret)} octets, less than {DIGESTS[algorithm]}")
    return algorithm, secret
