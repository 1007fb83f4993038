"""What a simulated tenant holds while it is served: logs, directory objects, policy; a write leaves its audit event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import SECOND
from crosswarden.rehearsal.directory import (
    Actor,
    Property,
    Target,
    directory_event,
    included,
    policy_target,
    set_to,
)
from crosswarden.rehearsal.event import Event, Stream
from crosswarden.rehearsal.organisation import Organisation
from crosswarden.rehearsal.served.policy import Change, Policy
from crosswarden.rehearsal.served.problems import Problem, not_found

__all__ = ["Clock", "Store", "utc_now"]

Document = dict[str, Any]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Store:
    """One tenant's state. ``lists`` are Graph lists by path below the version (``auditLogs/directoryAudits``, …);
    ``unified`` are unified audit records, oldest first."""

    organisation: Organisation
    policy: Policy
    clock: Clock = utc_now
    lists: dict[str, list[Document]] = field(default_factory=dict)
    unified: list[Document] = field(default_factory=list)
    searches: dict[str, Document] = field(default_factory=dict)
    subscriptions: set[str] = field(default_factory=set)
    blobs: dict[str, list[Document]] = field(default_factory=dict)
    _chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Chance(self.organisation.seed, self.organisation.label, "served")

    @classmethod
    def of(cls, organisation: Organisation, clock: Clock = utc_now) -> Store:
        """The tenant of an organisation, with the policy that the service gives a new one and its people."""
        store = cls(organisation, Policy(organisation.id, organisation.policy), clock)
        store.lists["users"] = [
            {
                "id": user.id,
                "displayName": user.name,
                "userPrincipalName": user.principal_name,
                "userType": user.kind,
                "accountEnabled": True,
            }
            for user in organisation.users
        ]
        for application in organisation.applications:
            store.lists.setdefault("applications", []).append(
                {
                    "id": organisation.object(application),
                    "appId": application.id,
                    "displayName": application.name,
                    "signInAudience": "AzureADMyOrg",
                    "passwordCredentials": [],
                    "keyCredentials": [],
                }
            )
            store.lists.setdefault("servicePrincipals", []).append(
                {
                    "id": organisation.principal(application),
                    "appId": application.id,
                    "displayName": application.name,
                    "appOwnerOrganizationId": organisation.id,
                    "servicePrincipalType": "Application",
                }
            )
        return store

    def items(self, path: str) -> list[Document]:
        """The Graph list at a path, oldest first; empty where nothing was ever put."""
        return self.lists.setdefault(path, [])

    def item(self, path: str, key: str) -> Document:
        """The object of a list with that id; raises Problem where there is none."""
        for each in self.items(path):
            if each.get("id") == key:
                return each
        raise not_found(key)

    def new_id(self) -> str:
        """A fresh object id."""
        return self._chance.guid()

    def log(self, events: Iterable[Event]) -> None:
        """Puts events where the service's interfaces show them."""
        for event in events:
            if event.stream is Stream.AUDIT:
                self.items("auditLogs/directoryAudits").append(event.record)
            elif event.stream is Stream.UNIFIED:
                self.unified.append(event.record)

    def audit(
        self,
        activity: str,
        actor: Actor,
        targets: list[Target],
        properties: list[Property],
        *,
        category: str,
        operation: str,
    ) -> None:
        """Logs a directory change as the real service does: the audit event and its unified copy."""
        moment = self.clock()
        tick = int(moment.timestamp()) * SECOND + moment.microsecond * 10
        self.log(
            directory_event(
                self.organisation,
                self._chance,
                tick,
                activity,
                actor,
                targets,
                properties,
                category=category,
                operation=operation,
            )
        )

    def log_change(self, change: Change, actor: Actor) -> None:
        """Logs a write to the cross-tenant access policy.

        Only the event of an added partner is known from a public sample; the others are synthetic: the changed
        members by name, before and after as JSON inside a string.
        """
        sync = "identity sync" in change.activity
        target = policy_target(
            change.partner if sync else self.policy.id,
            "" if sync else f"CrossTenantAccessPolicy for {self.organisation.id}",
        )
        names = sorted(
            {
                name
                for name in {**change.before, **change.after}
                if change.before.get(name) != change.after.get(name)
            }
            - {"tenantId"}
        )
        properties = [set_to("tenantId", change.partner or self.organisation.id)]
        if change.before and change.after:
            properties += [
                {
                    "displayName": name,
                    "oldValue": _text(change.before.get(name)),
                    "newValue": _text(change.after.get(name)),
                }
                for name in names
            ]
            properties.append(included(properties[1:]))
        elif sync and change.after:
            properties += [
                {"displayName": name, "oldValue": None, "newValue": _text(change.after[name])}
                for name in names
            ]
        self.audit(
            change.activity,
            actor,
            [target],
            properties,
            category="CrossTenantIdentitySyncSettings" if sync else "CrossTenantAccessSettings",
            operation=change.activity.split(" ", 1)[0],
        )

    def unique(self, path: str, name: str, value: object) -> None:
        """Raises Problem where an object of the list has that value already."""
        if any(each.get(name) == value for each in self.items(path)):
            raise Problem(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                f"Another object with the same value for property {name} already exists.",
            )


def _text(value: object) -> str | None:
    import orjson

    return None if value is None else orjson.dumps(value).decode("utf-8")
