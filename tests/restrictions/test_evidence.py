"""Event logs, proxy logs and sign-in rows become findings; a source that was not given is not assessed."""

from __future__ import annotations

import json
import struct
import zlib
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


class _Chunk:
    """One chunk of a synthetic event log in the documented binary form (BinXml without templates)."""

    def __init__(self) -> None:
        self.data = bytearray(512)

    def put(self, form: str, *values: int) -> None:
        """Little-endian numbers."""
        self.data += struct.pack(f"<{form}", *values)

    def name(self, text: str) -> None:
        """An inline name: its own offset, next, hash, length, UTF-16 text with a final zero."""
        self.put("IIHH", len(self.data) + 4, 0, 0, len(text))
        self.data += text.encode("utf-16-le") + b"\0\0"

    def value(self, text: str) -> None:
        """A string value."""
        self.put("BBH", 5, 1, len(text))
        self.data += text.encode("utf-16-le")

    def element(self, name: str, attributes: dict[str, str], content: Any) -> None:
        """An element; CONTENT is text or a list of elements."""
        self.put("B", 0x41 if attributes else 0x01)
        at = len(self.data)
        self.put("I", 0)
        self.name(name)
        if attributes:
            start = len(self.data)
            self.put("I", 0)
            for number, (key, value) in enumerate(attributes.items(), start=1):
                self.put("B", 0x06 if number == len(attributes) else 0x46)
                self.name(key)
                self.value(value)
            struct.pack_into("<I", self.data, start, len(self.data) - start - 4)
        self.put("B", 2)
        if isinstance(content, str):
            self.value(content)
        else:
            for child in content:
                self.element(*child)
        self.put("B", 4)
        struct.pack_into("<I", self.data, at, len(self.data) - at - 4)

    def record(self, number: int, root: tuple[Any, ...]) -> int:
        """One event record; returns where it starts."""
        start = len(self.data)
        self.put("IIQQ", 0x2A2A, 0, number, 133_000_000_000_000_000)
        self.put("BBBB", 0x0F, 1, 1, 0)
        self.element(*root)
        self.put("B", 0)
        size = len(self.data) - start + 4
        self.put("I", size)
        struct.pack_into("<I", self.data, start + 4, size)
        return start


def _evtx(triples: list[tuple[int, str, str]]) -> bytes:
    """A synthetic EVTX file with these events (id, time, computer)."""
    chunk, last = _Chunk(), 0
    for number, (event, time, computer) in enumerate(triples, start=1):
        provider = {"Name": PROVIDER, "Guid": "{4053fada-178b-5aa8-746b-7cf8538b5118}"}
        parts = [
            ("Provider", provider, []),
            ("EventID", {}, str(event)),
            ("TimeCreated", {"SystemTime": time}, []),
            ("Computer", {}, computer),
        ]
        last = chunk.record(number, ("Event", {}, [("System", {}, parts)]))
    count, free = len(triples), len(chunk.data)
    body = zlib.crc32(bytes(chunk.data[512:free]))
    struct.pack_into("<8sQQQQIIII", chunk.data, 0, b"ElfChnk\0", 1, count, 1, count, 128, last, free, body)
    struct.pack_into("<I", chunk.data, 124, zlib.crc32(bytes(chunk.data[:120] + chunk.data[128:512])))
    head = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, 0, count + 1, 128, 1, 3, 4096, 1).ljust(120, b"\0")
    head += struct.pack("<II", 0, zlib.crc32(head))
    return head.ljust(4096, b"\0") + bytes(chunk.data).ljust(65536, b"\0")


def _by_kind(found: tuple[Evidence, ...]) -> dict[str, Evidence]:
    return {item.kind: item for item in found}


def test_nothing_given_is_not_assessed(tmp_path: Path) -> None:
    """Without any source every statement is not assessed."""
    (tmp_path / "notes.json").write_text("{}")
    assert {item.status for item in judge(gather([tmp_path]))} == {"not assessed"}


@pytest.mark.parametrize("form", ["parsed", "powershell", "lines", "xml", "xml-root", "evtx"])
def test_windows_events_in_every_form(tmp_path: Path, form: str) -> None:
    """A failed sync after the last good one, and a computer without the service, are found in each export form."""
    triples = [(1004, "2026-11-20T08:00:00Z", "PC1"), (1005, "2026-11-20T08:01:00Z", "PC1")]
    triples += [(1013, "2026-11-21T08:00:00Z", "PC1"), (1013, "2026-11-21T09:00:00Z", "PC2")]
    text = {
        "parsed": json.dumps([_parsed(*t) for t in triples]),
        "powershell": json.dumps([_powershell(*t) for t in triples]),
        "lines": "\n".join(json.dumps(_powershell(*t)) for t in triples),
        "xml": "".join(_xml(*t) for t in triples),
        "evtx": "",
        "xml-root": '<?xml version="1.0"?><Events>' + "".join(_xml(*t) for t in triples) + "</Events>",
    }[form]
    data = _evtx(triples) if form == "evtx" else text.encode("utf-16" if form == "xml-root" else "utf-8")
    (tmp_path / "events").write_bytes(data)
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


@pytest.mark.parametrize(
    "data", [b"ElfFile\x00garbage", b"{ broken", b"[" * 100_000, b"<a><!DOCTYPE x></a>", b"<Event>"]
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, data: bytes) -> None:
    """A broken file is named and makes the exit code 3."""
    (tmp_path / "broken").write_bytes(data)
    done = CliRunner().invoke(cli, ["restrict", "evidence", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 3
    assert "not read:" in done.stderr
