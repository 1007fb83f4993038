"""The ``crosswarden`` command: which verbs there are, and what an error looks like.

Each verb lives in a module of its own that is imported only when it is used, so that ``--help`` and light verbs
start fast. A verb module exposes ``command``, a click command or group.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping

import click

from crosswarden import __version__
from crosswarden.errors import CrosswardenError

__all__ = ["VERBS", "cli", "main"]

VERBS: Mapping[str, tuple[str, str]] = {
    "demo": ("crosswarden.cli.demo", "Rehearse an attack, ingest it, hunt, and write the report."),
    "ingest": ("crosswarden.cli.ingest", "Read exported logs into the lake."),
    "hunt": (
        "crosswarden.cli.hunt",
        "Ingest PATHs if given, run the hunts, report what was found, clean or blind.",
    ),
    "query": ("crosswarden.cli.query", "Run a KQL query on the lake."),
    "report": ("crosswarden.cli.report", "Write the case report of the last hunt."),
    "doctor": (
        "crosswarden.cli.doctor",
        "Say what works on this machine, what the lake holds, what is missing.",
    ),
    "kql": ("crosswarden.cli.kql", "Check, run and explain KQL in bulk."),
    "lake": ("crosswarden.cli.lake", "Look after the lake: tables, compaction."),
    "collect": ("crosswarden.cli.collect", "Bring logs and policy from the real interfaces, resumably."),
    "score": ("crosswarden.cli.score", "Rehearse attacks, hunt, and say what was found and what was missed."),
    "rehearse": ("crosswarden.cli.rehearse", "Write the logs of a simulated attack, with the answers."),
    "tenants": ("crosswarden.cli.tenants", "Audit the cross-tenant access policy."),
    "restrict": ("crosswarden.cli.restrict", "Compile, lint and prove tenant restrictions."),
    "token": ("crosswarden.cli.token", "Judge tokens and watch signing keys."),
}
"""Verb → module and one line of help. A verb is listed once its module exists."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [verb for verb, (module, _) in VERBS.items() if importlib.util.find_spec(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(VERBS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        verbs = self.list_commands(ctx)
        if verbs:
            with formatter.section("Commands"):
                formatter.write_dl([(verb, VERBS[verb][1]) for verb in verbs])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="crosswarden")
def cli() -> None:
    """Offline workbench for defenders of Microsoft tenants.

    Answers go to standard output, progress and summaries to standard error. Exit codes: 0 fine, 1 findings at or
    above --fail-on (or a refused token or policy), 2 usage or query error, 3 input unreadable or partial.
    """


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits; errors made on purpose become one line on standard error."""
    try:
        code = cli.main(args=arguments, prog_name="crosswarden", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("crosswarden: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CrosswardenError as error:
        click.echo(f"crosswarden: {error} [{error.code}]", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        click.echo(f"crosswarden: {name}{error.strerror or error} [file]", err=True)
        sys.exit(3)
