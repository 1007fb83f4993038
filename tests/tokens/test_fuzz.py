"""Fuzzing: a short coverage-guided run, and mutations by hypothesis; ten minutes are ``make fuzz-tokens``."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bench._forgery import certificate, date, jwk, rsa_key
from bench._fuzz_target import attempt, seeds
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswarden.errors import InputError
from crosswarden.tokens import read_key_set, read_metadata
from crosswarden.tokens.fetching import metadata_address
from crosswarden.tokens.key_cache import KeysUnavailable

ROOT = Path(__file__).resolve().parents[2]


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=64))
def test_no_mutation_is_accepted_and_nothing_crashes(mode: int, seed: int, edits: bytes) -> None:
    """Mutated tokens, signatures, payloads, key sets and metadata end as refusals and input errors, never otherwise."""
    attempt(mode, seed, edits)


def test_a_token_as_it_was_made_passes_the_target() -> None:
    """The target would notice an acceptance: without edits every seed goes through it, valid ones accepted."""
    for seed in range(len(seeds())):
        for mode in (0, 2):
            attempt(mode, seed, b"")


def test_a_short_coverage_guided_run_finds_nothing(tmp_path: Path) -> None:
    """atheris, in an environment of its own, runs ten seconds without a finding."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHON": sys.executable}
    setup = [
        "bash",
        str(ROOT / "scripts/own_environment.sh"),
        str(ROOT / ".venv-fuzz"),
        str(ROOT / "requirements/fuzz.txt"),
    ]
    subprocess.run(setup, check=True, capture_output=True, timeout=300, env=environment)
    command = [str(ROOT / ".venv-fuzz/bin/python"), "-m", "bench._fuzz_tokens", "10"]
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    executed = re.search(r"number_of_executed_units:\s+(\d+)", run.stdout + run.stderr)
    assert executed and int(executed[1]) > 200


@pytest.mark.parametrize(
    "address", ["https://[", "login", "https://login.microsoftonline.com]x/common", "//"]
)
def test_found_by_fuzzing_addresses_that_are_none(address: str) -> None:
    """An address in metadata that cannot be taken apart is an input error or says nothing, never a crash."""
    document = {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "jwks_uri": address}
    try:
        assert read_metadata(document).endpoint == ""
    except InputError as error:
        assert error.code == "metadata-form"
    with pytest.raises(KeysUnavailable):
        metadata_address(address)


@pytest.mark.parametrize(
    ("octets", "instead"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x06"),
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x7f"),
        (b"\x17\x0d", b"\x17\x0c"),
    ],
    ids=["version 7", "unknown kind of key", "date cut short"],
)
def test_found_by_fuzzing_certificates_that_cannot_be_read(octets: bytes, instead: bytes) -> None:
    """A certificate that the library cannot read gives no dates; the key set is read all the same."""
    key = rsa_key("entra")
    der = certificate(key, date("2024-01-01"), date("2029-01-01"))
    assert octets in der
    broken = base64.b64encode(der.replace(octets, instead)).decode()
    entry = read_key_set({"keys": [jwk(key, "k", None, x5c=[broken])]}).find("k")
    assert entry.not_after is None and entry.key is not None
