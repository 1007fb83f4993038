"""Serves a simulated tenant with TLS on loopback, in the foreground or beside a test."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from crosswarden.errors import UsageError
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.served.app import Service, application
from crosswarden.rehearsal.served.faults import Faults
from crosswarden.rehearsal.served.identity import Identity
from crosswarden.rehearsal.served.signing import tls_certificate
from crosswarden.rehearsal.served.store import Store

__all__ = ["ALL_ROLES", "Served", "serve"]

HOST = "127.0.0.1"
ALL_ROLES = (
    "AuditLog.Read.All", "Directory.Read.All", "ProvisioningLog.Read.All", "AuditLogsQuery.Read.All", "ActivityFeed.Read",
    "Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess", "Application.Read.All", "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "User.Read.All",
)  # fmt: skip
"""Every application permission that a served route asks for."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is, whom it trusts, and what it holds. ``client_secret`` is simulated."""

    url: str
    tenant: str
    client_id: str
    client_secret: str
    certificate: Path
    service: Service


class _Server(uvicorn.Server):
    """Ends at once: idle clients are not waited for."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        await super().shutdown(sockets)


@contextmanager
def serve(
    store: Store, faults: Faults | None = None, *, port: int = 0, roles: tuple[str, ...] = ALL_ROLES
) -> Iterator[Served]:
    """Serves ``store`` on loopback until the context ends; a free port when ``port`` is 0.

    Raises UsageError where the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="crosswarden-served-") as folder, socket.socket() as listener:
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                "serve-port",
                f"port {port} on {HOST} cannot be used: {error.strerror}",
                remedy="name another with --port, or 0 for a free one",
            ) from error
        url = f"https://localhost:{listener.getsockname()[1]}"
        client, secret = (
            named_guid(store.organisation.seed, "served client"),
            named_guid(store.organisation.seed, "served secret"),
        )
        identity = Identity(store.organisation.id, url, {client: secret}, {client: roles})
        service = Service(store, identity, faults or Faults(), url)
        certificate, key = _files(Path(folder))
        server = _Server(
            uvicorn.Config(
                application(service),
                log_level="critical",
                ssl_certfile=str(certificate),
                ssl_keyfile=str(key),
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _until_started(server, thread)
            yield Served(url, store.organisation.id, client, secret, certificate, service)
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def _files(folder: Path) -> tuple[Path, Path]:
    certificate, key = tls_certificate(HOST)
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    (folder / "key.pem").chmod(0o600)
    return folder / "certificate.pem", folder / "key.pem"


def _until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 20
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise UsageError("serve-start", "the simulated tenant did not start")
        time.sleep(0.02)
