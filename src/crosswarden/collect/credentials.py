"""Signs in with MSAL: device code, client secret, certificate or managed identity.

Secrets are read from the environment or a file, kept in memory only, and appear in no message.
"""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import msal

from crosswarden.collect.session import CollectError
from crosswarden.errors import UsageError

__all__ = ["SECRET_ENVIRONMENT", "Method", "SignIn", "secret_from"]

SECRET_ENVIRONMENT = "CROSSWARDEN_CLIENT_SECRET"  # noqa: S105 - the variable's name, not a secret
Method = Literal["device-code", "secret", "certificate", "managed-identity"]


def secret_from(file: Path | None) -> str:
    """The client secret from a file, or else from the environment; raises UsageError where there is none."""
    secret = file.read_text("utf-8").strip() if file else os.environ.get(SECRET_ENVIRONMENT, "")
    if not secret:
        raise UsageError(
            "collect-secret",
            "no client secret was given",
            remedy=f"set {SECRET_ENVIRONMENT} or name a file with --secret-file",
        )
    return secret


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in at ``login`` (an https origin) to one tenant.

    ``known`` is whether ``login`` is one of Microsoft's own; for another (a simulated tenant) MSAL's instance
    discovery, which would ask Microsoft, is off.
    """

    method: Method
    login: str
    tenant: str
    client_id: str
    secret: str = ""
    certificate: str = ""
    verify: str | bool = True
    known: bool = True
    say: Callable[[str], None] = print

    def token_source(self, scope: str) -> Callable[[bool], str]:
        """A function that gives a bearer token for ``scope``: cached by MSAL; a new one when called with True."""
        application = self._application()

        def token(fresh: bool) -> str:
            answer = self._acquire(application, scope, fresh)
            if "access_token" not in answer:
                code, text = (
                    answer.get("error", "unknown"),
                    str(answer.get("error_description", "")).split("\n")[0][:300],
                )
                raise CollectError("collect-sign-in", f"sign-in was refused ({code}): {text}", status=401)
            return str(answer["access_token"])

        return token

    def _application(self) -> Any:
        if self.method == "managed-identity":
            identity = (
                msal.UserAssignedManagedIdentity(client_id=self.client_id)
                if self.client_id
                else msal.SystemAssignedManagedIdentity()
            )
            return msal.ManagedIdentityClient(identity, http_client=self._http())
        common = {
            "authority": f"{self.login}/{self.tenant}",
            "verify": self.verify,
            "instance_discovery": None if self.known else False,
        }
        if self.method == "device-code":
            return msal.PublicClientApplication(self.client_id, **common)
        credential: Any = (
            self.secret
            if self.method == "secret"
            else {"private_key_pfx_path": self.certificate}
            if self.certificate.endswith((".pfx", ".p12"))
            else _pem(self.certificate)
        )
        return msal.ConfidentialClientApplication(self.client_id, client_credential=credential, **common)

    def _http(self) -> Any:
        """The HTTP client that MSAL uses. A named certificate authority goes with each request: a session's own
        setting would yield to REQUESTS_CA_BUNDLE."""
        import requests

        session = requests.Session()
        verify = None if self.verify is True else self.verify
        session.request = functools.partial(session.request, verify=verify, timeout=60)  # type: ignore[method-assign]
        return session

    def _acquire(self, application: Any, scope: str, fresh: bool) -> dict[str, Any]:
        if self.method == "managed-identity":
            return dict(application.acquire_token_for_client(resource=scope.removesuffix("/.default")))
        if self.method == "device-code":
            accounts = application.get_accounts()
            known = accounts and application.acquire_token_silent([scope], accounts[0], force_refresh=fresh)
            if known:
                return dict(known)
            flow = application.initiate_device_flow(scopes=[scope])
            self.say(
                str(flow.get("message", flow.get("error_description", "the device code flow did not start")))
            )
            return dict(application.acquire_token_by_device_flow(flow)) if "user_code" in flow else dict(flow)
        if fresh:
            application.remove_tokens_for_client()
        return dict(application.acquire_token_for_client(scopes=[scope]))


def _pem(path: str) -> dict[str, str]:
    """A PEM file with private key and certificate, as MSAL wants it."""
    text = Path(path).read_text("utf-8")
    return {"private_key": text, "public_certificate": text}


def client(verify: str | bool) -> httpx.Client:
    """The HTTP client for every interface: no redirects (a token must not follow one), bounded waits."""
    trust = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
    return httpx.Client(verify=trust, timeout=httpx.Timeout(300.0, connect=30.0), follow_redirects=False)
