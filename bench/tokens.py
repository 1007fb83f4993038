"""Validation of an RS256 token with a warm key, beside PyJWT's own decode with the same checks, in one run.

Many short rounds are interleaved and the least processor time of each is taken, so that a busy machine disturbs both
little and alike. "bare RSA" is
cryptography's verification of the same signature and nothing else: what no validator can go below.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from bench._forgery import AUDIENCE, CLIENT, TENANT, WORLDWIDE, rsa_key, token, v2_claims
from bench._judge import trust
from crosswarden.tokens import Requirements, Validator
from crosswarden.tokens.rfc7515 import read_compact

ROUNDS = 200
CALLS = 30
ALLOWED = 1.25
WANTED = 10_000


def fastest(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Least seconds a call over interleaved rounds."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(CALLS):
                call()
            best[name] = min(best[name], (time.process_time() - start) / CALLS)
    return best


def run() -> None:
    """Prints microseconds, the ratio and validations a second."""
    now = int(time.time())
    text = token(v2_claims(iat=now - 300, nbf=now - 300, exp=now + 3600))
    demands = Requirements.of(AUDIENCE, tenants=TENANT, clients=CLIENT, scopes="access_as_user")
    validator = Validator(trust("common"), demands)
    public = rsa_key("entra").public_key()
    compact = read_compact(text)
    issuer = f"{WORLDWIDE}/{TENANT}/v2.0"
    options = {"require": ["exp", "aud", "iss", "iat", "nbf", "tid"]}

    def pyjwt() -> object:
        claims = jwt.decode(
            text,
            public,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=issuer,
            options=options,  # type: ignore[arg-type]
        )
        assert (
            claims["tid"] == TENANT
            and claims["azp"] == CLIENT
            and "access_as_user" in claims["scp"].split(" ")
        )
        return claims

    took = fastest(
        {
            "crosswarden": lambda: validator.validate(text, at=now),
            "PyJWT decode": pyjwt,
            "bare RSA": lambda: public.verify(
                compact.signature, compact.signing_input, padding.PKCS1v15(), hashes.SHA256()
            ),
        }
    )
    for name, seconds in took.items():
        print(f"{name:14} {seconds * 1e6:8.1f} µs   {1 / seconds:9,.0f}/s")
    ratio, rate = took["crosswarden"] / took["PyJWT decode"], 1 / took["crosswarden"]
    print(
        f"ratio to PyJWT's decode {ratio:.2f} (allowed {ALLOWED})   {'ok' if ratio <= ALLOWED else 'TOO SLOW'}"
    )
    bare = took["bare RSA"]
    if rate >= WANTED:
        print(f"{rate:,.0f} validations/s on one core (wanted {WANTED:,})   ok")
    else:
        print(
            f"{rate:,.0f} validations/s on one core, below {WANTED:,}: the signature alone takes {bare * rate:.0%} of the time, "
            f"bare RSA manages {1 / bare:,.0f}/s here"
        )
