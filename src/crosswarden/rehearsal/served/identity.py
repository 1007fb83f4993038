"""Sign-in of a simulated tenant: OpenID configuration, keys, and tokens for clients that know a secret.

Source: Microsoft identity platform documentation, "OpenID Connect", "OAuth 2.0 client credentials flow".
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.served import signing
from crosswarden.rehearsal.served.problems import Problem

__all__ = ["Identity"]

LIFETIME = 3599


@dataclass(slots=True)
class Identity:
    """Issues and knows bearer tokens; ``secrets`` are the client secrets by client id, ``roles`` what each may do."""

    tenant: str
    url: str
    secrets: Mapping[str, str]
    roles: Mapping[str, tuple[str, ...]]
    now: Callable[[], float] = time.time
    _issued: dict[str, tuple[str, float]] = field(default_factory=dict)
    _key: Any = field(default_factory=signing.new_key)

    @property
    def issuer(self) -> str:
        """The v2.0 issuer."""
        return f"{self.url}/{self.tenant}/v2.0"

    def configuration(self) -> dict[str, Any]:
        """The OpenID configuration document."""
        base = f"{self.url}/{self.tenant}"
        return {
            "issuer": self.issuer,
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }

    def keys(self) -> dict[str, Any]:
        """The key set, each key with its issuer."""
        return {"keys": [signing.public_jwk(self._key, self._kid) | {"use": "sig", "issuer": self.issuer}]}

    @property
    def _kid(self) -> str:
        return (
            base64.urlsafe_b64encode(bytes.fromhex(named_guid(self.tenant, "kid").replace("-", "")))
            .rstrip(b"=")
            .decode()
        )

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint's answer to a client-credentials request; raises Problem (401, AADSTS…) otherwise."""
        if form.get("grant_type") != "client_credentials":
            raise Problem(
                400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."
            )
        client = form.get("client_id", "")
        if client not in self.secrets:
            raise Problem(
                401,
                "unauthorized_client",
                f"AADSTS700016: Application with identifier '{client}' was not found in the directory.",
            )
        if form.get("client_secret") != self.secrets[client]:
            raise Problem(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        now = int(self.now())
        claims = {
            "aud": form.get("scope", "").removesuffix("/.default"),
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": client,
            "azp": client,
            "idtyp": "app",
            "oid": named_guid(self.tenant, client),
            "sub": named_guid(self.tenant, client),
            "tid": self.tenant,
            "uti": named_guid(self.tenant, client, now, len(self._issued)),
            "ver": "2.0",
            "roles": list(self.roles.get(client, ())),
        }
        token = signing.sign(claims, self._key, self._kid)
        self._issued[token] = (client, now + LIFETIME)
        return {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": token,
        }

    def client_of(self, authorization: str) -> str:
        """The client that a request's Authorization header stands for; raises Problem (401) where it is none of ours."""
        kind, _, token = authorization.partition(" ")
        client, until = self._issued.get(token, ("", 0.0))
        if kind.lower() != "bearer" or not client:
            raise Problem(401, "InvalidAuthenticationToken", "Access token is empty or was not issued here.")
        if self.now() >= until:
            raise Problem(
                401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."
            )
        return client

    def demand(self, client: str, needed: tuple[str, ...]) -> None:
        """Raises Problem (403) unless the client has one of the roles."""
        if not set(needed) & set(self.roles.get(client, ())):
            raise Problem(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )

    def revoke(self) -> None:
        """Forgets every token: the next request with one gets 401."""
        self._issued.clear()
