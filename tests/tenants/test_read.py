"""Snapshots in every shape that tools write them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crosswarden.errors import InputError
from crosswarden.tenants.effective import effective
from crosswarden.tenants.model import Direction, Policy
from crosswarden.tenants.observed import NotObserved, Observed
from crosswarden.tenants.read import read

PS1 = """
Configuration M365TenantConfig
{
    Node localhost
    {
        # a comment with { braces }
        AADCrossTenantAccessPolicyConfigurationDefault "Default"
        {
            B2BCollaborationInbound = MSFT_AADCrossTenantAccessPolicyB2BSetting{
                Applications = MSFT_AADCrossTenantAccessPolicyTargetConfiguration{
                    AccessType = 'blocked'
                    Targets    = @(
                        MSFT_AADCrossTenantAccessPolicyTarget{ Target = 'AllApplications'; TargetType = 'application' }
                    )
                }
                UsersAndGroups = MSFT_AADCrossTenantAccessPolicyTargetConfiguration{
                    AccessType = 'blocked'
                    Targets    = @(MSFT_AADCrossTenantAccessPolicyTarget{ Target = 'AllUsers'; TargetType = 'user' })
                }
            };
            Ensure = "Present";
        }
        AADCrossTenantAccessPolicyConfigurationPartner "Partner"
        {
            PartnerTenantId = "ee07d55e-928e-4049-89e2-c36739e30514"; # a remark
            InboundTrust = MSFT_AADCrossTenantAccessPolicyInboundTrust{
                IsCompliantDeviceAccepted = $False
                IsHybridAzureADJoinedDeviceAccepted = $False
                IsMfaAccepted = $True
            };
            AutomaticUserConsentSettings = MSFT_AADCrossTenantAccessPolicyAutomaticUserConsentSettings {
                InboundAllowed = $True
                OutboundAllowed = $True
            };
            IdentitySynchronization = MSFT_AADCrossTenantIdentitySyncPolicyPartner{
                UserSyncInbound = MSFT_AADCrossTenantUserSyncInbound{ IsSyncAllowed = $True }
            };
            Ensure = "Present";
            Credential = $Credscredential;
        }
    }
}
"""


def _same(policy: Policy, tenant: str) -> tuple[object, ...]:
    found = effective(policy, tenant)
    return (found.settings, found.trust, found.consent, found.synchronization)


@pytest.fixture
def parts(samples: Any) -> dict[str, Any]:
    """A default, a partner with its own settings and synchronisation, an authorization policy."""
    partner = samples.partner(
        b2bCollaborationInbound=samples.NARROW, inboundTrust={**samples.NO_TRUST, "isMfaAccepted": True}
    )
    del partner["identitySynchronization"]
    sync = {"tenantId": samples.PARTNER, "userSyncInbound": {"isSyncAllowed": True}}
    return {"default": samples.default(), "partner": partner, "sync": sync, "auth": samples.authorization()}


def test_all_shapes_mean_the_same(folder: Any, samples: Any, parts: dict[str, Any], tmp_path: Path) -> None:
    """A collected folder, inline synchronisation, one file, and EntraExporter's folders give equal policies."""
    default, partner, sync, auth = parts["default"], parts["partner"], parts["sync"], parts["auth"]
    collected = folder(
        "collected",
        default={"@odata.context": "x", **default},
        partners={"value": [partner]},
        authorizationPolicy=auth,
        **{f"identitySynchronization__{samples.PARTNER}": sync},
    )
    inline = folder(
        "inline",
        default=default,
        partners=[{**partner, "identitySynchronization": sync}],
        authorizationPolicy=auth,
    )
    exporter = tmp_path / "exporter" / "Policies"
    base = exporter / "CrossTenantAccessPolicy"
    (base / "Default").mkdir(parents=True)
    (base / "Default" / "Default.json").write_text(json.dumps(default))
    (base / "Partners" / samples.PARTNER).mkdir(parents=True)
    (base / "Partners" / samples.PARTNER / f"{samples.PARTNER}.json").write_text(
        json.dumps({**partner, "identitySynchronization": sync}), encoding="utf-8-sig"
    )
    (exporter / "AuthorizationPolicy.json").write_text(json.dumps(auth), encoding="utf-16")
    whole = tmp_path / "whole.json"
    whole.write_text(
        json.dumps(
            {
                "default": default,
                "partners": {"value": [partner]},
                "identitySynchronization": {samples.PARTNER: sync},
                "authorizationPolicy": auth,
            }
        )
    )
    policies = [read(path) for path in (collected, inline, exporter.parent, whole)]
    wanted = _same(policies[0], samples.PARTNER)
    assert wanted[3] == Observed(True)
    for policy in policies:
        assert _same(policy, samples.PARTNER) == wanted
        assert isinstance(policy.authorization, Observed)
        assert policy.authorization.value.invites == "adminsAndGuestInviters"


def test_microsoft365dsc_script_and_report(tmp_path: Path, samples: Any) -> None:
    """The configuration script and the JSON report give the partner's settings in Graph's terms."""
    (tmp_path / "M365TenantConfig.ps1").write_text(PS1)
    policy = read(tmp_path)
    found = effective(policy, samples.PARTNER)
    inbound = found.settings[Direction.COLLABORATION_INBOUND]
    assert isinstance(inbound, Observed)
    assert inbound.value.source == "default"
    assert isinstance(found.trust, Observed)
    assert found.trust.value.mfa is True
    assert (found.consent.inbound, found.synchronization) == (True, Observed(True))
    report = tmp_path / "report.json"
    report.write_text(
        json.dumps(
            [
                {"ResourceName": "AADUser", "UserPrincipalName": "x"},
                {
                    "ResourceName": "AADCrossTenantAccessPolicyConfigurationPartner",
                    "PartnerTenantId": samples.PARTNER,
                    "InboundTrust": {
                        "CIMInstance": "MSFT_AADCrossTenantAccessPolicyInboundTrust",
                        "IsMfaAccepted": "True",
                        "IsCompliantDeviceAccepted": False,
                        "IsHybridAzureADJoinedDeviceAccepted": False,
                    },
                },
            ]
        )
    )
    partner = read(report).partner(samples.PARTNER)
    assert partner
    assert isinstance(partner.trust, Observed)
    assert partner.trust.value.mfa is True
    assert isinstance(partner.synchronization, NotObserved)


def test_unknown_members_are_kept(folder: Any, samples: Any) -> None:
    """A member that Graph may add tomorrow is tolerated and kept."""
    partner = samples.partner(appServiceConnectInbound={"x": 1})
    policy = read(folder(default=samples.default(m365CollaborationInbound=None), partners=[partner]))
    assert isinstance(policy.default, Observed)
    assert policy.default.value.unknown == {"m365CollaborationInbound": None}
    found = policy.partner(samples.PARTNER)
    assert found
    assert found.unknown == {"appServiceConnectInbound": {"x": 1}}


def test_a_value_that_is_not_understood_is_not_observed(folder: Any, samples: Any) -> None:
    """A strange access type makes that one setting not observed, and nothing else."""
    strange = {**samples.NARROW, "usersAndGroups": {"accessType": "sometimes", "targets": []}}
    policy = read(
        folder(default=samples.default(), partners=[samples.partner(b2bCollaborationInbound=strange)])
    )
    found = effective(policy, samples.PARTNER).settings
    assert isinstance(found[Direction.COLLABORATION_INBOUND], NotObserved)
    assert isinstance(found[Direction.DIRECT_INBOUND], Observed)


def test_an_untouched_default_is_the_services(folder: Any, samples: Any) -> None:
    """isServiceDefault without settings means Microsoft's service default: collaboration open, direct connect shut."""
    policy = read(folder(default={"id": samples.DEFAULT_ID, "isServiceDefault": True}, partners=[]))
    found = effective(policy, samples.PARTNER).settings
    inbound, direct = found[Direction.COLLABORATION_INBOUND], found[Direction.DIRECT_INBOUND]
    assert isinstance(inbound, Observed)
    assert isinstance(direct, Observed)
    assert inbound.value.setting.users
    assert inbound.value.setting.users.access.value == "allowed"
    assert direct.value.setting.users
    assert direct.value.setting.users.access.value == "blocked"


def test_broken_files_are_named(folder: Any, samples: Any) -> None:
    """A file that is no JSON is noted and leaves its part not observed."""
    policy = read(folder(default="{ broken", partners=[samples.partner()]))
    assert isinstance(policy.default, NotObserved)
    assert any("default.json is no JSON" in note for note in policy.notes)


@pytest.mark.parametrize("content", ["{}", "[]", '{"value": []}', "no json"])
def test_nothing_of_a_policy_is_an_error(tmp_path: Path, content: str) -> None:
    """A file without any part of a policy is refused by name instead of found clean."""
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(InputError, match=r"x\.json"):
        read(tmp_path / "x.json")


def test_a_script_nested_too_deeply_is_named(folder: Any, samples: Any) -> None:
    """A script that would exhaust the parser is noted; the rest of the folder is read."""
    place = folder(default=samples.default(), partners=[])
    (place / "deep.ps1").write_text(
        "AADCrossTenantAccessPolicyConfigurationPartner 'x' { A = " + "@(" * 50_000
    )
    policy = read(place)
    assert isinstance(policy.default, Observed)
    assert any("nested too deeply" in note for note in policy.notes)
