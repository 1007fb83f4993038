"""A dependency for FastAPI and Starlette: the request's bearer token, judged, or the right HTTP answer.

    bearer = BearerToken("https://login.microsoftonline.com/<tenant>", Requirements.of("<client id>", scopes="read"))

    @app.get("/orders")
    async def orders(token: Annotated[ValidToken, Depends(bearer)]) -> ...

Answers follow RFC 6750 section 3.1: 401 invalid_token, 403 insufficient_scope, 400 for two tokens, 503 without keys.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from crosswarden.tokens.key_cache import KeysUnavailable
from crosswarden.tokens.key_store import AsyncKeyStore
from crosswarden.tokens.online import AsyncOnlineValidator
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.validator import ValidToken

__all__ = ["BearerToken"]

_FORBIDDEN = frozenset(
    {
        "scope-missing", "role-missing", "client-not-accepted", "tenant-not-accepted", "app-only-required",
        "delegated-required",
    }
)  # fmt: skip


class BearerToken:
    """Callable dependency; gives the :class:`ValidToken` or raises Starlette's HTTPException.

    The refusal's code is sent to the caller, its details are not: they may describe what is accepted.
    """

    def __init__(
        self, authority: str, requirements: Requirements, store: AsyncKeyStore | None = None
    ) -> None:
        self.validator = AsyncOnlineValidator(authority, requirements, store)

    async def __call__(self, request: Request) -> ValidToken:
        """Judges the Authorization header of a request."""
        try:
            return await self.validator.validate(_bearer(request))
        except TokenRefused as refused:
            forbidden = refused.code in _FORBIDDEN
            error = "insufficient_scope" if forbidden else "invalid_token"
            raise _answer(403 if forbidden else 401, error, refused.code) from None
        except KeysUnavailable:
            raise HTTPException(503, "signing keys are unavailable", {"Retry-After": "60"}) from None


def _bearer(request: Request) -> str:
    values = request.headers.getlist("authorization")
    if len(values) > 1:
        raise _answer(400, "invalid_request", "two-authorizations")
    scheme, _, token = values[0].partition(" ") if values else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise HTTPException(401, "a bearer token is required", {"WWW-Authenticate": "Bearer"})
    return token.strip()


def _answer(status: int, error: str, code: str) -> HTTPException:
    challenge = f'Bearer error="{error}", error_description="{code}"'
    return HTTPException(status, code, {"WWW-Authenticate": challenge})
