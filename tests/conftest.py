"""Shared fixtures: where the real data lies, and what to do when it is absent."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _shared() -> Path | None:
    for candidate in (os.environ.get("CROSSWARDEN_SHARED"), ROOT.parent / "shared"):
        if candidate and Path(candidate, "data").is_dir():
            return Path(candidate)
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real logs, vectors and the KQL judge; CI always has it."""
    found = _shared()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("../shared is absent although CI always has it")
        pytest.skip("needs the shared data beside the checkout (../shared or CROSSWARDEN_SHARED)")
    return found


Verdicts = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="session")
def judge(shared: Path) -> Callable[[Mapping[str, str]], Verdicts]:
    """Microsoft's parser and binder over the documented tables: queries by id in, verdicts by id out.

    A verdict is ``{"ok", "errors": [{"code", "message", "start", "length"}], "columns": [{"name", "type"}] | None}``.
    """
    home = ROOT / "tests/judge"
    if not (home / "node_modules/@kusto/language-service-next").is_dir():
        pytest.fail("the KQL judge is not installed: make judge")

    def verdicts(queries: Mapping[str, str]) -> Verdicts:
        lines = "".join(json.dumps({"id": key, "query": text}) + "\n" for key, text in queries.items())
        command = ["node", str(shared / "oracle/oracle.cjs"), str(shared / "data/schemas/tables.json")]
        done = subprocess.run(
            command, input=lines, capture_output=True, text=True, cwd=home, check=True, timeout=900
        )
        return {str(row["id"]): row for row in map(json.loads, done.stdout.splitlines())}

    return verdicts
