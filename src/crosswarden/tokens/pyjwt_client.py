"""A drop-in for PyJWT's PyJWKClient that binds the key to the issuer before it hands the key out.

    from jwt import PyJWKClient                             # before
    from crosswarden.tokens.pyjwt_client import PyJWKClient  # after

``get_signing_key_from_jwt(token)`` checks form, header, signature and binding; what ``jwt.decode`` then checks
(audience, times) stays with the application. Refusals are both :class:`TokenRefused` and the PyJWT exception that an
application already handles. ``get_signing_key(kid)`` alone cannot bind anything, so it refuses.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NoReturn

from crosswarden.errors import UsageError
from crosswarden.tokens import crypto
from crosswarden.tokens.binding import bind
from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.fetching import Fetch, http_fetch
from crosswarden.tokens.key_store import KeyStore
from crosswarden.tokens.online import stated_key_id
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.validator import genuine

__all__ = ["PyJWKClient", "as_pyjwt_error"]

_exceptions = crypto.jwt.exceptions
_ADDRESS = re.compile(r"(https://[^/?#]+/[^/?#]+)/discovery/v2\.0/keys/?", re.ASCII)


class RefusedKey(TokenRefused, _exceptions.PyJWKClientError, _exceptions.InvalidTokenError):
    """A refusal that handlers of PyJWT's errors also meet."""


class RefusedExpired(TokenRefused, _exceptions.ExpiredSignatureError):
    """A refusal for age."""


class RefusedEarly(TokenRefused, _exceptions.ImmatureSignatureError):
    """A refusal for being too early."""


class RefusedAudience(TokenRefused, _exceptions.InvalidAudienceError):
    """A refusal for the audience."""


class RefusedIssuer(TokenRefused, _exceptions.InvalidIssuerError):
    """A refusal for the issuer."""


_KINDS: dict[str, type[TokenRefused]] = {
    "expired": RefusedExpired,
    "not-yet-valid": RefusedEarly,
    "audience-missing": RefusedAudience,
    "audience-malformed": RefusedAudience,
    "audience-mismatch": RefusedAudience,
    "issuer-missing": RefusedIssuer,
    "issuer-malformed": RefusedIssuer,
    "issuer-mismatch": RefusedIssuer,
}


def as_pyjwt_error(refused: TokenRefused) -> TokenRefused:
    """The same refusal, as an exception that is also PyJWT's for the same fault."""
    return _KINDS.get(refused.code, RefusedKey)(refused.code, refused.sentence, refused.reference)


class PyJWKClient:
    """Takes the address of a v2 key set of the Microsoft identity platform, as PyJWT's own client does.

    PyJWT's further settings (caching, headers, timeouts) are accepted and have no effect: the key store's rules hold.
    """

    def __init__(
        self,
        uri: str,
        *_settings: Any,
        fetch: Fetch = http_fetch,
        clock: Callable[[], float] = time.time,
        **_named: Any,
    ) -> None:
        match = _ADDRESS.fullmatch(uri)
        if match is None:
            raise UsageError(
                "keys-address",
                f"{uri[:100]!r} is not the address of a v2 key set",
                remedy="use https://login.microsoftonline.com/<tenant>/discovery/v2.0/keys",
            )
        self.uri = uri
        self.authority = match[1]
        self.store = KeyStore(fetch, clock)

    def get_signing_key_from_jwt(self, token: str | bytes) -> crypto.jwt.PyJWK:
        """The key that signed the token, once it is established to be the issuer's."""
        text = token.decode("ascii", "replace") if isinstance(token, bytes) else token
        trust: Trust = self.store.trust(self.authority, stated_key_id(text))
        try:
            claims, _, key, _ = genuine(text, (trust,), self.store.clock())
            bind(claims, key, trust)
        except TokenRefused as refused:
            raise as_pyjwt_error(refused) from None
        assert key.key is not None
        return crypto.as_pyjwk(key.key, key.algorithm, key.kid)

    def get_signing_key(self, *_: Any, **__: Any) -> NoReturn:
        """Refuses: a key by itself does not say for which issuer it is wanted."""
        raise UsageError(
            "key-without-token",
            "a key cannot be bound to an issuer without its token",
            remedy="use get_signing_key_from_jwt(token)",
        )

    get_signing_keys = get_signing_key
    get_jwk_set = get_signing_key
