"""Fixtures of the token tests: files of a synthetic authority and the command line run in process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bench._forgery import worlds
from click.testing import CliRunner, Result

from crosswarden.cli.token import command


@pytest.fixture
def world_files(tmp_path: Path) -> Callable[[str], list[str]]:
    """Writes a world's key set and metadata and gives the options that name them."""

    def write(world: str) -> list[str]:
        one = worlds()[world]
        jwks, metadata = tmp_path / f"{world}-jwks.json", tmp_path / f"{world}-metadata.json"
        jwks.write_text(json.dumps(one.jwks))
        metadata.write_text(json.dumps(one.metadata))
        return ["--jwks", str(jwks), "--metadata", str(metadata)]

    return write


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs ``crosswarden token …`` in process, without its outermost error handling."""

    def call(*arguments: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(command, list(arguments), input=stdin, standalone_mode=False)

    return call
