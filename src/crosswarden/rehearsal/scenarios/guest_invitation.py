"""Guest invitation abuse: a compromised account invites the attacker's mailboxes.

Loud: a dozen invitations in minutes, one guest turned into a member and made Global Administrator. Quiet: one guest
named after an employee, put into a group days later.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, OFFICE_HOME, PORTAL
from crosswarden.rehearsal.directory import added, by_user, directory_event, included, set_to, user_target
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.invitation import guest, invited, redeemed
from crosswarden.rehearsal.membership import group_joined, role_gained
from crosswarden.rehearsal.names import FILES
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    inviter = story.administrator() if loud else story.people(1)[0]
    place = attacker_place(chance) if loud else home_place(chance, inviter.office)
    story.involve(tenant=victim.id, inviter=inviter.id, address=place.address)
    tick = story.moment(0, 9, 50)
    entry = signin(
        victim, chance, tick, inviter, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in as someone who may invite.", entry.events)
    actor = by_user(inviter, place.address, through=PORTAL)
    guests = []
    events = []
    for number in range(12 if loud else 1):
        name = story.people(1)[0].name if not loud else f"Consultant {number + 1}"
        mail = f"{name.lower().replace(' ', '.')}@{story.attacker.domain}"
        one = guest(victim, story.attacker, name, mail)
        guests.append(one)
        tick = story.after(tick, 8, 40)
        events += invited(victim, chance, tick, actor, inviter, one, mail)
    story.step("guests-invited", f"{len(guests)} outside mailboxes are invited.", events)

    first = guests[0]
    story.involve(guest=first.id, guest_name=first.principal_name)
    story.involve(**{f"guest_{number}": each.id for number, each in enumerate(guests[1:], 2)})
    far = attacker_place(chance)
    tick = story.after(tick, 600, 1500) if loud else story.moment(1, 15, 30)
    story.step("guest-redeemed", "One accepts.", redeemed(victim, chance, tick, first, far.address))
    tick = story.after(tick, 20, 60)
    come = signin(
        victim, chance, tick, first, OFFICE_HOME, GRAPH, far, managed=False, access="b2bCollaboration"
    )
    story.step("first-signin", "The guest signs in.", come.events)
    tick = story.after(tick, 300, 900) if loud else story.moment(3, 11, 0)
    if loud:
        changed = [added("UserType", "Member", old=["Guest"])]
        member = replace(first, kind="Member")
        events = directory_event(
            victim,
            chance,
            tick,
            "Update user",
            actor,
            [user_target(first)],
            [*changed, included(changed), set_to("TargetId.UserType", "Member")],
            category="UserManagement",
            operation="Update",
        )
        events += role_gained(
            victim, chance, story.after(tick, 30, 90), actor, member, "Global Administrator"
        )
        story.step("access-gained", "The guest becomes a member and Global Administrator.", events)
    else:
        story.step(
            "access-gained",
            "The guest joins a group.",
            group_joined(victim, chance, tick, actor, first, "Board papers"),
        )
    events = []
    for _ in range(20 if loud else 2):
        tick = story.after(tick, 5, 60)
        events.append(
            file_event(
                victim,
                chance,
                tick,
                first,
                "FileDownloaded",
                chance.pick(FILES),
                address=far.address,
                token=come.token,
                session=come.session,
            )
        )
    story.step("data-taken", "The guest takes files.", events)
    if story.world.cleanup:
        gone = directory_event(
            victim,
            chance,
            story.moment(4, 8, 30),
            "Delete user",
            actor,
            [user_target(first)],
            [],
            category="UserManagement",
            operation="Delete",
        )
        story.step("cleanup", "The guest is deleted.", gone)


SCENARIO = Scenario(
    "guest-invitation",
    "Guest invitation abuse",
    "A compromised account invites outside mailboxes; one gains access.",
    ("T1136.003", "T1078.004", "T1098.003"),
    _tell,
)
