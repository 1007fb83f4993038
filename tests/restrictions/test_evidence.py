"""Event logs, proxy logs and sign-in rows become findings; a source that was not given is not assessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.restrictions.evidence import Evidence, gather, judge
from crosswarden.tenants.read import read

OWN = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
FOREIGN = "ee07d55e-928e-4049-89e2-c36739e30514"
PROVIDER = "Microsoft-Windows-TenantRestrictions"


def _parsed(number: int, time: str, computer: str = "PC1") -> dict[str, Any]:
    """An event as the EVTX library gives it."""
    system = {
        "Provider": {"#attributes": {"Name": PROVIDER, "Guid": "4053FADA-178B-5AA8-746B-7CF8538B5118"}},
        "EventID": number,
        "TimeCreated": {"#attributes": {"SystemTime": time}},
        "Computer": computer,
    }
    return {"Event": {"System": system}}


def _powershell(number: int, time: str, computer: str = "PC1") -> dict[str, Any]:
    """An event as Get-WinEvent | ConvertTo-Json writes it."""
    return {"Id": number, "ProviderName": PROVIDER, "TimeCreated": time, "MachineName": computer}


def _xml(number: int, time: str, computer: str = "PC1") -> str:
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f'<Provider Name="{PROVIDER}"/><EventID>{number}</EventID><TimeCreated SystemTime="{time}"/>'
        f"<Computer>{computer}</Computer></System></Event>"
    )


def _by_kind(found: tuple[Evidence, ...]) -> dict[str, Evidence]:
    return {item.kind: item for item in found}


def test_nothing_given_is_not_assessed(tmp_path: Path) -> None:
    """Without any source every statement is not assessed."""
    (tmp_path / "notes.json").write_text("{}")
    assert {item.status for item in judge(gather([tmp_path]))} == {"not assessed"}


@pytest.mark.parametrize("form", ["parsed", "powershell", "lines", "xml", "xml-root"])
def test_windows_events_in_every_form(tmp_path: Path, form: str) -> None:
    """A failed sync after the last good one, and a computer without the service, are found in each export form."""
    triples = [(1004, "2026-11-20T08:00:00Z", "PC1"), (1005, "2026-11-20T08:01:00Z", "PC1")]
    triples += [(1013, "2026-11-21T08:00:00Z", "PC1"), (1013, "2026-11-21T09:00:00Z", "PC2")]
    text = {
        "parsed": json.dumps([_parsed(*t) for t in triples]),
        "powershell": json.dumps([_powershell(*t) for t in triples]),
        "lines": "\n".join(json.dumps(_powershell(*t)) for t in triples),
        "xml": "".join(_xml(*t) for t in triples),
        "xml-root": '<?xml version="1.0"?><Events>' + "".join(_xml(*t) for t in triples) + "</Events>",
    }[form]
    (tmp_path / "events").write_text(text, encoding="utf-16" if form == "xml-root" else "utf-8")
    found = _by_kind(judge(gather([tmp_path])))
    assert (found["list-not-synced"].status, found["list-not-synced"].count) == ("found", 2)
    assert found["enforcement-not-running"].rows == ("PC2",)


def test_a_recovered_sync_is_clean(tmp_path: Path) -> None:
    """A failure that a later sync made good is no finding."""
    events = [_powershell(1013, "2026-11-20T08:00:00Z"), _powershell(1005, "2026-11-20T09:00:00Z")]
    (tmp_path / "e.json").write_text(json.dumps(events))
    found = _by_kind(judge(gather([tmp_path])))
    assert {found[kind].status for kind in ("list-not-synced", "enforcement-not-running")} == {"clean"}


def _sign_in(**changes: Any) -> dict[str, Any]:
    row = {
        "TimeGenerated": "2026-11-20T08:00:00Z",
        "ResultType": "0",
        "UserPrincipalName": "ann@contoso.example",
        "UserId": "11111111-2222-4333-8444-555555555555",
        "HomeTenantId": OWN,
        "ResourceTenantId": FOREIGN,
        "AppId": "99999999-8888-4777-8666-555555555555",
        "CrossTenantAccessType": "b2bCollaboration",
        "IsTenantRestricted": False,
        "IPAddress": "198.51.100.7",
    }
    return {**row, **changes}


def test_sign_ins(tmp_path: Path) -> None:
    """Blocks are counted by code, in Graph's shape too; a foreign sign-in that the policy blocks is found."""
    graph = {
        "createdDateTime": "2026-11-20T08:00:00Z",
        "status": {"errorCode": 5000211},
        "resourceTenantId": FOREIGN,
        "homeTenantId": FOREIGN,
    }
    rows = [
        _sign_in(),
        _sign_in(IPAddress="203.0.113.9"),
        _sign_in(ResourceTenantId=OWN),
        _sign_in(ResultType="500021"),
        graph,
    ]
    (tmp_path / "signins.json").write_text(json.dumps({"value": rows}))
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    closed = {
        "usersAndGroups": {
            "accessType": "blocked",
            "targets": [{"target": "AllUsers", "targetType": "user"}],
        },
        "applications": {
            "accessType": "blocked",
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }
    (snapshot / "default.json").write_text(
        json.dumps({"isServiceDefault": False, "b2bCollaborationOutbound": closed})
    )
    (snapshot / "partners.json").write_text("[]")
    gathered = gather([tmp_path / "signins.json"])
    strict = _by_kind(judge(gathered, tenant=OWN, policy=read(snapshot), networks=["198.51.100.0/24"]))
    assert (strict["blocked-attempt"].count, strict["foreign-sign-in-not-stopped"].count) == (2, 1)
    loose = _by_kind(judge(gathered, tenant=OWN))
    assert loose["foreign-sign-in-not-stopped"].count == 2
    assert _by_kind(judge(gathered))["foreign-sign-in-not-stopped"].status == "not assessed"


def test_logs_of_the_real_proxies(proxy: Any, curl: Any, origin: Any, signer: Any, tmp_path: Path) -> None:
    """The log of a proxy that works is clean of undecrypted hosts; mitmproxy's names a forged header, never its value."""
    assert curl(proxy, "login.live.com", signer, "-H", "Restrict-Access-Context: secret-value").code == 0
    assert curl(proxy, "bank.example", origin).code == 0
    gathered = gather([proxy.log])
    assert {line.host for line in gathered.proxy} >= {"login.live.com", "bank.example"}
    found = _by_kind(judge(gathered))
    assert found["restricted-host-not-decrypted"].status == "clean"
    if proxy.name == "mitmdump":
        assert found["forged-header"].status == "found"
        assert "secret-value" not in proxy.log.read_text()


def test_a_proxy_that_lets_through_is_found(tmp_path: Path) -> None:
    """A restricted host that Squid tunnelled is a finding."""
    line = "1700000000.123    45 127.0.0.1 TCP_TUNNEL/200 3000 CONNECT login.windows.net:443 - HIER_DIRECT/1.2.3.4 -\n"
    (tmp_path / "access.log").write_text(line)
    found = _by_kind(judge(gather([tmp_path])))
    assert found["restricted-host-not-decrypted"].status == "found"


@pytest.mark.parametrize("data", [b"ElfFile\x00garbage", b"{ broken", b"<a><!DOCTYPE x></a>", b"<Event>"])
def test_files_that_cannot_be_read_are_named(tmp_path: Path, data: bytes) -> None:
    """A broken file is named and makes the exit code 3."""
    (tmp_path / "broken").write_bytes(data)
    done = CliRunner().invoke(cli, ["restrict", "evidence", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 3
    assert "not read:" in done.stderr
