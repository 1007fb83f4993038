"""``crosswarden token``: judge tokens, watch signing keys, explain and find tokens, audit code that validates them."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from crosswarden.errors import InputError, UsageError
from crosswarden.tokens.discovery import Trust, read_metadata
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.rfc7515 import TOKEN_LIMIT
from crosswarden.tokens.rfc7517 import read_key_set
from crosswarden.tokens.validator import Validator
from crosswarden.tokens.verdicts import refused_document, valid_document

__all__ = ["PATH", "command", "read_file", "read_moment", "read_token", "read_trusts", "write_document"]

_FILE_LIMIT = 16 * 1024 * 1024


_ELSEWHERE = {
    "keys": (
        "crosswarden.cli.token_keys",
        "Watch signing keys, compare key sets, ask which were served when.",
    ),
    "inspect": (
        "crosswarden.cli.token_inspect",
        "Explain a token without trusting it; ask the lake about it.",
    ),
    "scan": ("crosswarden.cli.token_scan", "Find tokens in logs, HAR files, captures and dumps."),
    "audit": ("crosswarden.cli.token_audit", "Read code and lock files for how tokens are validated."),
}
"""Subcommand → module that holds it as ``command``, imported when it is used; and its line of help."""


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE:
            found = importlib.import_module(_ELSEWHERE[cmd_name][0]).command
            assert isinstance(found, click.Command)
            return found
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, one.get_short_help_str()) for name, one in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((name, text) for name, (_, text) in _ELSEWHERE.items())])


@click.group(cls=_Group)
def command() -> None:
    """Judge tokens and watch signing keys."""


STANDARD_INPUT = "-"


def read_token(token: str) -> str:
    """The token named on the command line; "-" is standard input, read within bounds."""
    if token != STANDARD_INPUT:
        return token.strip()
    data = sys.stdin.buffer.read(TOKEN_LIMIT * 4)
    return data.decode("utf-8", "replace").strip()


def read_file(path: Path) -> bytes:
    """The file's bytes; raises :class:`UsageError` when it cannot be read or is far too large."""
    try:
        if path.stat().st_size > _FILE_LIMIT:
            raise UsageError("file-too-large", f"{path} is larger than {_FILE_LIMIT:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file-unreadable", f"{path} cannot be read: {error.strerror}") from None


def read_trusts(jwks: Sequence[Path], metadata: Sequence[Path]) -> tuple[Trust, ...]:
    """Metadata and key sets in pairs: as many of each, or one key set for all the metadata."""
    if len(jwks) != len(metadata) and len(jwks) != 1:
        raise UsageError(
            "trust-pairs",
            f"{len(jwks)} key sets and {len(metadata)} metadata files do not pair",
            remedy="give one --jwks for every --metadata, in the same order",
        )
    pairs = zip(jwks if len(jwks) == len(metadata) else list(jwks) * len(metadata), metadata, strict=True)
    try:
        return tuple(
            Trust(
                read_metadata(read_file(description), str(description)),
                read_key_set(read_file(keys), str(keys)),
            )
            for keys, description in pairs
        )
    except InputError as error:
        raise UsageError(error.code, error.sentence) from None


def read_moment(text: str | None) -> float:
    """Seconds since 1970: ISO 8601 (UTC unless it says otherwise) or a number; now when absent."""
    if text is None:
        return time.time()
    try:
        moment = float(text)
        if not 0 <= moment <= 253_402_300_799:
            raise UsageError("at", f"--at {text[:40]!r} is out of range")
        return moment
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text.strip())
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        raise UsageError(
            "at", f"--at {text[:40]!r} is no time", remedy="write 2023-06-15T12:00:00Z or seconds since 1970"
        ) from None


def write_document(document: dict[str, Any], output: Path | None) -> None:
    """Writes a result as JSON where asked."""
    if output is None:
        return
    try:
        output.write_text(json.dumps(document, indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError("output", f"{output} cannot be written: {error.strerror}") from None


PATH = click.Path(path_type=Path)


@command.command(context_settings={"ignore_unknown_options": False})
@click.argument("token")
@click.option("--jwks", type=PATH, multiple=True, required=True, help="Key set file; may be repeated.")
@click.option(
    "--metadata",
    type=PATH,
    multiple=True,
    required=True,
    help="OpenID configuration file; pairs with --jwks.",
)
@click.option("--audience", multiple=True, required=True, help="Accepted audience; may be repeated.")
@click.option("--tenant", multiple=True, help="Accepted tenant (GUID); may be repeated; any when absent.")
@click.option("--at", help="Moment of judgement: ISO 8601 or seconds since 1970; now when absent.")
@click.option(
    "--leeway",
    type=click.FloatRange(0, 600),
    default=0.0,
    show_default=True,
    help="Seconds of clock difference forgiven.",
)
@click.option("--client", multiple=True, help="Accepted client application (azp, appid).")
@click.option("--scope", multiple=True, help="Required delegated scope.")
@click.option("--role", multiple=True, help="Required app role.")
@click.option(
    "--kind", type=click.Choice(["app", "delegated"]), help="Require an app-only or a delegated token."
)
@click.option("--token-version", type=click.Choice(["1.0", "2.0"]), help="Require a token version.")
@click.option("--nonce", help="Require this nonce (ID tokens).")
@click.option("--b2c", is_flag=True, help="Accept Azure AD B2C, by exactly the metadata given.")
@click.option(
    "--cloudless", is_flag=True, help="Accept a key set in which no key names its cloud (before 2025)."
)
@click.option("-o", "--output", type=PATH, help="Write the verdict as JSON.")
def check(
    token: str,
    jwks: tuple[Path, ...],
    metadata: tuple[Path, ...],
    audience: tuple[str, ...],
    tenant: tuple[str, ...],
    at: str | None,
    leeway: float,
    client: tuple[str, ...],
    scope: tuple[str, ...],
    role: tuple[str, ...],
    kind: str | None,
    token_version: str | None,
    nonce: str | None,
    b2c: bool,
    cloudless: bool,
    output: Path | None,
) -> int:
    """Judge TOKEN (or standard input with -) offline, by the key set and metadata given.

    Exit code 0: valid. 1: refused, with the code and the sentence. 2: usage.
    """
    moment = read_moment(at)
    try:
        requirements = Requirements.of(
            audience, tenants=[one.strip().lower() for one in tenant], clients=client, scopes=scope, roles=role, kind=kind or "",
            versions=token_version or (), b2c=b2c, cloudless=cloudless, leeway=leeway,
        )  # fmt: skip
    except ValueError as error:
        raise UsageError("requirements", str(error)) from None
    text = read_token(token)
    try:
        valid = Validator(read_trusts(jwks, metadata), requirements).validate(text, at=moment, nonce=nonce)
    except TokenRefused as error:
        write_document(refused_document(text, error, moment), output)
        click.echo(f"refused: {error.sentence} [{error.code}]\n{error.reference}")
        return 1
    document = valid_document(text, valid, moment)
    write_document(document, output)
    click.echo(
        f"valid: {document['sentence']} [{valid.kind}, tenant {valid.tenant}, version {valid.version}]"
    )
    return 0
