"""Tenant restrictions are absent, or let foreign accounts use all applications."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import (
    Check,
    Fault,
    Gap,
    Own,
    Remedy,
    Scope,
    Severity,
    own_settings,
    portal,
    url,
)
from crosswarden.tenants.effective import describe, everyone
from crosswarden.tenants.model import ALL_APPLICATIONS, Access, Direction

__all__ = ["CHECK"]


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    default = scope.default()
    if not isinstance(default, Gap) and "tenantRestrictions" in default.cleared:
        yield Fault("default", "the default has no tenant restrictions", _remedy("default"))
    for item in own_settings(scope, Direction.RESTRICTIONS):
        if isinstance(item, Gap):
            if (
                item.subject != "default"
                or isinstance(default, Gap)
                or "tenantRestrictions" not in default.cleared
            ):
                yield item
        elif everyone(item.setting) or _all_applications(item):
            yield Fault(
                item.subject,
                f"foreign accounts may be used for all applications from this organisation's network: {describe(item.setting)}",
                _remedy(item.subject),
                Severity.HIGH if item.subject == "default" else Severity.MEDIUM,
            )


def _all_applications(item: Own) -> bool:
    users, applications = item.setting.users, item.setting.applications
    if users is None or applications is None:
        return False
    blocks_nobody = users.access is Access.ALLOWED and bool(users.targets)
    return blocks_nobody and applications.access is Access.ALLOWED and applications.names(ALL_APPLICATIONS)


def _remedy(subject: str) -> Remedy:
    blocked = {
        "usersAndGroups": {
            "accessType": "blocked",
            "targets": [{"target": "AllUsers", "targetType": "user"}],
        },
        "applications": {
            "accessType": "blocked",
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }
    return Remedy(
        "PATCH", url(subject), {"tenantRestrictions": blocked}, portal(subject, "Tenant restrictions")
    )


CHECK = Check(
    id="restrictions_absent",
    title="Tenant restrictions absent or open for all applications",
    severity=Severity.HIGH,
    why="Foreign accounts on one's own devices carry data out and consent screens in.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/tenant-restrictions-v2",),
    overlaps=("Microsoft Zero Trust Assessment 21793",),
    techniques=("T1567",),
)
