"""Not an attack: an administrator registers an application, consents, rotates a secret, all from the office."""

from __future__ import annotations

from crosswarden.rehearsal.applications import GRAPH, MANAGEMENT, PORTAL, Application
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.credentials import credential_added, key_description
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.membership import role_gained
from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.registration import application_added, consented, owner_added, principal_added
from crosswarden.rehearsal.signins import principal_signin, signin
from crosswarden.rehearsal.story import BENIGN, Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance = story.victim, story.chance
    administrator = victim.administrators[0]
    story.involve(tenant=victim.id, administrator=administrator.id)
    tick = story.moment(0, 9, 10)
    come = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, administrator.office, multifactor=True
    )
    story.step("signin", "An administrator signs in from the office.", come.events)
    actor = by_user(administrator, administrator.office.address, administrator.user_agent, PORTAL)
    reports = Application(named_guid(victim.seed, "usage reports"), "Usage reports", victim.id)
    tick = story.after(tick, 300, 600)
    story.step(
        "application-registered",
        "An application for usage reports is registered and consented to.",
        application_added(victim, chance, tick, actor, reports),
        owner_added(victim, chance, story.after(tick, 0, 1), actor, reports, administrator),
        principal_added(victim, chance, story.after(tick, 1, 2), actor, reports),
        consented(
            victim,
            chance,
            story.after(tick, 100, 200),
            actor,
            reports,
            administrator,
            scopes=("User.Read",),
            roles=("Reports.Read.All",),
            everyone=True,
        ),
    )
    old = victim.applications[1]
    story.involve(application=reports.id, rotated=old.id, rotated_object=victim.object(old))
    key = chance.guid()
    tick = story.moment(1, 10, 0)
    before = key_description(named_guid(victim.seed, "first key", old.id), "deployment")
    story.step(
        "secret-rotated",
        "A secret is rotated before it expires.",
        credential_added(victim, chance, tick, actor, old, key, "deployment 2", before=[before]),
    )
    signed = principal_signin(
        victim, chance, story.after(tick, 900, 1800), old, GRAPH, administrator.office, credential=key
    )
    story.step("application-signs-in", "The application uses it from the office's network.", signed.events)
    vendor = found(story.world.seed, "vendor", 12)
    bought = Application(named_guid(victim.seed, "bought"), "Expense scanner", vendor.id)
    user = story.someone
    by = by_user(user, user.office.address, user.user_agent)
    tick = story.moment(2, 11, 0)
    story.step(
        "user-consents",
        "Somebody consents to a bought application that only signs them in.",
        signin(victim, chance, tick, user, bought, GRAPH, user.office).events,
        principal_added(victim, chance, story.after(tick, 5, 9), by, bought),
        consented(
            victim,
            chance,
            story.after(tick, 10, 20),
            by,
            bought,
            user,
            scopes=("openid", "profile", "User.Read"),
        ),
    )
    helper = story.people(1)[0]
    story.step(
        "role-given",
        "A colleague becomes Helpdesk Administrator.",
        role_gained(victim, chance, story.moment(2, 14, 0), actor, helper, "Helpdesk Administrator"),
    )


SCENARIO = Scenario(
    "ordinary-administration",
    "Ordinary administration of applications",
    "Registration, consent, a rotated secret and a small role, by the usual administrator from the office.",
    (),
    _tell,
    BENIGN,
)
