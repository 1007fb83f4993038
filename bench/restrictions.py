"""What the proxies add to a spliced connection, and whether they keep 500 connections at once. Loopback only, bounded.

Three figures for each proxy, side by side in one run with the direct way:

* a round trip of one byte on an established spliced connection (what the proxy adds to everything that is spliced);
* a whole new connection, TCP, CONNECT and TLS handshake included;
* 500 connections held open at once, each doing ten round trips: failures, and the slowest.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from crosswarden.restrictions.compile import Site, write
from crosswarden.restrictions.points.squid import SquidSite
from crosswarden.restrictions.policy import Restriction

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
ROUNDS, CONNECTIONS, CROWD = 2000, 150, 500


def _certificate(folder: Path) -> Path:
    """A self-signed certificate for the bystander, made by the openssl command."""
    pem = folder / "server.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    subject = [
        "-subj",
        "/CN=bystander.example",
        "-addext",
        "subjectAltName=DNS:bystander.example",
        "-days",
        "2",
    ]
    subprocess.run(
        [*command, *subject, "-keyout", str(pem), "-out", str(folder / "c.pem")],
        check=True,
        capture_output=True,
    )
    pem.write_bytes(pem.read_bytes() + (folder / "c.pem").read_bytes())
    return pem


@contextmanager
def _echo(pem: Path) -> Iterator[int]:
    """A TLS server on loopback that echoes bytes, in a process of its own."""
    code = (
        "import asyncio, ssl, sys\n"
        "async def serve(r, w):\n"
        "    try:\n"
        "        while data := await r.read(1024):\n"
        "            w.write(data)\n"
        "            await w.drain()\n"
        "    except (ConnectionError, ssl.SSLError): pass\n"
        "    finally: w.close()\n"
        "async def main():\n"
        "    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); c.load_cert_chain(sys.argv[1])\n"
        "    s = await asyncio.start_server(serve, '127.0.0.1', 0, ssl=c, backlog=2048)\n"
        "    print(s.sockets[0].getsockname()[1], flush=True)\n"
        "    await s.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(pem)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _proxy(name: str, folder: Path, ca: Path) -> Iterator[tuple[int, int]]:
    """A real proxy with the compiled v2 policy: (port, process id)."""
    home = Path(tempfile.mkdtemp(dir=folder))
    home.chmod(0o755)
    port, asked = _free(), Restriction.checked(tenant=TENANT, policy=POLICY)
    if name == "squid":
        site = SquidSite(listen=f"127.0.0.1:{port}", ca=str(ca), cache=str(home / "db"))
        write(asked, home, Site(squid=site))
        subprocess.run([site.helper, "-c", "-s", site.cache, "-M", "4MB"], check=True, capture_output=True)
        (home / "hosts").write_text("127.0.0.1 bystander.example\n")
        (home / "bench.conf").write_text(
            f"include {home}/squid.conf\nhosts_file {home}/hosts\npid_filename {home}/pid\ncoredump_dir {home}\n"
            f"cache_log {home}/cache.log\naccess_log none\nshutdown_lifetime 1 seconds\n"
        )
        if os.getuid() == 0:
            owner = pwd.getpwnam("proxy")
            for item in (home, *home.rglob("*")):
                os.chown(item, owner.pw_uid, owner.pw_gid)
        program = shutil.which("squid") or "/usr/sbin/squid"
        command = [program, "-N", "-f", str(home / "bench.conf")]
    else:
        write(asked, home)
        (home / "hook.py").write_text(
            "def server_connect(data):\n    data.server.address = ('127.0.0.1', data.server.address[1])\n"
        )
        command = ["mitmdump", "-q", "--listen-host", "127.0.0.1", "--listen-port", str(port)]
        command += [
            "--set",
            f"confdir={home}",
            "-s",
            str(home / "hook.py"),
            "-s",
            str(home / "mitmproxy_addon.py"),
        ]
    # as most shells start programs: the compiled policy itself asks for more descriptors
    limited = ["bash", "-c", 'ulimit -Sn 1024; exec "$@"', "bash", *command]
    process = subprocess.Popen(limited, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _context(pem: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(pem.parent / "c.pem"))


def _open(context: ssl.SSLContext, server: int, proxy: int | None) -> ssl.SSLSocket:
    """A connection to the bystander, verified against its own certificate: it was spliced or this fails."""
    raw = socket.create_connection(("127.0.0.1", proxy or server), 20)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if proxy:
        raw.sendall(
            f"CONNECT bystander.example:{server} HTTP/1.1\r\nHost: bystander.example:{server}\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.recv(1)
        if b" 200" not in head.split(b"\r\n")[0]:
            raise OSError(head.decode("latin-1"))
    return context.wrap_socket(raw, server_hostname="bystander.example")


def _round_trip(connection: ssl.SSLSocket) -> float:
    started = time.perf_counter()
    connection.sendall(b"x")
    connection.recv(1)
    return (time.perf_counter() - started) * 1000


def _measured(context: ssl.SSLContext, server: int, proxy: int | None) -> tuple[list[float], list[float]]:
    """(round trips on one connection, whole new connections), in milliseconds."""
    with _open(context, server, proxy) as connection:
        for _ in range(100):
            _round_trip(connection)
        trips = [_round_trip(connection) for _ in range(ROUNDS)]
    opened: list[float] = []
    for _ in range(CONNECTIONS):
        started = time.perf_counter()
        with _open(context, server, proxy) as connection:
            _round_trip(connection)
            opened.append((time.perf_counter() - started) * 1000)
    return trips, opened


async def _one(context: ssl.SSLContext, server: int, proxy: int, ready: asyncio.Barrier) -> float:
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy)
    writer.write(
        f"CONNECT bystander.example:{server} HTTP/1.1\r\nHost: bystander.example:{server}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200" not in head.split(b"\r\n")[0]:
        raise OSError(head.decode("latin-1"))
    await writer.start_tls(context, server_hostname="bystander.example", ssl_handshake_timeout=60)
    await asyncio.wait_for(ready.wait(), 90)  # all connections are open now
    for _ in range(10):
        writer.write(b"x")
        await writer.drain()
        await asyncio.wait_for(reader.readexactly(1), 60)
    writer.close()
    return time.perf_counter() - started


async def _crowd(context: ssl.SSLContext, server: int, proxy: int) -> tuple[int, float]:
    """(failures, seconds of the slowest) of CROWD connections held open at once."""
    ready = asyncio.Barrier(CROWD)
    results = await asyncio.gather(
        *(_one(context, server, proxy, ready) for _ in range(CROWD)), return_exceptions=True
    )
    slowest = max((r for r in results if isinstance(r, float)), default=0.0)
    return sum(isinstance(r, BaseException) for r in results), slowest


def _quietest(values: list[float]) -> float:
    """The median of the quietest of ten blocks: what the proxy costs when nothing else has the processor."""
    size = max(1, len(values) // 10)
    return min(statistics.median(values[at : at + size]) for at in range(0, len(values) - size + 1, size))


def _processor_time(context: ssl.SSLContext, server: int, proxy: int, process: int) -> tuple[float, float]:
    """Milliseconds of processor time that the proxy spends on (a round trip, a new connection); load does not change it."""

    def spent() -> float:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    with _open(context, server, proxy) as connection:
        before = spent()
        for _ in range(ROUNDS):
            _round_trip(connection)
        trip = (spent() - before) / ROUNDS
    before = spent()
    for _ in range(CONNECTIONS):
        with _open(context, server, proxy) as connection:
            _round_trip(connection)
    return trip, (spent() - before) / CONNECTIONS


def _line(name: str, trips: list[float], opened: list[float], direct: tuple[list[float], list[float]]) -> str:
    median = statistics.median
    added, started = median(trips) - median(direct[0]), median(opened) - median(direct[1])
    quiet, quiet_start = _quietest(trips) - _quietest(direct[0]), _quietest(opened) - _quietest(direct[1])
    return (
        f"{name:<10} round trip {median(trips):6.3f} ms (adds {added:+6.3f}; quietest tenth {quiet:+6.3f})"
        f"   new connection {median(opened):6.2f} ms (adds {started:+6.2f}; quietest tenth {quiet_start:+6.2f})"
    )


def run() -> None:
    """Prints the figures; takes about a minute."""
    _raise_files()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crosswarden-bench-")))
        folder.chmod(0o755)
        pem = _certificate(folder)
        context = _context(pem)
        server = stack.enter_context(_echo(pem))
        direct = _measured(context, server, None)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(_line("direct", *direct, direct))
        for name in ("mitmdump", "squid"):
            with _proxy(name, folder, pem) as (port, process):
                trips, opened = _measured(context, server, port)
                spent = _processor_time(context, server, port, process)
                failures, slowest = _threaded(context, server, port)
                print(_line(name, trips, opened, direct))
                print(
                    f"{'':<10} processor time {spent[0]:.3f} ms a round trip, {spent[1]:.2f} ms a new connection"
                )
                print(f"{'':<10} {CROWD} connections at once: {failures} failed, slowest {slowest:.1f} s")


def _threaded(context: ssl.SSLContext, server: int, proxy: int) -> tuple[int, float]:
    """The crowd in a thread of its own, so that its event loop is nobody else's."""
    results: list[tuple[int, float]] = []
    thread = threading.Thread(target=lambda: results.append(asyncio.run(_crowd(context, server, proxy))))
    thread.start()
    thread.join()
    return results[0] if results else (CROWD, 0.0)


def _raise_files() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard) if soft < 8192 else soft, hard))
