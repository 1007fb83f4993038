"""``crosswarden collect``: brings logs and policy from the real interfaces into a folder that ``ingest`` reads."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crosswarden.cli.place import window_options
from crosswarden.collect import clouds, credentials
from crosswarden.collect.clouds import CLOUDS, Cloud
from crosswarden.collect.credentials import Method, SignIn, secret_from
from crosswarden.collect.pacing import Pace, Pacer
from crosswarden.collect.run import collect
from crosswarden.collect.session import Session
from crosswarden.collect.sources import (
    APPLICATIONS,
    DIRECTORY_AUDITS,
    POLICY,
    PROVISIONING,
    SIGN_INS,
    TABLES,
    UNIFIED_AUDIT,
    Source,
    Window,
    management_activity,
    workspace_table,
)
from crosswarden.collect.sources.model import Interface
from crosswarden.errors import UsageError

__all__ = ["command"]

_PACES: dict[Interface, Pace] = {
    "management": Pace(2000, 60.0),  # Management Activity API, "API throttling"
    "log_analytics": Pace(200, 30.0),  # Log Analytics API, "Query limits"
}


def _sources(tenant: str, workspace: str | None, now: datetime) -> dict[str, Source]:
    every = [
        DIRECTORY_AUDITS,
        *SIGN_INS,
        PROVISIONING,
        UNIFIED_AUDIT,
        POLICY,
        APPLICATIONS,
        management_activity(tenant, now),
    ]
    if workspace:
        every += [workspace_table(workspace, table) for table in TABLES]
    return {source.name: source for source in every}


def _with_urls(
    cloud: Cloud, graph: str | None, login: str | None, management: str | None, log_analytics: str | None
) -> Cloud:
    return Cloud(
        login or cloud.login,
        graph or cloud.graph,
        management or cloud.management,
        log_analytics or cloud.log_analytics,
    )


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--list", "listing", is_flag=True, help="List the sources and the least permissions each needs."
)
@click.option("--tenant", metavar="GUID", help="Directory (tenant) id.")
@click.option("--client-id", metavar="GUID", default="", help="Application (client) id.")
@click.option(
    "--auth",
    type=click.Choice(["device-code", "secret", "certificate", "managed-identity"]),
    default="device-code",
    show_default=True,
)
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=f"File with the client secret; or set {credentials.SECRET_ENVIRONMENT}.",
)
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False),
    help="PEM (key and certificate) or PFX file.",
)
@click.option("--cloud", type=click.Choice(list(CLOUDS)), default="worldwide", show_default=True)
@click.option("--workspace", metavar="GUID", help="Log Analytics workspace id: adds its tables as sources.")
@window_options
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("collected"),
    show_default=True,
)
@click.option(
    "--pace", type=click.IntRange(min=1), default=5, show_default=True, help="Graph requests in 10 seconds."
)
@click.option(
    "--poll",
    type=click.FloatRange(min=0),
    default=15.0,
    show_default=True,
    help="Seconds between looks at a running audit search.",
)
@click.option("--graph-url", help="Another address for Graph (a simulated tenant).")
@click.option("--login-url", help="Another address for sign-in.")
@click.option("--management-url", help="Another address for the Management Activity API.")
@click.option("--log-analytics-url", help="Another address for Log Analytics.")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False), help="Certificate authority to trust, as PEM."
)
def command(
    names: tuple[str, ...],
    listing: bool,
    tenant: str | None,
    client_id: str,
    auth: Method,
    secret_file: Path | None,
    certificate: str | None,
    cloud: str,
    workspace: str | None,
    start: datetime | None,
    end: datetime | None,
    folder: Path,
    pace: int,
    poll: float,
    graph_url: str | None,
    login_url: str | None,
    management_url: str | None,
    log_analytics_url: str | None,
    ca_file: str | None,
) -> int:
    """Collect logs and policy from a tenant, resumably, in the shapes that ingest reads.

    Without SOURCE everything is collected that the permissions allow. A source that is refused is reported as not
    collected (exit code 3), never as empty. The default window is the last 30 days, to the last full hour.

    \b
    crosswarden collect --tenant GUID --client-id GUID -o collected
    crosswarden hunt collected
    """
    now = datetime.now(UTC)
    sources = _sources(tenant or "TENANT", workspace or ("WORKSPACE" if listing else None), now)
    if listing:
        for source in sources.values():
            click.echo(f"{source.name}\t{', '.join(source.permissions)}")
        return 0
    if not tenant:
        raise UsageError("collect-tenant", "no tenant was named", remedy="add --tenant GUID")
    unknown = [name for name in names if name not in sources]
    if unknown:
        raise UsageError(
            "collect-source",
            f"no source is called {', '.join(unknown)}",
            remedy="crosswarden collect --list shows them",
        )
    end = end or now.replace(
        minute=0, second=0, microsecond=0
    )  # stable, so that a later run goes on with the same window
    window = Window(start or end - timedelta(days=30), end)
    place = _with_urls(clouds.CLOUDS[cloud], graph_url, login_url, management_url, log_analytics_url)
    sign_in = SignIn(
        auth,
        place.login,
        tenant,
        client_id,
        secret=secret_from(secret_file) if auth == "secret" else "",
        certificate=certificate or "",
        verify=ca_file or True,
        known=login_url is None,
        say=lambda text: click.echo(text, err=True),
    )
    return _run(
        [sources[name] for name in names] or list(sources.values()),
        sign_in,
        place,
        window,
        folder,
        pace,
        poll,
    )


def _run(
    chosen: list[Source], sign_in: SignIn, place: Cloud, window: Window, folder: Path, pace: int, poll: float
) -> int:
    def notice(text: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"  {text}", err=True)

    paces: dict[Interface, Pace] = {"graph": Pace(pace, 10.0), **_PACES}
    with credentials.client(sign_in.verify) as client:
        origins: dict[Interface, str] = {
            "graph": place.graph,
            "management": place.management,
            "log_analytics": place.log_analytics,
        }
        sessions = {
            interface: Session(
                client,
                origin,
                sign_in.token_source(place.scope(origin)),
                Pacer(paces[interface]),
                notice=notice,
                patience=poll,
            )
            for interface, origin in origins.items()
            if any(source.interface == interface for source in chosen)
        }
        worst = 0
        for outcome in collect(chosen, sessions, window, folder, lambda source: notice(f"{source.name} …")):
            click.echo(f"{outcome.source}: {outcome.status}", err=True)
            for reason in outcome.reasons:
                click.echo(f"  {reason}", err=True)
            worst = worst or (0 if outcome.status == "collected" else 3)
    return worst
