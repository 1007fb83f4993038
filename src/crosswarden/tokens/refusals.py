"""Why a token is refused: stable codes, one sentence each, and the page that says so.

A code never changes its meaning and is never reused. Values that come from the token are attacker-controlled:
:func:`shown` bounds and escapes them before they reach a message.

>>> str(refusal("kid-unknown", kid="k1"))
"the key id 'k1' is in none of the key sets given"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosswarden.errors import RefusedError

__all__ = ["REASONS", "Plain", "Reason", "TokenRefused", "refusal", "shown"]

_RFC = "https://www.rfc-editor.org/rfc/"
_JWS = _RFC + "rfc7515"
_JWE = _RFC + "rfc7516"
_JWK = _RFC + "rfc7517"
_JWA = _RFC + "rfc7518"
_JWT = _RFC + "rfc7519"
_JSON = _RFC + "rfc8259#section-4"
_BCP = _RFC + "rfc8725"
_LEARN = "https://learn.microsoft.com/entra/identity-platform/"
_VALIDATE = _LEARN + "access-tokens#validate-tokens"
_ISSUER = _LEARN + "access-tokens#validate-the-issuer"
_SIGNATURE = _LEARN + "access-tokens#validate-the-signature"
_CLAIMS = _LEARN + "access-token-claims-reference"
_AUTHORISE = _LEARN + "claims-validation"
_CLOUDS = _LEARN + "authentication-national-cloud"
_B2C = "https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview#validation"
_STORM = "https://www.microsoft.com/security/blog/2023/07/14/analysis-of-storm-0558-techniques-for-unauthorized-email-access/"


@dataclass(frozen=True)
class Reason:
    """One way to be refused: its code, the sentence (a format string) and the page it rests on."""

    code: str
    sentence: str
    reference: str


def _reasons(*rows: tuple[str, str, str]) -> Mapping[str, Reason]:
    table = {code: Reason(code, sentence, reference) for code, sentence, reference in rows}
    assert len(table) == len(rows), "a code is given twice"
    return table


REASONS: Mapping[str, Reason] = _reasons(
    # the outer form (RFC 7515 section 7.1, RFC 4648 section 5)
    ("token-empty", "there is no token", _JWS + "#section-7.1"),
    ("token-not-text", "the token is a {kind}, not text", _JWS + "#section-7.1"),
    ("token-too-long", "the token is {length:,} characters long, more than {limit:,}", _RFC + "rfc8259#section-9"),
    ("token-json-form", "the token is in JSON serialization; only the compact form is read", _JWS + "#section-7.2"),
    ("token-encrypted", "the token has five parts, so it is encrypted (JWE), not signed", _JWE + "#section-7.1"),
    ("token-parts", "the token has {count} parts instead of three", _JWS + "#section-7.1"),
    ("token-whitespace", "the token holds white space", _JWS + "#section-5.2"),
    ("base64-padding", "a part of the token is padded with '='", _JWS + "#section-2"),
    ("base64-alphabet", "the token holds a character outside base64url", _JWS + "#section-2"),
    ("base64-length", "the {part} has a length that base64url cannot have", _JWS + "#section-2"),
    ("base64-not-canonical", "the {part} has unused bits set in its last character", _RFC + "rfc4648#section-3.5"),
    ("header-empty", "the header is empty", _JWS + "#section-4"),
    ("payload-empty", "the payload is empty", _JWT + "#section-7.2"),
    ("signature-missing", "the token has no signature", _JWS + "#section-5.2"),
    # JSON (RFC 8259)
    ("json-not-utf8", "the {part} is not UTF-8", _JWS + "#section-5.2"),
    ("json-malformed", "the {part} is not valid JSON: {problem}", _JSON),
    ("json-not-object", "the {part} is not a JSON object", _JWT + "#section-7.2"),
    ("json-too-deep", "the {part} nests deeper than {limit} levels", _RFC + "rfc8259#section-9"),
    ("json-number", "the {part} holds a number that no double can hold", _RFC + "rfc8259#section-6"),
    ("json-surrogate", "the {part} holds half of a surrogate pair", _RFC + "rfc8259#section-8.2"),
    ("header-duplicate", "the header names {name} twice", _JWS + "#section-4"),
    ("claim-duplicate", "the claims name {name} twice", _JWT + "#section-4"),
    ("claim-case-variant", "the claims name {other}, a case variant of {name}", _CLAIMS),
    ("tid-duplicate", "the claims name tid twice", _ISSUER),
    ("tid-case-variant", "the claims name the tenant id as {other}, a case variant of tid", _ISSUER),
    # the header (RFC 7515 section 4, RFC 8725)
    ("alg-missing", "the header names no algorithm", _JWS + "#section-4.1.1"),
    ("alg-malformed", "the header's alg is not text", _JWS + "#section-4.1.1"),
    ("alg-none", "the token says it is unsigned (alg {alg})", _BCP + "#section-3.2"),
    ("alg-symmetric", "the token claims a shared-secret signature ({alg}); keys of Microsoft are public", _BCP + "#section-2.1"),
    ("alg-unknown", "the algorithm {alg} is not a signature algorithm that is accepted", _JWA + "#section-3.1"),
    ("alg-not-of-key", "the token says {alg}, the key {kid} is for {allowed} only", _BCP + "#section-3.1"),
    ("header-jwk", "the header brings its own key (jwk)", _JWS + "#section-4.1.3"),
    ("header-jku", "the header points to a key set of its own (jku)", _JWS + "#section-4.1.2"),
    ("header-x5u", "the header points to a certificate of its own (x5u)", _JWS + "#section-4.1.5"),
    ("header-x5c", "the header brings its own certificate chain (x5c)", _JWS + "#section-4.1.6"),
    ("header-crit", "the header demands extensions (crit), and none is understood", _JWS + "#section-4.1.11"),
    ("header-b64", "the header switches off base64url for the payload (b64)", _RFC + "rfc7797#section-7"),
    ("header-zip", "the header says the content is compressed (zip)", _BCP + "#section-3.6"),
    ("header-cty", "the header says the content is {cty}, not claims", _JWS + "#section-4.1.10"),
    ("header-enc", "the header is that of an encrypted token (enc)", _JWE + "#section-4.1.2"),
    ("header-typ", "the token says it is a {typ}, neither JWT nor at+jwt", _BCP + "#section-3.11"),
    ("header-case-variant", "the header names {other}, a case variant of {name}", _JWS + "#section-4"),
    ("kid-missing", "the header names no key (kid)", _SIGNATURE),
    ("kid-malformed", "the key id is not a plain identifier: {kid}", _BCP + "#section-3.10"),
    ("kid-unknown", "the key id {kid} is in none of the key sets given", _SIGNATURE),
    ("kid-ambiguous", "the key id {kid} names {count} different keys or issuers in the key set", _JWK + "#section-4.5"),
    ("x5t-mismatch", "the header's certificate thumbprint is not that of the key {kid}", _JWS + "#section-4.1.7"),
    # the key (RFC 7517, 7518)
    ("keyset-symmetric", "the key set holds shared secrets (kty oct); none of it is trusted", _JWK + "#section-9"),
    ("key-private", "the key set gives away the private half of the key {kid}", _JWK + "#section-9.2"),
    ("key-malformed", "the key {kid} cannot be read: {problem}", _JWK + "#section-4"),
    ("key-use", "the key {kid} is not for signatures ({problem})", _JWK + "#section-4.2"),
    ("key-weak", "the key {kid} is weak: {problem}", _JWA + "#section-3.3"),
    ("key-roca", "the key {kid} has the ROCA weakness (CVE-2017-15361): its private half can be computed", "https://nvd.nist.gov/vuln/detail/CVE-2017-15361"),
    ("key-certificate", "the certificate of the key {kid} is for another key", _JWK + "#section-4.7"),
    ("key-compromised", "the key {kid} is known to be stolen: {problem}", _STORM),
    ("key-not-yet-valid", "the key {kid} is valid only from {since}", _SIGNATURE),
    ("key-expired", "the key {kid} expired on {until}, {age} before the time of judgement", _STORM),
    ("key-retired", "the key {kid} was last served on {until}, {age} before the time of judgement", _SIGNATURE),
    ("key-revoked", "the key {kid} was revoked on {until}", _SIGNATURE),
    # the signature
    ("signature-invalid", "the signature is not one of the key {kid}", _JWS + "#section-5.2"),
    ("signature-transformed", "the signature is not one of the key {kid}; the header's nonce says that the token is for Microsoft's own API, whose tokens only that API can verify", _SIGNATURE),
    # whose key (the binding)
    ("issuer-missing", "the claims name no issuer (iss)", _ISSUER),
    ("issuer-malformed", "the issuer is not text", _JWT + "#section-4.1.1"),
    ("issuer-mismatch", "the issuer {iss} is not the {expected} that the metadata stands for", _ISSUER),
    ("tid-missing", "the claims name no tenant (tid)", _ISSUER),
    ("tid-malformed", "the tenant id is not a GUID in its usual form: {tid}", _ISSUER),
    ("tid-not-of-issuer", "the tenant {tid} is not the one in the issuer {iss}", _ISSUER),
    ("key-without-issuer", "the key set does not say whose key {kid} is", _SIGNATURE),
    ("key-issuer-malformed", "the key set gives {issuer} as the issuer of key {kid}, which is no issuer", _SIGNATURE),
    ("key-of-consumers", "the key {kid} signs for personal accounts only, the token claims the tenant {tid}", _STORM),
    ("key-not-of-consumers", "the token claims to be from personal accounts, whose keys name exactly that issuer; the key {kid} does not", _SIGNATURE),
    ("key-of-other-cloud", "the key {kid} belongs to {host}, the token's issuer is of another cloud", _CLOUDS),
    ("key-issuer-mismatch", "the key {kid} signs for {issuer}, not for {iss}", _SIGNATURE),
    ("cloud-mismatch", "the key {kid} is of the cloud {key_cloud}, the metadata of {cloud}", _CLOUDS),
    ("cloud-missing", "the {silent} does not say of which cloud it is, though the {other} does", _CLOUDS),
    ("b2c-not-configured", "the token is from Azure AD B2C, which has not been configured to be accepted", _B2C),
    ("b2c-policy", "the token is from the policy {policy}, the metadata from {expected}", _B2C),
    ("consumer-not-accepted", "the token is from personal accounts, and the metadata is that of {endpoint}", _ISSUER),
    ("tenant-not-accepted", "the tenant {tid} is not one that is accepted", _AUTHORISE),
    ("version-unknown", "the token version {ver} is neither 1.0 nor 2.0", _CLAIMS),
    ("version-mismatch", "the token says version {ver}, its issuer is of version {expected}", _CLAIMS),
    ("version-not-accepted", "the token is of version {ver}, accepted is {expected}", _CLAIMS),
    # time (RFC 7519 section 4.1.4 to 4.1.6)
    ("exp-missing", "the claims name no end of validity (exp)", _JWT + "#section-4.1.4"),
    ("time-malformed", "the claim {name} is not a time: {value}", _JWT + "#section-2"),
    ("expired", "the token expired at {until}, {age} before the time of judgement", _JWT + "#section-4.1.4"),
    ("not-yet-valid", "the token is valid only from {since}", _JWT + "#section-4.1.5"),
    ("issued-in-future", "the token says it was issued at {since}, after the time of judgement", _JWT + "#section-4.1.6"),
    ("time-order", "the token ends ({until}) before it begins ({since})", _JWT + "#section-4.1.4"),
    ("lifetime-too-long", "the token is good for {age}, longer than the {limit} accepted", _LEARN + "configurable-token-lifetimes"),
    # audience and what the caller requires
    ("audience-missing", "the claims name no audience (aud)", _JWT + "#section-4.1.3"),
    ("audience-malformed", "the audience is not one text; Microsoft issues a token for exactly one", _CLAIMS),
    ("audience-mismatch", "the token is for {aud}, not for this application", _VALIDATE),
    ("claim-malformed", "the claim {name} is not {expected}", _CLAIMS),
    ("client-contradiction", "appid and azp name different applications", _CLAIMS),
    ("client-missing", "the claims name no client application (azp or appid)", _AUTHORISE),
    ("client-not-accepted", "the client application {client} is not one that is accepted", _AUTHORISE),
    ("idtyp-contradiction", "the token says it is app-only (idtyp app) and carries delegated scopes (scp)", _CLAIMS),
    ("app-only-required", "an app-only token is required, and nothing in this one says it is", _AUTHORISE),
    ("delegated-required", "a delegated token is required, this one is app-only", _AUTHORISE),
    ("scope-missing", "the delegated scope {scope} is required and not granted", _AUTHORISE),
    ("role-missing", "the app role {role} is required and not granted", _AUTHORISE),
    ("nonce-missing", "the claims carry no nonce", _LEARN + "id-token-claims-reference"),
    ("nonce-mismatch", "the nonce is not the one that was sent", _LEARN + "id-token-claims-reference"),
    ("claim-missing", "the claim {name} is required", _CLAIMS),
)  # fmt: skip
"""Every reason by code."""


class TokenRefused(RefusedError):
    """A token was judged and refused; ``reference`` is the RFC or Microsoft page that says why."""

    def __init__(self, code: str, sentence: str, reference: str) -> None:
        super().__init__(code, sentence)
        self.reference = reference

    def again(self) -> TokenRefused:
        """The same refusal as a new exception, so that one that is kept gathers no tracebacks."""
        return TokenRefused(self.code, self.sentence, self.reference)


def shown(value: object, limit: int = 80) -> str:
    """A value from a token as it may be printed: quoted, ASCII, bounded.

    >>> shown("a\\x1b[2J" + "b" * 200, 12)
    "'a\\\\x1b[2Jbbb…'"
    """
    text = value if isinstance(value, str) else str(value)[: limit + 1]
    cut = text[:limit]
    quoted = ascii(cut)
    if len(quoted) > limit + 2 and len(text) > 8:
        quoted = ascii(cut[: max(8, limit // 2)])
        return quoted[:-1] + "…" + quoted[-1]
    return quoted if len(text) <= limit else quoted[:-1] + "…" + quoted[-1]


def refusal(code: str, **details: object) -> TokenRefused:
    """The refusal with this code; text details are quoted and bounded, numbers are formatted."""
    reason = REASONS[code]
    safe = {
        name: value if isinstance(value, int | Plain) else shown(value) for name, value in details.items()
    }
    return TokenRefused(code, reason.sentence.format(**safe), reason.reference)


class Plain(str):
    """Text of this program's own, printed without quotes."""

    __slots__ = ()
