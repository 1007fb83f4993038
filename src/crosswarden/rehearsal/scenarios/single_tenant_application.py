"""A new single-tenant application is given permissive roles and used.

Loud: from a foreign host, roles that control the tenant, heavy use at once. Quiet: from an address that is Microsoft's
own, one role that reads mail, a name like the organisation's other applications, use days later, a little at a time.
"""

from __future__ import annotations

from crosswarden.rehearsal.activity import graph_call
from crosswarden.rehearsal.addresses import attacker_place, home_place, microsoft_address
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, PORTAL, Application
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.credentials import credential_added
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.mailbox import mail_bound
from crosswarden.rehearsal.registration import (
    application_added,
    application_deleted,
    application_updated,
    consented,
    owner_added,
    principal_added,
)
from crosswarden.rehearsal.signins import Signed, principal_signin, signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO", "mail_read_by"]


def mail_read_by(
    story: Story, application: Application, signed: Signed, address: str, owners: int, each: int
) -> list[Event]:
    """The application reads mail through Graph: the calls, and the mailboxes' own record of them."""
    victim, chance = story.victim, story.chance
    events: list[Event] = []
    tick = signed.tick
    for owner in story.people(owners):
        for page in range(each):
            tick = story.after(tick, 2, 20)
            events.append(
                graph_call(
                    victim,
                    chance,
                    tick,
                    "GET",
                    f"https://graph.microsoft.com/v1.0/users/{owner.id}/messages?$top=50&$skip={page * 50}",
                    application=application,
                    address=address,
                    token=signed.token,
                    issued=signed.tick,
                    session=signed.session,
                    roles="Mail.Read",
                )
            )
            events.append(
                mail_bound(
                    victim,
                    chance,
                    tick,
                    owner,
                    address=address,
                    application=GRAPH.id,
                    client=application.id,
                    info="Client=REST;;",
                    token=signed.token,
                    issued=signed.tick,
                    session=signed.session,
                    principal=victim.principal(application),
                    count=4,
                )
            )
    return events


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    title = "Graph migration tool" if loud else "Intranet search connector"
    application = Application(named_guid(victim.seed, "story", title), title, victim.id)
    story.involve(
        tenant=victim.id,
        application=application.id,
        application_object=victim.object(application),
        service_principal=victim.principal(application),
        administrator=administrator.id,
        address=place.address,
    )
    tick = story.moment(0, 13, 20)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to the portal as an administrator.", entry.events)

    shown = place.address if loud else microsoft_address(chance)
    actor = by_user(administrator, shown, administrator.user_agent, PORTAL)
    tick = story.after(tick, 120, 400)
    correlation = chance.guid()
    story.step(
        "application-registered",
        "A single-tenant application is registered.",
        application_added(
            victim, chance, tick, actor, application, scopes=("User.Read",), correlation=correlation
        ),
        owner_added(victim, chance, story.after(tick, 0, 1), actor, application, administrator, correlation),
        principal_added(victim, chance, story.after(tick, 1, 2), actor, application),
    )
    key = chance.guid()
    tick = story.after(tick, 60, 200)
    story.step(
        "secret-added",
        "It is given a secret.",
        credential_added(victim, chance, tick, actor, application, key, "import"),
    )
    roles = (
        (
            "RoleManagement.ReadWrite.Directory",
            "AppRoleAssignment.ReadWrite.All",
            "Mail.ReadWrite",
            "Files.Read.All",
        )
        if loud
        else ("Mail.Read",)
    )
    tick = story.after(tick, 60, 200) if loud else story.moment(1, 10, 15)
    story.step(
        "roles-granted",
        f"It is granted {', '.join(roles)}.",
        application_updated(victim, chance, tick, actor, application, roles, ("User.Read",)),
        consented(
            victim,
            chance,
            story.after(tick, 30, 90),
            actor,
            application,
            administrator,
            scopes=("User.Read",),
            roles=roles,
            everyone=True,
        ),
    )
    far = attacker_place(chance)
    story.involve(use_address=far.address)
    for day in range(1 if loud else 3):
        tick = story.moment(day if loud else day + 2, 22 if loud else 11, 30)
        events: list[Event] = []
        if loud:
            failed = principal_signin(
                victim, chance, tick, application, GRAPH, far, credential="", code=7000215
            )
            events += failed.events
        signed = principal_signin(
            victim, chance, story.after(tick, 5, 30), application, GRAPH, far, credential=key
        )
        events += signed.events
        story.step("application-signs-in", "The application signs in with its secret.", events)
        story.step(
            "mail-read",
            "It reads mail.",
            mail_read_by(story, application, signed, far.address, 12 if loud else 1, 5 if loud else 2),
        )
    if story.world.cleanup:
        tick = story.moment(5, 9, 40)
        story.step(
            "cleanup",
            "The application is deleted.",
            application_deleted(victim, chance, tick, actor, application),
        )


SCENARIO = Scenario(
    "single-tenant-application",
    "Single-tenant application with permissive roles",
    "An application is registered, given a secret and permissive roles, and reads mail from elsewhere.",
    ("T1098.001", "T1098.003", "T1136.003", "T1114.002", "T1078.004"),
    _tell,
)
