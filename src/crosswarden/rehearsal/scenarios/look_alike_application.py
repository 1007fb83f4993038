"""An application whose name imitates Microsoft's, registered by a hijacked account in the victim itself.

After a real case in a public export: several spellings are refused, one passes, a secret is added, a person consents,
then everybody. Loud: that, within the hour, logged with Microsoft's own address. Quiet: a name with a letter of another
script, no refusals, one person's consent to read mail.
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
from crosswarden.rehearsal.registration import application_added, consented, owner_added, principal_added
from crosswarden.rehearsal.signins import noninteractive_signin, signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]

REFUSED = "Microsoft.Online.Workflows.ValidationException"


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    hijacked = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, hijacked.office)
    name = "rnicrosoft_outlook" if loud else "Micr\u043esoft Planner"
    application = Application(named_guid(victim.seed, "story", name), name, victim.id)
    story.involve(
        tenant=victim.id,
        application=application.id,
        application_name=name,
        service_principal=victim.principal(application),
        administrator=hijacked.id,
        address=place.address,
    )
    tick = story.moment(0, 7, 40)
    entry = signin(
        victim, chance, tick, hijacked, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to the portal.", entry.events)
    actor = by_user(hijacked, microsoft_address(chance), hijacked.user_agent, PORTAL)
    if loud:
        events: list[Event] = []
        for spelling in (
            "Microsoft_Outlook",
            "Microsoft-Outlook",
            "Microsoft  Outlook",
            "rnicrosoft outlook",
        ):
            tick = story.after(tick, 4, 30)
            tried = Application(chance.guid(), spelling, victim.id)
            events += application_added(victim, chance, tick, actor, tried, failure=REFUSED)
        story.step("spellings-refused", "Names like Microsoft's are refused.", events)
    tick = story.after(tick, 10, 30)
    correlation = chance.guid()
    story.step(
        "application-registered",
        "A multi-tenant application with such a name is registered.",
        application_added(
            victim,
            chance,
            tick,
            actor,
            application,
            multi_tenant=True,
            addresses=("http://localhost:5000/auth",),
            correlation=correlation,
        ),
        owner_added(victim, chance, story.after(tick, 0, 1), actor, application, hijacked, correlation),
        principal_added(victim, chance, story.after(tick, 1, 2), actor, application),
    )
    tick = story.after(tick, 15, 60)
    story.step(
        "secret-added",
        "It is given a secret.",
        credential_added(victim, chance, tick, actor, application, chance.guid(), "web"),
    )
    prey = story.someone
    scopes = (
        ("Mail.Read", "Mail.Send", "Files.ReadWrite.All", "User.Read") if loud else ("Mail.Read", "User.Read")
    )
    tick = story.after(tick, 900, 1500) if loud else story.moment(1, 10, 20)
    by = by_user(prey, prey.office.address, prey.user_agent)
    story.involve(user=prey.id)
    story.step(
        "user-consents",
        "A person consents.",
        signin(victim, chance, tick, prey, application, GRAPH, prey.office).events,
        consented(victim, chance, story.after(tick, 10, 20), by, application, prey, scopes=scopes),
    )
    if loud:
        tick = story.after(tick, 300, 600)
        story.step(
            "admin-consents",
            "The hijacked account consents for everyone.",
            consented(
                victim,
                chance,
                tick,
                actor,
                application,
                hijacked,
                scopes=scopes,
                everyone=True,
                reason="Risky application detected",
            ),
        )
    far = attacker_place(chance)
    tick = story.moment(1 if loud else 2, 2 if loud else 11, 10)
    signed = noninteractive_signin(
        victim,
        chance,
        tick,
        prey,
        application,
        GRAPH,
        far,
        managed=False,
        user_agent="python-requests/2.32.3",
        scopes=scopes,
    )
    events = list(signed.events)
    for page in range(6 if loud else 1):
        tick = story.after(tick, 2, 30)
        events.append(
            graph_call(
                victim,
                chance,
                tick,
                "GET",
                f"https://graph.microsoft.com/v1.0/me/messages?$skip={page * 50}",
                application=application,
                address=far.address,
                token=signed.token,
                issued=signed.tick,
                session=signed.session,
                user=prey,
                user_agent="python-requests/2.32.3",
                scopes=" ".join(scopes),
            )
        )
        events.append(
            mail_bound(
                victim,
                chance,
                tick,
                prey,
                address=far.address,
                application=GRAPH.id,
                client=application.id,
                info="Client=REST;;",
                token=signed.token,
                issued=signed.tick,
                session=signed.session,
                count=4,
            )
        )
    story.step("mail-read", "Their mail is read.", events)


SCENARIO = Scenario(
    "look-alike-application",
    "Application with a name like Microsoft's",
    "A hijacked account registers a multi-tenant application that imitates Microsoft, and people consent.",
    ("T1036.005", "T1098.001", "T1528", "T1114.002"),
    _tell,
)
