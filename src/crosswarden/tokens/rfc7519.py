"""The claims of a token (RFC 7519): read once, with one meaning, and checked against time and audience."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any

from crosswarden.tokens.refusals import Plain, refusal
from crosswarden.tokens.rfc7515 import decode_part
from crosswarden.tokens.rfc8259 import DuplicateMember, read_object

__all__ = ["age_shown", "check_audience", "check_times", "read_claims", "time_shown"]

_JUDGED = frozenset(
    [
        "acr",
        "amr",
        "appid",
        "aud",
        "azp",
        "exp",
        "groups",
        "iat",
        "idtyp",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "oid",
        "roles",
        "scp",
        "sub",
        "tfp",
        "tid",
        "uti",
        "ver",
        "wids",
    ]
)
"""Claims whose names must not be met in another case as well: two readers could pick different ones."""

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z


def read_claims(part: bytes) -> dict[str, Any]:
    """The claims in the encoded payload; raises :class:`TokenRefused`.

    >>> read_claims(b"eyJ0aWQiOjF9")
    {'tid': 1}
    """
    if not part:
        raise refusal("payload-empty")
    try:
        claims = read_object(decode_part(part, "payload"), "payload")
    except DuplicateMember as error:
        raise refusal(*_duplicate(error.name), name=error.name) from None
    if not claims.keys() <= _JUDGED:
        _refuse_case_variants(claims)
    return claims


def _duplicate(name: str) -> tuple[str]:
    return ("tid-duplicate",) if name.lower() == "tid" else ("claim-duplicate",)


def _refuse_case_variants(claims: Mapping[str, Any]) -> None:
    for name in claims:
        if name not in _JUDGED and (lower := name.casefold()) in _JUDGED:
            if lower == "tid":
                raise refusal("tid-case-variant", other=name)
            raise refusal("claim-case-variant", name=Plain(lower), other=name)


def check_audience(claims: Mapping[str, Any], accepted: Set[str]) -> None:
    """The token must be for exactly one audience, and that one must be accepted, letter for letter."""
    if "aud" not in claims:
        raise refusal("audience-missing")
    audience = claims["aud"]
    if not isinstance(audience, str):
        raise refusal("audience-malformed")
    if audience not in accepted:
        raise refusal("audience-mismatch", aud=audience)


def check_times(claims: Mapping[str, Any], at: float, leeway: float, longest: float | None = None) -> None:
    """exp, nbf and iat against ``at`` (seconds since 1970), each eased by ``leeway`` seconds."""
    ends = _time(claims, "exp")
    if ends is None:
        raise refusal("exp-missing")
    begins, issued = _time(claims, "nbf"), _time(claims, "iat")
    if at >= ends + leeway:
        raise refusal("expired", until=time_shown(ends), age=age_shown(at - ends))
    if begins is not None:
        if ends <= begins:
            raise refusal("time-order", until=time_shown(ends), since=time_shown(begins))
        if at < begins - leeway:
            raise refusal("not-yet-valid", since=time_shown(begins))
    if issued is not None:
        if at < issued - leeway:
            raise refusal("issued-in-future", since=time_shown(issued))
        if longest is not None and ends - issued > longest:
            raise refusal("lifetime-too-long", age=age_shown(ends - issued), limit=age_shown(longest))


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value: Any = claims[name]
    if type(value) not in (int, float) or not 0 <= value <= _LAST_SECOND:
        raise refusal("time-malformed", name=Plain(name), value=value)
    return float(value)


def time_shown(seconds: float) -> Plain:
    """A moment for people.

    >>> str(time_shown(0))
    '1970-01-01T00:00:00Z'
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(max(seconds, 0), _LAST_SECOND))
    return Plain(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def age_shown(seconds: float) -> Plain:
    """A span for people: its two largest units at most.

    >>> str(age_shown(90061)), str(age_shown(3 * 365.25 * 86400 + 86400 * 60))
    ('1 day 1 hour', '3 years 60 days')
    """
    words: list[str] = []
    rest = int(seconds)
    for unit, length in (
        ("year", 31_557_600),
        ("day", 86_400),
        ("hour", 3600),
        ("minute", 60),
        ("second", 1),
    ):
        count, rest = divmod(rest, length)
        if count and len(words) < 2:
            words.append(f"{count} {unit}" + ("s" if count != 1 else ""))
        elif words:
            break
    return Plain(" ".join(words) or "0 seconds")
