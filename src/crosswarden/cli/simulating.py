"""``crosswarden tenants simulate``: may this user reach this application, by which rule, with which code."""

from __future__ import annotations

from pathlib import Path

import click

from crosswarden.cli.output import printable
from crosswarden.cli.snapshots import PATH, forms, policy_at, print_json
from crosswarden.tenants.evaluate import Application, Person
from crosswarden.tenants.simulate import Attempt, Kind, Network
from crosswarden.tenants.simulate import simulate as walk

__all__ = ["simulate"]


@click.command()
@click.option("--user", required=True, metavar="GUID", help="The user's object id.")
@click.option("--group", "groups", multiple=True, metavar="GUID", help="Group that the user is in.")
@click.option("--no-groups", is_flag=True, help="The user is in no group (without it groups may be unknown).")
@click.option("--home", required=True, metavar="GUID", help="The user's tenant.")
@click.option("--resource", required=True, metavar="GUID", help="The application's tenant.")
@click.option("--app", required=True, metavar="GUID", help="The application's appId.")
@click.option("--home-policy", type=PATH, help="The home tenant's policy (outbound).")
@click.option("--resource-policy", type=PATH, help="The resource tenant's policy (inbound).")
@click.option("--direct", is_flag=True, help="B2B direct connect in place of collaboration.")
@click.option(
    "--network-tenant", default="", metavar="GUID", help="Tenant whose restrictions the network enforces."
)
@click.option("--network-policy", type=PATH, help="That tenant's policy (v2 restrictions).")
@click.option("--v1-tenants", default="", metavar="LIST", help="Restrict-Access-To-Tenants of the network.")
@click.option(
    "--resource-domains", default="", metavar="LIST", help="Domains of the resource tenant, for the v1 list."
)
@click.option("--restrict-msa", is_flag=True, help="The network sends restrict-msa.")
@forms
def simulate(
    user: str,
    groups: tuple[str, ...],
    no_groups: bool,
    home: str,
    resource: str,
    app: str,
    home_policy: Path | None,
    resource_policy: Path | None,
    direct: bool,
    network_tenant: str,
    network_policy: Path | None,
    v1_tenants: str,
    resource_domains: str,
    restrict_msa: bool,
    form: str,
    as_json: bool,
    output: Path | None,
) -> int:
    """May this user reach this application: allowed or blocked, by which rule, with the code a person would see."""
    attempt = Attempt(
        Person(user, frozenset(groups) if groups or no_groups else None),
        home,
        resource,
        Application(app),
        Kind.DIRECT if direct else Kind.COLLABORATION,
        frozenset(_split(resource_domains)),
    )
    network = Network(
        network_tenant,
        policy_at(network_policy) if network_policy else None,
        tuple(_split(v1_tenants)),
        restrict_msa,
    )
    outcome = walk(
        attempt,
        policy_at(home_policy) if home_policy else None,
        policy_at(resource_policy) if resource_policy else None,
        network,
    )
    if as_json or output or form == "json":
        document = {
            "verdict": outcome.verdict.value,
            "rule": outcome.rule,
            "code": outcome.code,
            "gates": [
                {"gate": g.name, "verdict": g.verdict.value, "rule": g.rule, "code": g.code}
                for g in outcome.gates
            ],
        }
        print_json(document, output)
    else:
        click.echo(
            printable(" ".join(filter(None, (outcome.verdict.value, outcome.code, f"({outcome.rule})"))))
        )
        for gate in outcome.gates:
            click.echo(printable(f"  {gate.name:<18}{gate.verdict.value:<14}{gate.rule}"))
    return 0


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
