"""What changed in meaning, and which event did it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crosswarden.tenants import parse
from crosswarden.tenants.difference import ANY_TENANT, Change, Effect, difference
from crosswarden.tenants.explain import events, explain
from crosswarden.tenants.model import Policy
from crosswarden.tenants.observed import Observed
from crosswarden.tenants.read import read


def _told(changes: tuple[Change, ...]) -> set[tuple[str, str, str]]:
    return {(change.tenant, change.topic, change.effect.value) for change in changes}


def test_another_text_with_the_same_meaning_is_no_change(folder: Any, samples: Any) -> None:
    """Reordered targets, spelled-out inheritance and another way to allow all are no change."""
    two = samples.setting(("allowed", samples.GROUP, samples.OTHER), ("allowed", "AllApplications"))
    turned = samples.setting(
        ("allowed", samples.OTHER, samples.GROUP.upper()), ("allowed", "AllApplications")
    )
    old = folder("old", default=samples.default(), partners=[samples.partner(b2bCollaborationInbound=two)])
    new = folder(
        "new",
        default=samples.default(),
        partners=[samples.partner(b2bCollaborationInbound=turned, b2bDirectConnectInbound=samples.BLOCKED)],
    )
    assert difference(read(old), read(new)) == ()


def test_a_default_changes_everyone_who_inherits_it(folder: Any, samples: Any) -> None:
    """Opening the default is told for any other tenant and for the partner that inherits, not for the one that does not."""
    own = samples.partner(tenantId=samples.OTHER, b2bCollaborationInbound=samples.NARROW)
    partners = [samples.partner(), own]
    old = folder("old", default=samples.default(), partners=partners)
    new = folder("new", default=samples.default(b2bCollaborationInbound=samples.ALLOWED), partners=partners)
    assert _told(difference(read(old), read(new))) == {
        (ANY_TENANT, "b2bCollaborationInbound", "loosened"),
        (samples.PARTNER, "b2bCollaborationInbound", "loosened"),
    }


def test_an_attack_is_told_in_its_parts(folder: Any, samples: Any) -> None:
    """Partner added, inbound opened, redemption automatic, trust given, synchronisation allowed: each its own change."""
    hostile = samples.partner(
        b2bCollaborationInbound=samples.ALLOWED,
        automaticUserConsentSettings={"inboundAllowed": True, "outboundAllowed": None},
        inboundTrust={**samples.NO_TRUST, "isMfaAccepted": True},
        identitySynchronization={"userSyncInbound": {"isSyncAllowed": True}},
    )
    old = folder("old", default=samples.default(), partners=[])
    new = folder("new", default=samples.default(), partners=[hostile])
    assert _told(difference(read(old), read(new))) == {
        (samples.PARTNER, "partner", "changed"),
        (samples.PARTNER, "b2bCollaborationInbound", "loosened"),
        (samples.PARTNER, "automaticUserConsentSettings.inboundAllowed", "loosened"),
        (samples.PARTNER, "inboundTrust.isMfaAccepted", "loosened"),
        (samples.PARTNER, "identitySynchronization.userSyncInbound.isSyncAllowed", "loosened"),
    }


def test_what_is_no_longer_observed_is_a_change_of_its_own(folder: Any, samples: Any) -> None:
    """A default that is missing from the new export is not observed, never tightened."""
    old = folder("old", default=samples.default(), partners=[])
    new = folder("new", partners=[])
    assert {effect for _, _, effect in _told(difference(read(old), read(new)))} == {"not observed"}


ids = st.sets(st.sampled_from(["g1", "g2", "g3"]), min_size=1)


@given(ids, ids, st.sampled_from(["allowed", "blocked"]))
def test_effects_are_never_the_wrong_way_round(before: set[str], after: set[str], access: str) -> None:
    """More allowed names loosen, more blocked names tighten, and swapping the snapshots turns the effect."""

    def policy(names: set[str]) -> Policy:
        raw = {
            "usersAndGroups": {
                "accessType": access,
                "targets": [{"target": n, "targetType": "group"} for n in names],
            },
            "applications": {
                "accessType": "allowed",
                "targets": [{"target": "AllApplications", "targetType": "application"}],
            },
        }
        default = parse.default({"id": "x", "b2bCollaborationInbound": raw})
        return Policy("synthetic", default=Observed(default), partners=Observed(()))

    forth, back = difference(policy(before), policy(after)), difference(policy(after), policy(before))
    turned = {Effect.LOOSENED: Effect.TIGHTENED, Effect.TIGHTENED: Effect.LOOSENED}
    assert [turned.get(c.effect, c.effect) for c in forth] == [c.effect for c in back]
    assert (forth == ()) == (before == after)
    if before < after:
        assert forth[0].effect is (Effect.LOOSENED if access == "allowed" else Effect.TIGHTENED)


def test_the_event_behind_a_change(folder: Any, samples: Any, shared: Path) -> None:
    """The real audit event of a partner added explains the added partner by name and address; nothing explains the rest."""
    log = list(events(json.loads((shared / "data/logs/graph/directoryAudits.json").read_text())["value"]))
    old = folder("old", default=samples.default(), partners=[])
    new = folder(
        "new",
        default=samples.default(),
        partners=[
            samples.partner(identitySynchronization={"userSyncInbound": {"isSyncAllowed": True}}),
            samples.partner(tenantId=samples.OTHER),
        ],
    )
    told = {(e.change.tenant, e.change.topic): e for e in explain(difference(read(old), read(new)), log)}
    added = told[(samples.PARTNER, "partner")]
    assert added.status == "explained"
    assert added.events[0].actor == "attacker@securathesis.onmicrosoft.com"
    assert added.events[0].address == "40.126.32.99"
    sync = told[(samples.PARTNER, "identitySynchronization.userSyncInbound.isSyncAllowed")]
    assert (sync.status, sync.events) == ("unexplained", ())
    assert told[(samples.OTHER, "partner")].status == "unexplained"


def test_properties_are_looked_up_by_name() -> None:
    """The tenant is found wherever the property stands, in the unified log's spelling too."""
    record = {
        "OperationName": "Update a partner cross-tenant access setting.",
        "TimeGenerated": "2026-01-01T00:00:00Z",
        "InitiatedBy": json.dumps({"user": {"userPrincipalName": "a@b.example"}}),
        "TargetResources": json.dumps(
            [
                {
                    "modifiedProperties": [
                        {"displayName": "b2bCollaborationInbound", "newValue": '"{}"'},
                        {"displayName": "tenantId", "newValue": '"ee07d55e-928e-4049-89e2-c36739e30514"'},
                    ]
                }
            ]
        ),
    }
    (event,) = events([record, {"OperationName": "Update user"}, {**record, "Result": "failure"}])
    assert event.tenants == {"ee07d55e-928e-4049-89e2-c36739e30514"}
    assert "b2bcollaborationinbound" in event.properties
