"""What ``collect`` brings from a simulated tenant is a snapshot in which nothing is left open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.served import ALL_ROLES, Served, Store, serve
from crosswarden.tenants.observed import Observed
from crosswarden.tenants.read import read


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A simulated tenant on loopback."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with serve(Store.of(found(7), lambda: datetime.now(UTC)), None, roles=ALL_ROLES) as served:
        yield served


def test_collected_policy_is_fully_observed(tenant: Served, samples: Any, tmp_path: Path) -> None:
    """Two partners, one of which synchronises: both are observed, and the synchronisation is found."""
    policy = tenant.service.store.policy
    policy.add_partner({"tenantId": samples.PARTNER})
    policy.add_partner({"tenantId": samples.OTHER})
    sync = {"displayName": "x", "userSyncInbound": {"isSyncAllowed": True}}
    policy.set_synchronisation(samples.PARTNER, sync, create=True)
    secret = tmp_path / "secret"
    secret.write_text(tenant.client_secret)
    arguments = [
        *("collect", "crossTenantAccessPolicy", "--tenant", tenant.tenant, "--client-id", tenant.client_id),
        *(
            "--auth",
            "secret",
            "--secret-file",
            str(secret),
            "--graph-url",
            tenant.url,
            "--login-url",
            tenant.url,
        ),
        *("--ca-file", str(tenant.certificate), "--pace", "100", "-o", str(tmp_path / "collected")),
    ]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert done.return_value == 0, done.output + str(done.exception)
    snapshot = read(tmp_path / "collected")
    assert isinstance(snapshot.default, Observed)
    assert isinstance(snapshot.authorization, Observed)
    assert {p: snapshot.partner(p).synchronization for p in (samples.PARTNER, samples.OTHER)} == {  # type: ignore[union-attr]
        samples.PARTNER: Observed(True),
        samples.OTHER: Observed(None),
    }
    checked = CliRunner().invoke(
        cli, ["tenants", "check", str(tmp_path / "collected"), "--json"], standalone_mode=False
    )
    findings = json.loads(checked.stdout)["findings"]
    assert [(f["status"], f["subject"]) for f in findings if f["check"] == "inbound_sync"] == [
        ("found", samples.PARTNER)
    ]
