"""Roles and groups gained and lost."""

from __future__ import annotations

from crosswarden.rehearsal.chance import Chance, named_guid
from crosswarden.rehearsal.directory import Actor, Target, directory_event, set_to, user_target
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = ["ROLES", "group_joined", "role_gained"]

ROLES = {
    "Global Administrator": ("62e90394-69f5-4237-9190-012177145e10", "TenantAdmins"),
    "Global Reader": ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "GlobalReaders"),
    "Security Reader": ("5d6b6bb7-de71-4623-b4af-96380a352509", "SecurityReaders"),
    "Application Administrator": ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "ApplicationAdministrators"),
    "Exchange Administrator": ("29232cdf-9323-42fd-ade2-1d097af3e4de", "ExchangeServiceAdministrators"),
    "Helpdesk Administrator": ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "HelpdeskAdministrators"),
}
"""Directory roles: name → template id and well-known object name."""


def role_gained(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, user: User, role: str
) -> list[Event]:
    """A user becomes a member of a directory role."""
    template, known = ROLES[role]
    id = named_guid(organisation.seed, organisation.label, "role", role)
    return directory_event(
        organisation,
        chance,
        tick,
        "Add member to role",
        actor,
        [user_target(user), Target("Role", id, role)],
        [
            set_to("Role.ObjectID", id),
            set_to("Role.DisplayName", role),
            set_to("Role.TemplateId", template),
            set_to("Role.WellKnownObjectName", known),
        ],
        category="RoleManagement",
        operation="Assign",
        unified_category="Role",
    )


def group_joined(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, user: User, group: str
) -> list[Event]:
    """A user becomes a member of a group."""
    id = named_guid(organisation.seed, organisation.label, "group", group)
    return directory_event(
        organisation,
        chance,
        tick,
        "Add member to group",
        actor,
        [user_target(user), Target("Group", id, group)],
        [
            set_to("Group.ObjectID", id),
            set_to("Group.DisplayName", group),
            set_to("Group.WellKnownObjectName", None),
        ],
        category="GroupManagement",
        operation="Assign",
        unified_category="Group",
    )
