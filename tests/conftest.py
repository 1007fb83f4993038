"""Shared fixtures: where the real data lies, and what to do when it is absent."""

from __future__ import annotations

import os
from pathlib import Path

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
