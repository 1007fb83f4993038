"""A secret is added to an application that exists and already has its permissions.

Loud: a foreign host adds a secret to the application and a certificate to the service principal, makes the application
trust a foreign token issuer (a federated identity credential), and uses them at once from abroad. Quiet: one certificate on the service principal only, where the application's own page does not show it.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, PORTAL
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.credentials import (
    credential_added,
    federated_credential_added,
    key_description,
    principal_credential_added,
)
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.scenarios.single_tenant_application import mail_read_by
from crosswarden.rehearsal.signins import principal_signin, signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    application = victim.applications[4 if loud else 3]
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    story.involve(
        tenant=victim.id,
        application=application.id,
        application_object=victim.object(application),
        service_principal=victim.principal(application),
        administrator=administrator.id,
        address=place.address,
    )
    tick = story.moment(0, 16, 10)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to the portal as an administrator.", entry.events)
    actor = by_user(administrator, place.address, administrator.user_agent, PORTAL)
    tick = story.after(tick, 100, 300)
    key = chance.guid()
    known = key_description(named_guid(victim.seed, "first key", application.id), "deployment")
    events = []
    if loud:
        events += credential_added(victim, chance, tick, actor, application, key, "temp", before=[known])
        tick = story.after(tick, 60, 120)
    other = chance.guid()
    events += principal_credential_added(
        victim, chance, tick, actor, application, other, "CN=backup", certificate=True
    )
    if loud:
        events += federated_credential_added(
            victim, chance, story.after(tick, 30, 60), actor, application, "https://tokens.example/"
        )
    story.involve(key=key if loud else other)
    story.step("credentials-added", "Credentials are added to an application that exists.", events)

    far = attacker_place(chance)
    story.involve(use_address=far.address)
    tick = story.moment(0 if loud else 2, 23, 5)
    signed = principal_signin(
        victim, chance, tick, application, GRAPH, far, credential=key if loud else other, certificate=not loud
    )
    story.step("application-signs-in", "The application signs in from elsewhere with them.", signed.events)
    story.step(
        "mail-read",
        "It reads mail.",
        mail_read_by(story, application, signed, far.address, 8 if loud else 1, 3),
    )


SCENARIO = Scenario(
    "credentials-added",
    "Credentials added to an existing application",
    "An application that already has its permissions gets another secret, and is used from elsewhere.",
    ("T1098.001", "T1078.004", "T1114.002"),
    _tell,
)
