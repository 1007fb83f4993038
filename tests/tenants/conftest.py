"""Synthetic policies: every id is made up, the shapes are Microsoft Graph's."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OWN = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
PARTNER = "ee07d55e-928e-4049-89e2-c36739e30514"
OTHER = "b5a3d3f1-2c6c-4a2b-8a51-0c8f3a1f2e77"
DEFAULT_ID = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
GROUP = "11111111-2222-4333-8444-555555555555"
APP = "99999999-8888-4777-8666-555555555555"


def half(access: str, kind: str, *targets: str) -> dict[str, Any]:
    """A usersAndGroups or applications object."""
    return {"accessType": access, "targets": [{"target": t, "targetType": kind} for t in targets]}


def setting(users: tuple[str, ...], applications: tuple[str, ...]) -> dict[str, Any]:
    """A setting from (access, target …) pairs; users are groups unless AllUsers."""
    kind = "user" if users[1:] == ("AllUsers",) else "group"
    return {
        "usersAndGroups": half(users[0], kind, *users[1:]),
        "applications": half(applications[0], "application", *applications[1:]),
    }


ALLOWED = setting(("allowed", "AllUsers"), ("allowed", "AllApplications"))
BLOCKED = setting(("blocked", "AllUsers"), ("blocked", "AllApplications"))
NARROW = setting(("allowed", GROUP), ("allowed", APP))
NO_TRUST = {
    "isMfaAccepted": False,
    "isCompliantDeviceAccepted": False,
    "isHybridAzureADJoinedDeviceAccepted": False,
}
TIGHT_DEFAULT = {
    "id": DEFAULT_ID,
    "isServiceDefault": False,
    "inboundTrust": NO_TRUST,
    "b2bCollaborationInbound": BLOCKED,
    "b2bCollaborationOutbound": BLOCKED,
    "b2bDirectConnectInbound": BLOCKED,
    "b2bDirectConnectOutbound": BLOCKED,
    "tenantRestrictions": BLOCKED,
    "automaticUserConsentSettings": {"inboundAllowed": False, "outboundAllowed": False},
    "invitationRedemptionIdentityProviderConfiguration": {"primaryIdentityProviderPrecedenceOrder": []},
}
PLAIN_PARTNER = {
    "tenantId": PARTNER,
    "isServiceProvider": False,
    "isInMultiTenantOrganization": False,
    "inboundTrust": None,
    "b2bCollaborationInbound": None,
    "b2bCollaborationOutbound": None,
    "b2bDirectConnectInbound": None,
    "b2bDirectConnectOutbound": None,
    "tenantRestrictions": None,
    "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": None},
    "identitySynchronization": None,
}
TIGHT_AUTHORIZATION = {
    "allowInvitesFrom": "adminsAndGuestInviters",
    "guestUserRoleId": "2af84b1e-32c8-42b7-82bc-daa82404023b",
}

Write = Callable[..., Path]


class Samples:
    """The building blocks above, as a fixture can hand them out."""

    OWN, PARTNER, OTHER, DEFAULT_ID, GROUP, APP = OWN, PARTNER, OTHER, DEFAULT_ID, GROUP, APP
    ALLOWED, BLOCKED, NARROW, NO_TRUST = ALLOWED, BLOCKED, NARROW, NO_TRUST
    half = staticmethod(half)
    setting = staticmethod(setting)

    @staticmethod
    def default(**changes: Any) -> dict[str, Any]:
        """A default that lets nobody through, with CHANGES."""
        return {**copy.deepcopy(TIGHT_DEFAULT), **changes}

    @staticmethod
    def partner(**changes: Any) -> dict[str, Any]:
        """A partner that inherits everything, with CHANGES."""
        return {**copy.deepcopy(PLAIN_PARTNER), **changes}

    @staticmethod
    def authorization(**changes: Any) -> dict[str, Any]:
        """An authorization policy that lets only guest inviters invite, with CHANGES."""
        return {**TIGHT_AUTHORIZATION, **changes}


@pytest.fixture(scope="session")
def samples() -> type[Samples]:
    """Building blocks of synthetic policies."""
    return Samples


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Writes a policy folder: file name without .json → JSON document."""

    def write(name: str = "policy", **files: Any) -> Path:
        place = tmp_path / name
        place.mkdir()
        for file, document in files.items():
            path = place / f"{file.replace('__', '/')}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(document if isinstance(document, str) else json.dumps(document))
        return place

    return write
