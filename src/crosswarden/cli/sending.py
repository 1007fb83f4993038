"""Sends the requests of a containment plan to a tenant, with an application's own sign-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crosswarden.collect.clouds import CLOUDS, Cloud
from crosswarden.collect.credentials import SignIn, client, secret_from
from crosswarden.collect.pacing import Pace, Pacer
from crosswarden.collect.session import CollectError, Session
from crosswarden.tenants.check import Remedy
from crosswarden.tenants.contain import Send

__all__ = ["sender"]

_GRAPH = "https://graph.microsoft.com"


@contextmanager
def sender(
    tenant: str,
    client_id: str,
    secret_file: Path | None,
    graph_url: str | None,
    login_url: str | None,
    ca_file: str | None,
) -> Iterator[Send]:
    """A function that sends one request and gives the status and body that came back."""
    known = CLOUDS["worldwide"]
    cloud = Cloud(login_url or known.login, graph_url or known.graph, known.management, known.log_analytics)
    sign_in = SignIn(
        "secret" if secret_file else "device-code",
        cloud.login,
        tenant,
        client_id,
        secret=secret_from(secret_file) if secret_file else "",
        certificate="",
        verify=ca_file or True,
        known=login_url is None,
        say=_say,
    )
    with client(sign_in.verify) as http:
        session = Session(
            http, cloud.graph, sign_in.token_source(cloud.scope(cloud.graph)), Pacer(Pace(5, 10.0))
        )

        def send(request: Remedy) -> tuple[int, Mapping[str, Any]]:
            body = dict(request.body) if request.body or request.method in ("POST", "PATCH") else None
            try:
                answer = session.send(request.method, request.url.removeprefix(_GRAPH), body)
            except CollectError as error:
                return error.status, {"error": error.sentence}
            return (200, answer.json()) if answer.body else (204, {})

        yield send


def _say(text: str) -> None:
    import click

    click.echo(text, err=True)
