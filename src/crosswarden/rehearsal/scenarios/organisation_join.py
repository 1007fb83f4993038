"""Not an attack: the tenant joins a multi-tenant organisation with its sister, which adds and opens a partner."""

from __future__ import annotations

from crosswarden.rehearsal.applications import OFFICE_HOME, PORTAL, SHAREPOINT
from crosswarden.rehearsal.directory import by_user, directory_event, policy_target, set_to
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import BENIGN, Scenario, Story
from crosswarden.rehearsal.trust import (
    CREATE_SYNC,
    UPDATE_PARTNER,
    consent,
    external_user,
    partner_added,
    setting,
    synchronised,
)

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, sister, chance = story.victim, story.world.sister, story.chance
    administrator = story.administrator()
    actor = by_user(administrator, administrator.office.address, administrator.user_agent, PORTAL)
    story.involve(tenant=victim.id, partner=sister.id, administrator=administrator.id)
    tick = story.moment(0, 10, 30)
    whole = policy_target(victim.policy, "MultiTenantOrganization")
    story.step(
        "organisation-joined",
        "The tenant joins the multi-tenant organisation.",
        directory_event(
            victim,
            chance,
            tick,
            "Join multi tenant organization",
            actor,
            [whole],
            [set_to("TenantId", sister.id), set_to("DisplayName", f"{sister.name} group")],
            category="MultiTenantOrganization",
            operation="Update",
        ),
        partner_added(victim, chance, story.after(tick, 1, 3), actor, sister.id),
        setting(
            victim,
            chance,
            story.after(tick, 3, 5),
            UPDATE_PARTNER,
            actor,
            [set_to("isInMultiTenantOrganization", "True", "False"), consent(True, True)],
            sister.id,
        ),
        setting(
            victim,
            chance,
            story.after(tick, 5, 8),
            CREATE_SYNC,
            actor,
            [set_to("userSyncInbound.isSyncAllowed", "True", "False")],
            sister.id,
        ),
    )
    tick = story.moment(0, 12, 0)
    events = []
    for number, source in enumerate(sister.users[:8], 1):
        tick = story.after(tick, 3, 15)
        user = external_user(victim, sister, source)
        story.involve(**{f"colleague_{number}": user.id})
        events += synchronised(victim, chance, tick, user, source.principal_name)
    story.step("colleagues-synchronised", "The sister company's people appear.", events)
    events = []
    for source in sister.users[:4]:
        user = external_user(victim, sister, source)
        come = signin(
            victim,
            chance,
            story.moment(1, 9, chance.between(0, 50)),
            user,
            OFFICE_HOME,
            SHAREPOINT,
            source.office,
            access="b2bCollaboration",
            multifactor=True,
        )
        events += come.events
    story.step("colleagues-sign-in", "Some of them sign in from their own office.", events)


SCENARIO = Scenario(
    "organisation-join",
    "Joining a multi-tenant organisation",
    "The tenant joins a multi-tenant organisation with its sister; people are synchronised.",
    (),
    _tell,
    BENIGN,
)
