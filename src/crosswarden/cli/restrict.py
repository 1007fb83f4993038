"""``crosswarden restrict``: compile tenant restrictions, lint configurations, prove that they work, run the proxy."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from crosswarden.cli.lake_joins import foreign_sign_ins
from crosswarden.cli.output import printable
from crosswarden.errors import UsageError
from crosswarden.restrictions.compile import Site, write
from crosswarden.restrictions.endpoints import Endpoints, packaged, read_endpoints
from crosswarden.restrictions.hosts import pattern
from crosswarden.restrictions.lint import Expected, Problem, lint_files
from crosswarden.restrictions.points.nftables import CGROUP
from crosswarden.restrictions.points.squid import SquidSite
from crosswarden.restrictions.points.windows import WindowsChoices
from crosswarden.restrictions.policy import Restriction
from crosswarden.restrictions.service import INSTANCES, EndpointService
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


@command.command()
@click.option("--tenant", metavar="GUID", default="", help="Home tenant's id.")
@click.option("--policy", metavar="GUID", default="", help="Id of the default cross-tenant access policy.")
@click.option("--v1-tenants", multiple=True, callback=_list, metavar="LIST", help="v1: domains or GUIDs.")
@click.option("--v1-context", metavar="GUID", default="", help="v1: the home tenant's id.")
@click.option("--restrict-msa", is_flag=True, help="restrict-msa is sent to login.live.com.")
@click.option("--proxy", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT")
@click.option(
    "--proxy-ca", required=True, type=click.Path(exists=True, dir_okay=False), help="The proxy's authority."
)
@click.option("--server-ca", type=click.Path(exists=True, dir_okay=False), help="The servers' authorities.")
@click.option("--bystander", "bystanders", multiple=True, default=("www.example.com", "outlook.office.com"))
@click.option("--port", default=443, show_default=True, type=click.IntRange(1, 65535))
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(min=0.1))
@click.option(
    "--udp/--no-udp", default=True, show_default=True, help="Ask the restricted hosts over UDP 443 as well."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(
    tenant: str,
    policy: str,
    v1_tenants: tuple[str, ...],
    v1_context: str,
    restrict_msa: bool,
    proxy: str,
    proxy_ca: str,
    server_ca: str | None,
    bystanders: tuple[str, ...],
    port: int,
    timeout: float,
    udp: bool,
    form: str,
) -> int:
    """Prove by real requests through the proxy who gets which header, who is left alone, and that QUIC is closed.

    Exit code 1 when something is wrong, 3 when a restricted host could not be reached.
    """
    from crosswarden.restrictions.verify import NOT_COVERED, Probe, Result, quic_open
    from crosswarden.restrictions.verify import verify as prove

    asked = Restriction.checked(
        tenant=tenant, policy=policy, v1_tenants=v1_tenants, v1_context=v1_context, restrict_msa=restrict_msa
    )
    host, _, number = proxy.rpartition(":")
    if not number.isdigit():
        raise UsageError("verify-proxy", f"--proxy {proxy!r} is not HOST:PORT")
    rules = asked.compile()
    probe = Probe(host, int(number), proxy_ca, server_ca, port, timeout)
    proofs = list(prove(probe, rules, bystanders))
    proofs += [quic_open(name, port) for name in rules.rules] if udp else []
    if form == "json":
        click.echo(
            json.dumps(
                {
                    "proofs": [
                        {"host": p.host, "what": p.what, "result": p.result.value, "evidence": p.evidence}
                        for p in proofs
                    ],
                    "not_covered": dict(NOT_COVERED),
                },
                indent=2,
            )
        )
    else:
        for proof in proofs:
            line = f"{proof.result.value:<16}{proof.host:<36}{proof.what:<28}{proof.evidence}"
            click.echo(printable(line))
        click.echo("not covered on this plane:")
        for what, why in NOT_COVERED:
            click.echo(f"  {what:<32}{why}")
    if any(proof.result is Result.WRONG for proof in proofs):
        return 1
    return (
        3 if any(proof.result is Result.UNREACHABLE and proof.host in rules.rules for proof in proofs) else 0
    )


@command.command("run")
@click.option("--settings", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT")
@click.option(
    "--endpoints", type=click.Path(path_type=Path, dir_okay=False), help="Endpoint list to watch as well."
)
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), help="Keep the endpoint list here, hourly."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("restrictions")
)
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[-- MITMDUMP OPTIONS]")
def run_(
    settings: Path,
    listen: str,
    endpoints: Path | None,
    cache: Path | None,
    output: Path,
    more: tuple[str, ...],
) -> int:
    """Start mitmdump with the policy in a JSON file (tenant, policy, v1_tenants, v1_context, restrict_msa).

    Everything is compiled again when that file or the endpoint list changes; the running proxy takes it over.
    """
    from crosswarden.restrictions.running import Watched, mitmdump_command, run, settings_from

    settings_from(settings)
    arguments = mitmdump_command(output / "mitmproxy_addon.py", listen, more)
    with ExitStack() as stack:
        service = stack.enter_context(_service(cache)) if cache else None

        def site() -> Site:
            if endpoints:
                return Site(proxy=listen, endpoints=read_endpoints(endpoints))
            if service and (service.folder / "Worldwide.json").exists():
                return Site(proxy=listen, endpoints=service.endpoints())
            return Site(proxy=listen)

        def refresh() -> None:
            if service:
                service.refresh()

        lists = [cache / f"{name}.json" for name in INSTANCES] if cache else []
        others = (*([endpoints] if endpoints else []), *lists)
        watched = Watched(settings, output, site, others, refresh)
        click.echo(watched.step(), err=True)
        return run(arguments, watched, lambda text: click.echo(text, err=True))


@contextmanager
def _service(cache: Path) -> Iterator[EndpointService]:
    import httpx

    with httpx.Client(timeout=30, follow_redirects=False) as client:
        yield EndpointService(cache, client, lambda: dt.datetime.now(dt.UTC))


@command.command()
@click.option(
    "--cache", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the copy."
)
@click.option("--instance", "instances", multiple=True, help="Only these instances; all by default.")
@click.option(
    "--url", default="https://endpoints.office.com", show_default=True, help="Address of the web service."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the list for --endpoints."
)
def endpoints(cache: Path, instances: tuple[str, ...], url: str, output: Path | None) -> int:
    """Refresh the Microsoft 365 endpoint list: at most hourly, keeping the last good copy with its age."""
    import httpx

    from crosswarden.restrictions.service import Freshness

    now = dt.datetime.now(dt.UTC)
    with httpx.Client(timeout=30, follow_redirects=False) as client:
        service = EndpointService(cache, client, lambda: now, url.rstrip("/"), instances or INSTANCES)
        done = service.refresh()
        age = done.age(now)
        click.echo(
            f"{done.freshness.value}, {'no copy' if age is None else f'{age.total_seconds() / 3600:.1f} hours old'}"
        )
        for reason in done.reasons:
            click.echo(f"  {printable(reason)}", err=True)
        if output:
            output.write_bytes(service.export())
    return 3 if done.freshness is Freshness.LAST_GOOD_COPY and age is None else 0


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--lake", metavar="DIR", envvar="CROSSWARDEN_LAKE", help="Lake whose sign-ins are judged as well."
)
@click.option("--tenant", metavar="GUID", default="", help="Own tenant's id.")
@click.option(
    "--policy-snapshot", type=click.Path(path_type=Path), help="Policy that should have stopped sign-ins."
)
@click.option("--network", "networks", multiple=True, metavar="RANGE", help="Own egress range.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def evidence(
    paths: tuple[Path, ...],
    lake: str | None,
    tenant: str,
    policy_snapshot: Path | None,
    networks: tuple[str, ...],
    form: str,
) -> int:
    """Findings from TenantRestrictions event logs (EVTX, JSON, XML), proxy logs and sign-in rows."""
    from crosswarden.restrictions.evidence import gather, judge

    for text in networks:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise UsageError("evidence-network", f"--network {text!r} is no address range") from None
    if not paths and not lake:
        raise UsageError(
            "evidence-nothing", "no source was given", remedy="name files, folders or --lake DIR"
        )
    gathered = gather(paths)
    if lake:
        gathered.sign_ins += foreign_sign_ins(lake)
    found = judge(
        gathered, tenant=tenant, policy=read(policy_snapshot) if policy_snapshot else None, networks=networks
    )
    if form == "json":
        records = [
            {
                "kind": item.kind,
                "status": item.status,
                "severity": item.severity,
                "sentence": item.sentence,
                "count": item.count,
                "rows": [row if isinstance(row, str) else asdict(row) for row in item.rows],  # type: ignore[call-overload]
            }
            for item in found
        ]
        click.echo(json.dumps(records, indent=2))
    else:
        for item in found:
            click.echo(f"{item.status:<14}{item.severity:<9}{item.kind:<32}{printable(item.sentence)}")
    for file, kind in gathered.kinds.items():
        click.echo(f"read {printable(file)}: {kind}", err=True)
    for problem in gathered.problems:
        click.echo(f"not read: {printable(problem)}", err=True)
    return 3 if gathered.problems else 0


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST…")
@click.option(
    "--endpoints", "path", type=click.Path(path_type=Path, dir_okay=False), help="Saved endpoint list."
)
@click.option("--host", "hosts", multiple=True, callback=_list, help="Own host (foo.example, .bar.example).")
def match(names: tuple[str, ...], path: Path | None, hosts: tuple[str, ...]) -> int:
    """Say which hosts get headers from a proxy, and which fall under the endpoint list of Windows clients."""
    listed = _endpoints(path, hosts, ()).hosts
    rules = Restriction.checked(
        restrict_msa=True, v1_tenants=("x",), v1_context=str(uuid.UUID(int=1))
    ).compile()
    for name in names:
        proxy, windows = rules.decide(name).action.value, "listed" if listed.matches(name) else "not listed"
        click.echo(f"{printable(name)}\tproxy: {proxy}\tWindows: {windows}")
    return 0
