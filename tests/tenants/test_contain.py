"""The containment plan: its order, its dryness, and its effect on a simulated tenant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.errors import UsageError
from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.served import ALL_ROLES, Served, Store, serve
from crosswarden.rehearsal.served.problems import Problem
from crosswarden.tenants.contain import carry_out, plan
from crosswarden.tenants.read import read


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A simulated tenant on loopback."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    store = Store.of(found(7), lambda: datetime.now(UTC))
    with serve(store, None, roles=ALL_ROLES) as served:
        yield served


def test_order_of_the_plan(folder: Any, samples: Any) -> None:
    """Synchronisation goes first, then the partner is blocked, and users only after both."""
    place = folder(default=samples.default(), partners=[samples.partner()])
    steps = plan(read(place), samples.PARTNER, (samples.OTHER,), delete=True)
    requests = [
        (step.request.method, step.request.url.partition("/v1.0/")[2].partition("?")[0]) for step in steps
    ]
    base = f"policies/crossTenantAccessPolicy/partners/{samples.PARTNER}"
    assert requests == [
        ("DELETE", f"{base}/identitySynchronization"),
        ("PATCH", base),
        ("GET", "users"),
        ("PATCH", f"users/{samples.OTHER}"),
        ("POST", f"users/{samples.OTHER}/revokeSignInSessions"),
        ("DELETE", base),
    ]
    body = steps[1].request.body
    assert {half["accessType"] for name, s in body.items() if "b2b" in name for half in s.values()} == {
        "blocked"
    }


def test_a_tenant_that_is_no_partner_is_added_blocked(folder: Any, samples: Any) -> None:
    """For a stranger the default holds, so the plan adds a blocked partner."""
    place = folder(default=samples.default(), partners=[])
    step = plan(read(place), samples.OTHER)[1]
    assert (step.request.method, step.request.body["tenantId"]) == ("POST", samples.OTHER)


def test_a_name_is_no_tenant() -> None:
    """Domain names and path tricks are refused: the id goes into an address."""
    for wrong in ("contoso.example", "../default", "ee07d55e-928e-4049-89e2-c36739e3051g"):
        with pytest.raises(UsageError):
            plan(None, wrong)


def test_it_stops_at_the_first_failure(samples: Any) -> None:
    """Later steps rest on the earlier ones: after a refusal nothing more is sent."""
    sent: list[str] = []

    def send(request: Any) -> tuple[int, dict[str, Any]]:
        sent.append(request.method)
        return 403, {}

    done = carry_out(plan(None, samples.PARTNER), send)
    assert (len(done), done[0].ok, sent) == (1, False, ["DELETE"])


def _call(tenant: Served, tmp_path: Path, partner: str, *more: str) -> Any:
    secret = tmp_path / "secret"
    secret.write_text(tenant.client_secret)
    return CliRunner().invoke(
        cli,
        [
            *("tenants", "contain", partner, "--own-tenant", tenant.tenant, "--client-id", tenant.client_id),
            *("--secret-file", str(secret), "--graph-url", tenant.url, "--login-url", tenant.url),
            *("--ca-file", str(tenant.certificate), *more),
        ],
    )


def test_dry_by_default_and_effective_on_demand(tenant: Served, samples: Any, tmp_path: Path) -> None:
    """Without --execute the simulated tenant keeps its partner; with it synchronisation is gone and the partner blocked."""
    policy = tenant.service.store.policy
    policy.add_partner({"tenantId": samples.PARTNER, "b2bCollaborationInbound": samples.ALLOWED})
    sync = {"displayName": "x", "userSyncInbound": {"isSyncAllowed": True}}
    policy.set_synchronisation(samples.PARTNER, sync, create=True)
    dry = _call(tenant, tmp_path, samples.PARTNER)
    assert dry.exit_code == 0, dry.output
    assert json.dumps(policy.partner(samples.PARTNER)["b2bCollaborationInbound"]) == json.dumps(
        samples.ALLOWED
    )
    assert samples.PARTNER in policy.synchronisation
    done = _call(tenant, tmp_path, samples.PARTNER, "--execute")
    assert done.exit_code == 0, done.output + str(done.exception)
    assert policy.partner(samples.PARTNER)["b2bCollaborationInbound"] == samples.BLOCKED
    assert samples.PARTNER not in policy.synchronisation


def test_deletion_in_the_right_order(tenant: Served, samples: Any, tmp_path: Path) -> None:
    """The simulated tenant refuses to delete a partner that synchronises; the plan's order gets it done."""
    policy = tenant.service.store.policy
    policy.add_partner({"tenantId": samples.PARTNER})
    sync = {"displayName": "x", "userSyncInbound": {"isSyncAllowed": True}}
    policy.set_synchronisation(samples.PARTNER, sync, create=True)
    with pytest.raises(Problem):
        policy.delete_partner(samples.PARTNER)
    done = _call(tenant, tmp_path, samples.PARTNER, "--execute", "--delete")
    assert done.exit_code == 0, done.output + str(done.exception)
    assert samples.PARTNER not in policy.partners
