"""What an application requires of a token beyond its being genuine: who for, from which tenant, with which rights.

Rights come from ``scp`` (delegated) and ``roles`` (app roles) only. Nothing here looks at email, upn,
preferred_username or unique_name: they can be changed by people and must not decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswarden.tokens.issuers import is_guid
from crosswarden.tokens.refusals import Plain, refusal
from crosswarden.tokens.rfc7519 import check_audience, check_times

__all__ = ["Requirements", "client_of", "kind_of"]


@dataclass(frozen=True, slots=True)
class Requirements:
    """An application's demands. Empty sets demand nothing; ``audiences`` must name at least one.

    ``kind`` is "", "app" or "delegated"; ``b2c`` and ``cloudless`` as in :func:`crosswarden.tokens.binding.bind`; ``leeway`` and ``longest`` are seconds.
    """

    audiences: frozenset[str]
    tenants: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    kind: str = ""
    b2c: bool = False
    cloudless: bool = False
    leeway: float = 0.0
    longest: float | None = None

    def __post_init__(self) -> None:
        if not self.audiences or "" in self.audiences:
            raise ValueError("at least one audience is needed, and none may be empty")
        for tenant in self.tenants:
            if not is_guid(tenant):
                raise ValueError(f"the tenant {tenant[:60]!r} is not a GUID in lower case")
        if self.kind not in ("", "app", "delegated") or not self.versions <= {"1.0", "2.0"}:
            raise ValueError("kind is app or delegated, versions are 1.0 and 2.0")
        if not 0 <= self.leeway <= 600:
            raise ValueError("leeway is 0 to 600 seconds")

    @classmethod
    def of(cls, audience: str | Iterable[str], **demands: Any) -> Requirements:
        """Requirements from plain values: single texts and any iterables become sets."""
        sets: dict[str, Any] = {
            name: frozenset((value,) if isinstance(value, str) else value)
            if name in ("tenants", "clients", "scopes", "roles", "claims", "versions")
            else value
            for name, value in demands.items()
        }
        return cls(frozenset((audience,) if isinstance(audience, str) else audience), **sets)

    def check(
        self, claims: Mapping[str, Any], tid: str, version: str, at: float, nonce: str | None = None
    ) -> None:
        """Raises :class:`TokenRefused` for the first demand that is not met."""
        check_times(claims, at, self.leeway, self.longest)
        check_audience(claims, self.audiences)
        if self.tenants and tid not in self.tenants:
            raise refusal("tenant-not-accepted", tid=tid)
        self._check_version(claims, version)
        _check_forms(claims)
        self._check_client(claims)
        if self.kind or self.scopes or self.roles:
            self._check_rights(claims)
        for name in self.claims:
            if name not in claims:
                raise refusal("claim-missing", name=Plain(name))
        if nonce is not None:
            _check_nonce(claims, nonce)

    def _check_version(self, claims: Mapping[str, Any], version: str) -> None:
        said = claims.get("ver", version)
        if said not in ("1.0", "2.0") or not isinstance(said, str):
            if not self.b2c:
                raise refusal("version-unknown", ver=said)
        elif said != version and not self.b2c:
            raise refusal("version-mismatch", ver=said, expected=version)
        if self.versions and version not in self.versions:
            raise refusal(
                "version-not-accepted", ver=version, expected=Plain(" or ".join(sorted(self.versions)))
            )

    def _check_client(self, claims: Mapping[str, Any]) -> None:
        client = client_of(claims)
        if self.clients and not client:
            raise refusal("client-missing")
        if self.clients and client not in self.clients:
            raise refusal("client-not-accepted", client=client)

    def _check_rights(self, claims: Mapping[str, Any]) -> None:
        kind = kind_of(claims)
        if self.kind == "app" and kind != "app":
            raise refusal("app-only-required")
        if self.kind == "delegated" and kind != "delegated":
            raise refusal("delegated-required")
        granted = claims.get("scp", "").split(" ")
        for scope in sorted(self.scopes):
            if scope not in granted:
                raise refusal("scope-missing", scope=Plain(scope))
        for role in sorted(self.roles):
            if role not in claims.get("roles", ()):
                raise refusal("role-missing", role=Plain(role))


def _check_forms(claims: Mapping[str, Any]) -> None:
    if not isinstance(claims.get("scp", ""), str):
        raise refusal("claim-malformed", name=Plain("scp"), expected=Plain("text"))
    for name in ("roles", "groups", "wids"):
        value = claims.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise refusal("claim-malformed", name=Plain(name), expected=Plain("a list of texts"))
    for name in ("appid", "azp", "idtyp", "oid", "sub", "uti"):
        if not isinstance(claims.get(name, ""), str):
            raise refusal("claim-malformed", name=Plain(name), expected=Plain("text"))
    if claims.get("idtyp") == "app" and claims.get("scp"):
        raise refusal("idtyp-contradiction")


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    if not isinstance(claims.get("nonce"), str):
        raise refusal("nonce-missing")
    if claims["nonce"] != nonce:
        raise refusal("nonce-mismatch")


def client_of(claims: Mapping[str, Any]) -> str:
    """The application that asked for the token (azp in v2, appid in v1), or "".

    >>> client_of({"appid": "a"})
    'a'
    """
    azp, appid = claims.get("azp", ""), claims.get("appid", "")
    if azp and appid and azp != appid:
        raise refusal("client-contradiction")
    return str(azp or appid)


def kind_of(claims: Mapping[str, Any]) -> str:
    """ "delegated" with scopes, "app" when the token says so (idtyp) or is shaped so (roles, no scopes, its own subject), else "identity".

    >>> kind_of({"idtyp": "app"}), kind_of({"scp": "User.Read"}), kind_of({"name": "Adele"})
    ('app', 'delegated', 'identity')
    """
    if claims.get("scp"):
        return "delegated"
    if "idtyp" in claims:
        return "app" if claims["idtyp"] == "app" else "identity"
    own_subject = "oid" in claims and claims.get("oid") == claims.get("sub")
    return "app" if own_subject and client_of(claims) else "identity"
