"""Drop-ins and the web dependency: one changed line, and the binding is there."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import fastapi_azure_auth as package
import httpx
import jwt
import pytest
from bench._forgery import (
    AUDIENCE,
    CONSUMERS,
    TENANT,
    WORLDWIDE,
    jwk,
    metadata,
    rsa_key,
    token,
    v1_claims,
    v2_claims,
)  # fmt: skip
from fastapi import Depends, FastAPI, Security

from crosswarden.errors import UsageError
from crosswarden.tokens import Requirements, TokenRefused, ValidToken
from crosswarden.tokens import fastapi_azure_auth as bound
from crosswarden.tokens.key_store import AsyncKeyStore
from crosswarden.tokens.pyjwt_client import PyJWKClient
from crosswarden.tokens.starlette_dependency import BearerToken

TEMPLATE = WORLDWIDE + "/{tenantid}/v2.0"
MSA = f"{WORLDWIDE}/{CONSUMERS}/v2.0"
ADDRESS = WORLDWIDE + "/common/discovery/v2.0/keys"


def serve(tenant: str = "common") -> Any:
    """What the authority answers, by address; keys of enterprises and of consumers side by side."""
    keys = [jwk(rsa_key("entra"), "entra-key", TEMPLATE), jwk(rsa_key("consumer"), "consumer-key", MSA)]

    def fetch(address: str) -> bytes:
        document = metadata(WORLDWIDE, tenant) if ".well-known/" in address else {"keys": keys}
        return json.dumps(document).encode()

    return fetch


def now_claims(**changes: Any) -> dict[str, Any]:
    """Claims of a token that is valid at the real time, for libraries that read the clock themselves."""
    now = int(time.time())
    return v2_claims(**{"iat": now - 60, "nbf": now - 60, "exp": now + 600, **changes})


def decode(client: Any, text: str) -> dict[str, Any]:
    """The documented way to use PyJWKClient, unchanged."""
    key = client.get_signing_key_from_jwt(text)
    issuer = f"{WORLDWIDE}/{TENANT}/v2.0"
    return jwt.decode(text, key, algorithms=["RS256"], audience=AUDIENCE, issuer=issuer)


def test_pyjwt_alone_accepts_the_forged_token() -> None:
    """What the drop-in is for: PyJWT's own client hands out the consumer key for an enterprise token."""
    forged = token(now_claims(), "consumer", "consumer-key")

    class Client(jwt.PyJWKClient):
        def fetch_data(self) -> Any:
            return json.loads(serve()(ADDRESS))

    assert decode(Client(ADDRESS), forged)["tid"] == TENANT


def test_the_drop_in_binds_and_the_rest_of_the_code_stays() -> None:
    """The good token decodes as before; the forged one fails with an exception that PyJWT's handlers meet."""
    client = PyJWKClient(ADDRESS, cache_keys=True, lifespan=300, fetch=serve())
    assert decode(client, token(now_claims()))["tid"] == TENANT
    with pytest.raises(jwt.PyJWTError) as caught:
        decode(client, token(now_claims(), "consumer", "consumer-key"))
    assert isinstance(caught.value, TokenRefused) and caught.value.code == "key-of-consumers"
    with pytest.raises(jwt.ExpiredSignatureError):
        decode(client, token(now_claims(nbf=1, iat=1, exp=2)))
    with pytest.raises(jwt.InvalidTokenError):
        client.get_signing_key_from_jwt(token(now_claims(), "attacker"))


def test_the_drop_in_gives_no_key_without_a_token() -> None:
    """A key id alone cannot be bound, and only v2 key sets of an authority are taken."""
    with pytest.raises(UsageError):
        PyJWKClient(ADDRESS, fetch=serve()).get_signing_key("entra-key")
    with pytest.raises(UsageError):
        PyJWKClient("https://example.com/jwks.json")


def store(tenant: str = "common") -> AsyncKeyStore:
    """A key store on the synthetic authority."""
    fetch = serve(tenant)

    async def fetch_async(address: str) -> bytes:
        return bytes(fetch(address))

    return AsyncKeyStore(fetch_async)


def get(app: FastAPI, *headers: tuple[str, str]) -> httpx.Response:
    """One request to an application in this process."""

    async def request() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
            return await client.get("/", headers=list(headers))

    return asyncio.run(request())


def bearer(text: str) -> tuple[str, str]:
    """The header that carries a token."""
    return "Authorization", f"Bearer {text}"


def dependency_app(requirements: Requirements, keys: AsyncKeyStore | None = None) -> FastAPI:
    """An application with one route behind the dependency."""
    app = FastAPI()
    guard = BearerToken(WORLDWIDE + "/common", requirements, keys or store())

    @app.get("/")
    async def route(
        judged: ValidToken = Depends(guard),  # noqa: B008
    ) -> dict[str, str]:
        return {"tenant": judged.tenant, "client": judged.client}

    return app


def test_the_dependency_gives_the_judged_token() -> None:
    """A route behind the dependency sees who is there, for both token versions."""
    app = dependency_app(Requirements.of(AUDIENCE, scopes="access_as_user"))
    now = int(time.time())
    v1 = v1_claims(iat=now, nbf=now, exp=now + 60)
    for claims in (now_claims(), v1):
        answer = get(app, bearer(token(claims)))
        assert answer.status_code == 200 and answer.json()["tenant"] == TENANT


@pytest.mark.parametrize(
    ("headers", "status", "challenge"),
    [
        ([], 401, "Bearer"),
        ([("Authorization", "Basic eDp5")], 401, "Bearer"),
        ([bearer("")], 401, "Bearer"),
        ([bearer("garbage")], 401, 'error="invalid_token", error_description="token-parts"'),
        ([bearer(token(now_claims(), "consumer", "consumer-key"))], 401, "key-of-consumers"),
        ([bearer(token(now_claims(scp="other")))], 403, 'error="insufficient_scope"'),
        ([bearer("a"), bearer("b")], 400, "two-authorizations"),
    ],
)
def test_the_dependency_answers_as_rfc_6750_says(
    headers: list[tuple[str, str]], status: int, challenge: str
) -> None:
    """401, 403 and 400 with the challenge that names the reason by its code only."""
    answer = get(dependency_app(Requirements.of(AUDIENCE, scopes="access_as_user")), *headers)
    assert answer.status_code == status and challenge in answer.headers["WWW-Authenticate"]


def test_the_dependency_says_when_keys_are_missing() -> None:
    """Without keys nothing is judged: 503, never 200 and never 401."""

    async def gone(address: str) -> bytes:
        raise OSError(address)

    answer = get(dependency_app(Requirements.of(AUDIENCE), AsyncKeyStore(gone)), bearer(token(now_claims())))
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"


def azure_app(scheme: Any) -> FastAPI:
    """An application behind one of fastapi-azure-auth's schemes."""
    app = FastAPI()

    @app.get("/")
    async def route(
        user: Any = Security(scheme, scopes=["access_as_user"]),  # noqa: B008
    ) -> dict[str, str]:
        return {"tenant": user.tid}

    return app


def test_fastapi_azure_auth_alone_accepts_the_forged_token() -> None:
    """What the drop-in is for: the package takes the consumer key for an enterprise token."""
    scheme = package.SingleTenantAzureAuthorizationCodeBearer(AUDIENCE, tenant_id=TENANT)

    async def load() -> None:
        scheme.openid_config.issuer = f"{WORLDWIDE}/{TENANT}/v2.0"
        scheme.openid_config._load_keys(json.loads(serve()(ADDRESS))["keys"])

    scheme.openid_config.load_config = load  # type: ignore[method-assign]
    assert get(azure_app(scheme), bearer(token(now_claims(), "consumer", "consumer-key"))).status_code == 200


async def issuer_of(tid: str) -> str:
    """The issuer of a tenant, as the package asks for it."""
    return f"{WORLDWIDE}/{tid}/v2.0"


@pytest.mark.parametrize("many", [False, True], ids=["one tenant", "many tenants"])
def test_the_fastapi_azure_auth_drop_in_binds(many: bool) -> None:
    """The same application with the import changed: the good token passes, the forged ones meet 401."""
    if many:
        scheme: Any = bound.MultiTenantAzureAuthorizationCodeBearer(
            AUDIENCE, validate_iss=True, iss_callable=issuer_of
        )
    else:
        scheme = bound.SingleTenantAzureAuthorizationCodeBearer(AUDIENCE, tenant_id=TENANT)
    scheme.openid_config.store = store("common" if many else TENANT)
    app = azure_app(scheme)
    assert get(app, bearer(token(now_claims()))).json() == {"tenant": TENANT}
    assert get(app, bearer(token(now_claims(), "consumer", "consumer-key"))).status_code == 401
    assert get(app, bearer(token(now_claims(), "attacker"))).status_code == 401
    assert get(app, bearer(token(now_claims(exp=1, nbf=0, iat=0)))).status_code == 401
    assert get(app, bearer(token(now_claims(TID=TENANT)))).status_code == 401
