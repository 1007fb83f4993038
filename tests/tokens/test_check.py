"""``crosswarden token check``: files in, verdict and exit code out, offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bench._corpus import forged, valid
from bench._forgery import AUDIENCE, CONSUMERS, NOW, TENANT, token, v1_claims, v2_claims, worlds
from click.testing import Result

from crosswarden.errors import UsageError

Files = Callable[[str], list[str]]
Run = Callable[..., Result]
AT = ["--at", str(NOW)]
ROOT = Path(__file__).resolve().parents[2]


def test_a_valid_token_ends_with_zero_and_a_document(world_files: Files, run: Run, tmp_path: Path) -> None:
    """Exit code 0; the document holds the claims and never the signature."""
    out, text = tmp_path / "result.json", token()
    result = run("check", text, *world_files("common"), "--audience", AUDIENCE, *AT, "-o", str(out))
    document = json.loads(out.read_text())
    assert result.return_value == 0 and document["verdict"] == "valid"
    assert document["tenant"] == TENANT and document["claims"]["scp"] == "access_as_user"
    assert text.split(".")[2][:20] not in out.read_text() + result.output


def test_a_refused_token_ends_with_one_code_and_sentence(
    world_files: Files, run: Run, tmp_path: Path
) -> None:
    """Exit code 1; code, sentence and reference are printed and written."""
    out = tmp_path / "result.json"
    forgery = token(None, "consumer", "consumer-key")
    result = run("check", forgery, *world_files("common"), "--audience", AUDIENCE, *AT, "-o", str(out))
    document = json.loads(out.read_text())
    assert result.return_value == 1
    assert (document["verdict"], document["code"]) == ("refused", "key-of-consumers")
    assert document["sentence"] in result.output and document["reference"] in result.output
    assert forgery.split(".")[2][:20] not in out.read_text() + result.output


def test_the_token_is_read_from_standard_input(world_files: Files, run: Run) -> None:
    """With - the token comes from standard input, with or without a newline at its end."""
    arguments = ["check", "-", *world_files("common"), "--audience", AUDIENCE, *AT]
    assert run(*arguments, stdin=token().encode() + b"\r\n").return_value == 0
    assert run(*arguments, stdin=b"").return_value == 1
    assert run(*arguments, stdin=b"\xff\xfe" * 100_000).return_value == 1


@pytest.mark.parametrize(
    "at", ["2025-06-15T15:06:40Z", "2025-06-15T15:06:40+00:00", "2025-06-15 15:06", str(NOW), f"{NOW}.5"]
)
def test_the_moment_is_iso_or_seconds(world_files: Files, run: Run, at: str) -> None:
    """--at takes ISO 8601 (UTC unless it says otherwise) and seconds since 1970."""
    assert run("check", token(), *world_files("common"), "--audience", AUDIENCE, "--at", at).return_value == 0


def test_without_a_moment_the_token_of_2025_has_expired(world_files: Files, run: Run) -> None:
    """The clock decides when --at is absent."""
    result = run("check", token(), *world_files("common"), "--audience", AUDIENCE)
    assert result.return_value == 1 and "[expired]" in result.output


def test_tenant_may_be_given_in_capitals(world_files: Files, run: Run) -> None:
    """--tenant takes a GUID in either case and keeps others out."""
    options = [*world_files("common"), "--audience", AUDIENCE, *AT]
    assert run("check", token(), *options, "--tenant", TENANT.upper()).return_value == 0
    result = run(
        "check", token(v2_claims(CONSUMERS), "consumer", "consumer-key"), *options, "--tenant", TENANT
    )
    assert result.return_value == 1 and "[tenant-not-accepted]" in result.output


def test_two_pairs_are_told_apart_by_the_issuer(world_files: Files, run: Run) -> None:
    """v1 and v2 documents together judge tokens of both versions, each by its own."""
    options = [*world_files("v1"), *world_files("common"), "--audience", AUDIENCE, *AT]
    assert run("check", token(), *options).return_value == 0
    assert run("check", token(v1_claims()), *options).return_value == 0
    result = run("check", token(v2_claims(), "other", "other-key"), *options)
    assert result.return_value == 1


@pytest.mark.parametrize("form", ["array", "byte-order mark", "single key", "spaces"])
def test_key_sets_are_read_in_every_usual_form(
    run: Run, world_files: Files, tmp_path: Path, form: str
) -> None:
    """A bare array, one key, a byte-order mark or indentation do not matter."""
    world = worlds()["common"]
    keys = world.jwks["keys"][:1]
    text = {
        "array": json.dumps(keys), "byte-order mark": "\ufeff" + json.dumps({"keys": keys}), "single key": json.dumps(keys[0]),
        "spaces": json.dumps({"keys": keys}, indent=4) + "\n\n",
    }[form]  # fmt: skip
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")
    metadata = world_files("common")[2:]
    assert (
        run("check", token(), "--jwks", str(path), *metadata, "--audience", AUDIENCE, *AT).return_value == 0
    )


@pytest.mark.parametrize(
    ("jwks", "metadata"),
    [
        ("{", "{}"),
        ('{"keys": 7}', None),
        ("[1]", None),
        (None, "{}"),
        (None, "[]"),
        (None, '{"issuer": "x"}'),
        ("", ""),
        ('{"keys":[],"keys":[]}', None),
    ],
)
def test_files_that_are_not_what_they_should_be_are_usage_errors(
    run: Run, world_files: Files, tmp_path: Path, jwks: str | None, metadata: str | None
) -> None:
    """A key set or metadata file that cannot be read never becomes a verdict."""
    files = world_files("common")
    for place, text in ((1, jwks), (3, metadata)):
        if text is not None:
            files[place] = str(tmp_path / f"bad-{place}.json")
            Path(files[place]).write_text(text)
    result = run("check", token(), *files, "--audience", AUDIENCE, *AT)
    assert isinstance(result.exception, UsageError) and result.exception.exit_code == 2


@pytest.mark.parametrize(
    "extra",
    [
        ["--tenant", "contoso"],
        ["--at", "yesterday"],
        ["--audience", ""],
        ["--jwks", "absent.json"],
        ["-o", "absent-folder/x.json"],
        ["--at", "1e30"],
    ],
)
def test_wrong_options_are_usage_errors(run: Run, world_files: Files, extra: list[str]) -> None:
    """What cannot be carried out ends with 2, whatever the token."""
    result = run("check", token(), *world_files("common"), "--audience", AUDIENCE, *AT, *extra)
    assert isinstance(result.exception, UsageError)


def test_exit_codes_of_the_program_itself(world_files: Files) -> None:
    """0, 1 and 2 as a shell sees them; a missing option is 2 as well."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

    def code(*arguments: str) -> int:
        command = [sys.executable, "-m", "crosswarden", "token", "check", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    options = [*world_files("common"), "--audience", AUDIENCE, *AT]
    assert code(token(), *options) == 0
    assert code(token(None, "attacker"), *options) == 1
    assert code("", *options) == 1
    assert code(token(), *options[:-2], "--at", "never") == 2
    assert code(token(), "--audience", AUDIENCE) == 2


def test_every_verdict_can_be_written(run: Run, world_files: Files, tmp_path: Path) -> None:
    """Whatever an attacker put into a token, the document is valid JSON in ASCII and holds no whole token."""
    files = world_files("common")
    out = tmp_path / "result.json"
    for case in [
        case for case in forged() + valid() if case.world == "common" and not case.token.startswith("-")
    ]:
        result = run("check", case.token, *files, "--audience", AUDIENCE, *AT, "-o", str(out))
        assert result.return_value in (0, 1), case.name
        text = out.read_bytes()
        assert text.isascii() and json.loads(text)["verdict"] in ("valid", "refused")
        assert len(case.token) < 60 or case.token.encode() not in text
