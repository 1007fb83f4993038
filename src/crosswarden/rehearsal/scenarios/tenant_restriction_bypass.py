"""Tenant restrictions got round: someone inside signs in to a tenant that the organisation does not allow.

The restriction works at first: the sign-ins fail and are marked as restricted. Loud: the policy is then changed to
allow the attacker's tenant, and files leave. Quiet: the policy stays; the sign-in simply comes without the header,
from the same office address and an unmanaged machine.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.addresses import microsoft_address
from crosswarden.rehearsal.applications import OFFICE_HOME, SHAREPOINT
from crosswarden.rehearsal.directory import Property, by_user
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story
from crosswarden.rehearsal.trust import UPDATE_DEFAULT, access, setting

__all__ = ["SCENARIO"]


def _outward(story: Story, tick: int, restricted: bool, code: int, managed: bool) -> list[Event]:
    """A sign-in of one of ours to the attacker's tenant, as our own sign-in log shows it."""
    user = story.someone
    signed = signin(
        story.victim,
        story.chance,
        tick,
        user,
        OFFICE_HOME,
        SHAREPOINT,
        user.office,
        code=code,
        restricted=restricted,
        managed=managed,
        access="b2bCollaboration",
    )
    events = []
    for event in signed.events:
        if "resourceTenantId" in event.record:
            record = event.record | {"resourceTenantId": story.attacker.id, "homeTenantId": story.victim.id}
            event = replace(event, record=record)
        events.append(event)
    return events


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    user = story.someone
    story.involve(
        tenant=victim.id, user=user.id, resource_tenant=story.attacker.id, address=user.office.address
    )
    tick = story.moment(0, 11, 10)
    events: list[Event] = []
    for _ in range(4 if loud else 1):
        tick = story.after(tick, 20, 90)
        events += _outward(story, tick, True, 5000211, True)
    story.step("restricted", "Signing in to the foreign tenant is refused.", events)
    if loud:
        administrator = story.administrator()
        actor = by_user(administrator, microsoft_address(chance))
        tick = story.moment(1, 9, 5)
        opened: Property = access("tenantRestrictions", True, False)
        story.involve(administrator=administrator.id)
        story.step(
            "policy-opened",
            "The tenant restrictions are changed to allow everything.",
            setting(victim, chance, tick, UPDATE_DEFAULT, actor, [opened]),
        )
    tick = story.moment(1, 11, 20)
    events = []
    for _ in range(5 if loud else 1):
        tick = story.after(tick, 60, 600)
        events += _outward(story, tick, False, 0, loud)
    story.step("signed-in-abroad", "The same person signs in to the foreign tenant.", events)


SCENARIO = Scenario(
    "tenant-restriction-bypass",
    "Tenant restrictions got round",
    "Someone inside reaches a tenant that restrictions forbid.",
    ("T1562.001", "T1567", "T1078.004"),
    _tell,
)
