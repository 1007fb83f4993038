"""``crosswarden token inspect``: explains a token without trusting it, and asks the lake what it knows of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crosswarden.cli.token import PATH, read_moment, read_token, read_trusts, write_document

__all__ = ["command"]


@click.command()
@click.argument("token")
@click.option(
    "--jwks", type=PATH, multiple=True, help="Key set file; without one the signature is not looked at."
)
@click.option("--metadata", type=PATH, multiple=True, help="OpenID configuration file; pairs with --jwks.")
@click.option("--history", type=PATH, help="Key history (of token keys watch): when the key was served.")
@click.option(
    "--lake", "lake", type=PATH, help="Lake to ask for the sign-in that issued it and for its uses."
)
@click.option("--at", help="Moment of judgement: ISO 8601 or seconds since 1970; now when absent.")
@click.option("-o", "--output", type=PATH, help="Write the inspection as JSON.")
def command(
    token: str,
    jwks: tuple[Path, ...],
    metadata: tuple[Path, ...],
    history: Path | None,
    lake: Path | None,
    at: str | None,
    output: Path | None,
) -> int:
    """Explain TOKEN (or standard input with -): every claim in words, whose key, what is odd.

    With --lake also whether a sign-in issued it and what it was used for; "cannot say" where logs do not cover the time.
    """
    from crosswarden.tokens.inspection import inspect_token

    text, moment = read_token(token), read_moment(at)
    trusts = read_trusts(jwks, metadata) if jwks or metadata else ()
    inspection = inspect_token(text, moment, trusts)
    document = inspection.document()
    if history is not None:
        document["key"]["served"] = _served(history, inspection.header.get("kid"))
    if lake is not None:
        from crosswarden.cli.token_lake import ask_lake

        document |= {name: answer.document() for name, answer in ask_lake(lake, inspection.claims).items()}
    write_document(document, output)
    _print(document)
    return 0


def _served(history: Path, kid: object) -> list[dict[str, Any]]:
    from crosswarden.tokens.key_history import KeyHistory
    from crosswarden.tokens.rfc7519 import time_shown

    sightings = KeyHistory(history).served(kid=kid) if isinstance(kid, str) else []
    names = ("first_seen", "last_seen", "gone")
    return [
        {
            "authority": one["authority"],
            "issuer": one.get("issuer"),
            **{name: str(time_shown(one[name])) for name in names if name in one},
        }
        for one in sightings
    ]


def _print(document: dict[str, Any]) -> None:
    click.echo(f"{document['verdict']}: {document['sentence']} [{document['code']}]")
    click.echo(document["age"])
    click.echo(f"key: {document['key']['owner']}")
    for one in document["key"].get("served", ()):
        end = f"gone {one['gone']}" if "gone" in one else f"last seen {one['last_seen']}"
        click.echo(f"  served by {one['authority']} from {one['first_seen']}, {end}")
    for name, value in document["header"].items():
        click.echo(f"  header {_plain(name)[:40]} = {_plain(value)[:100]}")
    width = max((len(one["name"]) for one in document["claims"]), default=0)
    for one in document["claims"]:
        click.echo(f"  {_plain(one['name']):{min(width, 24)}} {one['value']:40} {one['meaning']}")
    for problem in document["problems"]:
        click.echo(f"broken: {problem}")
    for sentence in document["odd"]:
        click.echo(f"odd: {sentence}")
    for name in ("issued", "used"):
        if name in document:
            _print_answer(name, document[name])


def _print_answer(name: str, answer: dict[str, Any]) -> None:
    click.echo(f"{name}: {answer['answer']}")
    for reason in answer["reasons"]:
        click.echo(f"  because {reason}")
    for sentence in answer["odd"]:
        click.echo(f"  odd: {sentence}")
    for row in answer["rows"]:
        click.echo("  " + "  ".join(_plain(value)[:80] for value in row.values() if value))


def _plain(value: object) -> str:
    """One line that a terminal can show, whatever was written into it."""
    return "".join(one if one.isprintable() else "?" for one in str(value)[:400])
