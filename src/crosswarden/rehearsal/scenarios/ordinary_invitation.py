"""Not an attack: people invite partners they work with, and the guests come."""

from __future__ import annotations

from crosswarden.rehearsal.addresses import home_place
from crosswarden.rehearsal.applications import OFFICE_HOME, SHAREPOINT
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.invitation import guest, invited, redeemed
from crosswarden.rehearsal.names import FILES
from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import BENIGN, Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance = story.victim, story.chance
    partner = found(story.world.seed, "customer", 12)
    story.involve(tenant=victim.id, home_tenant=partner.id)
    for day, inviter in enumerate(story.people(3)):
        actor = by_user(inviter, inviter.office.address, inviter.user_agent)
        other = partner.users[day + 2]
        one = guest(victim, partner, other.name, other.principal_name)
        story.involve(**{f"guest_{day + 1}": one.id})
        tick = story.moment(day, 10, 20)
        story.step(
            "guest-invited",
            f"{inviter.principal_name} invites a partner.",
            invited(victim, chance, tick, actor, inviter, one, other.principal_name),
        )
        place = home_place(chance, other.office)
        tick = story.moment(day, 14, 5)
        events = redeemed(victim, chance, tick, one, place.address)
        come = signin(
            victim,
            chance,
            story.after(tick, 10, 60),
            one,
            OFFICE_HOME,
            SHAREPOINT,
            place,
            managed=False,
            access="b2bCollaboration",
        )
        events += come.events
        events.append(
            file_event(
                victim,
                chance,
                story.after(tick, 90, 300),
                one,
                "FileAccessed",
                chance.pick(FILES),
                address=place.address,
                token=come.token,
                session=come.session,
            )
        )
        story.step("guest-comes", "The guest accepts and opens a file.", events)


SCENARIO = Scenario(
    "ordinary-invitation",
    "Ordinary guest invitations",
    "Employees invite partners, who accept and read a file.",
    (),
    _tell,
    BENIGN,
)
