"""Runs in the comparison's own environment: judges each token with five libraries, as their documentation says.

Reads JSON from standard input: ``{"keys": […], "issuer": …, "audience": …, "tokens": [{"name", "token"}]}``; writes
``{library: {name: true when accepted}}``. Each library gets the best ordinary set-up: the key that the header's kid
names in the key set, the algorithm pinned to RS256, issuer, audience and expiry enforced. Imports nothing of this project.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

Judge = Callable[[str, dict[str, Any], str, str], object]


def pyjwt(token: str, key: dict[str, Any], issuer: str, audience: str) -> object:
    """PyJWT: ``jwt.decode`` with the key as PyJWK."""
    import jwt

    options: Any = {"require": ["exp", "iss", "aud"]}
    return jwt.decode(
        token,
        jwt.PyJWK(key, "RS256"),
        algorithms=["RS256"],
        audience=audience,
        issuer=issuer,
        options=options,
    )


def joserfc(token: str, key: dict[str, Any], issuer: str, audience: str) -> object:
    """joserfc: decode, then the claims registry."""
    from joserfc import jwk, jwt

    decoded = jwt.decode(token, jwk.import_key(key), algorithms=["RS256"])
    demands: Any = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": audience},
        "exp": {"essential": True},
    }
    jwt.JWTClaimsRegistry(**demands).validate(decoded.claims)
    return decoded


def authlib(token: str, key: dict[str, Any], issuer: str, audience: str) -> object:
    """Authlib: JsonWebToken with claims options."""
    from authlib.jose import JsonWebKey, JsonWebToken

    demands = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": audience},
        "exp": {"essential": True},
    }
    claims = JsonWebToken(["RS256"]).decode(token, JsonWebKey.import_key(key), claims_options=demands)
    claims.validate()
    return claims


def python_jose(token: str, key: dict[str, Any], issuer: str, audience: str) -> object:
    """python-jose: ``jwt.decode``."""
    from jose import jwt

    options = {"require_exp": True, "require_iss": True, "require_aud": True}
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options=options)


def jwcrypto(token: str, key: dict[str, Any], issuer: str, audience: str) -> object:
    """jwcrypto: JWT with checked claims."""
    from jwcrypto import jwk, jwt

    judged = jwt.JWT(
        algs=["RS256"], check_claims={"iss": issuer, "aud": audience, "exp": None}, expected_type="JWS"
    )
    judged.deserialize(token, jwk.JWK(**key))
    return judged


JUDGES: dict[str, tuple[str, Judge]] = {
    "PyJWT": ("pyjwt", pyjwt),
    "joserfc": ("joserfc", joserfc),
    "Authlib": ("authlib", authlib),
    "python-jose": ("python-jose", python_jose),
    "jwcrypto": ("jwcrypto", jwcrypto),
}


def stated_kid(token: str) -> object:
    """The kid that an application would read from the header, leniently."""
    try:
        part = token.split(".")[0]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).get("kid")
    except (ValueError, AttributeError, RecursionError):
        return None


def accepts(judge: Judge, token: str, keys: list[dict[str, Any]], issuer: str, audience: str) -> bool:
    """Whether the library, in an application that looks the key up by its id, accepts the token."""
    kid = stated_kid(token)
    found = [key for key in keys if key.get("kid") == kid]
    if not found:
        return False
    known = ("kty", "n", "e", "crv", "x", "y", "kid", "use", "alg", "key_ops", "x5t", "x5c")
    key = {name: value for name, value in found[0].items() if name in known}
    try:
        judge(token, key, issuer, audience)
    except Exception:  # noqa: BLE001 - whatever a library raises is its refusal; what it returns is counted
        return False
    return True


def main() -> None:
    """Judges what standard input holds."""
    warnings.simplefilter("ignore")
    job = json.load(sys.stdin)
    result = {
        f"{name} {importlib.metadata.version(package)}": {
            one["name"]: accepts(judge, one["token"], job["keys"], job["issuer"], job["audience"])
            for one in job["tokens"]
        }
        for name, (package, judge) in JUDGES.items()
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
