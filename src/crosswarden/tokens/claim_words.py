"""What the claims of a Microsoft token mean, in words (access and ID token claims reference, Microsoft identity platform).

Words describe what the token *states*; nothing here says that it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswarden.tokens.issuers import CLOUDS, CONSUMER_TENANT, read_issuer
from crosswarden.tokens.refusals import shown
from crosswarden.tokens.rfc7519 import time_shown

__all__ = ["MEANINGS", "RESOURCES", "Explained", "explain"]

RESOURCES: Mapping[str, str] = {
    "00000003-0000-0000-c000-000000000000": "Microsoft Graph",
    "https://graph.microsoft.com": "Microsoft Graph",
    "https://graph.microsoft.com/": "Microsoft Graph",
    "00000002-0000-0000-c000-000000000000": "Azure AD Graph (retired)",
    "https://graph.windows.net": "Azure AD Graph (retired)",
    "https://graph.windows.net/": "Azure AD Graph (retired)",
    "00000002-0000-0ff1-ce00-000000000000": "Exchange Online",
    "https://outlook.office.com": "Exchange Online",
    "https://outlook.office365.com": "Exchange Online",
    "https://outlook.office365.com/": "Exchange Online",
    "00000003-0000-0ff1-ce00-000000000000": "SharePoint Online",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013": "Azure Resource Manager",
    "https://management.azure.com": "Azure Resource Manager",
    "https://management.azure.com/": "Azure Resource Manager",
    "https://management.core.windows.net/": "Azure Resource Manager (classic address)",
    "https://vault.azure.net": "Azure Key Vault",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093": "Azure Key Vault",
}
"""Audience → Microsoft's own resource."""

_PLAIN: Mapping[str, str] = {
    "aio": "internal to Entra ID, for reusing tokens",
    "app_displayname": "display name of the client application",
    "groups": "groups of the principal",
    "name": "name to show; can be changed, decides nothing",
    "nonce": "value that the application sent with its request",
    "oid": "object id of the principal in the tenant; with tid, the only safe name of it",
    "rh": "internal to Entra ID, for renewing tokens",
    "roles": "app roles granted to the principal",
    "sid": "session that the sign-in belongs to",
    "sub": "subject, different for every application",
    "unique_name": "name to show; can be changed, decides nothing",
    "upn": "user principal name; can be changed, decides nothing",
    "preferred_username": "name to show; can be changed, decides nothing",
    "email": "mail address; can be changed and need not be verified, decides nothing",
    "uti": "identifier of this token; sign-in logs call it UniqueTokenIdentifier, audit logs UniqueTokenId",
    "wids": "directory roles of the principal, as template ids",
    "xms_cc": "what the client can handle (cp1: continuous access evaluation)",
    "xms_tcdt": "when the tenant was created, in seconds since 1970",
    "_claim_names": "groups are too many for the token and have to be asked for",
    "_claim_sources": "where the groups can be asked for",
    "puid": "internal id of the account",
    "deviceid": "device that the sign-in came from",
    "ipaddr": "address that the sign-in came from",
    "in_corp": "the sign-in came from a trusted network",
    "idp": "identity provider of the account when it is not the tenant itself: a guest",
    "tenant_region_scope": "region of the tenant",
    "login_hint": "hint for signing in again",
    "cnf": "key that the holder has to prove to have",
    "acrs": "authentication contexts that were satisfied",
}

_METHODS = {"pwd": "password", "mfa": "several factors", "rsa": "certificate or key", "fido": "FIDO key", "wia": "Windows sign-in",
            "otp": "one-time code", "ngcmfa": "freshly set-up factors", "face": "face", "swk": "software key", "hwk": "hardware key"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explained:
    """A claim, its value as text (bounded, escaped) and its meaning."""

    name: str
    value: str
    meaning: str


def _time(meaning: str) -> Callable[[Any], str]:
    def words(value: Any) -> str:
        if type(value) not in (int, float):
            return f"{meaning}; not a time"
        return f"{meaning}: {time_shown(value)}"

    return words


def _issuer(value: Any) -> str:
    form = read_issuer(value) if isinstance(value, str) else None
    if form is None or not form.tenant:
        return "who says all this; not a form that Entra ID uses"
    clouds = [one.name for one in CLOUDS.values() if form.host in (one.login_host, one.v1_host)]
    cloud = " or ".join(clouds) + " cloud" if clouds else form.host
    owner = "personal accounts" if form.tenant == CONSUMER_TENANT else f"tenant {form.tenant}"
    return f"who says all this: {owner}, {cloud}, token version {form.version}"


def _tenant(value: Any) -> str:
    return (
        "tenant: that of all personal accounts" if value == CONSUMER_TENANT else "tenant that the token is of"
    )


def _audience(value: Any) -> str:
    resource = RESOURCES.get(value) if isinstance(value, str) else None
    return f"resource that the token is for: {resource}" if resource else "resource that the token is for"


def _client(value: Any) -> str:
    del value
    return "application that asked for the token"


def _strength(value: Any) -> str:
    kind = {"0": "no credential (public client)", "1": "a secret", "2": "a certificate"}.get(
        str(value), "an unknown way"
    )
    return f"the client proved itself with {kind}"


def _scopes(value: Any) -> str:
    count = len(value.split()) if isinstance(value, str) else 0
    return f"delegated: the application acts for a user, within {count} scope{'s' if count != 1 else ''}"


def _type(value: Any) -> str:
    return {"app": "app-only: no user is involved", "user": "for a user", "device": "for a device"}.get(
        value, "unknown kind"
    )


def _ways(value: Any) -> str:
    ways = (
        [_METHODS.get(one, one[:20]) for one in value if isinstance(one, str)]
        if isinstance(value, list)
        else []
    )
    return "the user proved to be it with " + (", ".join(ways) or "nothing that is named")


MEANINGS: Mapping[str, Callable[[Any], str]] = {
    "acct": lambda value: "account: guest" if value == 1 else "account: member",
    "amr": _ways,
    "appid": _client,
    "appidacr": _strength,
    "aud": _audience,
    "auth_time": _time("the user signed in at"),
    "azp": _client,
    "azpacr": _strength,
    "exp": _time("not valid from"),
    "iat": _time("issued at"),
    "idtyp": _type,
    "iss": _issuer,
    "nbf": _time("valid from"),
    "scp": _scopes,
    "tfp": lambda value: "policy of Azure AD B2C that issued it",
    "tid": _tenant,
    "ver": lambda value: f"token version {value}" if value in ("1.0", "2.0") else "unknown token version",
}
"""Claim → what its value means."""


def explain(claims: Mapping[str, Any]) -> tuple[Explained, ...]:
    """Every claim in words, in the token's own order; unknown ones say so.

    >>> explain({"idtyp": "app"})[0].meaning
    'app-only: no user is involved'
    """
    return tuple(
        Explained(name[:80], shown(value, 120), _meaning(name, value)) for name, value in claims.items()
    )


def _meaning(name: str, value: Any) -> str:
    if name in _PLAIN:
        return _PLAIN[name]
    if name not in MEANINGS:
        return (
            "not a claim that Microsoft documents"
            if not name.startswith("xms_")
            else "optional claim of Microsoft's"
        )
    try:
        return MEANINGS[name](value)
    except TypeError:
        return "a value of a form that Entra ID does not use"
