"""The default for every tenant that has no setting of its own is opened, and a stranger comes in by it.

Loud: direct connect and collaboration both ways, all claims trusted. Quiet: one change, the multifactor claims of every
tenant are believed, and a guest who had to prove a second factor no longer has to.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place, microsoft_address
from crosswarden.rehearsal.applications import MANAGEMENT, OFFICE_HOME, PORTAL, SHAREPOINT
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.names import FILES
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story
from crosswarden.rehearsal.trust import UPDATE_DEFAULT, access, external_user, setting, trust

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    story.involve(
        tenant=victim.id, administrator=administrator.id, address=place.address, partner=story.attacker.id
    )
    tick = story.moment(0, 10, 5)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to the portal as an administrator.", entry.events)

    actor = by_user(administrator, microsoft_address(chance))
    tick = story.after(tick, 200, 700)
    changes = [trust(True, compliant=loud, hybrid=loud)]
    if loud:
        changes += [
            access("b2bCollaborationInbound", True, False),
            access("b2bDirectConnectInbound", True, False),
            access("b2bDirectConnectOutbound", True, False),
        ]
    story.step(
        "default-opened",
        "Every tenant is let in and believed." if loud else "Every tenant's multifactor claims are believed.",
        setting(victim, chance, tick, UPDATE_DEFAULT, actor, changes),
    )

    stranger = external_user(victim, story.attacker, story.attacker.users[1], "Guest")
    story.involve(guest=stranger.id)
    far = attacker_place(chance)
    tick = story.moment(1 if loud else 3, 14, 20)
    first = signin(
        victim,
        chance,
        tick,
        stranger,
        OFFICE_HOME,
        SHAREPOINT,
        far,
        managed=False,
        multifactor=True,
        access="b2bDirectConnect" if loud else "b2bCollaboration",
    )
    story.step(
        "stranger-signs-in", "Someone of a tenant without a setting of its own signs in.", first.events
    )
    events = []
    for _ in range(25 if loud else 2):
        tick = story.after(tick, 5, 60)
        events.append(
            file_event(
                victim,
                chance,
                tick,
                stranger,
                "FileDownloaded",
                chance.pick(FILES),
                address=far.address,
                token=first.token,
                session=first.session,
            )
        )
    story.step("data-taken", "They take files.", events)
    if story.world.cleanup:
        tick = story.moment(4, 9, 2)
        story.step(
            "cleanup",
            "The default is reset.",
            setting(victim, chance, tick, "Reset the cross-tenant access default setting", actor, []),
        )


SCENARIO = Scenario(
    "default-policy-opened",
    "Default cross-tenant policy opened",
    "The default cross-tenant access settings are loosened, so that any tenant may come in.",
    ("T1484.002", "T1078.004", "T1199"),
    _tell,
)
