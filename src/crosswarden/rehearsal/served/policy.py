"""The cross-tenant access policy of a simulated tenant: read and written with the checks that Microsoft Graph makes.

Source: Microsoft Graph reference, "crossTenantAccessPolicy resource type" and its operations. The policy knows
nothing of HTTP or of the audit log; a write returns what changed so that the caller can log it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crosswarden.rehearsal.served.problems import Problem, bad_request, not_found

__all__ = ["Change", "Policy", "service_default"]

Document = dict[str, Any]

_SETTINGS = (
    "b2bCollaborationInbound",
    "b2bCollaborationOutbound",
    "b2bDirectConnectInbound",
    "b2bDirectConnectOutbound",
    "tenantRestrictions",
)
_TRUST = ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted")
_CONSENT = ("inboundAllowed", "outboundAllowed")
_PARTNER = (
    "tenantId",
    "isServiceProvider",
    "isInMultiTenantOrganization",
    "inboundTrust",
    "automaticUserConsentSettings",
    *_SETTINGS,
)
_DEFAULT = (
    "inboundTrust",
    "automaticUserConsentSettings",
    "invitationRedemptionIdentityProviderConfiguration",
    *_SETTINGS,
)
_EVERYONE = {"target": "AllUsers", "targetType": "user"}
_EVERYTHING = {"target": "AllApplications", "targetType": "application"}


@dataclass(frozen=True, slots=True)
class Change:
    """A write: the audit activity's name, the partner it is about ("" for the default), before and after."""

    activity: str
    partner: str
    before: Document
    after: Document


def _both(access: str) -> Document:
    return {
        "usersAndGroups": {"accessType": access, "targets": [dict(_EVERYONE)]},
        "applications": {"accessType": access, "targets": [dict(_EVERYTHING)]},
    }


def service_default() -> Document:
    """The default that the service gives a new tenant.

    >>> service_default()["b2bDirectConnectInbound"]["usersAndGroups"]["accessType"]
    'blocked'
    """
    return {
        "isServiceDefault": True,
        "inboundTrust": dict.fromkeys(_TRUST, False),
        "automaticUserConsentSettings": dict.fromkeys(_CONSENT, False),
        "b2bCollaborationInbound": _both("allowed"),
        "b2bCollaborationOutbound": _both("allowed"),
        "b2bDirectConnectInbound": _both("blocked"),
        "b2bDirectConnectOutbound": _both("blocked"),
        "tenantRestrictions": {"devices": None, **_both("blocked")},
        "invitationRedemptionIdentityProviderConfiguration": {
            "primaryIdentityProviderPrecedenceOrder": [
                "azureActiveDirectory",
                "externalFederation",
                "socialIdentityProviders",
            ],
            "fallbackIdentityProvider": "defaultConfiguredIdp",
        },
    }


@dataclass(slots=True)
class Policy:
    """One tenant's policy; raises Problem where Graph would refuse."""

    tenant: str
    id: str
    default: Document = field(default_factory=service_default)
    partners: dict[str, Document] = field(default_factory=dict)
    synchronisation: dict[str, Document] = field(default_factory=dict)

    def partner(self, tenant: str) -> Document:
        """The partner's own configuration, as Graph shows it."""
        if tenant not in self.partners:
            raise not_found(tenant)
        return self.partners[tenant]

    def add_partner(self, document: Document) -> Change:
        """POST partners."""
        tenant = _tenant_id(document.get("tenantId"))
        if tenant == self.tenant:
            raise bad_request("The tenantId of a partner must not be the tenant's own.")
        if tenant in self.partners:
            raise Problem(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "Another object with the same value for property tenantId already exists.",
            )
        _check(document, _PARTNER)
        blank: Document = dict.fromkeys(_PARTNER)
        blank |= {"isServiceProvider": None, "isInMultiTenantOrganization": False}
        self.partners[tenant] = blank | document | {"tenantId": tenant}
        return Change(
            "Add a partner to cross-tenant access setting", tenant, {}, copy.deepcopy(self.partners[tenant])
        )

    def change_partner(self, tenant: str, document: Document) -> Change:
        """PATCH partners/{id}."""
        before = copy.deepcopy(self.partner(tenant))
        _check(document, _PARTNER)
        if document.get("tenantId", tenant) != tenant:
            raise bad_request("The tenantId of a partner cannot be changed.")
        self.partners[tenant] |= document
        return Change(
            "Update a partner cross-tenant access setting",
            tenant,
            before,
            copy.deepcopy(self.partners[tenant]),
        )

    def delete_partner(self, tenant: str) -> Change:
        """DELETE partners/{id}; refused while the partner still synchronises."""
        before = self.partner(tenant)
        if tenant in self.synchronisation:
            raise bad_request(
                "The partner configuration cannot be deleted while it has an identity synchronization policy. Delete that first."
            )
        del self.partners[tenant]
        return Change("Delete partner specific cross-tenant access setting", tenant, before, {})

    def change_default(self, document: Document) -> Change:
        """PATCH default."""
        _check(document, _DEFAULT)
        consent = document.get("automaticUserConsentSettings") or {}
        if any(consent.get(name) for name in _CONSENT):
            raise bad_request(
                "Automatic user consent settings cannot be allowed in the default configuration."
            )
        before = copy.deepcopy(self.default)
        self.default |= document | {"isServiceDefault": False}
        return Change(
            "Update the company default cross-tenant access setting", "", before, copy.deepcopy(self.default)
        )

    def reset_default(self) -> Change:
        """POST default/resetToSystemDefault."""
        before, self.default = self.default, service_default()
        return Change(
            "Reset the cross-tenant access default setting", "", before, copy.deepcopy(self.default)
        )

    def synchronisation_of(self, tenant: str) -> Document:
        """The partner's identity synchronisation setting."""
        self.partner(tenant)
        if tenant not in self.synchronisation:
            raise not_found(f"{tenant}/identitySynchronization")
        return self.synchronisation[tenant]

    def set_synchronisation(self, tenant: str, document: Document, *, create: bool) -> Change:
        """PUT (create) or PATCH partners/{id}/identitySynchronization."""
        self.partner(tenant)
        if create and tenant in self.synchronisation:
            raise Problem(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "An identity synchronization policy already exists for the partner.",
            )
        before = {} if create else copy.deepcopy(self.synchronisation_of(tenant))
        _only(
            document,
            ("tenantId", "displayName", "userSyncInbound", "groupSyncInbound"),
            "crossTenantIdentitySyncPolicyPartner",
        )
        inbound = document.get("userSyncInbound")
        if inbound is not None and not isinstance(
            inbound.get("isSyncAllowed") if isinstance(inbound, dict) else None, bool
        ):
            raise bad_request("userSyncInbound.isSyncAllowed must be true or false.")
        blank = {"tenantId": tenant, "displayName": None, "userSyncInbound": {"isSyncAllowed": False}}
        self.synchronisation[tenant] = blank | before | document | {"tenantId": tenant}
        word = "Create" if create else "Update"
        return Change(
            f"{word} a partner cross-tenant identity sync setting",
            tenant,
            before,
            copy.deepcopy(self.synchronisation[tenant]),
        )

    def delete_synchronisation(self, tenant: str) -> Change:
        """DELETE partners/{id}/identitySynchronization."""
        before = self.synchronisation_of(tenant)
        del self.synchronisation[tenant]
        return Change("Delete a partner cross-tenant identity sync setting", tenant, before, {})


def _tenant_id(value: object) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise bad_request(
            f"Invalid value specified for property 'tenantId' of resource 'CrossTenantAccessPolicyConfigurationPartner': {value!r}."
        ) from None


def _only(document: Document, known: Iterable[str], resource: str) -> None:
    unknown = sorted(key for key in document if key not in set(known) and not key.startswith("@"))
    if unknown:
        raise bad_request(f"The property '{unknown[0]}' does not exist on type 'microsoft.graph.{resource}'.")


def _check(document: Document, known: Iterable[str]) -> None:
    _only(document, known, "crossTenantAccessPolicyConfigurationPartner")
    for name, keys in (("inboundTrust", _TRUST), ("automaticUserConsentSettings", _CONSENT)):
        block = document.get(name)
        if block is not None:
            _only(block, keys, name)
            if not all(value is None or isinstance(value, bool) for value in block.values()):
                raise bad_request(f"The values of {name} must be true or false.")
    for name in _SETTINGS:
        if document.get(name) is not None:
            _check_setting(name, document[name])


def _check_setting(name: str, setting: Document) -> None:
    parts = (
        ("usersAndGroups", "applications", "devices")
        if name == "tenantRestrictions"
        else ("usersAndGroups", "applications")
    )
    _only(setting, parts, "crossTenantAccessPolicyB2BSetting")
    for part, kinds in (("usersAndGroups", ("user", "group")), ("applications", ("application",))):
        block = setting.get(part)
        if block is None:
            continue
        if block.get("accessType") not in ("allowed", "blocked"):
            raise bad_request(f"{name}.{part}.accessType must be 'allowed' or 'blocked'.")
        targets = block.get("targets")
        if not isinstance(targets, list) or not targets:
            raise bad_request(f"{name}.{part}.targets must not be empty.")
        for target in targets:
            if target.get("targetType") not in kinds or not target.get("target"):
                raise bad_request(
                    f"{name}.{part}: a target needs 'target' and a 'targetType' of {' or '.join(kinds)}."
                )
