"""Cross-tenant access and synchronisation: the events of both sides.

Only "Add a partner to cross-tenant access setting" has a public raw sample. The other settings' events are
**synthetic**: their names are Microsoft's, their ``modifiedProperties`` are the policy's members, named as Microsoft's
own detection rules read them (``b2bCollaborationInbound``, …), with AccessType 1 allowed and 2 blocked, as JSON in a
quoted string. The events of a synchronised user follow a screenshot in Microsoft's documentation.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.rehearsal.applications import B2B_WORKER, SYNC_FABRIC, Application
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import SECOND, iso
from crosswarden.rehearsal.directory import (
    NOBODY,
    Actor,
    Property,
    Target,
    added,
    by_application,
    compact,
    directory_event,
    included,
    policy_target,
    set_to,
    user_target,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = [
    "ADD_PARTNER",
    "CREATE_SYNC",
    "DELETE_PARTNER",
    "DELETE_SYNC",
    "UPDATE_DEFAULT",
    "UPDATE_PARTNER",
    "UPDATE_SYNC",
    "access",
    "consent",
    "external_user",
    "partner_added",
    "setting",
    "synchronised",
    "trust",
]

ADD_PARTNER = "Add a partner to cross-tenant access setting"
UPDATE_PARTNER = "Update a partner cross-tenant access setting"
DELETE_PARTNER = "Delete partner specific cross-tenant access setting"
CREATE_SYNC = "Create a partner cross-tenant identity sync setting"
UPDATE_SYNC = "Update a partner cross-tenant identity sync setting"
DELETE_SYNC = "Delete a partner cross-tenant identity sync setting"
UPDATE_DEFAULT = "Update the company default cross-tenant access setting"

SUBSTRATE = Application("98db8bd6-0cc0-4e67-9de5-f187f1cd1b41", "Microsoft Substrate Management")


def _quoted(value: object) -> str:
    return compact(compact(value))


def access(
    name: str,
    allowed: bool,
    before: bool | None,
    target: str = "AllUsers",
    application: str = "AllApplications",
) -> Property:
    """A B2B setting such as ``b2bCollaborationInbound``: who may use what, before and after."""

    def value(open_: bool) -> dict[str, object]:
        code = 1 if open_ else 2
        return {
            "UsersAndGroups": {"AccessType": code, "Targets": [{"Target": target, "TargetType": 1}]},
            "Applications": {"AccessType": code, "Targets": [{"Target": application, "TargetType": 3}]},
        }

    return {
        "displayName": name,
        "oldValue": None if before is None else _quoted(value(before)),
        "newValue": _quoted(value(allowed)),
    }


def trust(multifactor: bool, compliant: bool = False, hybrid: bool = False) -> Property:
    """Inbound trust: claims of the partner that this tenant will take for its own."""
    return {
        "displayName": "inboundTrust",
        "oldValue": None,
        "newValue": _quoted(
            {
                "IsMfaAccepted": multifactor,
                "IsCompliantDeviceAccepted": compliant,
                "IsHybridAzureADJoinedDeviceAccepted": hybrid,
            }
        ),
    }


def consent(inbound: bool, outbound: bool = False) -> Property:
    """Automatic redemption."""
    return {
        "displayName": "automaticUserConsentSettings",
        "oldValue": _quoted({"InboundAllowed": False, "OutboundAllowed": False}),
        "newValue": _quoted({"InboundAllowed": inbound, "OutboundAllowed": outbound}),
    }


def setting(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    activity: str,
    actor: Actor,
    properties: list[Property],
    partner: str = "",
    failure: str = "",
) -> list[Event]:
    """A change of the cross-tenant access policy; ``partner`` is the tenant it is about, "" for the default."""
    if partner:
        properties = [set_to("tenantId", partner), *properties]
    synchronisation = "identity sync" in activity or "company default" in activity
    operation = {"Add": "Add", "Create": "Add", "Delete": "Delete"}.get(activity.split()[0], "Update")
    return directory_event(
        organisation,
        chance,
        tick,
        activity,
        actor,
        [policy_target(organisation.policy, f"CrossTenantAccessPolicy for {organisation.id}")],
        properties,
        category="CrossTenantIdentitySyncSettings" if synchronisation else "CrossTenantAccessSettings",
        operation=operation,
        failure=failure,
    )


def partner_added(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, partner: str
) -> list[Event]:
    """A partner added: as in the public raw event, only its tenant id is named."""
    return setting(organisation, chance, tick, ADD_PARTNER, actor, [], partner)


def external_user(organisation: Organisation, home: Organisation, user: User, kind: str = "Member") -> User:
    """A person of one tenant as another tenant's directory holds them."""
    chance = Chance(organisation.seed, organisation.label, "external", user.id)
    return replace(
        user,
        id=chance.guid(),
        principal_name=f"{user.principal_name.replace('@', '_')}#EXT#@{organisation.domain}",
        puid=f"100320{chance.hexadecimal(10)}",
        mailbox=chance.guid(),
        home_tenant=home.id,
        kind=kind,
    )


def user_added(organisation: Organisation, user: User, mail: str, tick: int) -> list[Property]:
    """The properties of Add user for an external user."""
    properties = [
        added("AccountEnabled", True),
        added("CreationType", "Invitation"),
        added("DisplayName", user.name),
        added("Mail", mail),
        added("MailNickname", user.principal_name.split("@")[0]),
        added("OtherMail", mail),
        added("ProxyAddresses", f"SMTP:{mail}"),
        added("StsRefreshTokensValidFrom", iso(tick)[:19] + "Z"),
        added("UserPrincipalName", user.principal_name),
        added("UserState", "PendingAcceptance"),
        added("UserStateChangedOn", iso(tick)[:19] + "Z"),
        added("UserType", user.kind),
    ]
    return [*properties, included(properties)]


def synchronised(organisation: Organisation, chance: Chance, tick: int, user: User, mail: str) -> list[Event]:
    """What the target tenant logs when a synchronisation job creates one user: six events within three seconds,
    and one some minutes later."""
    worker = by_application(organisation, B2B_WORKER)
    fabric = by_application(organisation, SYNC_FABRIC)
    target = user_target(user)
    correlation = chance.guid()
    accepted = [
        added("UserState", "Accepted", old=["PendingAcceptance"]),
        added("UserStateChangedOn", iso(tick)[:19] + "Z"),
    ]
    kind = set_to("TargetId.UserType", user.kind)
    profile = [added("Department", user.department), added("ShowInAddressList", True)]

    def event(
        after: int,
        activity: str,
        actor: Actor,
        properties: list[Property],
        operation: str,
        service: str = "Core Directory",
        targets: list[Target] | None = None,
        details: tuple[tuple[str, str], ...] = (),
        unified: bool = True,
    ) -> list[Event]:
        return directory_event(
            organisation,
            chance,
            tick + after * SECOND + chance.between(0, SECOND // 2),
            activity,
            actor,
            targets or [target],
            properties,
            category="UserManagement",
            operation=operation,
            service=service,
            details=details,
            correlation=correlation,
            unified=unified,
        )

    invited = (("invitedUserEmailAddress", mail), ("InvitationId", chance.guid()))
    return [
        *event(0, "Add user", worker, user_added(organisation, user, mail, tick), "Add"),
        *event(0, "Invite external user", fabric, [], "Add", "Invited Users", details=invited, unified=False),
        *event(3, "Update user", worker, [*accepted, included(accepted), kind], "Update"),
        *event(
            3,
            "Redeem external user invite",
            NOBODY,
            [],
            "Update",
            "Invited Users",
            details=invited,
            unified=False,
        ),
        *event(
            3,
            "Redeem external user invite",
            NOBODY,
            [],
            "Update",
            "Invited Users",
            details=invited,
            unified=False,
        ),
        *event(3, "Update user", fabric, [*profile, included(profile), kind], "Update"),
        *event(335, "Update user", by_application(organisation, SUBSTRATE), [included([]), kind], "Update"),
    ]
