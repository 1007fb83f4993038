"""Accounts abused: one is created, another's password is reset and its second factor switched off.

Loud: both at night from abroad, the new one made Global Administrator and put into a hidden administrative unit. Quiet:
a password reset in office hours for an account that has been idle, which then signs in from elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, OFFICE_HOME, PORTAL
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.directory import (
    Target,
    added,
    by_user,
    directory_event,
    included,
    set_to,
    user_target,
)
from crosswarden.rehearsal.membership import role_gained
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _created(story: Story, tick: int) -> None:
    victim, chance = story.victim, story.chance
    actor = by_user(story.administrator(), story.entities["address"], through=PORTAL)
    login = f"svc-backup@{victim.domain}"
    new = replace(
        victim.users[0],
        id=chance.guid(),
        name="svc-backup",
        principal_name=login,
        puid=f"100320{chance.hexadecimal(10)}",
    )
    story.involve(account=new.id)
    properties = [
        added("AccountEnabled", True),
        added("DisplayName", new.name),
        added("MailNickname", "svc-backup"),
        added("StsRefreshTokensValidFrom", iso(tick)[:19] + "Z"),
        added("UserPrincipalName", login),
        added("UserType", "Member"),
    ]
    story.step(
        "account-created",
        "An account is created.",
        directory_event(
            victim,
            chance,
            tick,
            "Add user",
            actor,
            [user_target(new)],
            [*properties, included(properties)],
            category="UserManagement",
            operation="Add",
        ),
    )
    tick = story.after(tick, 60, 120)
    story.step(
        "role-gained",
        "It becomes Global Administrator.",
        role_gained(victim, chance, tick, actor, new, "Global Administrator"),
    )
    unit = Target("AdministrativeUnit", named_guid(victim.seed, "unit"), "Archive")
    hidden = [added("DisplayName", unit.name), added("Visibility", "HiddenMembership")]
    story.step(
        "unit-hidden",
        "A hidden administrative unit shields it.",
        directory_event(
            victim,
            chance,
            story.after(tick, 60, 120),
            "Add administrative unit",
            actor,
            [unit],
            [*hidden, included(hidden)],
            category="AdministrativeUnit",
            operation="Add",
        ),
        directory_event(
            victim,
            chance,
            story.after(tick, 150, 200),
            "Add member to restricted management administrative unit",
            actor,
            [user_target(new), unit],
            [set_to("AdministrativeUnit.ObjectID", unit.id)],
            category="AdministrativeUnit",
            operation="Assign",
            unified_category="AdministrativeUnit",
        ),
    )


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    story.involve(tenant=victim.id, administrator=administrator.id, address=place.address)
    tick = story.moment(0, 1, 30) if loud else story.moment(0, 10, 30)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in as an administrator.", entry.events)
    if loud:
        _created(story, story.after(tick, 60, 200))
    prey = story.someone
    story.involve(user=prey.id)
    actor = by_user(administrator, place.address, through=PORTAL)
    tick = story.after(tick, 700, 900)
    events = directory_event(
        victim,
        chance,
        tick,
        "Reset user password",
        actor,
        [user_target(prey)],
        [],
        category="UserManagement",
        operation="Update",
    )
    if loud:
        events += directory_event(
            victim,
            chance,
            story.after(tick, 20, 60),
            "Disable Strong Authentication",
            actor,
            [user_target(prey)],
            [
                added("StrongAuthenticationRequirement", old=[{"RelyingParty": "*", "State": 1}]),
                set_to("Included Updated Properties", "StrongAuthenticationRequirement"),
            ],
            category="UserManagement",
            operation="Update",
        )
    story.step("password-reset", "Another account's password is reset.", events)
    far = attacker_place(chance)
    tick = story.after(tick, 400, 800) if loud else story.moment(1, 11, 15)
    come = signin(victim, chance, tick, prey, OFFICE_HOME, GRAPH, far, managed=False)
    story.step("taken-over", "The account signs in from elsewhere.", come.events)


SCENARIO = Scenario(
    "account-backdoor",
    "Accounts created and taken over",
    "An account is created or its password reset, its second factor switched off, and used from elsewhere.",
    ("T1136.003", "T1098.003", "T1531", "T1556.006", "T1078.004"),
    _tell,
)
