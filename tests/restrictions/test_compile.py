"""What ``restrict compile`` writes for the points that no proxy test drives."""

from __future__ import annotations

import ast
import ipaddress
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.restrictions.endpoints import packaged
from crosswarden.restrictions.points.firewall import complement

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
FILES = {
    *("mitmproxy_addon.py", "squid.conf", "proxy.pac", "windows.reg", "intune.json", "appcontrol.xml"),
    *("firewall.ps1", "nftables.conf", "policy.json"),
}


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A folder that the command line compiled."""
    done = CliRunner().invoke(
        cli, ["restrict", "compile", "--tenant", TENANT, "--policy", POLICY, "-o", str(tmp_path / "out")]
    )
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


def test_every_point_is_written(compiled: Path) -> None:
    """The command writes the eight enforcement points and the policy as data."""
    assert {path.name for path in compiled.iterdir()} == FILES


def test_the_addon_imports_only_mitmproxy_and_the_standard_library(compiled: Path) -> None:
    """One file that runs in whatever mitmproxy there is."""
    tree = ast.parse((compiled / "mitmproxy_addon.py").read_text())
    names = {
        (node.module or "").split(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names - set(sys.stdlib_module_names) == {"mitmproxy"}


def test_the_pac_file_decides_as_the_policy_does(
    compiled: Path, tool: Any, look_alikes: tuple[str, ...]
) -> None:
    """Run in a JavaScript engine: the four to the proxy without a way around, all others direct."""
    hosts = ["login.live.com", "LOGIN.WINDOWS.NET", "login.microsoft.com.", "login.microsoftonline.com"]
    others = ["device.login.microsoftonline.com", "enterpriseregistration.windows.net", *look_alikes]
    source = (compiled / "proxy.pac").read_text()
    source += (
        f"\nconsole.log(JSON.stringify({json.dumps([*hosts, *others])}.map(h => FindProxyForURL('', h))))"
    )
    done = subprocess.run([tool("node"), "-e", source], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["PROXY 127.0.0.1:8080"] * 4 + ["DIRECT"] * len(others)


def test_windows_policy_holds_the_two_ids(compiled: Path) -> None:
    """The registry file and the CSP payload name the same tenant and policy."""
    text = (compiled / "windows.reg").read_text("ascii")
    assert text.startswith("Windows Registry Editor Version 5.00\n")
    assert dict(re.findall(r'"(\w+)"="?([^"\n]*)"?', text)) == {
        "cloudid": "",
        "tenantid": TENANT,
        "policyid": POLICY,
        "enforceFirewall": "dword:00000000",
    }
    setting = json.loads((compiled / "intune.json").read_text())["omaSettings"][0]
    payload = ElementTree.fromstring(f"<x>{setting['value']}</x>")
    data = {item.get("id"): item.get("value") for item in payload.iter("data")}
    assert (data["PayloadTenantId"], data["PayloadPolicyId"]) == (TENANT, POLICY)
    assert setting["omaUri"].endswith("/TenantRestrictions/ConfigureTenantRestrictions")


def test_own_endpoints_reach_windows_and_the_firewall(tmp_path: Path) -> None:
    """Own hosts and ranges land in the registry (REG_MULTI_SZ), the CSP payload and the address sets."""
    arguments = ["--host", "a.example,*.b.example", "--range", "198.51.100.0/24", "--enforce-firewall"]
    done = CliRunner().invoke(
        cli, ["restrict", "compile", "--tenant", TENANT, "--policy", POLICY, *arguments, "-o", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    text = (tmp_path / "windows.reg").read_text("ascii")
    found = {
        name: bytes.fromhex(data.replace(",", ""))
        for name, data in re.findall(r'"(\w+)"=hex\(7\):(\S+)', text)
    }
    assert {name: data.decode("utf-16-le") for name, data in found.items()} == {
        "hostnames": "a.example\0\0",
        "subdomainSupportedHostnames": ".b.example\0\0",
        "ipRanges": "198.51.100.0/24\0\0",
    }
    assert '"enforceFirewall"=dword:00000001' in text
    assert "198.51.100.0/24" in (tmp_path / "nftables.conf").read_text()
    assert "'198.51.100.0/24'" in (tmp_path / "firewall.ps1").read_text()


def test_tag_and_condition_agree(compiled: Path) -> None:
    """The App Control policy sets the tag that the firewall's condition asks for, in a user-mode scenario only."""
    root = ElementTree.parse(compiled / "appcontrol.xml").getroot()
    space = {"s": "urn:schemas-microsoft-com:sipolicy"}
    assert root.get("PolicyType") == "AppID Tagging Policy"
    assert [item.get("Value") for item in root.iterfind(".//s:SigningScenario", space)] == ["12"]
    (tag,) = root.iterfind(".//s:AppIDTag", space)
    condition = f"O:SYG:SYD:(XA;;0x1;;;WD;(Exists POLICYAPPID://{tag.get('Key')}))"
    assert f"$Condition = '{condition}'" in (compiled / "firewall.ps1").read_text()


@pytest.mark.parametrize("version", [4, 6])
def test_the_firewalls_outside_is_the_complement(version: int) -> None:
    """Inside and outside ranges touch everywhere and overlap nowhere."""
    inside = packaged().version(version)
    make = ipaddress.ip_address
    spans = sorted(
        [(int(n[0]), int(n[-1])) for n in inside]
        + [(int(make(a)), int(make(b))) for a, b in (s.split("-") for s in complement(inside, version))]
    )
    assert spans[0][0] == 0
    assert spans[-1][1] == 2 ** (32 if version == 4 else 128) - 1
    assert all(left[1] + 1 == right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tenant", "contoso.com", "--policy", POLICY],
        ["--tenant", TENANT, "--policy", "not-a-guid"],
        ["--tenant", TENANT],
        ["--tenant", TENANT, "--policy", POLICY, "--cgroup", '../"x'],
        ["--tenant", TENANT, "--policy", POLICY, "--host", "https://x/"],
    ],
)
def test_wrong_values_write_nothing(tmp_path: Path, arguments: list[str]) -> None:
    """A refused call leaves no file behind."""
    done = CliRunner().invoke(cli, ["restrict", "compile", *arguments, "-o", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert not (tmp_path / "out").exists()


def test_a_second_run_replaces_nothing_that_is_equal(compiled: Path) -> None:
    """Equal files keep their time stamp, so a running proxy does not reload for nothing."""
    before = {path.name: path.stat().st_mtime_ns for path in compiled.iterdir()}
    CliRunner().invoke(
        cli, ["restrict", "compile", "--tenant", TENANT, "--policy", POLICY, "-o", str(compiled)]
    )
    assert {path.name: path.stat().st_mtime_ns for path in compiled.iterdir()} == before


def test_the_packaged_list_is_what_the_windows_service_keeps() -> None:
    """Only required sets of category Optimize or Allow, and the built-in hosts: the gaps are the documented ones."""
    hosts = packaged().hosts
    assert hosts.matches("login.live.com")
    assert hosts.matches("contoso.sharepoint.com")
    assert not hosts.matches("sharepoint.com")
    assert not hosts.matches("m365.cloud.microsoft")


def test_match_from_the_command_line() -> None:
    """Each host is told for the proxy and for the Windows list apart."""
    hosts = ["login.live.com", "device.login.microsoftonline.com", "sharepoint.com", "contoso.sharepoint.com"]
    lines = CliRunner().invoke(cli, ["restrict", "match", *hosts]).stdout.splitlines()
    assert [line.split("\t")[1:] for line in lines] == [
        ["proxy: restrict", "Windows: listed"],
        ["proxy: excluded", "Windows: listed"],
        ["proxy: bystander", "Windows: not listed"],
        ["proxy: bystander", "Windows: listed"],
    ]
