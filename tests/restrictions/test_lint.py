"""Each known mistake is found in a configuration that has it, and what compile writes has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crosswarden.cli.main import cli
from crosswarden.errors import InputError
from crosswarden.restrictions.compile import write
from crosswarden.restrictions.lint import MISTAKES, Expected, lint_files
from crosswarden.restrictions.policy import Restriction

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
PARTNER = "ee07d55e-928e-4049-89e2-c36739e30514"
FOUR = "login.live.com login.microsoft.com login.microsoftonline.com login.windows.net"
V2 = "sec-Restrict-Tenant-Access-Policy"
EXPECTED = Expected(default_id=POLICY, tenant=TENANT, partners=frozenset({PARTNER}))

SQUID = f"""
acl step1 at_step SslBump1
acl four_sni ssl::server_name {FOUR}
acl four dstdomain {FOUR}
ssl_bump peek step1
ssl_bump bump four_sni
ssl_bump splice all
request_header_access {V2} deny four
request_header_add {V2} "{TENANT}:{POLICY}" four
"""
ADDON = f"""
HOSTS = {{"login.live.com", "login.microsoft.com", "login.microsoftonline.com", "login.windows.net"}}
def request(flow):
    if flow.request.pretty_host in HOSTS:
        flow.request.headers["{V2}"] = "{TENANT}:{POLICY}"
"""
PAC = "function FindProxyForURL(url, host) {{ {} return 'DIRECT'; }}"
REG = '[HKEY_LOCAL_MACHINE\\X\\Payload]\n"tenantid"="{}"\n"policyid"="{}"\n'
XML = '<SiPolicy PolicyType="AppID Tagging Policy"><AppIDTags><AppIDTag Key="{}" Value="True" /></AppIDTags></SiPolicy>'
PS1 = "New-NetFirewallRule -Protocol UDP -RemotePort 443 -Action Block\n$c = 'O:SYG:SYD:(XA;;0x1;;;WD;(Exists POLICYAPPID://{}))'\n"


def _har(host: str, value: str = "", version: str = "h2") -> str:
    headers = [{"name": V2, "value": value}] if value else []
    request = {"url": f"https://{host}/x", "httpVersion": version, "headers": headers}
    return json.dumps({"log": {"entries": [{"request": request}]}})


BAD = [
    ("header-everywhere", "squid.conf", SQUID.replace(f'{POLICY}" four', f'{POLICY}" all')),
    ("header-everywhere", "squid.conf", SQUID.replace("acl four dstdomain ", "acl four dstdom_regex ")),
    ("header-everywhere", "addon.py", ADDON.replace("if flow.request.pretty_host in HOSTS:", "if True:")),
    (
        "header-everywhere",
        "addon.py",
        f'HEADER = "{V2}"\nT = "{TENANT}"\ndef request(flow):\n    flow.request.headers[HEADER] = f"{{T}}:{POLICY}"\n',
    ),
    (
        "partner-id",
        "addon.py",
        f'H = "{V2}"\nT = "{TENANT}"\nP = "{PARTNER}"\ndef request(flow):\n    if flow.request.pretty_host in X:\n'
        '        flow.request.headers[H] = T + ":" + P\n',
    ),
    ("header-everywhere", "x.har", _har("www.example.com", f"{TENANT}:{POLICY}")),
    (
        "excluded-caught",
        "squid.conf",
        SQUID.replace("login.microsoftonline.com", ".login.microsoftonline.com"),
    ),
    ("excluded-caught", "squid.conf", SQUID.replace("ssl_bump splice all", "ssl_bump bump all")),
    (
        "excluded-caught",
        "addon.py",
        ADDON.replace("pretty_host in HOSTS", "pretty_host.endswith('login.live.com')"),
    ),
    (
        "excluded-caught",
        "proxy.pac",
        PAC.format("if (dnsDomainIs(host, '.microsoftonline.com')) return 'PROXY p:1';"),
    ),
    ("excluded-caught", "x.har", _har("device.login.microsoftonline.com", f"{TENANT}:{POLICY}")),
    ("decrypts-others", "squid.conf", SQUID.replace("ssl_bump splice all", "ssl_bump bump all")),
    ("partner-id", "squid.conf", SQUID.replace(POLICY, PARTNER)),
    ("partner-id", "addon.py", ADDON.replace(POLICY, TENANT)),
    ("partner-id", "windows.reg", REG.format(TENANT, PARTNER)),
    (
        "both-versions",
        "squid.conf",
        SQUID + "request_header_add Restrict-Access-To-Tenants contoso.example four\n",
    ),
    (
        "both-versions",
        "addon.py",
        ADDON + '        flow.request.headers["Restrict-Access-To-Tenants"] = "contoso.example"\n',
    ),
    ("msa-everywhere", "squid.conf", SQUID.replace(f"{TENANT}:{POLICY}", "restrict-msa")),
    ("msa-everywhere", "addon.py", ADDON.replace(f"{TENANT}:{POLICY}", "restrict-msa")),
    ("tag-mismatch", "appcontrol.xml", XML.format("M365ResourceAccessEnforced")),
    ("tag-mismatch", "firewall.ps1", PS1.format("M365ResourceAccessEnforced")),
    ("quic-open", "nftables.conf", "table inet x {\n}\n"),
    ("quic-open", "firewall.ps1", "New-NetFirewallRule -Action Allow\n"),
    ("quic-open", "x.har", _har("login.live.com", f"{TENANT}:{POLICY}", "h3")),
    ("not-replaced", "squid.conf", SQUID.replace("request_header_access", "#")),
    (
        "not-replaced",
        "addon.py",
        ADDON.replace(f'headers["{V2}"] = ', f'headers.add("{V2}", ').rstrip() + ")\n",
    ),
    ("host-missing", "squid.conf", SQUID.replace("login.windows.net", "")),
    ("host-missing", "proxy.pac", PAC.format("if (host == 'login.live.com') return 'PROXY p:1';")),
    ("malformed-value", "squid.conf", SQUID.replace(f"{TENANT}:{POLICY}", POLICY)),
    ("not-readable", "appcontrol.xml", "<!DOCTYPE x [<!ENTITY e 'x'>]><x/>"),
    ("not-readable", "addon.py", "def ("),
    ("not-readable", "addon.py", "x = " + "1+" * 20000 + "1"),
]


@pytest.mark.parametrize(("mistake", "name", "text"), BAD)
def test_each_mistake_is_found(tmp_path: Path, mistake: str, name: str, text: str) -> None:
    """The configuration with the mistake is told it, at its file."""
    (tmp_path / name).write_text(text)
    found = lint_files([tmp_path], EXPECTED)
    assert mistake in {problem.mistake for problem in found}, found
    assert {problem.file for problem in found} == {str(tmp_path / name)}


def test_every_mistake_has_an_example() -> None:
    """No mistake is listed that nothing shows."""
    assert {mistake for mistake, _, _ in BAD} == set(MISTAKES)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("squid.conf", SQUID),
        ("addon.py", ADDON),
        ("windows.reg", REG.format(TENANT, POLICY)),
        ("x.har", _har("login.live.com", f"{TENANT}:{POLICY}")),
        ("appcontrol.xml", XML.format("M365ResourceAccessEnforcement")),
        ("firewall.ps1", PS1.format("M365ResourceAccessEnforcement")),
    ],
)
def test_right_configurations_are_clean(tmp_path: Path, name: str, text: str) -> None:
    """The sample without the mistake has no problem at all."""
    (tmp_path / name).write_text(text)
    assert lint_files([tmp_path / name], EXPECTED) == ()


def test_what_compile_writes_is_clean(tmp_path: Path) -> None:
    """All enforcement points of v2, of v2 with consumers blocked, and of v1 pass the lint together."""
    v2 = Restriction.checked(tenant=TENANT, policy=POLICY)
    msa = Restriction.checked(tenant=TENANT, policy=POLICY, restrict_msa=True)
    v1 = Restriction.checked(v1_tenants=("contoso.example",), v1_context=TENANT)
    for number, asked in enumerate((v2, msa, v1)):
        write(asked, tmp_path / str(number))
        assert lint_files([tmp_path / str(number)], EXPECTED) == ()


def test_tags_are_compared_across_files(tmp_path: Path) -> None:
    """An own tag name is fine when the firewall asks for the same one, and a mismatch when it does not."""
    (tmp_path / "a.xml").write_text(XML.format("OwnTag"))
    (tmp_path / "f.ps1").write_text(PS1.format("OwnTag"))
    assert lint_files([tmp_path]) == ()
    (tmp_path / "f.ps1").write_text(PS1.format("AnotherTag"))
    assert {problem.mistake for problem in lint_files([tmp_path])} == {"tag-mismatch"}


def test_an_addon_is_never_run(tmp_path: Path) -> None:
    """Linting reads the file; code at its top level has no effect."""
    mark = tmp_path / "ran"
    (tmp_path / "addon.py").write_text(f"open({str(mark)!r}, 'w')\n{ADDON}")
    lint_files([tmp_path / "addon.py"])
    assert not mark.exists()


def test_nothing_to_lint_is_an_error(tmp_path: Path) -> None:
    """A folder without any known file is refused rather than found clean."""
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError):
        lint_files([tmp_path])


def test_lint_from_the_command_line(tmp_path: Path, samples_policy: Path) -> None:
    """The command prints file, line and mistake, takes ids from a policy snapshot, and exits with 1."""
    (tmp_path / "squid.conf").write_text(SQUID.replace(POLICY, PARTNER))
    arguments = ["restrict", "lint", str(tmp_path / "squid.conf"), "--policy-snapshot", str(samples_policy)]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert done.return_value == 1
    assert "squid.conf:9: partner-id" in done.output


@pytest.fixture
def samples_policy(tmp_path: Path) -> Path:
    """A synthetic snapshot with a default id and one partner."""
    place = tmp_path / "snapshot"
    place.mkdir()
    documents: dict[str, Any] = {
        "default": {"id": POLICY, "isServiceDefault": True},
        "partners": [{"tenantId": PARTNER}],
    }
    for name, document in documents.items():
        (place / f"{name}.json").write_text(json.dumps(document))
    return place
