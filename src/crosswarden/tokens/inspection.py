"""Explains a token without trusting it: what it states, whose key it names, what is odd, and what a judgement says.

The judgement is for the audience that the token itself names: a captured token is not for the one who holds it, and
the question here is whether it is genuine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosswarden.tokens.claim_words import Explained, explain
from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.issuers import CONSUMER_TENANT, read_issuer
from crosswarden.tokens.key_weakness import STOLEN_KEYS
from crosswarden.tokens.oddities import oddities
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.rfc7515 import read_compact, read_header
from crosswarden.tokens.rfc7517 import SigningKey
from crosswarden.tokens.rfc7519 import age_shown, read_claims, time_shown
from crosswarden.tokens.validator import Validator
from crosswarden.tokens.verdicts import elided, key_document, unverified

__all__ = ["Inspection", "inspect_token", "judge_for_itself", "owner_of"]


@dataclass(frozen=True)
class Inspection:
    """What can be said of a token. ``verdict`` is valid, refused, expired (genuine but past its time) or cannot say."""

    token: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    explained: tuple[Explained, ...]
    owner: str
    key: Mapping[str, Any] | None
    odd: tuple[str, ...]
    verdict: str
    code: str
    sentence: str
    age: str
    problems: tuple[str, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """The inspection as plain values."""
        return {
            "token": self.token,
            "verdict": self.verdict,
            "code": self.code,
            "sentence": self.sentence,
            "age": self.age,
            "header": dict(self.header),
            "claims": [
                {"name": one.name, "value": one.value, "meaning": one.meaning} for one in self.explained
            ],
            "key": {"owner": self.owner, **(self.key or {})},
            "odd": list(self.odd),
            "problems": list(self.problems),
        }


def inspect_token(token: str, at: float, trusts: Sequence[Trust] = ()) -> Inspection:
    """Explains a token; never raises for what is in it."""
    problems = _problems(token)
    stated = unverified(token)
    header, claims = stated.get("header", {}), stated.get("claims", {})
    key = _key(header.get("kid"), trusts)
    verdict, code, sentence = judge_for_itself(token, claims, at, trusts)
    return Inspection(
        token=elided(token),
        header=header,
        claims=claims,
        explained=explain(claims),
        owner=owner_of(header.get("kid"), key),
        key=None if key is None else key_document(key),
        odd=oddities(header, claims) if header or claims else (),
        verdict=verdict,
        code=code,
        sentence=sentence,
        age=_age(claims, at),
        problems=problems,
    )


def _problems(token: str) -> tuple[str, ...]:
    """What is wrong with form, header and payload, each for itself."""
    problems: list[str] = []
    try:
        compact = read_compact(token)
    except TokenRefused as refused:
        return (refused.sentence,)
    steps: tuple[tuple[Callable[[bytes], object], bytes], ...] = (
        (read_header, compact.header),
        (read_claims, compact.payload),
    )
    for read, part in steps:
        try:
            read(part)
        except TokenRefused as refused:
            problems.append(refused.sentence)
    return tuple(problems)


def _key(kid: object, trusts: Sequence[Trust]) -> SigningKey | None:
    for trust in trusts:
        if isinstance(kid, str) and kid in trust.keys:
            return trust.keys.keys[kid][0]
    return None


def owner_of(kid: object, key: SigningKey | None) -> str:
    """Whose key it is, in words."""
    if isinstance(kid, str) and kid in STOLEN_KEYS:
        return STOLEN_KEYS[kid]
    if key is None:
        return "cannot say: the key id is in none of the key sets given"
    if not key.issuer:
        return "cannot say: the key set does not say whose key it is"
    form = read_issuer(key.issuer)
    if form.tenant == CONSUMER_TENANT:
        return "personal accounts (the consumer tenant)"
    if form.template:
        return f"Entra ID, for every tenant at {form.host}"
    return (
        f"the tenant {form.tenant} at {form.host}"
        if form.tenant
        else f"an unknown issuer {key.issuer[:80]!r}"
    )


def judge_for_itself(
    token: str, claims: Mapping[str, Any], at: float, trusts: Sequence[Trust]
) -> tuple[str, str, str]:
    """Verdict, code and sentence for a token judged for its own audience, now and, if it is past, for its own time."""
    if not trusts:
        return "cannot say", "no-keys", "no key set was given, so the signature was not looked at"
    audience = claims.get("aud")
    requirements = Requirements.of(audience if isinstance(audience, str) and audience else "none", b2c=True)
    try:
        Validator(trusts, requirements).validate(token, at=at)
        return "valid", "valid", "the key of the issuer signed it, and it is within its time"
    except TokenRefused as refused:
        if refused.code in ("expired", "not-yet-valid") and _was_genuine(token, claims, trusts, requirements):
            return "expired", refused.code, f"the key of the issuer signed it; {refused.sentence}"
        if refused.code == "kid-unknown":
            return "cannot say", refused.code, refused.sentence
        return "refused", refused.code, refused.sentence


def _was_genuine(
    token: str, claims: Mapping[str, Any], trusts: Sequence[Trust], requirements: Requirements
) -> bool:
    begins = claims.get("nbf", claims.get("iat"))
    if type(begins) not in (int, float):
        return False
    assert isinstance(begins, int | float)
    try:
        Validator(trusts, requirements).validate(token, at=max(begins, claims.get("iat", begins)))
    except (TokenRefused, TypeError):
        return False
    return True


def _age(claims: Mapping[str, Any], at: float) -> str:
    ends = claims.get("exp")
    if type(ends) not in (int, float):
        return "cannot say: it names no end"
    assert isinstance(ends, int | float)
    if at < ends:
        return f"within its time, until {time_shown(ends)}"
    return f"past its time since {time_shown(ends)} ({age_shown(at - ends)})"
