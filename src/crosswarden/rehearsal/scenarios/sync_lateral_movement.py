"""Lateral movement through a synchronisation that exists: from the victim into its sister tenant.

The victim already synchronises to its sister. The attacker widens what is synchronised, or creates a new
configuration (loud), or merely adds one account to the group that is in scope (quiet); the job does the rest, and the
account signs in over there. Both tenants' logs are ours.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import (
    CLOUD_SYNC,
    MANAGEMENT,
    OFFICE_HOME,
    PORTAL,
    SHAREPOINT,
    Application,
)
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.directory import by_application, by_user, directory_event, principal_target, set_to
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.membership import group_joined
from crosswarden.rehearsal.names import FILES
from crosswarden.rehearsal.organisation import User
from crosswarden.rehearsal.provisioning import provisioned
from crosswarden.rehearsal.registration import application_added, principal_added, user_assigned
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story
from crosswarden.rehearsal.trust import external_user, synchronised

__all__ = ["SCENARIO"]


def _configuration(story: Story) -> Application:
    victim = story.victim
    title = "Sync to branch" if story.loud else "Sync to sister company"
    return Application(named_guid(victim.seed, "sync configuration", story.loud), title, victim.id)


def _widened(story: Story, tick: int, configuration: Application, address: str, source: User) -> list[Event]:
    """Loud: a new configuration with a job of its own. Quiet: one account into the group that is in scope."""
    victim, chance = story.victim, story.chance
    administrator = story.administrator()
    actor = by_user(administrator, address)
    if not story.loud:
        return group_joined(victim, chance, tick, actor, source, "Synchronised to sister")
    job = f"Azure2Azure.{victim.id.replace('-', '')}.{named_guid(victim.seed, 'job')}"
    service = by_application(victim, CLOUD_SYNC)
    events = application_added(victim, chance, tick, actor, configuration)
    events += principal_added(victim, chance, story.after(tick, 1, 3), actor, configuration)
    for after, activity, operation in (
        (60, "Add provisioning configuration", "Add"),
        (75, "Update provisioning setting or credentials", "Update"),
        (110, "Update attribute mappings or scope", "Update"),
        (150, "Enable/start provisioning configuration", "Update"),
    ):
        events += directory_event(
            victim,
            chance,
            story.after(tick, after, after + 9),
            activity,
            service,
            [principal_target(victim, configuration)],
            [set_to("JobId", job), set_to("SyncAll", "true"), set_to("CompanyId", story.world.sister.id)],
            category="ProvisioningManagement",
            operation=operation,
            service="Account Provisioning",
            unified=False,
        )
    for user in (administrator, *story.people(2)):
        tick = story.after(tick, 200, 220)
        events += user_assigned(victim, chance, tick, actor, configuration, user)
    return events


def _tell(story: Story) -> None:
    victim, sister, chance, loud = story.victim, story.world.sister, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    configuration = _configuration(story)
    source = administrator if loud else story.people(1)[0]
    story.involve(
        tenant=victim.id,
        partner=sister.id,
        administrator=administrator.id,
        application=configuration.id,
        address=place.address,
    )
    tick = story.moment(0, 8, 40)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step(
        "entry", "The attacker signs in to the portal as an administrator of the source tenant.", entry.events
    )
    tick = story.after(tick, 300, 600)
    story.step(
        "scope-widened",
        "A new synchronisation to the sister tenant is set up."
        if loud
        else "One account is put into the scope.",
        _widened(story, tick, configuration, place.address, source),
    )

    user = external_user(sister, victim, source)
    story.involve(synced_user=user.id, source_user=source.id)
    tick = story.moment(0, 10, 10) if loud else story.moment(1, 9, 40)
    story.step(
        "job-ran",
        "The job exports the account.",
        provisioned(
            victim,
            chance,
            tick,
            action="create",
            job=f"Azure2Azure.{victim.id}",
            cycle=chance.guid(),
            principal=(victim.principal(configuration), configuration.name),
            source=(source.id, source.principal_name),
            target=(user.id, user.principal_name),
            partner=sister.id,
        ),
    )
    story.step(
        "user-synchronised",
        "The sister tenant gains the account.",
        synchronised(sister, chance, tick, user, source.principal_name),
    )
    tick = story.moment(1 if loud else 3, 21 if loud else 13, 15)
    there = signin(
        sister,
        chance,
        tick,
        user,
        OFFICE_HOME,
        SHAREPOINT,
        place,
        managed=False,
        access="b2bCollaboration",
        multifactor=True,
    )
    story.step("signin-next-door", "The account signs in to the sister tenant.", there.events)
    events = []
    for _ in range(30 if loud else 2):
        tick = story.after(tick, 5, 40)
        events.append(
            file_event(
                sister,
                chance,
                tick,
                user,
                "FileDownloaded",
                chance.pick(FILES),
                address=place.address,
                token=there.token,
                session=there.session,
            )
        )
    story.step("data-taken", "It takes files there.", events)


SCENARIO = Scenario(
    "sync-lateral-movement",
    "Lateral movement through an existing synchronisation",
    "From a compromised source tenant, an account is synchronised into a sister tenant and used there.",
    ("T1199", "T1078.004", "T1136.003", "T1098"),
    _tell,
)
