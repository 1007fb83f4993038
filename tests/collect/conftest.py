"""A simulated tenant to collect from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.served import ALL_ROLES, Faults, Served, Store, serve

Serving = Callable[..., Served]
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
"""The Management Activity API keeps content for seven days by the machine's clock, so events are recent ones."""


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Starts simulated tenants; they end with the test."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests prefers them to what a client was told
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:

        def start(
            faults: Faults | None = None, events: int = 0, roles: tuple[str, ...] = ALL_ROLES
        ) -> Served:
            store = Store.of(found(7), lambda: NOW)
            _fill(store, events)
            return stack.enter_context(serve(store, faults, roles=roles))

        yield start


def _fill(store: Store, count: int) -> None:
    """Synthetic events of the last days, oldest first: audits, four kinds of sign-ins, unified records."""
    kinds = ("interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity")
    for number in range(count):
        moment = NOW - timedelta(hours=60) + timedelta(minutes=number)
        text = moment.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
        store.items("auditLogs/directoryAudits").append(
            {"id": f"audit-{number}", "activityDateTime": text, "activityDisplayName": "Update user"}
        )
        store.items("auditLogs/signIns").append(
            {"id": f"signin-{number}", "createdDateTime": text, "signInEventTypes": [kinds[number % 4]]}
        )
        workload, kind = (("Exchange", 50), ("AzureActiveDirectory", 8))[number % 2]
        store.unified.append(
            {
                "Id": f"unified-{number}",
                "CreationTime": text[:19],
                "RecordType": kind,
                "Operation": "x",
                "OrganizationId": store.organisation.id,
                "Workload": workload,
            }
        )
