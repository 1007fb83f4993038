"""``token keys watch`` as it runs against authorities: what is written, what fails and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bench._forgery import WORLDWIDE, jwk, metadata, rsa_key
from click.testing import Result

from crosswarden.errors import UsageError
from crosswarden.tokens import fetching
from crosswarden.tokens.key_cache import KeysUnavailable

AUTHORITY = WORLDWIDE + "/common"
Run = Callable[..., Result]


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The keys that a synthetic authority serves; every other host is out of reach."""
    keys: list[dict[str, object]] = [jwk(rsa_key("entra"), "a", WORLDWIDE + "/{tenantid}/v2.0")]

    def fetch(address: str) -> bytes:
        if not address.startswith(WORLDWIDE):
            raise KeysUnavailable("keys-unavailable", f"{address} cannot be fetched: ConnectError")
        document = metadata(WORLDWIDE, "common") if ".well-known" in address else {"keys": keys}
        return json.dumps(document).encode()

    monkeypatch.setattr(fetching, "http_fetch", fetch)
    return keys


def test_watch_once_appends_what_changed(
    authority: list[dict[str, object]], run: Run, tmp_path: Path
) -> None:
    """Each look adds its events to the file, and nothing when nothing changed."""
    out = tmp_path / "events.jsonl"
    look = ["keys", "watch", AUTHORITY, "--history", str(tmp_path / "h"), "--once", "-o", str(out)]
    assert run(*look).return_value == 0 and run(*look).return_value == 0
    authority.append(jwk(rsa_key("other"), "b", WORLDWIDE + "/{tenantid}/v2.0"))
    assert run(*look).return_value == 0
    events = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(event["OperationName"], event["KeyId"]) for event in events] == [
        ("key-new", "a"),
        ("key-new", "b"),
    ]


def test_an_authority_out_of_reach_is_named_and_the_others_are_recorded(
    authority: list[dict[str, object]], run: Run, tmp_path: Path
) -> None:
    """One failing authority makes the exit code 3 and holds up no other."""
    result = run(
        "keys", "watch", "https://gone.example/x", AUTHORITY, "--history", str(tmp_path / "h"), "--once"
    )
    assert result.return_value == 3 and "gone.example/x" in result.stderr
    assert json.loads(result.stdout)["KeyId"] == "a"


def test_watching_goes_on_until_it_is_stopped(
    authority: list[dict[str, object]], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --once it looks again after the interval."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        authority.pop()
        authority.append(jwk(rsa_key("other"), f"key-{len(waited)}", WORLDWIDE + "/{tenantid}/v2.0"))
        if len(waited) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    result = run("keys", "watch", AUTHORITY, "--history", str(tmp_path / "h"), "--interval", "600")
    assert waited == [600, 600, 600]
    kinds = [json.loads(line)["OperationName"] for line in result.stdout.splitlines()]
    assert kinds == ["key-new", "key-gone", "key-new", "key-gone", "key-new"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["diff", "absent.json", "absent.json"],
        ["served", "--history", "absent.sqlite"],
        ["watch", "a", "b", "--history", "h.sqlite", "--jwks", "k.json"],
    ],
)
def test_what_cannot_be_carried_out_is_a_usage_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Files that are not there, and one key set for two authorities."""
    monkeypatch.chdir(tmp_path)
    assert isinstance(run("keys", *arguments).exception, UsageError)


def test_a_difference_of_files_that_are_no_key_sets_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    """A file that is something else is named."""
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    result = run("keys", "diff", str(path), str(path))
    assert isinstance(result.exception, UsageError) and "x.json" in str(result.exception)
