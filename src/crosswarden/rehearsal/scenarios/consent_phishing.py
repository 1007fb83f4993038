"""Consent phishing: people are talked into consenting to a multi-tenant application of the attacker's.

Loud: six people and then an administrator for everyone, a name that imitates Microsoft's, mail read and sent. Quiet:
one person, few scopes, mail read a little over days.
"""

from __future__ import annotations

from crosswarden.rehearsal.activity import graph_call
from crosswarden.rehearsal.addresses import attacker_place
from crosswarden.rehearsal.applications import GRAPH, Application
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.mailbox import mail_bound, mail_sent
from crosswarden.rehearsal.organisation import User
from crosswarden.rehearsal.registration import consented, principal_added, principal_removed
from crosswarden.rehearsal.signins import noninteractive_signin, signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _read(
    story: Story, application: Application, user: User, day: int, pages: int, scopes: tuple[str, ...]
) -> list[Event]:
    """The attacker's server renews the person's token and reads their mail."""
    victim, chance = story.victim, story.chance
    far = attacker_place(chance)
    tick = story.moment(day, 3 if story.loud else 10, 25)
    signed = noninteractive_signin(
        victim,
        chance,
        tick,
        user,
        application,
        GRAPH,
        far,
        managed=False,
        user_agent="node-fetch/1.0",
        system="",
        scopes=scopes,
    )
    events = list(signed.events)
    for page in range(pages):
        tick = story.after(tick, 2, 30)
        events.append(
            graph_call(
                victim,
                chance,
                tick,
                "GET",
                f"https://graph.microsoft.com/v1.0/me/messages?$top=25&$skip={page * 25}",
                application=application,
                address=far.address,
                token=signed.token,
                issued=signed.tick,
                session=signed.session,
                user=user,
                user_agent="node-fetch/1.0",
                scopes=" ".join(scopes),
            )
        )
        events.append(
            mail_bound(
                victim,
                chance,
                tick,
                user,
                address=far.address,
                application=GRAPH.id,
                client=application.id,
                info="Client=REST;;",
                token=signed.token,
                issued=signed.tick,
                session=signed.session,
                count=5,
            )
        )
    if story.loud:
        events.append(
            mail_sent(
                victim,
                chance,
                story.after(tick, 30, 90),
                user,
                address=far.address,
                application=GRAPH.id,
                client=application.id,
                info="Client=REST;;",
                subject="Shared document",
                token=signed.token,
                session=signed.session,
            )
        )
    return events


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    title = "Micr0soft 365 Viewer" if loud else "Calendar Companion"
    application = Application(named_guid(victim.seed, "story", title), title, story.attacker.id)
    people = story.people(6 if loud else 1)
    scopes = (
        ("Mail.ReadWrite", "Mail.Send", "Files.ReadWrite.All", "offline_access", "User.Read")
        if loud
        else ("Mail.Read", "offline_access", "User.Read")
    )
    story.involve(
        tenant=victim.id,
        application=application.id,
        service_principal=victim.principal(application),
        owner_tenant=story.attacker.id,
        user=people[0].id,
    )
    tick = story.moment(0, 9, 15)
    for number, user in enumerate(people):
        tick = story.after(tick, 60, 900)
        come = signin(victim, chance, tick, user, application, GRAPH, user.office)
        events = list(come.events)
        actor = by_user(user, user.office.address, user.user_agent)
        if number == 0:
            events += principal_added(victim, chance, story.after(tick, 5, 10), actor, application)
        events += consented(
            victim, chance, story.after(tick, 11, 25), actor, application, user, scopes=scopes
        )
        story.step("user-consents", f"{user.principal_name} consents.", events)
    if loud:
        administrator = story.administrator()
        tick = story.after(tick, 600, 1200)
        actor = by_user(administrator, administrator.office.address, administrator.user_agent)
        story.involve(administrator=administrator.id)
        story.step(
            "admin-consents",
            "An administrator consents for everyone.",
            signin(victim, chance, tick, administrator, application, GRAPH, administrator.office).events,
            consented(
                victim,
                chance,
                story.after(tick, 11, 25),
                actor,
                application,
                administrator,
                scopes=scopes,
                everyone=True,
                reason="Risky application detected",
            ),
        )
    for day in range(1, 2 if loud else 4):
        for user in people:
            story.step(
                "mail-read",
                f"Mail of {user.principal_name} is read.",
                _read(story, application, user, day, 6 if loud else 1, scopes),
            )
    if story.world.cleanup:
        actor = by_user(story.administrator(), story.administrator().office.address)
        story.step(
            "cleanup",
            "The service principal is removed.",
            principal_removed(victim, chance, story.moment(4, 16, 0), actor, application),
        )


SCENARIO = Scenario(
    "consent-phishing",
    "Multi-tenant consent phishing",
    "People consent to the attacker's multi-tenant application, which reads their mail.",
    ("T1528", "T1566.002", "T1098.003", "T1114.002", "T1550.001"),
    _tell,
)
