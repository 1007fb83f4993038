"""Proof by real requests from a client's place: who gets which header, who is left alone, whether QUIC is closed.

Decryption is told by trust: a handshake that verifies under the proxy's authority alone was decrypted, one that
verifies under the public (or given) authorities alone was not. The header itself is *seen* only when the other end
echoes its request as JSON (``{"headers": [[name, value], …]}``, as a test server does); Microsoft's own hosts do not
echo, and then it is said that it was not observable, never that it is right.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crosswarden.restrictions.policy import (
    CONTEXT_HEADER,
    HEADER,
    HEADERS,
    TENANTS_HEADER,
    Action,
    HeaderPolicy,
)

__all__ = ["NOT_COVERED", "Probe", "Proof", "Result", "quic_open", "verify"]

FORGED = "00000000-0000-0000-0000-000000000000:forged"
NOT_COVERED: tuple[tuple[str, str], ...] = (
    ("data plane", "a token that was obtained elsewhere and brought along is not seen by a proxy"),
    ("anonymous sharing and meetings", "no sign-in happens, so no header can matter"),
    ("onedrive.live.com", "consumer storage beside the four hosts is not restricted"),
    (
        "other clouds",
        "login.microsoftonline.us, login.chinacloudapi.cn and login.microsoftonline.de have own policies",
    ),
    ("direct IP and ECH", "a client that hides the host name in its TLS greeting is passed through"),
    ("other ways out", "a client that does not use the proxy; the firewall set-up closes that way"),
)
"""What restrictions on the authentication plane cannot cover."""


class Result(StrEnum):
    """What came of one probe."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_OBSERVABLE = "not observable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Proof:
    """One statement about one host, with the evidence for it."""

    host: str
    what: str
    result: Result
    evidence: str


@dataclass(frozen=True)
class Probe:
    """Where to ask from: the proxy, the proxy's authority, the authorities of the servers (None: the system's)."""

    proxy_host: str
    proxy_port: int
    proxy_ca: str
    server_ca: str | None = None
    port: int = 443
    timeout: float = 10.0


def verify(probe: Probe, policy: HeaderPolicy, bystanders: Sequence[str]) -> tuple[Proof, ...]:
    """Every statement about the restricted hosts, the excluded ones and BYSTANDERS."""
    proofs: list[Proof] = []
    for host in (*policy.rules, *policy.excluded, *bystanders):
        decision = policy.decide(host)
        decrypted, evidence = _decrypted(probe, host)
        if decrypted is None:
            proofs.append(Proof(host, "connection", Result.UNREACHABLE, evidence))
            continue
        right = decrypted == (decision.action is Action.RESTRICT)
        what = "decrypted" if decision.action is Action.RESTRICT else "shows its own certificate"
        proofs.append(Proof(host, what, Result.RIGHT if right else Result.WRONG, evidence))
        tried = (False, True) if decision.action is Action.RESTRICT else (False,)
        proofs.extend(_headers(probe, policy, host, decrypted, forged) for forged in tried)
    return tuple(proofs)


def _decrypted(probe: Probe, host: str) -> tuple[bool | None, str]:
    by_proxy = _handshake(probe, host, ssl.create_default_context(cafile=probe.proxy_ca))
    if by_proxy == "":
        return True, "the certificate is signed by the proxy's authority"
    by_server = _handshake(probe, host, ssl.create_default_context(cafile=probe.server_ca))
    if by_server == "":
        return False, "the certificate is the server's own"
    return None, by_server


def _handshake(probe: Probe, host: str, context: ssl.SSLContext) -> str:
    """'' when the handshake verifies, else why not."""
    connection = _connection(probe, host, context)
    try:
        connection.connect()
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:200]
    finally:
        connection.close()
    return ""


def _connection(probe: Probe, host: str, context: ssl.SSLContext) -> http.client.HTTPSConnection:
    connection = http.client.HTTPSConnection(
        probe.proxy_host, probe.proxy_port, context=context, timeout=probe.timeout
    )
    connection.set_tunnel(host, probe.port)
    return connection


def _headers(probe: Probe, policy: HeaderPolicy, host: str, decrypted: bool, forged: bool) -> Proof:
    what = "a forged header is replaced" if forged else "header"
    context = ssl.create_default_context(cafile=probe.proxy_ca if decrypted else probe.server_ca)
    sent = dict.fromkeys(HEADERS, FORGED) if forged else {}
    try:
        seen = _echo(_connection(probe, host, context), sent)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Proof(host, what, Result.UNREACHABLE, f"{type(error).__name__}: {error}"[:200])
    if seen is None:
        return Proof(host, what, Result.NOT_OBSERVABLE, "the server does not echo its request")
    wanted = [(name.lower(), value) for name, value in policy.decide(host).set]
    got = [(name, value) for name, value in seen if name in {h.lower() for h in HEADERS}]
    shown = ", ".join(f"{name}: {value}" for name, value in got) or "none of the headers"
    return Proof(host, what, Result.RIGHT if sorted(got) == sorted(wanted) else Result.WRONG, shown)


def _echo(connection: http.client.HTTPSConnection, headers: dict[str, str]) -> list[tuple[str, str]] | None:
    try:
        connection.request("GET", "/", headers={"Accept": "application/json", **headers})
        body = connection.getresponse().read(1 << 20)
    finally:
        connection.close()
    try:
        document: Any = json.loads(body)
        return [(str(name).lower(), str(value)) for name, value in document["headers"]]
    except (ValueError, KeyError, TypeError):
        return None


def quic_open(host: str, port: int = 443, timeout: float = 2.0) -> Proof:
    """Whether UDP reaches HOST: a packet of a version that nobody speaks must make a QUIC server name its own."""
    # long header, fixed bit; version 0x1a2a3a4a is reserved for this; 8-byte ids; padded to the least Initial size
    packet = b"\xc0\x1a\x2a\x3a\x4a\x08" + b"\x01" * 8 + b"\x08" + b"\x02" * 8
    packet += b"\0" * (1200 - len(packet))
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(timeout)
            probe.connect((host, port))
            probe.send(packet)
            answer = probe.recv(2048)
    except TimeoutError:
        return Proof(host, "UDP 443 closed", Result.RIGHT, f"no answer to QUIC within {timeout:g} s")
    except OSError as error:
        return Proof(host, "UDP 443 closed", Result.RIGHT, f"refused: {error.strerror or error}")
    return Proof(host, "UDP 443 closed", Result.WRONG, f"the server answered with {len(answer)} bytes")


def described(policy: HeaderPolicy) -> str:
    """The policy in a line: how many hosts get which header."""
    names = {name for rule in policy.rules.values() for name, _ in rule.set}
    known = [name for name in (HEADER, TENANTS_HEADER, CONTEXT_HEADER) if name in names]
    return f"{len(policy.rules)} hosts get {', '.join(known)}"
