"""A small internet on loopback: TLS servers that stand in for every host, and the real proxies in front of them.

Two certificate authorities tell splicing from decryption: ``origin`` signs what the servers show, ``proxy`` what the
proxies show. A client that trusts only one of them succeeds only when the connection was (or was not) decrypted.
All names, keys and ids here are synthetic.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crosswarden.restrictions.compile import Site, write
from crosswarden.restrictions.points.squid import SquidSite
from crosswarden.restrictions.policy import EXCLUDED_HOSTS, HOSTS, Restriction

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"

LOOK_ALIKES = (
    *(f"{host}.evil.example" for host in HOSTS),
    *(f"x{host}" for host in HOSTS),
    *(f"www.{host}" for host in HOSTS),
    *(f"evil-{host}" for host in HOSTS),
    *(f"{host}.evil.example." for host in HOSTS[:2]),
    *(f"{host.replace('.', '-', 1)}" for host in HOSTS),
    *(f"Login.{host[6:].upper()}.Evil.Example" for host in HOSTS),
    "microsoftonline.com",
    "login.microsoftonline.us",
    "login.microsoftonline.de",
    "login.chinacloudapi.cn",
    "account.live.com",
    "live.com",
    "windows.net",
    "graph.microsoft.com",
    "outlook.office.com",
    "outlook.office365.com",
    "contoso.sharepoint.com",
    "teams.microsoft.com",
    "xn--lgin-5qa.live.com",
    "lögin.microsoft.com",
    "login.microsoftonlіne.com",
    "login.micrоsoft.com",
    "autologon.microsoftazuread-sso.com",
    "stamp2.login.microsoftonline.com",
    "login.live.com.example.org",
    "bank.example",
    "clinic.example",
    "login.example",
    "a.b.c.d.example",
    "127.0.0.1",
)

ORIGIN_HOOK = '''
"""Test only: every upstream name is the loopback server."""


def server_connect(data):
    host, port = data.server.address[:2]
    if port == %d:
        data.server.address = ("127.0.0.1", port)
'''


class Authority:
    """A certificate authority of the test, able to sign for any name on the spot."""

    def __init__(self, name: str, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.folder = folder
        builder = self._builder(self.name, self.key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = builder.add_extension(
            x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True
        ).sign(self.key, hashes.SHA256())
        self.pem = folder / f"{name}.pem"
        self.pem.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self.both = folder / f"{name}-with-key.pem"
        self.both.write_bytes(self._private(self.key) + self.pem.read_bytes())

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
        )

    @staticmethod
    def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def leaf(self, host: str) -> Path:
        """A certificate with its key for HOST, as one PEM file."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        made = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]), key)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"leaf-{host}.pem"
        path.write_bytes(self._private(key) + made.public_bytes(serialization.Encoding.PEM))
        return path


@dataclass
class Seen:
    """One request as a server saw it: header names lower case, every value kept."""

    sni: str
    protocol: str
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Every value of the header NAME."""
        return [value for key, value in self.headers if key == name.lower()]


@dataclass
class Internet:
    """The origin servers: one listening port, one certificate for each name, all requests recorded."""

    authority: Authority
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context that shows HOST's own certificate."""
        if host not in self.contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.authority.leaf(host))
            context.set_alpn_protocols(["h2", "http/1.1"])
            self.contexts[host] = context
        return self.contexts[host]

    def choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """The SNI callback."""
        host = (name or "127.0.0.1").lower()
        connection.context = self.context(host)
        self.names[id(connection)] = host

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, HTTP/1.1 or HTTP/2; what was received is the answer."""
        tls = writer.get_extra_info("ssl_object")
        sni = self.names.pop(id(tls), "127.0.0.1")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            if tls.selected_alpn_protocol() == "h2":
                await self._http2(reader, writer, sni)
            else:
                await self._http1(reader, writer, sni)
        with contextlib.suppress(Exception):
            writer.close()

    def _answer(self, seen: Seen) -> bytes:
        self.seen.append(seen)
        return json.dumps({"sni": seen.sni, "protocol": seen.protocol, "headers": seen.headers}).encode()

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sni: str) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")[1:-2]
            pairs = [line.split(":", 1) for line in lines]
            headers = [(key.lower(), value.strip()) for key, value in pairs]
            body = self._answer(Seen(sni, "HTTP/1.1", headers))
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b'Alt-Svc: h3=":443"\r\nContent-Length: %d\r\n\r\n' % len(body) + body
            )
            await writer.drain()

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sni: str) -> None:
        session = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        session.initiate_connection()
        writer.write(session.data_to_send())
        while data := await reader.read(65536):
            for event in session.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    headers = [(str(key), str(value)) for key, value in event.headers or []]
                    body = self._answer(Seen(sni, "HTTP/2", headers))
                    session.send_headers(event.stream_id, [(":status", "200"), ("alt-svc", 'h3=":443"')])
                    session.send_data(event.stream_id, body, end_stream=True)
            writer.write(session.data_to_send())
            await writer.drain()


@dataclass
class Proxy:
    """A running proxy: its address and its name."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once somebody listens on PORT; fails with the log when the process ends or 30 s pass."""
    for _ in range(300):
        if process.poll() is not None:
            pytest.fail(
                f"the proxy ended with {process.returncode}:\n{log.read_text(errors='replace')[-4000:]}"
            )
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"the proxy does not listen:\n{log.read_text(errors='replace')[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends one process that this file started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def need(command: str) -> str:
    """The path of a Debian tool that .ci/run installs; its absence is a failure, never a skip."""
    found = shutil.which(command) or shutil.which(command, path="/usr/sbin:/sbin")
    if not found:
        pytest.fail(f"{command} is not on this machine: run scripts/system_packages.sh")
    return found


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Finds a Debian tool, or fails naming it."""
    return need


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A scratch folder that Squid's own user may read."""
    path = Path(tempfile.mkdtemp(prefix="crosswarden-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def origin(folder: Path) -> Authority:
    """The authority that signs the servers' own certificates."""
    return Authority("origin", folder)


@pytest.fixture(scope="session")
def signer(folder: Path) -> Authority:
    """The authority that the proxies sign with."""
    return Authority("proxy", folder)


@pytest.fixture(scope="session")
def internet(origin: Authority) -> Iterator[Internet]:
    """The origin servers, running in a thread on one loopback port."""
    made = Internet(origin)
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def start() -> asyncio.Server:
        front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        front.load_cert_chain(origin.leaf("127.0.0.1"))
        front.set_alpn_protocols(["h2", "http/1.1"])
        front.sni_callback = made.choose
        return await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=front, backlog=1024)

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(start())
        made.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


Start = Callable[[Restriction], Proxy]


@pytest.fixture(scope="session")
def v2() -> Restriction:
    """The plain v2 restriction."""
    return Restriction.checked(tenant=TENANT, policy=POLICY)


@pytest.fixture(scope="session")
def msa() -> Restriction:
    """v2 with consumer accounts blocked."""
    return Restriction.checked(tenant=TENANT, policy=POLICY, restrict_msa=True)


@pytest.fixture(scope="session")
def v1() -> Restriction:
    """v1 alone."""
    return Restriction.checked(v1_tenants=("contoso.example", "fabrikam.example"), v1_context=TENANT)


@pytest.fixture
def free() -> int:
    """A port on loopback that nobody listens on."""
    return free_port()


@pytest.fixture
def origin_hook(internet: Internet) -> str:
    """The test-only addon that maps every name to the loopback servers."""
    return ORIGIN_HOOK % internet.port


@pytest.fixture(scope="session")
def look_alikes() -> tuple[str, ...]:
    """Hosts that are not restricted, most of them made to look as if they were."""
    return LOOK_ALIKES


@pytest.fixture(scope="session")
def start_mitmdump(folder: Path, internet: Internet, origin: Authority, signer: Authority) -> Iterator[Start]:
    """Starts real mitmdump with the compiled addon, beside one test-only hook for name resolution."""
    started: list[subprocess.Popen[bytes]] = []
    program = os.environ.get("CROSSWARDEN_MITMDUMP") or need("mitmdump")

    def start(asked: Restriction) -> Proxy:
        home = Path(tempfile.mkdtemp(dir=folder))
        write(asked, home / "out")
        (home / "mitmproxy-ca.pem").write_bytes(signer.both.read_bytes())
        hook = home / "hook.py"
        hook.write_text(ORIGIN_HOOK % internet.port)
        port, log = free_port(), home / "mitmdump.log"
        arguments = [
            *("-q", "--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={home}"),
            *("--set", f"ssl_verify_upstream_trusted_ca={origin.pem}", "-s", str(hook)),
            *("--set", f"crosswarden_log={home / 'decisions.jsonl'}"),
            *("-s", str(home / "out" / "mitmproxy_addon.py")),
        ]
        with log.open("wb") as output:
            process = subprocess.Popen([program, *arguments], stdout=output, stderr=output, cwd=home)
        started.append(process)
        wait_for(port, process, log)
        return Proxy("mitmdump", port, process, home / "decisions.jsonl")

    yield start
    for process in started:
        stop(process)


@pytest.fixture(scope="session")
def start_squid(folder: Path, origin: Authority, signer: Authority) -> Iterator[Start]:
    """Starts real Squid with the compiled configuration, included by a test-only file for names, CA and paths."""
    started: list[subprocess.Popen[bytes]] = []
    program, helper = need("squid"), SquidSite.helper

    def start(asked: Restriction) -> Proxy:
        home = Path(tempfile.mkdtemp(dir=folder))
        port, log = free_port(), home / "squid.log"
        site = SquidSite(listen=f"127.0.0.1:{port}", ca=str(signer.both), cache=str(home / "db"))
        write(asked, home / "out", Site(squid=site))
        subprocess.run([helper, "-c", "-s", site.cache, "-M", "4MB"], check=True, capture_output=True)
        names = [
            host.encode("idna").decode() for host in (*HOSTS, *EXCLUDED_HOSTS, *LOOK_ALIKES) if host[0] != "1"
        ]
        hosts = home / "hosts"
        hosts.write_text("".join(f"127.0.0.1 {name.lower().rstrip('.')}\n" for name in names))
        (home / "test.conf").write_text(
            f"include {home / 'out' / 'squid.conf'}\nhosts_file {hosts}\npid_filename {home / 'pid'}\n"
            f"tls_outgoing_options cafile={origin.pem}\ncoredump_dir {home}\ncache_log {home / 'cache.log'}\n"
            f"access_log stdio:{home / 'access.log'}\nshutdown_lifetime 1 seconds\ndns_nameservers 127.0.0.1\n"
            f"icon_directory /usr/share/squid/icons\n"
        )
        if os.getuid() == 0:
            _give_to(home, "proxy")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "-N", "-f", str(home / "test.conf")], stdout=output, stderr=output
            )
        started.append(process)
        wait_for(port, process, log)
        return Proxy("squid", port, process, home / "access.log")

    yield start
    for process in started:
        stop(process)


def _give_to(path: Path, user: str) -> None:
    owner = pwd.getpwnam(user)
    path.chmod(0o755)
    for item in (path, *path.rglob("*")):
        os.chown(item, owner.pw_uid, owner.pw_gid)


@pytest.fixture(scope="session", params=["mitmdump", "squid"])
def proxy(request: pytest.FixtureRequest, v2: Restriction) -> Proxy:
    """Each real proxy in turn, running the compiled v2 policy."""
    start: Start = request.getfixturevalue(f"start_{request.param}")
    return start(v2)


@dataclass
class Answer:
    """What curl got: its exit code, each body, the number of connections made."""

    code: int
    bodies: list[Seen]
    connects: int
    error: str


Curl = Callable[..., Answer]


@pytest.fixture
def curl(internet: Internet) -> Curl:
    """Runs curl through a proxy; ``trust`` is the only authority it accepts."""
    program = need("curl")

    def run(proxy: Proxy, host: str, trust: Authority, *more: str, times: int = 1) -> Answer:
        urls = [f"https://{host}:{internet.port}/{number}" for number in range(times)]
        arguments = [
            "-sS",
            "--max-time",
            "20",
            "--cacert",
            str(trust.pem),
            "--proxy",
            f"http://127.0.0.1:{proxy.port}",
        ]
        done = subprocess.run(
            [program, *arguments, "-w", "\n%{num_connects}\n", *more, *urls],
            capture_output=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        lines = done.stdout.decode().splitlines()
        bodies = [json.loads(line) for line in lines if line.startswith("{")]
        return Answer(
            done.returncode,
            [Seen(b["sni"], b["protocol"], [(k, v) for k, v in b["headers"]]) for b in bodies],
            sum(int(line) for line in lines if line.isdigit()),
            done.stderr.decode(),
        )

    return run
