"""Judges a token: whether it is what it claims, by keys and metadata that are already at hand.

Nothing here reads a file, a clock or the network: keys, metadata and the moment are given. The order is fixed and
each step trusts only what the steps before it have established: form, header, key, signature, then claims.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosswarden.tokens import crypto
from crosswarden.tokens.binding import bind, issuer_of
from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.refusals import Plain, refusal
from crosswarden.tokens.requirements import Requirements, client_of, kind_of
from crosswarden.tokens.rfc7515 import Compact, check_header, read_compact, read_header
from crosswarden.tokens.rfc7517 import SigningKey
from crosswarden.tokens.rfc7518 import ASYMMETRIC, SYMMETRIC
from crosswarden.tokens.rfc7519 import age_shown, read_claims, time_shown

__all__ = ["ValidToken", "Validator", "check_key_time", "genuine", "is_plain", "key_id"]

_PLAIN_KID = re.compile(r"[A-Za-z0-9_.~+=:@-]{1,128}", re.ASCII)
_HEADERS_KEPT = 64
_GRACE = 24 * 3600.0
"""Seconds for which a key that left the key set may still have been in a cache, by Microsoft's rule."""


@dataclass(frozen=True, slots=True)
class ValidToken:
    """A token that held: its claims, and what was established about them."""

    claims: Mapping[str, Any]
    header: Mapping[str, Any]
    tenant: str
    version: str
    issuer: str
    key: SigningKey

    @property
    def kind(self) -> str:
        """ "delegated", "app" or "identity" (an ID token, or an access token without rights)."""
        return kind_of(self.claims)

    @property
    def client(self) -> str:
        """The application that asked for the token, or ""."""
        return client_of(self.claims)

    @property
    def principal(self) -> tuple[str, str]:
        """Tenant and object id: what may be used to know who it is (never a name or an address)."""
        return self.tenant, str(self.claims.get("oid", ""))


class Validator:
    """Validates tokens for one application. Thread-safe; make one and keep it.

    ``trusts`` are pairs of metadata and keys; several (v1 and v2, or several authorities) are told apart by the
    token's issuer. ``requirements`` are what the application demands.
    """

    def __init__(self, trusts: Trust | Sequence[Trust], requirements: Requirements) -> None:
        self.trusts = (trusts,) if isinstance(trusts, Trust) else tuple(trusts)
        self.requirements = requirements
        self._headers: dict[bytes, Mapping[str, Any]] = {}

    def validate(self, token: object, *, at: float, nonce: str | None = None) -> ValidToken:
        """The valid token; raises :class:`TokenRefused`. ``at`` is the moment of judgement in seconds since 1970."""
        demands = self.requirements
        claims, header, key, trust = genuine(token, self.trusts, at, self._headers)
        tid, version = bind(claims, key, trust, b2c=demands.b2c, cloudless=demands.cloudless)
        demands.check(claims, tid, version, at, nonce)
        return ValidToken(claims, header, tid, version, claims["iss"], key)


Genuine = tuple[dict[str, Any], Mapping[str, Any], SigningKey, Trust]
"""Claims, header, the key that signed them, and the trust that the key is from."""


def genuine(
    token: object, trusts: Sequence[Trust], at: float, headers: dict[bytes, Mapping[str, Any]] | None = None
) -> Genuine:
    """What a token says, once its signature is established to be one of the keys given; whose key is not yet asked.

    ``headers`` keeps the headers of genuine tokens by their encoded form, so that they need not be read again.
    """
    compact = read_compact(token)
    header = headers.get(compact.header) if headers is not None else None
    if header is None:
        header = read_header(compact.header)
        check_header(header)
    kid = key_id(header)
    found = _trusts_with(trusts, kid, header)
    trust = found[0]
    key = _checked_key(trust, kid, header, at)
    _check_signature(compact, key, header)
    claims = read_claims(compact.payload)
    if len(found) > 1:
        trust = _trust_for(found, claims)
        key = _checked_key(trust, kid, header, at)
        _check_signature(compact, key, header)
    if headers is not None and compact.header not in headers:
        if len(headers) >= _HEADERS_KEPT:
            headers.clear()
        headers[compact.header] = header
    return claims, header, key, trust


def _trusts_with(trusts: Sequence[Trust], kid: str, header: Mapping[str, Any]) -> tuple[Trust, ...]:
    alg = header["alg"]
    if alg in SYMMETRIC:
        raise refusal("alg-symmetric", alg=alg)
    if alg not in ASYMMETRIC:
        raise refusal("alg-unknown", alg=alg)
    found = tuple(trust for trust in trusts if kid in trust.keys)
    if not found:
        if not is_plain(kid):
            raise refusal("kid-malformed", kid=kid)
        for trust in trusts:
            trust.keys.find(kid)
        raise refusal("kid-unknown", kid=kid)
    return found


def key_id(header: Mapping[str, Any]) -> str:
    """The header's key id; raises :class:`TokenRefused` when it is missing or no text.

    It is only ever compared with the ids of a key set that is trusted, so what it holds does not matter if it is there.
    """
    kid = header.get("kid")
    if kid is None:
        raise refusal("kid-missing")
    if not isinstance(kid, str) or not kid:
        raise refusal("kid-malformed", kid=kid)
    return kid


def is_plain(kid: str) -> bool:
    """Whether a key id is a plain identifier, and not a path, an address or a piece of a query.

    >>> is_plain("1LTMzakihiRla_8z2BEJVXeWMqo"), is_plain("../../dev/null")
    (True, False)
    """
    return _PLAIN_KID.fullmatch(kid) is not None


def _trust_for(trusts: Sequence[Trust], claims: Mapping[str, Any]) -> Trust:
    """The trust whose metadata is of the token's version and issuer, or the first."""
    issuer = issuer_of(claims)
    for trust in trusts:
        of = trust.metadata.issuer
        if of.version == issuer.version and of.of(issuer.tenant) == issuer.text:
            return trust
    return trusts[0]


def _checked_key(trust: Trust, kid: str, header: Mapping[str, Any], at: float) -> SigningKey:
    key = trust.keys.find(kid)
    if header["alg"] != key.algorithm:
        raise refusal("alg-not-of-key", alg=header["alg"], kid=kid, allowed=Plain(key.algorithm))
    for name in ("x5t", "x5t#S256"):
        if name in header and key.thumbprints and str(header[name]) not in key.thumbprints:
            raise refusal("x5t-mismatch", kid=kid)
    check_key_time(key, at)
    return key


def check_key_time(key: SigningKey, at: float) -> None:
    """Refuses a key outside its validity: certificate, revocation, and when it was last served."""
    if key.not_before is not None and at < key.not_before:
        raise refusal("key-not-yet-valid", kid=key.kid, since=time_shown(key.not_before))
    if key.revoked is not None and at >= key.revoked:
        raise refusal("key-revoked", kid=key.kid, until=time_shown(key.revoked))
    if key.not_after is not None and at > key.not_after:
        age = age_shown(at - key.not_after)
        raise refusal("key-expired", kid=key.kid, until=time_shown(key.not_after), age=age)
    if key.gone is not None and at > key.gone + _GRACE:
        raise refusal("key-retired", kid=key.kid, until=time_shown(key.gone), age=age_shown(at - key.gone))


def _check_signature(compact: Compact, key: SigningKey, header: Mapping[str, Any]) -> None:
    assert key.key is not None
    if crypto.signature_fits(key.algorithm, key.key, compact.signing_input, compact.signature):
        return
    raise refusal("signature-transformed" if "nonce" in header else "signature-invalid", kid=key.kid)
