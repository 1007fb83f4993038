"""What an audit of code finds: one place, one rule, one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

__all__ = ["RULES", "Finding", "Rule", "finding"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A weakness: how grave (critical, high, medium, low), what it means, what to do."""

    id: str
    severity: str
    sentence: str
    remedy: str


_BIND = "use crosswarden.tokens (Validator, or its drop-ins for PyJWKClient and fastapi-azure-auth)"

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("signature-off", "critical", "the signature of a token is not verified", "verify it, or do not call it validation"),
        Rule("alg-none-allowed", "critical", "unsigned tokens (alg none) are allowed", "allow exactly RS256"),
        Rule("algorithm-confusion", "critical", "shared-secret and public-key algorithms are allowed together", "allow exactly RS256"),
        Rule("algorithms-open", "high", "the token itself chooses the algorithm", "allow exactly RS256"),
        Rule("issuer-off", "critical", "the issuer of a token is not validated", "validate it against the authority's metadata"),
        Rule("issuer-missing", "high", "no issuer is demanded when a token is decoded", "demand the issuer of the accepted tenant"),
        Rule("audience-off", "critical", "the audience of a token is not validated", "demand the application's own id"),
        Rule("audience-missing", "high", "no audience is demanded when a token is decoded", "demand the application's own id"),
        Rule("lifetime-off", "high", "expired tokens are accepted", "validate the lifetime"),
        Rule("no-issuer-binding", "high", "tokens of the Microsoft identity platform are validated without asking whose key signed (Storm-0558)", _BIND),
        Rule("no-issuer-binding-dotnet", "high", "token validation parameters are set without EnableAadSigningKeyIssuerValidation (Storm-0558)", "call it on the parameters, or use Microsoft.Identity.Web 2.13.2 or later"),
        Rule("binding-switched-off", "critical", "tokens without a tenant id pass the check of the key's issuer", "remove the switch DoNotFailOnMissingTid"),
        Rule("outdated-identitymodel", "high", "this version does not know whose key signs (fixed in 6.32.0)", "update to 6.32.0 or later"),
        Rule("outdated-identity-web", "high", "this version does not ask whose key signs (fixed in 2.13.2)", "update to 2.13.2 or later"),
        Rule("unmaintained", "medium", "this library for tokens is no longer maintained", "replace it"),
        Rule("endless-key-cache", "high", "signing keys are kept without an end: a withdrawn key goes on being trusted", "refresh hourly, keep for 24 hours at most"),
        Rule("fixed-key", "high", "a signing key is written into the code", "fetch keys from the authority, and refresh them"),
        Rule("key-from-token", "critical", "the key is taken from the token itself (jwk, jku, x5u, x5c)", "take keys from the authority's metadata only"),
        Rule("plain-http-metadata", "high", "metadata and keys may come over plain HTTP", "demand HTTPS"),
        Rule("tls-off", "high", "certificates are not verified when keys are fetched", "verify them"),
        Rule("mutable-identity", "medium", "a name or address that can be changed decides who someone is", "use oid together with tid"),
        Rule("unreadable", "low", "the file cannot be read as what it is called", "look at it by hand"),
    )
}  # fmt: skip
"""Every rule by id."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule met at a line of a file; ``what`` is the code or package, shortened."""

    path: str
    line: int
    rule: str
    what: str

    def document(self) -> dict[str, str | int]:
        """Plain values, with the rule's severity, sentence and remedy."""
        rule = RULES[self.rule]
        return {**asdict(self), "severity": rule.severity, "sentence": rule.sentence, "remedy": rule.remedy}


def finding(path: str, line: int, rule: str, what: str) -> Finding:
    """A finding with bounded, printable text."""
    assert rule in RULES
    text = " ".join(what.split())
    return Finding(path, line, rule, "".join(one if one.isprintable() else "?" for one in text)[:160])
