"""A domain is federated with the attacker's identity provider, which can then sign anyone in.

Loud: a new domain added, verified and federated at night. Quiet: the settings of a domain that exists are changed.
Only partly rests on samples: Set domain authentication and Set federation settings on domain have published records,
hand-edited by their publisher; the properties here are synthetic.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import GRAPH, GRAPH_POWERSHELL, OFFICE_HOME
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.directory import (
    Property,
    Target,
    added,
    by_user,
    directory_event,
    included,
    set_to,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    name = "login-portal.example" if loud else victim.domain.replace(".onmicrosoft.com", ".example")
    domain = Target("Domain", named_guid(victim.seed, "domain", name), name)
    story.involve(tenant=victim.id, administrator=administrator.id, domain=name, address=place.address)
    tick = story.moment(0, 23 if loud else 15, 15)
    entry = signin(
        victim,
        chance,
        tick,
        administrator,
        GRAPH_POWERSHELL,
        GRAPH,
        place,
        managed=False,
        multifactor=not loud,
    )
    story.step("entry", "The attacker signs in as an administrator.", entry.events)
    actor = by_user(
        administrator, place.address, "Mozilla/5.0 (Windows NT 10.0) PowerShell/7.4.6", GRAPH_POWERSHELL
    )

    def change(after: int, activity: str, properties: list[Property], operation: str) -> list[Event]:
        return directory_event(
            victim,
            chance,
            story.after(tick, after, after + 20),
            activity,
            actor,
            [domain],
            properties,
            category="DirectoryManagement",
            operation=operation,
        )

    events: list[Event] = []
    if loud:
        live = [added("Name", name), added("LiveType", "Managed", old=["None"])]
        events += change(30, "Add unverified domain", [*live, included(live)], "Add")
        events += change(200, "Verify domain", [*live, included(live)], "Update")
    kind = added("LiveType", "Federated", old=["Managed"])
    events += change(
        300, "Set domain authentication", [kind, set_to("Included Updated Properties", "LiveType")], "Update"
    )
    settings = [
        added("IssuerUri", "http://any.sts.example/adfs/services/trust"),
        added("PassiveLogOnUri", "https://any.sts.example/adfs/ls"),
        added("PreferredAuthenticationProtocol", "WsFed"),
        added("FederatedIdpMfaBehavior", "acceptIfMfaDoneByFederatedIdp"),
    ]
    events += change(330, "Set federation settings on domain", [*settings, included(settings)], "Update")
    story.step("domain-federated", "The domain trusts the attacker's identity provider.", events)
    prey = story.someone
    far = attacker_place(chance)
    come = signin(
        victim,
        chance,
        story.moment(1, 4 if loud else 13, 0),
        prey,
        OFFICE_HOME,
        GRAPH,
        far,
        managed=False,
        protocol="wsFederation",
    )
    story.involve(user=prey.id)
    story.step("signed-in-by-it", "The identity provider signs somebody in.", come.events)


SCENARIO = Scenario(
    "domain-federated",
    "Domain federated with a foreign identity provider",
    "A domain's federation settings are changed, so that a foreign provider signs people in.",
    ("T1484.002", "T1606.002", "T1078.004"),
    _tell,
)
