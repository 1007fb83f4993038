"""``crosswarden tenants contain``: the containment plan against a hostile partner, dry by default."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from crosswarden.cli.lake_joins import users_from
from crosswarden.cli.output import printable
from crosswarden.cli.snapshots import PATH, forms, policy_at, print_json
from crosswarden.errors import UsageError
from crosswarden.tenants import contain as containment

__all__ = ["contain"]


@click.command()
@click.argument("tenant", metavar="TENANT")
@click.option("--policy", "path", type=PATH, help="Snapshot of the own policy: the plan then fits it.")
@click.option("--user", "users", multiple=True, metavar="GUID", help="User that came from that tenant.")
@click.option("--lake", metavar="DIR", help="Lake whose sign-ins name the users that came from that tenant.")
@click.option("--delete", is_flag=True, help="Delete the partner at the end instead of leaving it blocked.")
@click.option("--execute", is_flag=True, help="Send the requests. Without it nothing is sent.")
@click.option("--own-tenant", metavar="GUID", help="With --execute: the tenant to change.")
@click.option("--client-id", metavar="GUID", default="", help="With --execute: application to sign in as.")
@click.option("--secret-file", type=PATH, help="With --execute: file with the application's secret.")
@click.option("--graph-url", help="Another address for Graph (a simulated tenant).")
@click.option("--login-url", help="Another address for sign-in.")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False), help="Certificate authority to trust."
)
@forms
def contain(
    tenant: str,
    path: Path | None,
    users: tuple[str, ...],
    lake: str | None,
    delete: bool,
    execute: bool,
    own_tenant: str | None,
    client_id: str,
    secret_file: Path | None,
    graph_url: str | None,
    login_url: str | None,
    ca_file: str | None,
    form: str,
    as_json: bool,
    output: Path | None,
) -> int:
    """The ordered plan against a hostile partner TENANT, with requests ready to send; dry unless --execute."""
    came = dict.fromkeys((*users, *(users_from(lake, tenant) if lake else ())))
    steps = containment.plan(policy_at(path) if path else None, tenant, tuple(came), delete=delete)
    if not execute:
        _plan(steps, as_json or bool(output) or form == "json", output)
        return 0
    from crosswarden.cli.sending import sender

    if not own_tenant:
        raise UsageError("contain-tenant", "--execute needs --own-tenant, the tenant to change")
    with sender(own_tenant, client_id, secret_file, graph_url, login_url, ca_file) as send:
        done = containment.carry_out(steps, send)
    for item in done:
        click.echo(f"{item.status} {'done' if item.ok else 'FAILED'}: {item.step.title}")
    if len(done) < len(steps) or not all(item.ok for item in done):
        click.echo(
            f"stopped: {len(steps) - sum(i.ok for i in done)} of {len(steps)} steps are not done", err=True
        )
        return 1
    return 0


def _plan(steps: tuple[containment.Step, ...], as_json: bool, output: Path | None) -> None:
    if as_json:
        document = [
            {
                "step": number,
                "title": step.title,
                "why": step.why,
                "method": step.request.method,
                "url": step.request.url,
                "body": dict(step.request.body),
                "permission": step.permission,
                "note": step.note,
            }
            for number, step in enumerate(steps, start=1)
        ]
        print_json(document, output)
        return
    for number, step in enumerate(steps, start=1):
        click.echo(f"{number}. {step.title} ({step.why})")
        if step.note:
            click.echo(f"   note: {printable(step.note)}")
        click.echo(f"   {step.request.method} {step.request.url}    [{step.permission}]")
        if step.request.body:
            click.echo(f"   {orjson.dumps(dict(step.request.body)).decode()}")
    click.echo("dry run: nothing was sent; --execute sends it", err=True)
