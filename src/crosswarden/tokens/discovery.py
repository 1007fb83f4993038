"""An authority's own description (OpenID Connect Discovery 1.0) and the keys it points to: what is trusted.

``issuer`` may be a template for many tenants. Which endpoint it is of (common, organizations, consumers or one
tenant) shows in its addresses, and decides whether personal accounts are meant at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crosswarden.errors import InputError
from crosswarden.tokens.issuers import CLOUDS, Cloud, IssuerForm, is_b2c, read_issuer
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.rfc7517 import KeySet
from crosswarden.tokens.rfc8259 import DuplicateMember, read_object

__all__ = ["Metadata", "Trust", "read_metadata"]

_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ENDPOINTS = frozenset({"common", "organizations", "consumers"})
_POLICY = re.compile(r"b2c_1a?_[a-z0-9_-]{1,128}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the authority says of itself. ``endpoint`` is common, organizations, consumers, or "" when it does not show."""

    issuer: IssuerForm
    cloud_name: str = ""
    endpoint: str = ""
    jwks_uri: str = ""
    b2c: bool = False
    policy: str = ""

    @property
    def cloud(self) -> Cloud | None:
        """The cloud whose login host is in the issuer; v1 issuers of several clouds are alike, so ``jwks_uri`` or
        the cloud's name decides there, and the worldwide cloud is what remains."""
        if self.issuer.host in CLOUDS:
            return CLOUDS[self.issuer.host]
        alike = [cloud for cloud in CLOUDS.values() if cloud.v1_host == self.issuer.host]
        host = urlsplit(self.jwks_uri).hostname
        for cloud in alike:
            if cloud.login_host == host or (
                self.cloud_name and cloud.login_host == f"login.{self.cloud_name}"
            ):
                return cloud
        return alike[0] if alike else CLOUDS.get(host or "")


@dataclass(frozen=True, slots=True)
class Trust:
    """An authority's description and its keys: the pair that a token is judged by."""

    metadata: Metadata
    keys: KeySet


def read_metadata(document: bytes | Mapping[str, Any], name: str = "metadata") -> Metadata:
    """Reads an OpenID configuration; raises :class:`InputError` when it is none.

    >>> read_metadata({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}).issuer.template
    True
    """
    if isinstance(document, bytes):
        try:
            document = read_object(document.removeprefix(b"\xef\xbb\xbf").strip(), name)
        except DuplicateMember as error:
            raise InputError("metadata-form", f"{name} names {error.name[:40]!r} twice") from None
        except TokenRefused as error:
            raise InputError("metadata-form", f"{name} cannot be read: {error.sentence}") from None
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or not issuer.startswith("https://") or len(issuer) > 512:
        raise InputError("metadata-form", f"{name} is no OpenID configuration: it has no https issuer")
    addresses = [_address(value, name) for key in _ADDRESSES if isinstance(value := document.get(key), str)]
    cloud_name = document.get("cloud_instance_name")
    jwks_uri = document.get("jwks_uri")
    return Metadata(
        issuer=read_issuer(issuer),
        cloud_name=cloud_name.strip() if isinstance(cloud_name, str) else "",
        endpoint=_endpoint(addresses),
        jwks_uri=jwks_uri if isinstance(jwks_uri, str) else "",
        b2c=is_b2c(issuer) or any(map(is_b2c, addresses)) or bool(_policy(addresses)),
        policy=_policy(addresses),
    )


def _address(text: str, name: str) -> str:
    try:
        urlsplit(text)
    except ValueError:
        raise InputError("metadata-form", f"{name} holds {text[:80]!r}, which is no address") from None
    return text


def _endpoint(addresses: list[str]) -> str:
    named = {part for address in addresses for part in urlsplit(address).path.split("/")[1:2]} & _ENDPOINTS
    return named.pop() if len(named) == 1 else ""


def _policy(addresses: list[str]) -> str:
    for address in addresses:
        parts = urlsplit(address)
        candidates = parts.path.split("/") + parse_qs(parts.query).get("p", [])
        for candidate in candidates:
            if _POLICY.fullmatch(candidate):
                return candidate.lower()
    return ""
