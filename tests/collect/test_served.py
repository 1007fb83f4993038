"""Collection and real client libraries against the served simulated tenant."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.identity
import httpx
import msal
import pytest
import requests

from crosswarden.rehearsal.served import Faults, Served

Serving = Callable[..., Served]
Client = Callable[[Served], httpx.Client]
SCOPE = "https://graph.microsoft.com/.default"
PARTNER = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def client() -> Iterator[Callable[[Served], httpx.Client]]:
    """Plain requests with a token, as public scripts make them; closed with the test."""
    with ExitStack() as stack:
        yield lambda served: _signed_in(stack, served)


def _signed_in(stack: ExitStack, served: Served) -> httpx.Client:
    trust = ssl.create_default_context(cafile=served.certificate)
    http = stack.enter_context(httpx.Client(base_url=served.url, verify=trust))
    form = {
        "grant_type": "client_credentials",
        "client_id": served.client_id,
        "client_secret": served.client_secret,
        "scope": SCOPE,
    }
    token = (
        http.post(f"/{served.tenant}/oauth2/v2.0/token", data=form).raise_for_status().json()["access_token"]
    )
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def test_msal_gets_a_token_and_a_wrong_secret_is_refused(serving: Serving) -> None:
    """The real library runs unmodified but for its endpoint."""
    served = serving()
    with requests.Session() as session:
        session.verify = str(served.certificate)
        settings: dict[str, Any] = {
            "authority": f"{served.url}/{served.tenant}",
            "http_client": session,
            "instance_discovery": False,
        }
        good, bad = (
            msal.ConfidentialClientApplication(served.client_id, client_credential=secret, **settings)
            for secret in (served.client_secret, "wrong")
        )
        assert "access_token" in good.acquire_token_for_client([SCOPE])
        assert "AADSTS7000215" in bad.acquire_token_for_client([SCOPE])["error_description"]


def test_azure_identity_gets_a_token(serving: Serving) -> None:
    """The real library runs unmodified but for its endpoint."""
    served = serving()
    with azure.identity.ClientSecretCredential(
        served.tenant,
        served.client_id,
        served.client_secret,
        authority=served.url,
        disable_instance_discovery=True,
        connection_verify=str(served.certificate),
    ) as credential:
        assert credential.get_token(SCOPE).token.count(".") == 2


def test_a_partner_that_still_synchronises_cannot_be_deleted_and_each_write_is_logged(
    serving: Serving, client: Client
) -> None:
    """Microsoft's order of containment is enforced, and every write leaves its audit event and the unified copy."""
    served = serving()
    graph = client(served)
    base = "/v1.0/policies/crossTenantAccessPolicy"
    assert graph.post(f"{base}/partners", json={"tenantId": PARTNER}).status_code == 201
    assert (
        graph.put(
            f"{base}/partners/{PARTNER}/identitySynchronization",
            json={"userSyncInbound": {"isSyncAllowed": True}},
        ).status_code
        == 204
    )
    assert (
        graph.patch(
            f"{base}/partners/{PARTNER}", json={"automaticUserConsentSettings": {"inboundAllowed": True}}
        ).status_code
        == 204
    )
    refused = graph.delete(f"{base}/partners/{PARTNER}")
    assert refused.status_code == 400 and "identity synchronization" in refused.json()["error"]["message"]
    assert graph.delete(f"{base}/partners/{PARTNER}/identitySynchronization").status_code == 204
    assert graph.delete(f"{base}/partners/{PARTNER}").status_code == 204
    logged = [
        each["activityDisplayName"]
        for each in reversed(graph.get("/v1.0/auditLogs/directoryAudits").json()["value"])
    ]
    assert logged == [
        "Add a partner to cross-tenant access setting",
        "Create a partner cross-tenant identity sync setting",
        "Update a partner cross-tenant access setting",
        "Delete a partner cross-tenant identity sync setting",
        "Delete partner specific cross-tenant access setting",
    ]
    assert [each["Operation"] for each in served.service.store.unified] == [f"{name}." for name in logged]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"tenantId": "contoso"}, "tenantId"),
        (
            {
                "tenantId": PARTNER,
                "b2bCollaborationInbound": {"usersAndGroups": {"accessType": "open", "targets": []}},
            },
            "accessType",
        ),
        ({"tenantId": PARTNER, "nonsense": 1}, "nonsense"),
    ],
)
def test_a_wrong_partner_is_refused_as_graph_refuses_it(
    serving: Serving, client: Client, document: dict[str, object], said: str
) -> None:
    """Validation answers 400 with the member at fault, and nothing is written."""
    graph = client(serving())
    answer = graph.post("/v1.0/policies/crossTenantAccessPolicy/partners", json=document)
    assert answer.status_code == 400 and said in answer.json()["error"]["message"]
    assert graph.get("/v1.0/policies/crossTenantAccessPolicy/partners").json()["value"] == []


def test_an_application_written_through_graph_leaves_its_trail(serving: Serving, client: Client) -> None:
    """Registration, principal, role, grant and secret are logged with the property names that real exports show."""
    served = serving()
    graph = client(served)
    made = graph.post("/v1.0/applications", json={"displayName": "Mail tool"}).json()
    principal = graph.post("/v1.0/servicePrincipals", json={"appId": made["appId"]}).json()
    role = {
        "principalId": principal["id"],
        "resourceId": PARTNER,
        "appRoleId": "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
    }
    assert (
        graph.post(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments", json=role).status_code
        == 201
    )
    assert (
        graph.post(
            "/v1.0/oauth2PermissionGrants",
            json={"clientId": principal["id"], "resourceId": PARTNER, "scope": "Mail.Read"},
        ).status_code
        == 201
    )
    assert (
        graph.post(
            f"/v1.0/applications/{made['id']}/addPassword", json={"passwordCredential": {"displayName": "x"}}
        ).status_code
        == 200
    )
    names = {
        each["activityDisplayName"]: {
            p["displayName"] for p in each["targetResources"][0]["modifiedProperties"]
        }
        for each in graph.get("/v1.0/auditLogs/directoryAudits").json()["value"]
    }
    assert {"AppId", "AvailableToOtherTenants"} <= names["Add application"]
    assert "AppPrincipalId" in names["Add service principal"]
    assert {"AppRole.Value", "ServicePrincipal.ObjectID"} <= names[
        "Add app role assignment to service principal"
    ]
    assert "DelegatedPermissionGrant.Scope" in names["Add delegated permission grant"]
    assert "KeyDescription" in names["Update application \u2013 Certificates and secrets management "]


def command(served: Served, folder: Path, *sources: str) -> list[str]:
    """The collect command line against a served tenant."""
    now = served.service.store.clock()
    window = [
        "--from",
        (now - timedelta(hours=60)).isoformat(),
        "--to",
        now.isoformat(),
        "--pace",
        "1000",
        "--poll",
        "0.1",
    ]
    urls = [f"--{name}-url={served.url}" for name in ("graph", "login", "management", "log-analytics")]
    return [sys.executable, "-m", "crosswarden", "collect", *sources, "--tenant", served.tenant, "--client-id", served.client_id,
            "--auth", "secret", "--ca-file", str(served.certificate), "-o", str(folder), *window, *urls]  # fmt: skip


def environment(served: Served) -> dict[str, str]:
    """The environment of the collect process: the secret and where the package lies."""
    return {
        "CROSSWARDEN_CLIENT_SECRET": served.client_secret,
        "PYTHONPATH": "src",
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
    }


def ids(folder: Path) -> list[str]:
    """The ids of everything collected below a folder."""
    found = []
    for path in sorted(folder.rglob("[!.]*.json")):
        document = json.loads(path.read_bytes())
        found += [
            each.get("id") or each.get("Id")
            for each in (document["value"] if isinstance(document, dict) else document)
        ]
    return found


SOURCES = (
    "directoryAudits",
    "signIns",
    "signIns-nonInteractive",
    "signIns-servicePrincipal",
    "signIns-managedIdentity",
    "unifiedAudit",
)


def test_a_storm_a_kill_and_a_second_run_end_with_exactly_the_events(
    serving: Serving, tmp_path: Path
) -> None:
    """429 with and without Retry-After, 503, resets and a kill in mid-run lose nothing and double nothing."""
    served = serving(Faults(seed=5, throttled=0.1, broken=0.05, reset=0.1, retry_after=0), events=2500)
    arguments, surroundings = command(served, tmp_path, *SOURCES), environment(served)
    first = subprocess.Popen(arguments, env=surroundings, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.rglob("00002.json")) and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = subprocess.run(arguments, env=surroundings, capture_output=True, text=True, timeout=300)
    assert second.returncode == 0, second.stderr
    store = served.service.store
    assert sorted(ids(tmp_path / "directoryAudits")) == sorted(
        each["id"] for each in store.items("auditLogs/directoryAudits")
    )
    signins = [key for name in SOURCES if name.startswith("signIns") for key in ids(tmp_path / name)]
    assert sorted(signins) == sorted(each["id"] for each in store.items("auditLogs/signIns"))
    assert sorted(ids(tmp_path / "unifiedAudit")) == sorted(each["Id"] for each in store.unified)


def test_doubled_and_unordered_blobs_come_once_each(serving: Serving, tmp_path: Path) -> None:
    """The Management Activity API's own disorder leaves exactly the records."""
    served = serving(Faults(seed=3, doubled=0.5, shuffled=True, throttled=0.1, retry_after=0), events=1500)
    done = subprocess.run(
        command(served, tmp_path, "managementActivity"),
        env=environment(served),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(ids(tmp_path)) == sorted(each["Id"] for each in served.service.store.unified)


def test_a_missing_permission_is_said_and_nothing_secret_is_shown(serving: Serving, tmp_path: Path) -> None:
    """Exit code 3, *not collected* with the permission's name; the secret and tokens appear nowhere."""
    served = serving(roles=("Policy.Read.All",))
    done = subprocess.run(
        command(served, tmp_path, "directoryAudits", "crossTenantAccessPolicy"),
        env=environment(served),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3
    assert "directoryAudits: not collected" in done.stderr and "AuditLog.Read.All" in done.stderr
    assert "crossTenantAccessPolicy: collected" in done.stderr
    written = (
        done.stdout + done.stderr + "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.json"))
    )
    assert served.client_secret not in written and "eyJ" not in written
