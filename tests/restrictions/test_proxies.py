"""Real mitmdump and real Squid, running what was compiled, in front of loopback servers."""

from __future__ import annotations

from typing import Any

import pytest

HEADER = "sec-restrict-tenant-access-policy"
HOSTS = ("login.live.com", "login.microsoft.com", "login.microsoftonline.com", "login.windows.net")
EXCLUDED = ("device.login.microsoftonline.com", "enterpriseregistration.windows.net")
VALUE = "6babcaad-604b-40ac-a9d7-9fd97c0b779f:0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
V1 = ("restrict-access-to-tenants", "restrict-access-context")
FORGED = (
    *(
        "-H",
        "Sec-Restrict-Tenant-Access-Policy: forged:forged",
        "-H",
        "SEC-RESTRICT-TENANT-ACCESS-POLICY: twice",
    ),
    *("-H", "Restrict-Access-To-Tenants: evil.example", "-H", "Restrict-Access-Context: evil"),
)


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
@pytest.mark.parametrize("host", [*HOSTS, "LOGIN.MicrosoftOnline.COM", "login.live.com."])
def test_the_four_hosts_get_the_header(proxy: Any, curl: Any, signer: Any, host: str, version: str) -> None:
    """Each restricted host, also in capitals and with the root dot, receives the compiled value exactly once."""
    answer = curl(proxy, host, signer, version)
    assert answer.code == 0, answer.error
    assert [seen.values(HEADER) for seen in answer.bodies] == [[VALUE]]
    assert not any(seen.values(name) for seen in answer.bodies for name in V1)


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
@pytest.mark.parametrize("host", HOSTS)
def test_forged_headers_are_replaced(proxy: Any, curl: Any, signer: Any, host: str, version: str) -> None:
    """What a client sends under any of the three names never arrives; only the compiled value does."""
    answer = curl(proxy, host, signer, version, *FORGED)
    assert answer.code == 0, answer.error
    assert [seen.values(HEADER) for seen in answer.bodies] == [[VALUE]]
    assert not any(seen.values(name) for seen in answer.bodies for name in V1)


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_every_request_of_a_connection(proxy: Any, curl: Any, signer: Any, version: str) -> None:
    """Five requests on one kept connection each carry the header, forged or not."""
    answer = curl(proxy, HOSTS[2], signer, version, *FORGED, times=5)
    assert answer.connects == 1
    assert [seen.values(HEADER) for seen in answer.bodies] == [[VALUE]] * 5


@pytest.mark.parametrize("host", EXCLUDED)
def test_excluded_hosts_show_their_own_certificate(
    proxy: Any, curl: Any, origin: Any, signer: Any, host: str
) -> None:
    """The client-certificate hosts are never decrypted: their own authority verifies, the proxy's does not."""
    answer = curl(proxy, host, origin)
    assert answer.code == 0, answer.error
    assert [seen.values(HEADER) for seen in answer.bodies] == [[]]
    assert curl(proxy, host, signer).code == 60


def test_fifty_bystanders_are_untouched(
    proxy: Any, curl: Any, origin: Any, look_alikes: tuple[str, ...]
) -> None:
    """At least 50 other hosts, look-alikes among them: own certificate, no header, in HTTP/1.1 and HTTP/2."""
    assert len(look_alikes) >= 50
    wrong = []
    for number, host in enumerate(look_alikes):
        answer = curl(proxy, host, origin, "--http2" if number % 2 else "--http1.1")
        headers = [name for seen in answer.bodies for name, _ in seen.headers if "restrict" in name]
        protocols = [seen.protocol for seen in answer.bodies]
        if answer.code or headers or protocols != ["HTTP/2" if number % 2 else "HTTP/1.1"]:
            wrong.append((host, answer.code, headers, protocols, answer.error))
    assert not wrong


def test_a_bystander_keeps_what_its_client_sends(proxy: Any, curl: Any, origin: Any) -> None:
    """Nothing is removed on other sites either: not even a header of the same name."""
    answer = curl(proxy, "bank.example", origin, *FORGED[:2])
    assert [seen.values(HEADER) for seen in answer.bodies] == [["forged:forged"]]
    assert answer.bodies[0].values("via") == []


def test_a_restricted_host_behind_another_name(proxy: Any, curl: Any, signer: Any, internet: Any) -> None:
    """A tunnel to a bystander whose TLS greeting asks for a restricted host is opened and gets the header."""
    answer = curl(proxy, HOSTS[2], signer, "--connect-to", f"::127.0.0.1:{internet.port}", *FORGED)
    assert answer.code == 0, answer.error
    assert [seen.values(HEADER) for seen in answer.bodies] == [[VALUE]]


@pytest.mark.parametrize("name", ["bank.example", "login.live.com.evil.example", "x, login.live.com"])
def test_another_host_header_does_not_shake_the_header_off(
    proxy: Any, curl: Any, signer: Any, name: str
) -> None:
    """Over a restricted host's connection the header is set whatever Host pretends, or Squid refuses the request."""
    answer = curl(proxy, HOSTS[2], signer, "--http1.1", "-H", f"Host: {name}", *FORGED)
    assert answer.bodies or proxy.name == "squid"
    assert all(seen.values(HEADER) == [VALUE] for seen in answer.bodies)
    assert not any(seen.values(v1) for seen in answer.bodies for v1 in V1)


def test_two_host_headers(proxy: Any, curl: Any, signer: Any) -> None:
    """A doubled Host header either gets the header or is refused; it never arrives without."""
    answer = curl(
        proxy, HOSTS[2], signer, "--http1.1", "-H", "Host: bank.example\r\nHost: login.live.com", *FORGED
    )
    assert all(seen.values(HEADER) == [VALUE] for seen in answer.bodies)


def test_alt_svc_does_not_lead_to_quic(proxy: Any, curl: Any, signer: Any) -> None:
    """The offer of HTTP/3 is taken out of a restricted host's answer."""
    answer = curl(proxy, HOSTS[0], signer, "-D", "/dev/stderr")
    assert answer.code == 0
    assert "alt-svc" not in answer.error.lower()


@pytest.mark.parametrize("program", ["mitmdump", "squid"])
def test_consumer_accounts_have_their_own_value(
    request: pytest.FixtureRequest, curl: Any, signer: Any, program: str, msa: Any
) -> None:
    """restrict-msa goes to login.live.com only; the other three keep the v2 value."""
    running = request.getfixturevalue(f"start_{program}")(msa)
    values = [curl(running, host, signer, *FORGED).bodies[0].values(HEADER) for host in HOSTS]
    assert values == [["restrict-msa"], [VALUE], [VALUE], [VALUE]]


@pytest.mark.parametrize("program", ["mitmdump", "squid"])
def test_v1_alone(
    request: pytest.FixtureRequest, curl: Any, signer: Any, origin: Any, program: str, v1: Any
) -> None:
    """v1 sends its two headers to three hosts and leaves login.live.com undecrypted."""
    running = request.getfixturevalue(f"start_{program}")(v1)
    for host in HOSTS[1:]:
        seen = curl(running, host, signer, *FORGED).bodies[0]
        assert [seen.values(name) for name in (*V1, HEADER)] == [
            ["contoso.example,fabrikam.example"],
            [VALUE.partition(":")[0]],
            [],
        ]
    assert curl(running, HOSTS[0], origin).code == 0
