"""What is odd about a token, seen without trusting it: each a sentence, none of them a proof.

Rests on what tokens of Entra ID always have, and on what forged ones were seen to lack or to contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crosswarden.tokens.issuers import CONSUMER_TENANT, is_b2c, is_guid, read_issuer
from crosswarden.tokens.key_weakness import STOLEN_KEYS
from crosswarden.tokens.refusals import TokenRefused, shown
from crosswarden.tokens.rfc7515 import check_header
from crosswarden.tokens.rfc7519 import age_shown

__all__ = ["oddities"]

_UTI = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
_LONGEST = 28 * 3600
"""Seconds; the longest-lived access tokens are those for continuous access evaluation."""


def oddities(header: Mapping[str, Any], claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything odd, the header's first."""
    return (*_header(header), *_issuer(claims), *_lifetime(claims), *_identifiers(claims), *_rights(claims))


def _header(header: Mapping[str, Any]) -> Iterator[str]:
    try:
        check_header(header)
    except TokenRefused as refused:
        yield refused.sentence
    alg, kid = header.get("alg"), header.get("kid")
    if alg != "RS256":
        yield f"the algorithm is {shown(alg, 20)}; Entra ID signs with RS256"
    if isinstance(kid, str) and kid in STOLEN_KEYS:
        yield f"the key is {STOLEN_KEYS[kid]}"
    if "nonce" in header:
        yield "the header carries a nonce: tokens for Microsoft Graph do, and only Graph can verify them"
    x5t = header.get("x5t")
    if x5t is not None and x5t != kid:
        yield "the header's key id and certificate thumbprint differ; Entra ID uses one value for both"


def _issuer(claims: Mapping[str, Any]) -> Iterator[str]:
    issuer, tid = claims.get("iss"), claims.get("tid")
    form = read_issuer(issuer) if isinstance(issuer, str) else None
    if form is None:
        yield "no issuer is named"
    elif is_b2c(form.text):
        yield "the issuer is Azure AD B2C: a tenant's own customers, not its staff"
    elif form.version == "other" or not form.tenant:
        yield "the issuer is not of a form that Entra ID uses"
    elif form.tenant != tid:
        yield "the tenant in the issuer is not the one in tid"
    if not is_guid(tid):
        yield "tid is not one GUID in its usual form"
    if form is not None and form.version in ("1.0", "2.0") and claims.get("ver") != form.version:
        yield f"the token says version {shown(claims.get('ver'), 10)}, its issuer is of version {form.version}"
    if (
        tid == CONSUMER_TENANT
        and "scp" in claims
        and any(name in claims for name in ("upn", "unique_name", "wids"))
    ):
        yield "the token is of the consumer tenant and names a user as enterprise tokens do"


def _lifetime(claims: Mapping[str, Any]) -> Iterator[str]:
    times = {name: claims.get(name) for name in ("iat", "nbf", "exp")}
    for name, value in times.items():
        if type(value) not in (int, float):
            yield f"{name} is {'missing' if value is None else 'no time'}; tokens of Entra ID always have it"
    issued, begins, ends = times.values()
    if type(issued) in (int, float) and type(ends) in (int, float):
        assert isinstance(issued, int | float) and isinstance(ends, int | float)
        if ends - issued > _LONGEST:
            yield f"it is good for {age_shown(ends - issued)}; Entra ID issues for 28 hours at most"
        if ends <= issued:
            yield "it ends before it was issued"
        if begins != issued:
            yield "nbf and iat differ; Entra ID sets both to the same second"


def _identifiers(claims: Mapping[str, Any]) -> Iterator[str]:
    uti = claims.get("uti")
    if uti is None:
        yield "it has no uti, so no log can be asked for it"
    elif not isinstance(uti, str) or not _UTI.fullmatch(uti):
        yield "its uti is not 16 octets in base64url, as those of Entra ID are"
    if not is_guid(claims.get("oid")):
        yield "it names no object id (oid): it is for no one in particular"
    for name in ("aio", "rh"):
        if name not in claims:
            yield f"it lacks {name}, which Entra ID puts into access tokens"
    lower = [name.casefold() for name in claims]
    for name in sorted({one for one in lower if lower.count(one) > 1}):
        yield f"the claim {shown(name, 40)} is given in several cases"


def _rights(claims: Mapping[str, Any]) -> Iterator[str]:
    if claims.get("idtyp") == "app" and claims.get("scp"):
        yield "it says it is app-only and carries delegated scopes"
    if claims.get("azp") and claims.get("appid") and claims["azp"] != claims["appid"]:
        yield "azp and appid name different applications"
    if not claims.get("azp") and not claims.get("appid") and (claims.get("scp") or claims.get("roles")):
        yield "it grants rights to an application that it does not name"
    if isinstance(claims.get("aud"), list):
        yield "it has several audiences; Entra ID issues for one"
