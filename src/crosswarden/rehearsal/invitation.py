"""Ordinary B2B invitations: somebody invites, the guest accepts.

Structure follows published samples of Invite external user and Redeem external user invite.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.applications import B2B_WORKER
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import SECOND
from crosswarden.rehearsal.directory import (
    Actor,
    Target,
    added,
    by_application,
    directory_event,
    included,
    set_to,
    user_target,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation, User, person
from crosswarden.rehearsal.trust import external_user, user_added

__all__ = ["guest", "invited", "redeemed"]


def guest(organisation: Organisation, home: Organisation, name: str, mail: str) -> User:
    """A person of another tenant as this directory holds them once invited."""
    office = organisation.users[0].office
    someone = person(
        (organisation.seed, organisation.label, "guest", mail), 0, home.domain, (office,), "S-1-5-21-0"
    )
    named = replace(someone, name=name, principal_name=mail)
    return external_user(organisation, home, named, "Guest")


def invited(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, inviter: User, one: User, mail: str
) -> list[Event]:
    """The directory entry, the invitation, and the sponsor."""
    correlation = chance.guid()
    events = directory_event(
        organisation,
        chance,
        tick,
        "Add user",
        by_application(organisation, B2B_WORKER),
        [user_target(one)],
        user_added(organisation, one, mail, tick),
        category="UserManagement",
        operation="Add",
        correlation=correlation,
    )
    events += directory_event(
        organisation,
        chance,
        tick + SECOND // 3,
        "Invite external user",
        actor,
        [user_target(one)],
        [],
        category="UserManagement",
        operation="Add",
        service="Invited Users",
        correlation=correlation,
        details=(
            ("oid", inviter.id),
            ("tid", organisation.id),
            ("ipaddr", actor.address),
            ("wids", "62e90394-69f5-4237-9190-012177145e10"),
            ("InvitationId", chance.guid()),
            ("invitedUserEmailAddress", mail),
        ),
        unified=False,
    )
    return events + directory_event(
        organisation,
        chance,
        tick + SECOND // 2,
        "Add user sponsor",
        by_application(organisation, B2B_WORKER),
        [user_target(one)],
        [set_to("Sponsor.ObjectID", inviter.id)],
        category="UserManagement",
        operation="Assign",
        correlation=correlation,
        unified=False,
    )


def redeemed(organisation: Organisation, chance: Chance, tick: int, one: User, address: str) -> list[Event]:
    """The guest accepts: logged by B2B Auth, by the guest, from the guest's address."""
    mail = one.principal_name.split("#EXT#")[0].rpartition("_")
    text = f"{mail[0]}@{mail[2]}"
    correlation = chance.guid()
    events = directory_event(
        organisation,
        chance,
        tick,
        "Redeem external user invite",
        Actor("user", one.id, text, address=address),
        [
            Target(
                "User",
                one.id,
                f"UPN: {one.principal_name}, Email: {text}, InvitationId: {chance.guid()}, "
                "Source: Microsoft Entra ID",
                one.principal_name,
                one.puid,
            )
        ],
        [],
        category="UserManagement",
        operation="Update",
        service="B2B Auth",
        correlation=correlation,
        unified=False,
    )
    accepted = [added("UserState", "Accepted", old=["PendingAcceptance"])]
    return events + directory_event(
        organisation,
        chance,
        tick + SECOND // 4,
        "Update user",
        by_application(organisation, B2B_WORKER),
        [user_target(one)],
        [*accepted, included(accepted), set_to("TargetId.UserType", one.kind)],
        category="UserManagement",
        operation="Update",
        correlation=correlation,
    )
