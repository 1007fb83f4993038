"""Ordinary changes in the directory and in Azure: few enough to be built one by one."""

from __future__ import annotations

from crosswarden.rehearsal.activity import azure_call
from crosswarden.rehearsal.applications import MANAGEMENT, PORTAL, Application
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import HOUR, MINUTE, iso
from crosswarden.rehearsal.directory import (
    Target,
    added,
    by_application,
    by_user,
    directory_event,
    included,
    set_to,
    user_target,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.membership import group_joined
from crosswarden.rehearsal.organisation import Organisation, User
from crosswarden.rehearsal.signins import signin

__all__ = ["errands"]

DEVICES = Application("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service")
GROUPS = ("Sales", "All staff", "Project Kilo", "Canteen", "Bicycle club")


def _user_updated(
    organisation: Organisation, chance: Chance, tick: int, clerk: User, user: User
) -> list[Event]:
    changed = [added("Department", user.department, old=["Trainees"])]
    return directory_event(
        organisation, chance, tick, "Update user", by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL),
        [user_target(user)], [*changed, included(changed), set_to("TargetId.UserType", "Member")],
        category="UserManagement", operation="Update",
    )  # fmt: skip


def _password_changed(
    organisation: Organisation, chance: Chance, tick: int, clerk: User, user: User
) -> list[Event]:
    actor = by_user(user, user.office.address)
    events = directory_event(
        organisation, chance, tick, "Change user password", actor, [user_target(user)], [], category="UserManagement",
        operation="Update",
    )  # fmt: skip
    return events + directory_event(
        organisation, chance, tick + 700_000, "Update StsRefreshTokenValidFrom Timestamp", actor, [user_target(user)],
        [added("StsRefreshTokensValidFrom", iso(tick)[:19] + "Z")], category="UserManagement", operation="Update",
    )  # fmt: skip


def _group_joined(
    organisation: Organisation, chance: Chance, tick: int, clerk: User, user: User
) -> list[Event]:
    actor = by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL)
    return group_joined(organisation, chance, tick, actor, user, chance.pick(GROUPS))


def _device_updated(
    organisation: Organisation, chance: Chance, tick: int, clerk: User, user: User
) -> list[Event]:
    changed = [added("DeviceOSVersion", "10.0.26100.6584", old=["10.0.26100.6510"])]
    details = (("DeviceId", user.device), ("DeviceOSType", "Windows"), ("DeviceTrustType", "AzureAd"))
    return directory_event(
        organisation, chance, tick, "Update device", by_application(organisation, DEVICES),
        [Target("Device", user.device, user.device_name)],
        [*changed, included(changed), set_to("TargetId.DeviceId", user.device)], category="Device", operation="Update",
        details=details,
    )  # fmt: skip


_ERRANDS = (_user_updated, _user_updated, _group_joined, _password_changed, _device_updated, _device_updated)


_START = "Microsoft.Compute/virtualMachines/start/action"
_BACKUP = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/backup/action"
_OPERATIONS = (
    _START,
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Storage/storageAccounts/listKeys/action",
)


def _by_machines(organisation: Organisation, chance: Chance, start: int) -> list[Event]:
    """What happens every day, weekends too: devices report, the backup runs."""
    clerk = organisation.administrators[-1]
    events: list[Event] = []
    for _ in range(2 + len(organisation.users) // 60):
        tick = start + chance.between(0, 23 * HOUR)
        events += _device_updated(organisation, chance, tick, clerk, chance.pick(organisation.users))
    for hour in (1, 13):
        events.append(
            azure_call(
                organisation,
                chance,
                start + hour * HOUR + chance.between(0, 5 * MINUTE),
                _BACKUP,
                "resourceGroups/production/providers/Microsoft.RecoveryServices/vaults/backup",
                address=f"{organisation.block}.200",
                application=organisation.applications[4],
            )
        )
    return events


def _by_administrator(organisation: Organisation, chance: Chance, start: int, owner: User) -> list[Event]:
    """An administrator in the portal and in Azure."""
    tick = start + 8 * HOUR + chance.between(0, 6 * HOUR)
    come = signin(organisation, chance, tick, owner, PORTAL, MANAGEMENT, owner.office, multifactor=True)
    events = list(come.events)
    for _ in range(chance.between(1, 4)):
        tick += chance.between(MINUTE, 20 * MINUTE)
        name = chance.pick(("vm-web", "vm-sql", "vm-build"))
        events.append(
            azure_call(
                organisation,
                chance,
                tick,
                chance.pick(_OPERATIONS),
                f"resourceGroups/production/providers/Microsoft.Compute/virtualMachines/{name}",
                address=owner.office.address,
                user=owner,
                application=PORTAL,
                token=come.token,
            )
        )
    return events


def errands(organisation: Organisation, day: int, start: int, weekend: bool) -> list[Event]:
    """One day's changes: what machines do, and on working days about one change for twenty people, and the
    administrators' work in the portal."""
    chance = Chance(organisation.seed, organisation.label, "errands", day)
    events = _by_machines(organisation, chance, start)
    if weekend:
        return events
    clerk = organisation.administrators[-1]
    for _ in range(max(1, len(organisation.users) // 20)):
        tick = start + 8 * HOUR + chance.between(0, 8 * HOUR)
        user = chance.pick(organisation.users)
        events += chance.pick(_ERRANDS)(organisation, chance, tick, clerk, user)
    for owner in organisation.administrators:
        events += _by_administrator(organisation, chance, start, owner)
    return events
