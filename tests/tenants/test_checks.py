"""Every check fires on its example, stays quiet on a tight policy, and says when it could not look."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from crosswarden.tenants.check import Exemption, Finding, Scope, Status, assess
from crosswarden.tenants.checks import CHECKS
from crosswarden.tenants.observed import Observed
from crosswarden.tenants.read import read

TODAY = dt.date(2026, 11, 21)
SUPPORT = "b4c546a4-7dac-46a6-a7dd-ed822a11efd3"


def _scope(folder: Path, samples: Any, **given: Any) -> Scope:
    values: dict[str, Any] = {
        "known": Observed(frozenset({samples.PARTNER})),
        "sign_ins": Observed({samples.PARTNER: dt.date(2026, 11, 1)}),
        "enforced": Observed((f"{samples.OWN}:{samples.DEFAULT_ID}",)),
    }
    return Scope(read(folder), TODAY, **{**values, **given})


def _run(scope: Scope) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in assess(scope, CHECKS):
        found.setdefault(finding.check.id, []).append(finding)
    return found


def test_a_tight_policy_is_clean(folder: Any, samples: Any) -> None:
    """A policy that lets nobody through, fully exported, has no finding and no gap."""
    place = folder(
        default=samples.default(),
        partners={"value": [samples.partner(b2bCollaborationInbound=samples.NARROW)]},
        authorizationPolicy=samples.authorization(),
        governedGroups=[samples.GROUP],
    )
    findings = [f for group in _run(_scope(place, samples)).values() for f in group]
    assert {(f.check.id, f.status) for f in findings} == {(check.id, Status.CLEAN) for check in CHECKS}


def test_every_check_is_filed_under_its_name() -> None:
    """A check's id is its module's name, and each carries a reference or says why by its remedy."""
    for check in CHECKS:
        assert check.run.__module__ == f"crosswarden.tenants.checks.{check.id}"
        assert check.title
        assert check.why
        assert check.references


EXAMPLES: dict[str, tuple[str, str]] = {
    # check: (where the example sits, its subject)
    "inbound_everyone": ("partner", "PARTNER"),
    "outbound_everyone": ("partner", "PARTNER"),
    "direct_connect_open": ("partner", "PARTNER"),
    "automatic_redemption": ("partner", "PARTNER"),
    "inbound_sync": ("partner", "PARTNER"),
    "foreign_mfa_trust": ("partner", "PARTNER"),
    "foreign_device_trust": ("partner", "PARTNER"),
    "default_loosened": ("default", "default"),
    "restrictions_absent": ("default", "default"),
    "size_limit": ("partner", "PARTNER"),
    "guest_invitations": ("authorization", "authorizationPolicy"),
}


def _example(check: str, samples: Any) -> dict[str, Any]:
    return {
        "inbound_everyone": {"b2bCollaborationInbound": samples.ALLOWED},
        "outbound_everyone": {"b2bCollaborationOutbound": samples.ALLOWED},
        "direct_connect_open": {"b2bDirectConnectInbound": samples.NARROW},
        "automatic_redemption": {
            "automaticUserConsentSettings": {"inboundAllowed": True, "outboundAllowed": True}
        },
        "inbound_sync": {"identitySynchronization": {"userSyncInbound": {"isSyncAllowed": True}}},
        "foreign_mfa_trust": {
            "inboundTrust": {**samples.NO_TRUST, "isMfaAccepted": True},
            "b2bCollaborationInbound": samples.ALLOWED,
        },
        "foreign_device_trust": {
            "inboundTrust": {**samples.NO_TRUST, "isCompliantDeviceAccepted": True},
            "b2bCollaborationInbound": samples.ALLOWED,
        },
        "default_loosened": {"inboundTrust": {**samples.NO_TRUST, "isMfaAccepted": True}},
        "restrictions_absent": {"tenantRestrictions": samples.ALLOWED},
        "size_limit": {
            "b2bCollaborationInbound": {
                "usersAndGroups": samples.half("allowed", "user", *(f"{n:036d}" for n in range(400))),
                "applications": samples.half("allowed", "application", samples.APP),
            }
        },
        "guest_invitations": {"allowInvitesFrom": "everyone"},
    }[check]


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_check_fires_on_its_example(folder: Any, samples: Any, check: str) -> None:
    """The example yields a finding with severity, reason, a Graph request and a portal path, on the right subject."""
    where, subject = EXAMPLES[check]
    changes = _example(check, samples)
    place = folder(
        default=samples.default(**(changes if where == "default" else {})),
        partners={"value": [samples.partner(**(changes if where == "partner" else {}))]},
        authorizationPolicy=samples.authorization(**(changes if where == "authorization" else {})),
    )
    found = [f for f in _run(_scope(place, samples))[check] if f.status is Status.FOUND]
    (finding,) = [f for f in found if f.subject != "policy"]
    assert finding.subject == (samples.PARTNER if subject == "PARTNER" else subject)
    assert finding.reason
    assert finding.remedy
    assert finding.remedy.url.startswith("https://graph.microsoft.com/v1.0/")
    assert " > " in finding.remedy.portal


def test_narrowed_trust_is_not_accused(folder: Any, samples: Any) -> None:
    """Trust in a partner's second factor is fine when only one of its groups may come in."""
    changes = {
        "inboundTrust": {**samples.NO_TRUST, "isMfaAccepted": True},
        "b2bCollaborationInbound": samples.NARROW,
    }
    place = folder(default=samples.default(), partners={"value": [samples.partner(**changes)]})
    (finding,) = _run(_scope(place, samples))["foreign_mfa_trust"]
    assert finding.status is Status.CLEAN


def test_nothing_exported_means_nothing_assessed(folder: Any, samples: Any) -> None:
    """With only an authorization policy, every other check is not assessed: neither pass nor fail."""
    place = folder(authorizationPolicy=samples.authorization())
    found = _run(Scope(read(place), TODAY))
    clean = {
        check for check, group in found.items() if any(f.status is not Status.NOT_ASSESSED for f in group)
    }
    assert clean == {"guest_invitations", "sync_templates"}


def test_a_refused_request_is_a_reason(folder: Any, samples: Any) -> None:
    """A 403 body in place of the partners is told as the reason why nothing was assessed."""
    refused = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}
    place = folder(default=samples.default(), partners=refused, authorizationPolicy=refused)
    found = _run(_scope(place, samples))
    assert {f.status for f in found["inbound_sync"]} == {Status.NOT_ASSESSED}
    assert "Authorization_RequestDenied" in found["guest_invitations"][0].reason


def test_sync_without_its_file_is_not_assessed(folder: Any, samples: Any) -> None:
    """A partner whose identitySynchronization was not exported is neither passed nor failed."""
    partner = samples.partner()
    del partner["identitySynchronization"]
    place = folder(default=samples.default(), partners=[partner])
    (finding,) = _run(_scope(place, samples))["inbound_sync"]
    assert (finding.status, finding.subject) == (Status.NOT_ASSESSED, samples.PARTNER)


def test_an_export_that_ends_early_is_not_clean(folder: Any, samples: Any) -> None:
    """A page with a link to the next one leaves the unseen partners not assessed."""
    page = {"value": [samples.partner()], "@odata.nextLink": "https://graph.microsoft.com/next"}
    place = folder(default=samples.default(), partners=page)
    found = _run(_scope(place, samples))
    assert {f.status for f in found["inbound_sync"]} == {Status.NOT_ASSESSED}


def test_unknown_and_stale_partners(folder: Any, samples: Any) -> None:
    """Partners outside the known list or without sign-ins are told; Microsoft's support tenant is not accused."""
    partners = [samples.partner(), samples.partner(tenantId=samples.OTHER), samples.partner(tenantId=SUPPORT)]
    place = folder(default=samples.default(), partners={"value": partners})
    found = _run(_scope(place, samples))
    for check in ("unknown_partners", "stale_partners"):
        assert [f.subject for f in found[check] if f.status is Status.FOUND] == [samples.OTHER]
    everything = [f for group in found.values() for f in group if f.status is Status.FOUND]
    assert SUPPORT not in {f.subject for f in everything}


def test_without_lists_partners_are_not_assessed(folder: Any, samples: Any) -> None:
    """No known list and no sign-ins: the checks that need them say so for each partner."""
    place = folder(default=samples.default(), partners={"value": [samples.partner()]})
    found = _run(Scope(read(place), TODAY))
    for check in ("unknown_partners", "stale_partners", "policy_guid"):
        assert {f.status for f in found[check]} == {Status.NOT_ASSESSED}


def test_kinds_of_partners_are_told_apart(folder: Any, samples: Any) -> None:
    """Service providers and members of the multi-tenant organisation are information, not accusations."""
    partners = [
        samples.partner(isServiceProvider=True),
        samples.partner(tenantId=samples.OTHER, isInMultiTenantOrganization=True),
    ]
    found = _run(_scope(folder(default=samples.default(), partners={"value": partners}), samples))
    told = {f.subject: f for f in found["partner_kinds"]}
    assert "service provider" in told[samples.PARTNER].reason
    assert "multi-tenant organisation" in told[samples.OTHER].reason
    assert {f.severity.value for f in told.values()} == {"info"}


@pytest.mark.parametrize("wrong", ["PARTNER", "OWN", "OTHER"])
def test_policy_guid_mistakes(folder: Any, samples: Any, wrong: str) -> None:
    """A partner's id, the tenant's own id or any other GUID in place of the default's is found."""
    place = folder(default=samples.default(), partners={"value": [samples.partner()]})
    enforced = Observed((f"{samples.OWN}:{getattr(samples, wrong)}",))
    (finding,) = _run(_scope(place, samples, enforced=enforced))["policy_guid"]
    assert finding.status is Status.FOUND


def test_ungoverned_groups(folder: Any, samples: Any) -> None:
    """A group that opens the way out needs a review over it; without reviews in the export it is not assessed."""
    partner = samples.partner(b2bCollaborationOutbound=samples.NARROW)
    reviews = {"value": [{"scope": {"query": f"/groups/{samples.OTHER}/transitiveMembers"}}]}
    bare = folder("bare", default=samples.default(), partners=[partner])
    reviewed = folder("reviewed", default=samples.default(), partners=[partner], accessReviews=reviews)
    assert [f.status for f in _run(_scope(bare, samples))["ungoverned_groups"]] == [Status.NOT_ASSESSED]
    (finding,) = _run(_scope(reviewed, samples))["ungoverned_groups"]
    assert (finding.status, finding.subject) == (Status.FOUND, samples.GROUP)


def test_foreign_groups_are_not_governed_by_themselves(folder: Any, samples: Any) -> None:
    """A group of the partner that may come in is told as managed there, unless it is listed as governed."""
    partner = samples.partner(b2bCollaborationInbound=samples.NARROW)
    place = folder(default=samples.default(), partners=[partner], governedGroups=[samples.OTHER])
    (finding,) = _run(_scope(place, samples))["ungoverned_groups"]
    assert finding.status is Status.FOUND
    assert "managed there" in finding.reason


def test_a_refused_part_of_one_file(tmp_path: Path, samples: Any) -> None:
    """In one file with all parts, partners that were refused are not assessed; they are not taken for none."""
    refused = {"error": {"code": "Authorization_RequestDenied"}}
    file = tmp_path / "all.json"
    file.write_text(
        json.dumps({"default": samples.default(), "partners": refused, "authorizationPolicy": refused})
    )
    found = _run(_scope(file, samples))
    for check in ("inbound_sync", "unknown_partners", "guest_invitations"):
        assert {f.status for f in found[check]} == {Status.NOT_ASSESSED}


def test_exceptions_expire(folder: Any, samples: Any) -> None:
    """An exception turns a finding into an excepted one until its day, and then says that it has expired."""
    partner = samples.partner(b2bDirectConnectInbound=samples.NARROW)
    scope = _scope(folder(default=samples.default(), partners=[partner]), samples)
    for expires, status in ((TODAY, Status.EXCEPTED), (TODAY - dt.timedelta(days=1), Status.FOUND)):
        exemption = Exemption("direct_connect_open", samples.PARTNER, "shared channels project", expires)
        findings = assess(scope, CHECKS, (exemption,))
        (finding,) = [f for f in findings if f.check.id == "direct_connect_open"]
        assert finding.status is status
        assert "shared channels project" in finding.reason or "expired" in finding.reason


def test_many_small_partners_fill_the_policy(folder: Any, samples: Any) -> None:
    """Partners that are small alone and large together are told once, for the policy."""
    partners = [samples.partner(tenantId=f"{n:08d}-0000-4000-8000-000000000000") for n in range(60)]
    found = _run(_scope(folder(default=samples.default(), partners=partners), samples))["size_limit"]
    assert [(f.status, f.subject, f.severity.value) for f in found] == [(Status.FOUND, "policy", "low")]


@pytest.mark.parametrize("untouched", [True, False])
@pytest.mark.parametrize("given", ["null", "missing", "null halves"])
def test_absent_tenant_restrictions(folder: Any, samples: Any, untouched: bool, given: str) -> None:
    """A default without tenant restrictions is found, whichever way they are absent; a bare service default is not."""
    default = samples.default(isServiceDefault=untouched, tenantRestrictions=None)
    if given == "missing":
        del default["tenantRestrictions"]
    if given == "null halves":
        default["tenantRestrictions"] = {"usersAndGroups": None, "applications": None}
    found = _run(_scope(folder(default=default, partners=[]), samples))["restrictions_absent"]
    assert [(f.status, f.subject) for f in found] == [(Status.FOUND, "default")]
    bare = folder("bare", default={"id": samples.DEFAULT_ID, "isServiceDefault": True}, partners=[])
    assert {f.status for f in _run(_scope(bare, samples))["restrictions_absent"]} == {Status.CLEAN}


def test_values_of_the_authorization_policy_that_are_not_known(folder: Any, samples: Any) -> None:
    """A value that Graph may add tomorrow is not assessed instead of passed."""
    changed = samples.authorization(allowInvitesFrom="someday", guestUserRoleId="x")
    found = _run(Scope(read(folder(authorizationPolicy=changed)), TODAY))["guest_invitations"]
    assert [f.status for f in found] == [Status.NOT_ASSESSED] * 2


def test_templates_that_synchronise(folder: Any, samples: Any) -> None:
    """A multi-tenant organisation's template that lets new partners synchronise is found."""
    template = {"templateApplicationLevel": "newPartners", "userSyncInbound": {"isSyncAllowed": True}}
    place = folder(default=samples.default(), partners=[], **{"templates-identitySynchronization": template})
    (finding,) = _run(_scope(place, samples))["sync_templates"]
    assert finding.status is Status.FOUND
