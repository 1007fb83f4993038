"""A drop-in for the package fastapi-azure-auth whose schemes bind the key to the issuer.

    from fastapi_azure_auth import SingleTenantAzureAuthorizationCodeBearer                     # before
    from crosswarden.tokens.fastapi_azure_auth import SingleTenantAzureAuthorizationCodeBearer  # after

The package keeps its settings, its user object and its HTTP answers. What changes: metadata and keys come from the key
store (hourly, bounded, last known good), and a token is judged as everywhere here, instead of by ``jwt.decode`` alone.
The package itself is not a dependency of this one.
"""

from __future__ import annotations

from typing import Any

import fastapi_azure_auth as package
from fastapi_azure_auth.auth import AzureAuthorizationCodeBearerBase
from fastapi_azure_auth.openid_config import OpenIdConfig

from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.key_store import AsyncKeyStore
from crosswarden.tokens.pyjwt_client import as_pyjwt_error
from crosswarden.tokens.refusals import TokenRefused, refusal
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.validator import Validator

__all__ = [
    "B2CMultiTenantAuthorizationCodeBearer",
    "MultiTenantAzureAuthorizationCodeBearer",
    "SingleTenantAzureAuthorizationCodeBearer",
]


class BoundConfiguration(OpenIdConfig):
    """The package's configuration, filled from a key store."""

    def __init__(self, plain: OpenIdConfig, store: AsyncKeyStore | None = None) -> None:
        super().__init__(plain.tenant_id, plain.multi_tenant, plain.app_id, plain.config_url)
        tenant = "common" if plain.multi_tenant else plain.tenant_id
        self.authority = plain.config_url or f"https://login.microsoftonline.com/{tenant}"
        if plain.app_id and not plain.config_url:
            self.authority += f"/v2.0/.well-known/openid-configuration?appid={plain.app_id}"
        self.store = store if store is not None else AsyncKeyStore()
        self.trust: Trust | None = None

    async def load_config(self) -> None:
        """Fetches when it is due, by the key store's rules."""
        trust = await self.store.trust(self.authority)
        if trust is self.trust:
            return
        self.trust = trust
        self.issuer = trust.metadata.issuer.text
        base = self.authority.partition("/v2.0/")[0]
        self.authorization_endpoint = f"{base}/oauth2/v2.0/authorize"
        self.token_endpoint = f"{base}/oauth2/v2.0/token"
        self.signing_keys = {key.kid: key.key for key in trust.keys if key.key is not None}


class _Bound(AzureAuthorizationCodeBearerBase):
    """Judges in place of the package's own ``validate``."""

    b2c = False

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.openid_config: BoundConfiguration = BoundConfiguration(self.openid_config)

    def validate(self, access_token: str, key: Any, iss: str, options: dict[str, Any]) -> dict[str, Any]:
        """The claims of a token that holds; raises PyJWT's exceptions, which the package turns into answers."""
        trust = self.openid_config.trust
        assert trust is not None
        required = frozenset(options.get("require", ())) - {"iss"}
        requirements = Requirements.of(
            self.app_client_id, leeway=float(self.leeway), claims=required, b2c=self.b2c
        )
        try:
            valid = Validator(trust, requirements).validate(access_token, at=self.openid_config.store.clock())
            if self.multi_tenant and options.get("verify_iss") and valid.issuer != iss:
                raise refusal("issuer-mismatch", iss=valid.issuer, expected=iss)
        except TokenRefused as refused:
            raise as_pyjwt_error(refused) from None
        return dict(valid.claims)


class SingleTenantAzureAuthorizationCodeBearer(_Bound, package.SingleTenantAzureAuthorizationCodeBearer):
    """For the accounts of one tenant."""


class MultiTenantAzureAuthorizationCodeBearer(_Bound, package.MultiTenantAzureAuthorizationCodeBearer):
    """For the accounts of many tenants."""


class B2CMultiTenantAuthorizationCodeBearer(_Bound, package.B2CMultiTenantAuthorizationCodeBearer):
    """For Azure AD B2C: choosing it is what configures B2C."""

    b2c = True
