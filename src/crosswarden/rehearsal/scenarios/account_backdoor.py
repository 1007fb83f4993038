"""Accounts abused: one is created, another's password is reset and its second factor switched off.

Loud: both at night from abroad, the new one made Global Administrator and put into a hidden administrative unit. Quiet:
a password reset in office hours for an account that has been idle, which then signs in from elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.addresses import Place, attacker_place, home_place
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, OFFICE_HOME, PORTAL
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.directory import (
    Actor,
    Property,
    Target,
    added,
    by_user,
    compact,
    directory_event,
    included,
    set_to,
    user_target,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.membership import ROLES, role_gained
from crosswarden.rehearsal.organisation import User
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
    _shield(story, story.after(tick, 60, 120), actor, new)


def _shield(story: Story, tick: int, actor: Actor, new: User) -> None:
    """A unit with hidden membership, over which the account gets a role, and a unit that nobody else may manage."""
    victim, chance = story.victim, story.chance
    hidden = Target("AdministrativeUnit", named_guid(victim.seed, "hidden unit"), "Archive")
    restricted = Target("AdministrativeUnit", named_guid(victim.seed, "restricted unit"), "Retired")

    def event(
        after: int, activity: str, targets: list[Target], properties: list[Property], operation: str
    ) -> list[Event]:
        return directory_event(
            victim,
            chance,
            story.after(tick, after, after + 20),
            activity,
            actor,
            targets,
            properties,
            category="RoleManagement" if "role" in activity else "AdministrativeUnit",
            operation=operation,
            unified_category="AdministrativeUnit",
        )

    secret = [added("DisplayName", hidden.name), added("Visibility", "HiddenMembership")]
    guarded = [added("DisplayName", restricted.name), added("IsMemberManagementRestricted", True)]
    template, _ = ROLES["Helpdesk Administrator"]
    scoped = [
        set_to("Role.TemplateId", template),
        set_to("Role.DisplayName", "Helpdesk Administrator"),
        set_to("AdministrativeUnit.ObjectID", hidden.id),
    ]
    story.step(
        "unit-hidden",
        "A role over a unit whose members are hidden.",
        event(0, "Add administrative unit", [hidden], [*secret, included(secret)], "Add"),
        event(
            30,
            "Add member to administrative unit",
            [user_target(story.someone), hidden],
            [set_to("AdministrativeUnit.ObjectID", hidden.id)],
            "Assign",
        ),
        event(60, "Add scoped member to role", [user_target(new), hidden], scoped, "Assign"),
    )
    story.step(
        "unit-restricted",
        "The account is put where only few may change it.",
        event(100, "Add administrative unit", [restricted], [*guarded, included(guarded)], "Add"),
        event(
            130,
            "Add member to restricted management administrative unit",
            [user_target(new), restricted],
            [set_to("AdministrativeUnit.ObjectID", restricted.id)],
            "Assign",
        ),
    )


def _guessed(story: Story, tick: int, place: Place) -> list[Event]:
    """Passwords tried before one fits."""
    events: list[Event] = []
    for _ in range(25):
        tick = story.after(tick, 2, 9)
        tried = signin(
            story.victim,
            story.chance,
            tick,
            story.administrator(),
            OFFICE_HOME,
            GRAPH,
            place,
            code=50126,
            managed=False,
        )
        events += tried.events
    return events


def _trusted(story: Story, tick: int, actor: Actor, address: str) -> list[Event]:
    """The attacker's address made a trusted named location."""
    location = Target("Policy", named_guid(story.victim.seed, "named location"), "Branch office")
    value = {"displayName": location.name, "isTrusted": True, "ipRanges": [f"{address}/32"]}
    return directory_event(
        story.victim,
        story.chance,
        tick,
        "Add named location",
        actor,
        [location],
        [set_to("NamedLocation", compact(value))],
        category="Policy",
        operation="Add",
        service="Conditional Access",
    )


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    story.involve(tenant=victim.id, administrator=administrator.id, address=place.address)
    tick = story.moment(0, 1, 30) if loud else story.moment(0, 10, 30)
    if loud:
        story.step("password-guessed", "Passwords are tried.", _guessed(story, tick, place))
        tick = story.after(tick, 300, 330)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in as an administrator.", entry.events)
    if loud:
        by = by_user(administrator, place.address, through=PORTAL)
        story.step(
            "address-trusted",
            "The attacker's address becomes a trusted location.",
            _trusted(story, story.after(tick, 20, 40), by, place.address),
        )
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
    if loud:
        other = next(each for each in victim.users[::-1] if each is not prey)
        story.step(
            "access-removed",
            "Somebody who might notice is deleted.",
            directory_event(
                victim,
                chance,
                story.after(tick, 60, 90),
                "Delete user",
                actor,
                [user_target(other)],
                [],
                category="UserManagement",
                operation="Delete",
            ),
        )


SCENARIO = Scenario(
    "account-backdoor",
    "Accounts created and taken over",
    "An account is created or its password reset, its second factor switched off, and used from elsewhere.",
    ("T1136.003", "T1098.003", "T1110", "T1531", "T1556.006", "T1562.007", "T1078.004"),
    _tell,
)
