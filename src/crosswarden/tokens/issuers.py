"""The issuers of the Microsoft identity platform: their forms, clouds, and the consumer tenant.

Sources: Microsoft identity platform, "Access tokens" (issuer forms, ``{tenantid}``) and "National clouds" (hosts); the
hosts of the newer sovereign clouds are those of MSAL's metadata, their v1 hosts are assumed alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["CLOUDS", "CONSUMER_TENANT", "TEMPLATE", "Cloud", "IssuerForm", "is_b2c", "is_guid", "read_issuer"]

CONSUMER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal Microsoft accounts."""

TEMPLATE = "{tenantid}"
"""What metadata for many tenants and their keys have in place of the tenant's id."""

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ISSUER = re.compile(
    r"https://(?P<host>[a-z0-9.-]{1,253})/(?P<tenant>\{tenantid\}|[0-9a-f-]{36})(?P<rest>/|/v2\.0/?)",
    re.ASCII,
)
_B2C = re.compile(r"https://[a-z0-9-]{1,63}\.b2clogin\.(?:com|us|cn)/", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cloud:
    """One instance of the platform: the host that signs people in and the host in v1 issuers."""

    name: str
    login_host: str
    v1_host: str


CLOUDS: Mapping[str, Cloud] = {
    cloud.login_host: cloud
    for cloud in (
        Cloud("worldwide", "login.microsoftonline.com", "sts.windows.net"),
        Cloud("US government", "login.microsoftonline.us", "sts.windows.net"),
        Cloud("China", "login.partner.microsoftonline.cn", "sts.chinacloudapi.cn"),
        Cloud("China, former host", "login.chinacloudapi.cn", "sts.chinacloudapi.cn"),
        Cloud("France", "login.sovcloud-identity.fr", "sts.sovcloud-identity.fr"),
        Cloud("Germany", "login.sovcloud-identity.de", "sts.sovcloud-identity.de"),
        Cloud("Singapore", "login.sovcloud-identity.sg", "sts.sovcloud-identity.sg"),
        Cloud("Germany, closed", "login.microsoftonline.de", "sts.microsoftonline.de"),
        Cloud("Microsoft's own test instance", "login.windows-ppe.net", "sts.windows-ppe.net"),
    )
}
"""Login host → cloud."""

_V1_HOSTS = frozenset(cloud.v1_host for cloud in CLOUDS.values())


@dataclass(frozen=True, slots=True)
class IssuerForm:
    """An issuer taken apart. ``tenant`` may be the template; ``version`` is "1.0", "2.0" or "other"."""

    text: str
    host: str
    tenant: str
    version: str

    @property
    def template(self) -> bool:
        """Whether it stands for any tenant."""
        return self.tenant == TEMPLATE

    def of(self, tenant: str) -> str:
        """The issuer of one tenant: the template filled in, or the text as it is."""
        return self.text.replace(TEMPLATE, tenant)


def is_guid(value: object) -> bool:
    """Whether the value is a GUID as Microsoft writes it in tokens: lower case, with hyphens.

    >>> is_guid("9188040d-6c67-4c5b-b112-36a304b66dad"), is_guid("{9188040D-6C67-4C5B-B112-36A304B66DAD}")
    (True, False)
    """
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


@lru_cache(maxsize=512)
def read_issuer(text: str) -> IssuerForm:
    """Takes an issuer apart; anything that is not exactly a known form has version "other" and no tenant.

    >>> read_issuer("https://sts.windows.net/{tenantid}/").version
    '1.0'
    >>> read_issuer("https://login.microsoftonline.com/common/v2.0").version
    'other'
    """
    match = _ISSUER.fullmatch(text) if len(text) <= 512 else None
    if match is None or not (match["tenant"] == TEMPLATE or is_guid(match["tenant"])):
        return IssuerForm(text, "", "", "other")
    host, rest = match["host"], match["rest"]
    if host in _V1_HOSTS or (host.startswith("sts.") and rest == "/"):
        return IssuerForm(text, host, match["tenant"], "1.0" if rest == "/" else "other")
    if rest == "/":
        return IssuerForm(text, host, match["tenant"], "other")
    version = "other" if host in CLOUDS and rest != "/v2.0" else "2.0"
    return IssuerForm(text, host, match["tenant"], version)


def is_b2c(issuer: str) -> bool:
    """Whether an issuer is of Azure AD B2C's own hosts (custom domains cannot be told)."""
    return _B2C.match(issuer) is not None
