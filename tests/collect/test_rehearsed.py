"""A rehearsal served over HTTP gives what it wrote."""

from __future__ import annotations

from crosswarden.rehearsal.served import rehearsed_store


def test_a_served_rehearsal_holds_every_event_of_its_ground_truth() -> None:
    """Each step's audit, sign-in and unified events of the victim can be collected."""
    store, truth = rehearsed_store(["cross-tenant-sync"], seed=3)
    held = {
        str(item["id"])
        for path in ("directoryAudits", "signIns", "provisioning")
        for item in store.items(f"auditLogs/{path}")
    }
    held |= {str(record["Id"]) for record in store.unified}
    told = {
        event.id
        for story in truth.stories
        for step in story.steps
        for event in step.events
        if event.tenant == store.organisation.id
        and event.log
        in ("audit", "signin", "noninteractive", "principal", "managed", "provisioning", "unified")
    }
    assert told and told <= held
