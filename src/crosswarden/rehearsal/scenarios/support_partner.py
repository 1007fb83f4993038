"""Not an attack: a support case brings Microsoft's own tenant in as a partner, and its closing takes it out.

The sequence is Microsoft's: the person who opens the case adds the partner and the assignable roles; the Assist API
application adds a service principal and a group of the support tenant to a role; the GDAP application takes both away.
"""

from __future__ import annotations

from crosswarden.rehearsal.applications import Application
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.directory import (
    Target,
    by_application,
    by_user,
    directory_event,
    policy_target,
    set_to,
)
from crosswarden.rehearsal.registration import principal_added
from crosswarden.rehearsal.story import BENIGN, Scenario, Story
from crosswarden.rehearsal.trust import DELETE_PARTNER, partner_added, setting

__all__ = ["SCENARIO", "SUPPORT_TENANT"]

SUPPORT_TENANT = "b4c546a4-7dac-46a6-a7dd-ed822a11efd3"
"""Office365ConciergeSupport.onmicrosoft.com, shown as Office 365."""
ASSIST = Application("2b8844d8-6c87-4fce-97a0-fbec9006e140", "Assist API")
DELEGATION = Application("bc56af95-7a3b-459f-98a9-bd86532b0e89", "Microsoft Entra GDAP")
ROLE = "Microsoft 365 Support Engineer"


def _tell(story: Story) -> None:
    victim, chance = story.victim, story.chance
    owner = story.administrator()
    story.involve(tenant=victim.id, partner=SUPPORT_TENANT, administrator=owner.id)
    actor = by_user(owner, owner.office.address, owner.user_agent)
    constraints = policy_target(victim.policy, "DelegatedAdminServiceProviderConstraints")
    tick = story.moment(0, 10, 0)
    story.step(
        "case-opened",
        "An administrator opens a support case, which adds Microsoft's support tenant as a partner.",
        partner_added(victim, chance, tick, actor, SUPPORT_TENANT),
        directory_event(
            victim,
            chance,
            story.after(tick, 1, 2),
            "Adding allowed assignable roles",
            actor,
            [constraints],
            [set_to("tenantId", SUPPORT_TENANT), set_to("AllowedAssignableRoles", ROLE)],
            category="DelegatedAdminServiceProviderConstraints",
            operation="Add",
        ),
    )
    role = Target("Role", named_guid(victim.seed, victim.label, "role", ROLE), ROLE)
    group = Target("Group", named_guid(SUPPORT_TENANT, "group"), "Support engineers")
    tick = story.moment(1, 13, 30)
    assist = by_application(victim, ASSIST)
    story.step(
        "case-worked-on",
        "Microsoft's engineers get their role.",
        principal_added(victim, chance, tick, assist, DELEGATION),
        directory_event(
            victim,
            chance,
            story.after(tick, 2, 4),
            "Add member to role",
            assist,
            [group, role],
            [set_to("Role.ObjectID", role.id), set_to("Role.DisplayName", ROLE)],
            category="RoleManagement",
            operation="Assign",
            unified_category="Role",
        ),
    )
    tick = story.moment(2, 15, 0)
    delegation = by_application(victim, DELEGATION)
    story.step(
        "case-closed",
        "Closing the case takes the partner out.",
        directory_event(
            victim,
            chance,
            tick,
            "Deleting allowed assignable roles",
            delegation,
            [constraints],
            [set_to("tenantId", SUPPORT_TENANT), set_to("AllowedAssignableRoles", None, ROLE)],
            category="DelegatedAdminServiceProviderConstraints",
            operation="Delete",
        ),
        setting(victim, chance, story.after(tick, 1, 3), DELETE_PARTNER, delegation, [], SUPPORT_TENANT),
    )


SCENARIO = Scenario(
    "support-partner",
    "Microsoft's support tenant as a partner",
    "A support case adds Microsoft's Office 365 Support tenant as a partner; closing it removes the tenant.",
    (),
    _tell,
    BENIGN,
)
