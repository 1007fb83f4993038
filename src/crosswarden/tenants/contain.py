"""The containment plan for a hostile partner: ordered requests, ready to send, sent only on demand.

Order (Microsoft's documentation): first the synchronisation setting goes, since a partner cannot be deleted while it
exists; then the partner is blocked in every direction and its trust withdrawn; only then are the users disabled that
it synchronised here, who would otherwise be enabled again at the next change in the source tenant. Severing the
relationship removes no user that is already here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosswarden.errors import UsageError
from crosswarden.tenants.check import GRAPH, Remedy
from crosswarden.tenants.model import Direction, Policy
from crosswarden.tenants.observed import NotObserved

__all__ = ["Done", "Step", "carry_out", "plan"]

_BLOCKED = {
    "usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]},
    "applications": {
        "accessType": "blocked",
        "targets": [{"target": "AllApplications", "targetType": "application"}],
    },
}
_USERS = "https://graph.microsoft.com/v1.0/users"


@dataclass(frozen=True)
class Step:
    """One request of the plan. ``fine`` are the answers that mean done (404: was not there)."""

    title: str
    why: str
    request: Remedy
    permission: str
    fine: tuple[int, ...] = (200, 201, 204)
    note: str = ""


@dataclass(frozen=True)
class Done:
    """A step that was sent and the status that came back."""

    step: Step
    status: int
    ok: bool
    body: Mapping[str, Any] = field(default_factory=dict)


def plan(
    policy: Policy | None, tenant: str, users: Sequence[str] = (), *, delete: bool = False
) -> tuple[Step, ...]:
    """The steps against TENANT; USERS are object ids of users that it synchronised or that came from it.

    With DELETE the partner is removed at the end (the default then holds for it); otherwise it stays, blocked.
    """
    _refuse_wrong(tenant)
    address = f"{GRAPH}/partners/{tenant.lower()}"
    steps = [_stop_sync(policy, tenant, address), *_block(policy, tenant, address)]
    steps.append(_find_users(tenant))
    for user in users:
        _refuse_wrong(user)
        steps.extend(_disable(user.lower()))
    if delete:
        steps.append(
            Step(
                "Delete the partner",
                "removes the setting; from then on the default decides, so block there first if it is open",
                Remedy("DELETE", address),
                "Policy.ReadWrite.CrossTenantAccess",
                fine=(200, 204, 404),
            )
        )
    return tuple(steps)


def _refuse_wrong(identifier: str) -> None:
    parts = identifier.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12] or any(
        set(p.lower()) - set("0123456789abcdef") for p in parts
    ):
        raise UsageError(
            "contain-guid", f"{identifier!r} is no GUID", remedy="give the id, not a domain name"
        )


def _stop_sync(policy: Policy | None, tenant: str, address: str) -> Step:
    found = policy.partner(tenant) if policy else None
    note = ""
    if found is None:
        note = "the snapshot has no such partner: 404 is expected" if policy else "no snapshot given"
    elif isinstance(found.synchronization, NotObserved):
        note = f"whether it exists was not observed: {found.synchronization.reason}"
    elif found.synchronization.value is None:
        note = "the snapshot shows none: 404 is expected"
    return Step(
        "Delete the synchronisation setting",
        "stops new users from arriving; a partner cannot be deleted while it exists",
        Remedy("DELETE", f"{address}/identitySynchronization"),
        "Policy.ReadWrite.CrossTenantAccess",
        fine=(200, 204, 404),
        note=note,
    )


def _block(policy: Policy | None, tenant: str, address: str) -> list[Step]:
    body: dict[str, Any] = {direction.value: _BLOCKED for direction in Direction}
    body["inboundTrust"] = {
        "isMfaAccepted": False,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    body["automaticUserConsentSettings"] = {"inboundAllowed": False, "outboundAllowed": False}
    permission = "Policy.ReadWrite.CrossTenantAccess"
    if policy is not None and policy.partner(tenant) is None and not isinstance(policy.partners, NotObserved):
        return [
            Step(
                "Add the tenant as a blocked partner",
                "it is no partner, so the default holds for it until it has a setting of its own",
                Remedy("POST", f"{GRAPH}/partners", {"tenantId": tenant.lower(), **body}),
                permission,
            )
        ]
    return [
        Step(
            "Block the partner in every direction and withdraw trust",
            "no sign-in from or to that tenant any more; claims of its devices and second factors no longer count",
            Remedy("PATCH", address, body),
            permission,
        )
    ]


def _find_users(tenant: str) -> Step:
    return Step(
        "List the users that came from that tenant",
        "severing the relationship removes no user who is already here; synchronised users may be members, not guests",
        Remedy(
            "GET",
            f"{_USERS}?$select=id,userPrincipalName,userType,accountEnabled,creationType,identities"
            "&$filter=creationType eq 'Invitation'&$count=true",
        ),
        "User.Read.All",
        note=f"keep those whose identity is issued by ExternalAzureAD of {tenant.lower()}; give them with --user",
    )


def _disable(user: str) -> list[Step]:
    return [
        Step(
            f"Disable user {user}",
            "only now: earlier, the source tenant's next change would have enabled the account again",
            Remedy("PATCH", f"{_USERS}/{user}", {"accountEnabled": False}),
            "User.EnableDisableAccount.All",
        ),
        Step(
            f"Revoke sessions of user {user}",
            "refresh tokens and browser sessions end; access tokens live on until they expire",
            Remedy("POST", f"{_USERS}/{user}/revokeSignInSessions", {}),
            "User.RevokeSessions.All",
        ),
    ]


Send = Callable[[Remedy], tuple[int, Mapping[str, Any]]]


def carry_out(steps: Sequence[Step], send: Send) -> tuple[Done, ...]:
    """Sends the steps in order and stops at the first that fails: later steps rest on the earlier ones."""
    done: list[Done] = []
    for step in steps:
        status, body = send(step.request)
        ok = status in step.fine
        done.append(Done(step, status, ok, body))
        if not ok:
            break
    return tuple(done)
