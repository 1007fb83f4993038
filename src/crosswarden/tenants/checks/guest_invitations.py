"""Who may invite guests, and what a guest may read of the directory."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import Check, Fault, Gap, Remedy, Scope, Severity
from crosswarden.tenants.observed import NotObserved

__all__ = ["CHECK"]

_URL = "https://graph.microsoft.com/v1.0/policies/authorizationPolicy"
_PORTAL = "Entra admin center > External Identities > External collaboration settings"
_MEMBER = "a0b1b346-4d3e-4e8b-98f8-753987be4970"
_LIMITED = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
_RESTRICTED = "2af84b1e-32c8-42b7-82bc-daa82404023b"


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    authorization = scope.policy.authorization
    if isinstance(authorization, NotObserved):
        yield Gap("authorizationPolicy", authorization.reason)
        return
    policy = authorization.value
    if not policy.invites:
        yield Gap("authorizationPolicy", "allowInvitesFrom is not in the export")
    elif policy.invites in ("everyone", "adminsGuestInvitersAndAllMembers"):
        who = "everybody, guests too," if policy.invites == "everyone" else "every member"
        yield Fault(
            "authorizationPolicy",
            f"{who} may invite guests (allowInvitesFrom {policy.invites})",
            Remedy(
                "PATCH",
                _URL,
                {"allowInvitesFrom": "adminsAndGuestInviters"},
                f"{_PORTAL} > Guest invite settings",
            ),
            Severity.MEDIUM if policy.invites == "everyone" else Severity.LOW,
        )
    elif policy.invites not in ("none", "adminsAndGuestInviters"):
        yield Gap(
            "authorizationPolicy", f"allowInvitesFrom has a value that is not known: {policy.invites[:60]!r}"
        )
    if not policy.guest_role:
        yield Gap("authorizationPolicy", "guestUserRoleId is not in the export")
    elif policy.guest_role == _MEMBER:
        yield Fault(
            "authorizationPolicy",
            "guests read the directory as members do",
            Remedy("PATCH", _URL, {"guestUserRoleId": _RESTRICTED}, f"{_PORTAL} > Guest user access"),
            Severity.HIGH,
        )
    elif policy.guest_role not in (_LIMITED, _RESTRICTED):
        yield Gap(
            "authorizationPolicy",
            f"guestUserRoleId has a value that is not known: {policy.guest_role[:60]!r}",
        )


CHECK = Check(
    id="guest_invitations",
    title="Guest invitations and guest rights",
    severity=Severity.MEDIUM,
    why="A guest who may invite further guests opens the door from inside.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/external-collaboration-settings-configure",),
    overlaps=(
        "CIS M365 5.1.6.2",
        "CIS M365 5.1.6.3",
        "CISA SCuBA MS.AAD.8.1v1",
        "CISA SCuBA MS.AAD.8.2v1",
        "Maester EIDSCA.AP04",
        "Maester EIDSCA.AP07",
    ),
    techniques=("T1136.003",),
)
