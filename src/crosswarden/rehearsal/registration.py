"""Applications registered, consented to and given credentials: the directory's events.

Structure and order follow a public tenant export of 2021 (unified copies) and published diagnostic-settings samples:
one consent leaves, under one correlation id, the role assignments, the delegated grant, the assignment to the user and
the consent; registering leaves application and service principal under different ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.rehearsal.applications import APP_ROLES, EXCHANGE, EXCHANGE_ROLES, GRAPH, Application
from crosswarden.rehearsal.chance import Chance, named_guid
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.directory import (
    Actor,
    Property,
    Target,
    added,
    application_target,
    directory_event,
    included,
    principal_target,
    set_to,
    user_target,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = [
    "application_added",
    "application_deleted",
    "application_updated",
    "consented",
    "delegated_grant",
    "owner_added",
    "principal_added",
    "principal_removed",
    "principal_touched",
    "role_assigned",
    "user_assigned",
]

CATEGORY = "ApplicationManagement"


def _required(resource: Application, roles: Sequence[str], scopes: Sequence[str]) -> dict[str, object]:
    """What an application asks for, as RequiredResourceAccess writes it."""
    permissions = [
        {"EntitlementId": APP_ROLES[role][0], "DirectAccessGrant": True, "ImpersonationAccessGrants": []}
        for role in roles
    ] + [
        {
            "EntitlementId": named_guid("delegated scope", scope),
            "DirectAccessGrant": False,
            "ImpersonationAccessGrants": [20],
        }
        for scope in scopes
    ]
    return {"ResourceAppId": resource.id, "RequiredAppPermissions": permissions, "EncodingVersion": 1}


def application_added(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    *,
    multi_tenant: bool = False,
    roles: Sequence[str] = (),
    scopes: Sequence[str] = (),
    addresses: Sequence[str] = (),
    correlation: str = "",
    failure: str = "",
) -> list[Event]:
    """An application registered. A failed event names no AppId, only the result."""
    if failure:
        properties: list[Property] = [set_to("MethodExecutionResult.", failure)]
    else:
        replies = [{"AddressType": 0, "Address": each, "ReplyAddressClientType": 1} for each in addresses]
        properties = [
            *([added("AppAddress", *replies)] if replies else []),
            added("AppId", application.id),
            added("AvailableToOtherTenants", multi_tenant),
            added("DisplayName", application.name),
            added("RequiredResourceAccess", _required(GRAPH, roles, scopes)),
        ]
        properties.append(included(properties))
    return directory_event(
        organisation,
        chance,
        tick,
        "Add application",
        actor,
        [application_target(organisation, application)],
        properties,
        category=CATEGORY,
        operation="Add",
        correlation=correlation,
        failure=failure,
    )


def principal_touched(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    correlation: str,
) -> list[Event]:
    """The service principal's own event, which follows every change of the application under one correlation id."""
    properties = [
        set_to("Included Updated Properties", ""),
        set_to("TargetId.ServicePrincipalNames", application.principal_names),
    ]
    return directory_event(
        organisation,
        chance,
        tick,
        "Update service principal",
        actor,
        [principal_target(organisation, application)],
        properties,
        category=CATEGORY,
        operation="Update",
        correlation=correlation,
    )


def application_updated(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    roles: Sequence[str],
    scopes: Sequence[str] = (),
    before: Sequence[str] = (),
) -> list[Event]:
    """What an application asks for, changed."""
    correlation = chance.guid()
    changed = [
        added(
            "RequiredResourceAccess", _required(GRAPH, roles, scopes), old=[_required(GRAPH, before, scopes)]
        )
    ]
    events = directory_event(
        organisation,
        chance,
        tick,
        "Update application",
        actor,
        [application_target(organisation, application)],
        [*changed, included(changed)],
        category=CATEGORY,
        operation="Update",
        correlation=correlation,
    )
    return events + principal_touched(organisation, chance, tick + 200_000, actor, application, correlation)


def owner_added(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    owner: User,
    correlation: str = "",
) -> list[Event]:
    """A user made owner of an application: the user is the target."""
    return directory_event(
        organisation,
        chance,
        tick,
        "Add owner to application",
        actor,
        [user_target(owner), application_target(organisation, application)],
        [
            set_to("Application.ObjectID", organisation.object(application)),
            set_to("Application.DisplayName", application.name),
            set_to("Application.AppId", application.id),
        ],
        category=CATEGORY,
        operation="Assign",
        correlation=correlation,
        unified_category="Application",
    )


def principal_added(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    correlation: str = "",
) -> list[Event]:
    """A service principal created in the tenant."""
    store = named_guid("key store")
    properties = [
        added("AccountEnabled", True),
        added("AppPrincipalId", application.id),
        added("DisplayName", application.name),
        added("ServicePrincipalName", application.id),
        added("Credential", {"CredentialType": 2, "KeyStoreId": store, "KeyGroupId": store}),
    ]
    names = set_to("TargetId.ServicePrincipalNames", application.principal_names)
    return directory_event(
        organisation,
        chance,
        tick,
        "Add service principal",
        actor,
        [principal_target(organisation, application)],
        [*properties, included(properties), names],
        category=CATEGORY,
        operation="Add",
        correlation=correlation,
        details=(
            ("ServicePrincipalProvisioningType", "ByTenant"),
            ("AppOwnerOrganizationId", application.owner),
        ),
    )


def role_assigned(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    client: Application,
    role: str,
    *,
    resource: Application = GRAPH,
    correlation: str = "",
) -> list[Event]:
    """An application permission granted. The first target is the resource, not the application that gains."""
    id, name = (EXCHANGE_ROLES if resource is EXCHANGE else APP_ROLES)[role]
    properties = [
        set_to("AppRole.Id", id),
        set_to("AppRole.Value", role),
        set_to("AppRole.DisplayName", name),
        set_to("AppRoleAssignment.CreatedDateTime", iso(tick)),
        set_to("AppRoleAssignment.LastModifiedDateTime", iso(tick)),
        set_to("ServicePrincipal.ObjectID", organisation.principal(client)),
        set_to("ServicePrincipal.DisplayName", client.name),
        set_to("ServicePrincipal.AppId", client.id),
        set_to("ServicePrincipal.Name", client.id),
        set_to("TargetId.ServicePrincipalNames", resource.principal_names),
    ]
    gaining = Target("ServicePrincipal", organisation.principal(client), client.id)
    return directory_event(
        organisation,
        chance,
        tick,
        "Add app role assignment to service principal",
        actor,
        [principal_target(organisation, resource), gaining],
        properties,
        category=CATEGORY,
        operation="Assign",
        correlation=correlation,
        details=(("AppId", resource.id),),
    )


def delegated_grant(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    client: Application,
    scope: str,
    *,
    before: str = "",
    everyone: bool = False,
    resource: Application = GRAPH,
    correlation: str = "",
) -> list[Event]:
    """A delegated permission granted. The scope is cumulative; the client is named by object id only."""
    properties = [
        set_to("DelegatedPermissionGrant.Scope", scope, before or None),
        set_to("DelegatedPermissionGrant.ConsentType", "AllPrincipals" if everyone else "Principal"),
        set_to("ServicePrincipal.ObjectID", organisation.principal(client)),
        set_to("ServicePrincipal.DisplayName", None),
        set_to("ServicePrincipal.AppId", None),
        set_to("ServicePrincipal.Name", None),
        set_to("TargetId.ServicePrincipalNames", resource.principal_names),
    ]
    gaining = Target("ServicePrincipal", organisation.principal(client))
    return directory_event(
        organisation,
        chance,
        tick,
        "Add delegated permission grant",
        actor,
        [principal_target(organisation, resource), gaining],
        properties,
        category=CATEGORY,
        operation="Assign",
        correlation=correlation,
        details=(("AppId", resource.id),),
    )


def user_assigned(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    client: Application,
    user: User,
    correlation: str = "",
) -> list[Event]:
    """A user assigned to an application, as consenting does by itself."""
    properties = [
        set_to("AppRole.Id", "00000000-0000-0000-0000-000000000000"),
        set_to("AppRole.Value", None),
        set_to("AppRole.DisplayName", None),
        set_to("User.ObjectID", user.id),
        set_to("User.UPN", user.principal_name),
        set_to("User.PUID", user.puid),
        set_to("TargetId.ServicePrincipalNames", client.principal_names),
    ]
    return directory_event(
        organisation,
        chance,
        tick,
        "Add app role assignment grant to user",
        actor,
        [principal_target(organisation, client), user_target(user)],
        properties,
        category="UserManagement",
        operation="Assign",
        correlation=correlation,
        unified_category="User",
    )


def consented(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    client: Application,
    user: User,
    *,
    scopes: Sequence[str] = (),
    roles: Sequence[str] = (),
    everyone: bool = False,
    reason: str = "",
) -> list[Event]:
    """A consent and the grants that come of it, under one correlation id, within a second."""
    correlation = chance.guid()
    events: list[Event] = []
    for role in roles:
        events += role_assigned(organisation, chance, tick, actor, client, role, correlation=correlation)
        tick += chance.between(100_000, 900_000)
    scope = " ".join(scopes)
    if scopes:
        events += delegated_grant(
            organisation, chance, tick, actor, client, scope, everyone=everyone, correlation=correlation
        )
    if not everyone:
        events += user_assigned(organisation, chance, tick + 400_000, actor, client, user, correlation)
    kind = "AllPrincipals" if everyone else "Principal"
    grant = (
        f"[Id: {chance.letters(43)}, ClientId: {organisation.principal(client)}, "
        f"PrincipalId: {'' if everyone else user.id}, ResourceId: {organisation.principal(GRAPH)}, "
        f"ConsentType: {kind}, Scope: {scope}]"
    )
    properties = [
        set_to("ConsentContext.IsAdminConsent", str(everyone)),
        set_to("ConsentContext.IsAppOnly", str(bool(roles) and not scopes)),
        set_to("ConsentContext.OnBehalfOfAll", str(everyone)),
        set_to("ConsentContext.Tags", None),
        set_to("ConsentAction.Permissions", f"[] => [{grant}]; "),
    ]
    if reason:
        properties.append(set_to("ConsentAction.Reason", reason))
    properties.append(set_to("TargetId.ServicePrincipalNames", client.principal_names))
    events += directory_event(
        organisation,
        chance,
        tick + 800_000,
        "Consent to application",
        actor,
        [principal_target(organisation, client)],
        properties,
        category=CATEGORY,
        operation="Assign",
        correlation=correlation,
    )
    return events


def application_deleted(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, application: Application
) -> list[Event]:
    """An application deleted, and its service principal with it."""
    events = directory_event(
        organisation,
        chance,
        tick,
        "Delete application",
        actor,
        [application_target(organisation, application)],
        [],
        category=CATEGORY,
        operation="Delete",
    )
    return events + principal_removed(organisation, chance, tick + 500_000, actor, application)


def principal_removed(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, application: Application
) -> list[Event]:
    """A service principal removed."""
    names = set_to("TargetId.ServicePrincipalNames", application.principal_names)
    return directory_event(
        organisation,
        chance,
        tick,
        "Remove service principal",
        actor,
        [principal_target(organisation, application)],
        [names],
        category=CATEGORY,
        operation="Delete",
    )
