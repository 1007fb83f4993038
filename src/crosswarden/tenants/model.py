"""The cross-tenant access policy as typed values, as Microsoft Graph names them.

    Policy
    ├── default: Default               what holds for every tenant without a setting of its own
    ├── partners: Partner …            a None setting inherits the default's
    │   └── synchronization            identitySynchronization: may that tenant create users here
    ├── templates: Template …          what a multi-tenant organisation gives to its members
    └── authorization: Authorization   who may invite, what a guest may read

Members that are not known here are kept in ``unknown`` and shown. Source: Graph v1.0 crossTenantAccessPolicy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = [
    "ABSENT",
    "ALL_APPLICATIONS",
    "ALL_USERS",
    "Access",
    "Authorization",
    "Consent",
    "Default",
    "Direction",
    "Half",
    "Partner",
    "Policy",
    "Setting",
    "Target",
    "Template",
    "Trust",
]

ABSENT = NotObserved("not in the export")
ALL_USERS = "AllUsers"
ALL_APPLICATIONS = "AllApplications"


class Access(StrEnum):
    """accessType; the logs write 1 for allowed and 2 for blocked."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"


class Direction(StrEnum):
    """The settings of a default or partner, by their Graph member names."""

    COLLABORATION_INBOUND = "b2bCollaborationInbound"
    COLLABORATION_OUTBOUND = "b2bCollaborationOutbound"
    DIRECT_INBOUND = "b2bDirectConnectInbound"
    DIRECT_OUTBOUND = "b2bDirectConnectOutbound"
    RESTRICTIONS = "tenantRestrictions"


@dataclass(frozen=True, order=True)
class Target:
    """A user, group or application: GUIDs lower case, keywords (AllUsers, Office365) as Graph writes them."""

    target: str
    kind: str


@dataclass(frozen=True)
class Half:
    """usersAndGroups or applications: an access type and what it names."""

    access: Access
    targets: frozenset[Target]

    def names(self, target: str) -> bool:
        """Whether TARGET (a GUID or keyword) is listed."""
        return any(item.target == target for item in self.targets)


@dataclass(frozen=True)
class Setting:
    """One direction of access; a None half inherits the default's."""

    users: Half | None
    applications: Half | None
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trust:
    """inboundTrust: whose claims from a foreign tenant are believed; None inherits."""

    mfa: bool | None
    compliant_device: bool | None
    hybrid_device: bool | None


@dataclass(frozen=True)
class Consent:
    """automaticUserConsentSettings: whether invitations are redeemed without asking; None inherits (never).

    ``doubt`` says what of it was not understood.
    """

    inbound: bool | None
    outbound: bool | None
    doubt: str = ""


@dataclass(frozen=True)
class Default:
    """What holds for every tenant that has no setting of its own; ``id`` is the policy GUID of restrictions v2.

    ``cleared`` names the directions that an export with others leaves out or null.
    """

    id: str
    is_service_default: bool | None
    settings: Mapping[Direction, Value[Setting]]
    trust: Value[Trust]
    consent: Consent
    size: int
    cleared: frozenset[str] = frozenset()
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partner:
    """One partner tenant; a setting of None inherits the default's. ``size`` is its JSON in bytes."""

    tenant: str
    settings: Mapping[Direction, Value[Setting] | None]
    trust: Value[Trust] | None
    consent: Consent
    synchronization: Value[bool | None]
    is_service_provider: bool
    in_multi_tenant_organization: bool
    size: int
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """What a multi-tenant organisation gives its members: the level at which it applies, and the sync it allows."""

    name: str
    level: str
    sync_allowed: bool | None


@dataclass(frozen=True)
class Authorization:
    """authorizationPolicy: who may invite guests, and the role that guests have."""

    invites: str
    guest_role: str
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """A snapshot of one tenant's policy, with everything that could not be read said."""

    source: str
    tenant: str = ""
    default: Value[Default] = ABSENT
    partners: Value[tuple[Partner, ...]] = ABSENT
    authorization: Value[Authorization] = ABSENT
    templates: tuple[Template, ...] = ()
    governed_groups: Value[frozenset[str]] = ABSENT
    partners_incomplete: str = ""
    notes: tuple[str, ...] = ()

    def partner(self, tenant: str) -> Partner | None:
        """The partner with this tenant id, if the export has one."""
        return self._by_tenant.get(tenant.lower())

    @cached_property
    def _by_tenant(self) -> Mapping[str, Partner]:
        held = self.partners.value if isinstance(self.partners, Observed) else ()
        return {item.tenant: item for item in held}
