"""The header policy: which header on which host. Pure; every enforcement point is generated from it.

Source: Microsoft's tenant restrictions v2 and v1 pages.

====================================  ===========================  ==================================================
header                                value                        hosts
====================================  ===========================  ==================================================
sec-Restrict-Tenant-Access-Policy     TENANT:POLICY (v2)           login.live.com, login.microsoft.com,
                                                                   login.microsoftonline.com, login.windows.net
Restrict-Access-To-Tenants            domains or GUIDs (v1)        the last three
Restrict-Access-Context               own tenant (v1)              the last three
sec-Restrict-Tenant-Access-Policy     restrict-msa (consumers)     login.live.com only
====================================  ===========================  ==================================================

A header is *replaced*, never appended: what a client sent under any of the three names goes first. Where v2 is set
the v1 headers are removed, also when v1 values were given: both would be evaluated and the stricter would win, which
is a mixture that nobody chose. Two hosts authenticate devices with client certificates and are never decrypted.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from crosswarden.errors import UsageError
from crosswarden.restrictions.hosts import normal, pattern

__all__ = [
    "CONSUMER_HOST",
    "CONTEXT_HEADER",
    "EXCLUDED_HOSTS",
    "HEADER",
    "HEADERS",
    "HOSTS",
    "TENANTS_HEADER",
    "Action",
    "Decision",
    "HeaderPolicy",
    "Restriction",
]

HEADER = "sec-Restrict-Tenant-Access-Policy"
TENANTS_HEADER = "Restrict-Access-To-Tenants"
CONTEXT_HEADER = "Restrict-Access-Context"
HEADERS = (HEADER, TENANTS_HEADER, CONTEXT_HEADER)
HOSTS = ("login.live.com", "login.microsoft.com", "login.microsoftonline.com", "login.windows.net")
CONSUMER_HOST = "login.live.com"
EXCLUDED_HOSTS = ("device.login.microsoftonline.com", "enterpriseregistration.windows.net")

_TENANT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")


class Action(StrEnum):
    """What happens to a connection: headers set, never decrypted by rule, or none of our business."""

    RESTRICT = "restrict"
    EXCLUDED = "excluded"
    BYSTANDER = "bystander"


@dataclass(frozen=True)
class Decision:
    """What to do for one host: headers to remove first, then headers to set."""

    action: Action
    remove: tuple[str, ...] = ()
    set: tuple[tuple[str, str], ...] = ()

    @property
    def decrypt(self) -> bool:
        """Whether TLS is opened for this host."""
        return self.action is Action.RESTRICT


@dataclass(frozen=True)
class Restriction:
    """What an administrator asks for; ``checked`` refuses what cannot be meant.

    ``tenant`` and ``policy`` set v2 (``policy`` is the ``id`` of the *default* cross-tenant access policy);
    ``v1_tenants`` and ``v1_context`` set v1 where v2 is absent; ``restrict_msa`` gives the consumer host its own value.
    """

    tenant: str = ""
    policy: str = ""
    v1_tenants: tuple[str, ...] = ()
    v1_context: str = ""
    restrict_msa: bool = False
    excluded: tuple[str, ...] = field(default=())

    @classmethod
    def checked(
        cls,
        *,
        tenant: str = "",
        policy: str = "",
        v1_tenants: tuple[str, ...] = (),
        v1_context: str = "",
        restrict_msa: bool = False,
        excluded: tuple[str, ...] = (),
    ) -> Restriction:
        """A restriction with every value checked; raises UsageError naming the option that is wrong."""
        if policy and not tenant:
            raise UsageError("restrict-tenant", "--policy needs --tenant, the home tenant's id")
        if v1_tenants and not (v1_context or tenant):
            raise UsageError("restrict-context", "--v1-tenants needs --v1-context, the home tenant's id")
        if v1_context and not v1_tenants:
            raise UsageError(
                "restrict-v1", "--v1-context needs --v1-tenants, the tenants that stay reachable"
            )
        if not (policy or v1_tenants or restrict_msa):
            raise UsageError(
                "restrict-empty", "no restriction asked for", remedy="give --tenant and --policy"
            )
        asked = cls(
            tenant=_guid("--tenant", tenant),
            policy=_guid("--policy", policy),
            v1_tenants=tuple(_tenant_name(name) for name in v1_tenants),
            v1_context=_guid("--v1-context", v1_context or (tenant if v1_tenants else "")),
            restrict_msa=restrict_msa,
            excluded=tuple(pattern(host) for host in excluded),
        )
        if asked.policy and asked.policy == asked.tenant:
            raise UsageError(
                "restrict-policy-is-tenant",
                f"--policy {asked.policy} is the tenant's own id",
                remedy="the policy GUID is the id in GET /policies/crossTenantAccessPolicy/default",
            )
        return asked

    def compile(self) -> HeaderPolicy:
        """The header policy: per host what to remove and what to set."""
        rules = {host: self._decision(host) for host in HOSTS}
        kept = {host: rule for host, rule in rules.items() if rule.set}
        return HeaderPolicy(MappingProxyType(kept), tuple(dict.fromkeys((*EXCLUDED_HOSTS, *self.excluded))))

    def _decision(self, host: str) -> Decision:
        values: list[tuple[str, str]] = []
        if host == CONSUMER_HOST and self.restrict_msa:
            values.append((HEADER, "restrict-msa"))
        elif self.policy:
            values.append((HEADER, f"{self.tenant}:{self.policy}"))
        elif self.v1_tenants and host != CONSUMER_HOST:
            values.append((TENANTS_HEADER, ",".join(self.v1_tenants)))
            values.append((CONTEXT_HEADER, self.v1_context))
        return Decision(Action.RESTRICT, HEADERS, tuple(values))


@dataclass(frozen=True)
class HeaderPolicy:
    """Host → decision, compiled once; the same table is written into every enforcement point.

    >>> made = Restriction.checked(tenant="1" * 8 + "-1111-4111-8111-" + "1" * 12,
    ...                            policy="2" * 8 + "-2222-4222-8222-" + "2" * 12).compile()
    >>> made.decide("Login.Live.com.").action, made.decide("login.live.com.evil.example").action
    (<Action.RESTRICT: 'restrict'>, <Action.BYSTANDER: 'bystander'>)
    """

    rules: Mapping[str, Decision]
    excluded: tuple[str, ...] = EXCLUDED_HOSTS

    def decide(self, host: str) -> Decision:
        """What happens to a request or connection for HOST, as the client named it."""
        name = normal(host)
        if name in self.excluded:
            return Decision(Action.EXCLUDED)
        return self.rules.get(name, Decision(Action.BYSTANDER))


def _guid(option: str, text: str) -> str:
    if not text:
        return ""
    try:
        value = uuid.UUID(text.strip())
    except ValueError:
        raise UsageError(
            "restrict-guid", f"{option} {text!r} is no GUID", remedy="write it as 8-4-4-4-12 hex digits"
        ) from None
    if value.int == 0:
        raise UsageError("restrict-guid", f"{option} is the nil GUID")
    return str(value)


def _tenant_name(text: str) -> str:
    name = text.strip()
    if not _TENANT_NAME.match(name):
        raise UsageError(
            "restrict-tenant-name",
            f"--v1-tenants {text!r} is neither a domain nor a GUID",
            remedy="write domains or GUIDs separated by commas",
        )
    return name.lower()
