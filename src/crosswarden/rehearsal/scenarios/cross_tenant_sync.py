"""The synchronisation backdoor: an attacker with an administrator's session lets their own tenant push users in.

Loud: from a foreign host, trusting everything, three users, Global Administrator for one, many files. Quiet: from an
address of the country, one setting a day, one user, who is only put into a group and reads a little.
"""

from __future__ import annotations

from crosswarden.rehearsal.activity import azure_call, graph_call, role_body
from crosswarden.rehearsal.addresses import attacker_place, home_place, microsoft_address
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, OFFICE_HOME, PORTAL, SHAREPOINT
from crosswarden.rehearsal.directory import by_user, set_to
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.membership import group_joined, role_gained
from crosswarden.rehearsal.names import FILES
from crosswarden.rehearsal.organisation import User
from crosswarden.rehearsal.signins import noninteractive_signin, signin
from crosswarden.rehearsal.story import Scenario, Story
from crosswarden.rehearsal.trust import (
    CREATE_SYNC,
    DELETE_PARTNER,
    DELETE_SYNC,
    UPDATE_PARTNER,
    access,
    consent,
    external_user,
    partner_added,
    setting,
    synchronised,
    trust,
)

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, attacker, chance, loud = story.victim, story.attacker, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    story.involve(
        tenant=victim.id, partner=attacker.id, administrator=administrator.id, address=place.address
    )

    tick = story.moment(0, 9, 12)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to the portal as an administrator.", entry.events)

    actor = by_user(administrator, microsoft_address(chance))
    tick = story.after(tick, 240, 600)
    story.step(
        "partner-added",
        "The attacker's tenant becomes a partner.",
        partner_added(victim, chance, tick, actor, attacker.id),
    )
    tick = story.after(tick, 30, 90) if loud else story.moment(1, 10, 40)
    changes = [consent(True)]
    if loud:
        changes += [trust(True, True, True), access("b2bCollaborationInbound", True, None)]
    story.step(
        "trust-opened",
        "Invitations of the partner are redeemed without asking"
        + (", its multifactor and device claims are believed." if loud else "."),
        setting(victim, chance, tick, UPDATE_PARTNER, actor, changes, attacker.id),
    )
    tick = story.after(tick, 30, 120) if loud else story.moment(1, 10, 58)
    allowed = set_to("userSyncInbound.isSyncAllowed", "True", "False")
    story.step(
        "sync-allowed",
        "The partner may synchronise users into this tenant.",
        setting(victim, chance, tick, CREATE_SYNC, actor, [allowed], attacker.id),
    )

    tick = story.after(tick, 1500, 2400) if loud else story.moment(2, 11, 20)
    pushed: list[User] = []
    for source in attacker.users[: 3 if loud else 1]:
        user = external_user(victim, attacker, source)
        pushed.append(user)
        tick = story.after(tick, 4, 20)
        story.step(
            "user-synchronised",
            f"The job creates {user.principal_name}.",
            synchronised(victim, chance, tick, user, source.principal_name),
        )
    user = pushed[0]
    story.involve(synced_user=user.id, synced_user_name=user.principal_name)
    story.involve(**{f"synced_user_{number}": each.id for number, each in enumerate(pushed[1:], 2)})
    _use(story, user, tick)
    if story.world.cleanup:
        _clean(story)


def _use(story: Story, user: User, tick: int) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    place = attacker_place(chance)
    tick = story.after(tick, 3600, 5400) if loud else story.moment(3, 13, 5)
    first = signin(
        victim, chance, tick, user, OFFICE_HOME, SHAREPOINT, place, managed=False, access="b2bCollaboration"
    )
    story.step("first-signin", "The synchronised user signs in from the attacker's tenant.", first.events)

    administrator = story.administrator()
    actor = by_user(administrator, microsoft_address(chance))
    tick = story.after(tick, 300, 900)
    gained = (
        role_gained(victim, chance, tick, actor, user, "Global Administrator")
        if loud
        else group_joined(victim, chance, tick, actor, user, "Board papers")
    )
    story.step(
        "access-gained",
        "The synchronised user becomes Global Administrator."
        if loud
        else "The synchronised user joins a group.",
        gained,
    )
    renewed = noninteractive_signin(
        victim,
        chance,
        story.after(tick, 30, 60),
        user,
        OFFICE_HOME,
        GRAPH,
        place,
        session=first.session,
        managed=False,
        access="b2bCollaboration",
    )
    events = list(renewed.events)
    paths = (
        "users?$top=999",
        "groups",
        "directoryRoles",
        "servicePrincipals",
        "policies/crossTenantAccessPolicy/partners",
    )
    tick = renewed.tick
    for path in paths if loud else paths[:2]:
        tick = story.after(tick, 2, 40)
        events.append(
            graph_call(
                victim,
                chance,
                tick,
                "GET",
                f"https://graph.microsoft.com/v1.0/{path}",
                application=OFFICE_HOME,
                address=place.address,
                token=renewed.token,
                issued=renewed.tick,
                session=renewed.session,
                user=user,
                scopes="Directory.Read.All User.Read",
            )
        )
    for _ in range(40 if loud else 3):
        tick = story.after(tick, 3, 30)
        events.append(
            file_event(
                victim,
                chance,
                tick,
                user,
                "FileDownloaded" if loud else "FileAccessed",
                chance.pick(FILES),
                address=place.address,
                token=first.token,
                session=first.session,
            )
        )
    if loud:
        azure = signin(
            victim,
            chance,
            story.after(tick, 20, 60),
            user,
            PORTAL,
            MANAGEMENT,
            place,
            managed=False,
            access="b2bCollaboration",
        )
        events += azure.events
        tick, assignment = azure.tick, chance.guid()
        for operation, path, body in (
            ("Microsoft.Authorization/elevateAccess/action", "providers/Microsoft.Authorization", ""),
            (
                "Microsoft.Authorization/roleAssignments/write",
                f"providers/Microsoft.Authorization/roleAssignments/{assignment}",
                role_body(victim, assignment, user.id),
            ),
        ):
            tick = story.after(tick, 60, 200)
            events.append(
                azure_call(
                    victim,
                    chance,
                    tick,
                    operation,
                    path,
                    address=place.address,
                    user=user,
                    application=PORTAL,
                    token=azure.token,
                    body=body,
                )
            )
    story.step("data-taken", "The synchronised user looks around and takes files.", events)


def _clean(story: Story) -> None:
    victim, chance = story.victim, story.chance
    actor = by_user(story.administrator(), microsoft_address(chance))
    tick = story.moment(4, 9, 30)
    story.step(
        "cleanup",
        "The synchronisation setting and the partner are deleted; the synchronised users stay.",
        setting(victim, chance, tick, DELETE_SYNC, actor, [], story.attacker.id),
        setting(victim, chance, story.after(tick, 20, 60), DELETE_PARTNER, actor, [], story.attacker.id),
    )


SCENARIO = Scenario(
    "cross-tenant-sync",
    "Cross-tenant synchronisation backdoor",
    "An attacker's tenant becomes a partner, synchronises its users in, and they use what they find.",
    ("T1484.002", "T1136.003", "T1078.004", "T1199", "T1098.003"),
    _tell,
)
