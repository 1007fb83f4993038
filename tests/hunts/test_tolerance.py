"""The same change in every form that an export may give it: nesting, quoting, casing, order, position, dots.

No public raw event exists for these activities: everything here is synthetic.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from crosswarden.engines import Engine
from crosswarden.hunts.loader import packaged
from crosswarden.hunts.model import Finding
from crosswarden.hunts.runner import run_hunts
from crosswarden.lake import Lake, ingest

PARTNER = "EE07D55E-928e-4049-89e2-c36739e30514"
UPDATE = "Update a partner cross-tenant access setting"
OPEN = {"UsersAndGroups": {"AccessType": 1, "Targets": []}, "Applications": {"AccessType": "Allowed"}}


def _event(activity: str, properties: list[dict[str, Any]], number: int, targets: int = 1) -> dict[str, Any]:
    holder = {
        "id": "p",
        "type": "Policy",
        "displayName": "CrossTenantAccessPolicy for d2af6ef7-a00c-438f-903b-65592cfddc48",
    }
    empty = [
        {"id": f"x{each}", "type": "Other", "displayName": "", "modifiedProperties": []}
        for each in range(targets - 1)
    ]
    return {
        "id": f"e{number}", "activityDisplayName": activity, "activityDateTime": f"2026-03-02T08:{number:02}:42Z",
        "category": "CrossTenantAccessSettings", "loggedByService": "Core Directory", "result": "success",
        "initiatedBy": {"user": {"id": "u", "userPrincipalName": "admin@victim.example", "ipAddress": "198.51.100.7"}},
        "targetResources": [*empty, {**holder, "modifiedProperties": properties}], "additionalDetails": [],
    }  # fmt: skip


def _property(name: str, new: Any, old: Any = None) -> dict[str, Any]:
    return {"displayName": name, "oldValue": old, "newValue": new}


TENANT = _property("tenantId", json.dumps(PARTNER))
TRUST = {"IsMfaAccepted": True, "IsCompliantDeviceAccepted": False}
FORMS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "quoted twice": ([TENANT, _property("inboundTrust", json.dumps(json.dumps(TRUST)))], "MFA"),
    "quoted once, name in Pascal case, order reversed": ([_property("InboundTrust", json.dumps(TRUST)), TENANT], "MFA"),
    "in a list": ([TENANT, _property("inboundTrust", json.dumps([json.dumps(TRUST)]))], "MFA"),
    "a JSON value, not text": ([TENANT, _property("inboundTrust", TRUST)], "MFA"),
    "flattened": ([TENANT, _property("inboundTrust.isMfaAccepted", '"True"', '"False"')], "MFA"),
    "whole policy in one property": (
        [_property("Partner", json.dumps({"tenantId": PARTNER, "inboundTrust": {"isMfaAccepted": True}}))],
        "MFA",
    ),
    "automatic redemption": (
        [TENANT, _property("automaticUserConsentSettings", json.dumps({"inboundAllowed": True, "outboundAllowed": False}))],
        "inbound automatic redemption",
    ),
    "direct connect, nested": ([TENANT, _property("b2bDirectConnectInbound", json.dumps(json.dumps(OPEN)))], "direct connect"),
    "direct connect, flattened": (
        [TENANT, _property("b2bDirectConnectInbound.usersAndGroups.accessType", '"1"', '"2"')],
        "direct connect",
    ),
    "collaboration opened again": (
        [TENANT, _property("b2bCollaborationInbound", json.dumps(OPEN), json.dumps({"UsersAndGroups": {"AccessType": 2}}))],
        "collaboration",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """One lake a form, the hunts on settings over each."""
    hunts = [
        hunt
        for hunt in packaged()
        if hunt.id in ("cross-tenant-settings-loosened", "cross-tenant-sync-enabled")
    ]
    found = {}
    synchronisation = "Create a partner cross-tenant identity sync setting"
    events = {
        name: _event(UPDATE, properties, 1, 1 + (position % 3))
        for position, (name, (properties, _)) in enumerate(FORMS.items())
    }
    events["sync, nested"] = _event(
        synchronisation, [_property("userSyncInbound", json.dumps({"isSyncAllowed": True})), TENANT], 2
    )
    events["sync, flattened"] = _event(
        synchronisation.upper() + ".", [TENANT, _property("userSyncInbound.isSyncAllowed", '"True"')], 3
    )
    for name, event in events.items():
        folder = tmp_path_factory.mktemp("form")
        (folder / "audit.json").write_text(json.dumps({"value": [event]}))
        lake = Lake.open(folder / "lake", create=True)
        ingest([folder / "audit.json"], lake)
        found[name] = list(run_hunts(Engine(lake=lake), hunts, correlations=()).findings)
    return found


@pytest.mark.parametrize("name", FORMS)
def test_the_effect_is_read_whatever_the_form(findings: dict[str, list[Finding]], name: str) -> None:
    """The partner and the effect are named, never the tenant that the policy's own name mentions."""
    (found,) = findings[name]
    assert found.hunt == "cross-tenant-settings-loosened" and FORMS[name][1] in found.title
    partner = next(each for each in found.entities if each.role == "partner")
    assert partner.id == PARTNER.lower()


@pytest.mark.parametrize("name", ["sync, nested", "sync, flattened"])
def test_synchronisation_is_read_whatever_the_form(findings: dict[str, list[Finding]], name: str) -> None:
    """Creation of the synchronisation setting, allowed, for the partner; whatever the casing and the dot."""
    (found,) = findings[name]
    assert found.hunt == "cross-tenant-sync-enabled" and "(allowed: true)" in found.title
    assert PARTNER.lower() in found.title
