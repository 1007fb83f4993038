"""``crosswarden restrict``: compile tenant restrictions, lint configurations, prove that they work, run the proxy."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from crosswarden.cli.output import printable
from crosswarden.restrictions.compile import Site, write
from crosswarden.restrictions.endpoints import Endpoints, packaged, read_endpoints
from crosswarden.restrictions.hosts import pattern
from crosswarden.restrictions.lint import Expected, Problem, lint_files
from crosswarden.restrictions.points.nftables import CGROUP
from crosswarden.restrictions.points.squid import SquidSite
from crosswarden.restrictions.points.windows import WindowsChoices
from crosswarden.restrictions.policy import Restriction
from crosswarden.tenants.observed import Observed
from crosswarden.tenants.read import read

__all__ = ["command"]

_STALE_DAYS = 30


@click.group()
def command() -> None:
    """Compile, lint and prove tenant restrictions."""


def _list(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


@command.command("compile")
@click.option("--tenant", metavar="GUID", default="", help="Home tenant's id.")
@click.option(
    "--policy", metavar="GUID", default="", help="Id of the DEFAULT cross-tenant access policy (v2)."
)
@click.option(
    "--v1-tenants", multiple=True, callback=_list, metavar="LIST", help="v1: domains or GUIDs, by commas."
)
@click.option("--v1-context", metavar="GUID", default="", help="v1: the home tenant's id.")
@click.option("--restrict-msa", is_flag=True, help="Block consumer accounts: restrict-msa on login.live.com.")
@click.option(
    "--endpoints", type=click.Path(path_type=Path, dir_okay=False), help="Saved answer of the web service."
)
@click.option("--host", "hosts", multiple=True, callback=_list, help="Own host (foo.example, .bar.example).")
@click.option("--range", "ranges", multiple=True, callback=_list, help="Own address range.")
@click.option("--cloud", default="", help="Windows: cloud id, when it is not the public cloud.")
@click.option("--enforce-firewall", is_flag=True, help="Windows: let the built-in firewall enforce the tag.")
@click.option("--proxy", default="127.0.0.1:8080", show_default=True, help="Proxy that the PAC file names.")
@click.option("--listen", default=SquidSite.listen, show_default=True, help="Where Squid listens.")
@click.option(
    "--ca", default=SquidSite.ca, show_default=True, help="Squid's signing certificate with its key."
)
@click.option("--ssl-db", default=SquidSite.cache, show_default=True, help="Squid's certificate cache.")
@click.option(
    "--cgroup", default=CGROUP, show_default=True, help="Linux control group of the tagged processes."
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False))
def compile_(
    tenant: str,
    policy: str,
    v1_tenants: tuple[str, ...],
    v1_context: str,
    restrict_msa: bool,
    endpoints: Path | None,
    hosts: tuple[str, ...],
    ranges: tuple[str, ...],
    cloud: str,
    enforce_firewall: bool,
    proxy: str,
    listen: str,
    ca: str,
    ssl_db: str,
    cgroup: str,
    output: Path,
) -> None:
    """Write every enforcement point of one restriction into the folder -o."""
    asked = Restriction.checked(
        tenant=tenant, policy=policy, v1_tenants=v1_tenants, v1_context=v1_context, restrict_msa=restrict_msa
    )
    own = [pattern(host) for host in hosts]
    site = Site(
        endpoints=_endpoints(endpoints, hosts, ranges),
        squid=SquidSite(listen=listen, ca=ca, cache=ssl_db),
        proxy=proxy,
        cgroup=cgroup,
        windows=WindowsChoices(
            cloud=cloud,
            hosts=tuple(host for host in own if not host.startswith(".")),
            subdomains=tuple(host for host in own if host.startswith(".")),
            ranges=ranges,
            firewall=enforce_firewall,
        ),
    )
    if asked.policy and asked.v1_tenants:
        click.echo(
            "note: v2 is set on the same hosts, so the v1 headers are removed there, not sent", err=True
        )
    for path in write(asked, output, site):
        click.echo(str(path))


def _endpoints(path: Path | None, hosts: tuple[str, ...], ranges: tuple[str, ...]) -> Endpoints:
    found = (
        read_endpoints(path, own_hosts=hosts, own_ranges=ranges)
        if path
        else packaged(own_hosts=hosts, own_ranges=ranges)
    )
    age = found.age(dt.datetime.now(dt.UTC).date())
    if age is not None and age > _STALE_DAYS:
        click.echo(
            f"note: the endpoint list ({found.source}) is {age} days old; --endpoints takes a newer one",
            err=True,
        )
    return found


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--default-id", default="", metavar="GUID", help="Id of the default cross-tenant access policy."
)
@click.option("--own-tenant", default="", metavar="GUID", help="Own tenant's id.")
@click.option("--partner", "partners", multiple=True, metavar="GUID", help="A partner's tenant id.")
@click.option(
    "--policy-snapshot", type=click.Path(path_type=Path), help="Policy folder or file to take the ids from."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def lint(
    paths: tuple[Path, ...],
    default_id: str,
    own_tenant: str,
    partners: tuple[str, ...],
    policy_snapshot: Path | None,
    form: str,
) -> int:
    """Find the known mistakes in Squid, mitmproxy, PAC, .reg, App Control, firewall, nftables and HAR files.

    Exit code 1 when there is one.
    """
    expected = Expected(default_id.lower(), own_tenant.lower(), frozenset(item.lower() for item in partners))
    if policy_snapshot:
        expected = _from_snapshot(policy_snapshot, expected)
    problems = lint_files(paths, expected)
    if form == "json":
        click.echo(json.dumps([_record(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(printable(str(problem)))
    click.echo(f"{len(problems)} mistakes", err=True)
    return 1 if problems else 0


def _record(problem: Problem) -> dict[str, object]:
    """A problem as one JSON object."""
    return {"file": problem.file, "line": problem.line, "mistake": problem.mistake, "detail": problem.detail}


def _from_snapshot(path: Path, given: Expected) -> Expected:
    policy = read(path)
    default = policy.default.value.id if isinstance(policy.default, Observed) else ""
    partners = policy.partners.value if isinstance(policy.partners, Observed) else ()
    return Expected(
        given.default_id or default,
        given.tenant or policy.tenant,
        given.partners | {partner.tenant for partner in partners},
    )
