"""The scenarios by name."""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.errors import UsageError
from crosswarden.rehearsal.scenarios import cross_tenant_sync
from crosswarden.rehearsal.story import Scenario

__all__ = ["SCENARIOS", "scenario"]

SCENARIOS: Mapping[str, Scenario] = {each.SCENARIO.name: each.SCENARIO for each in (cross_tenant_sync,)}


def scenario(name: str) -> Scenario:
    """The scenario of that name.

    Raises UsageError when there is none.
    """
    found = SCENARIOS.get(name)
    if found is None:
        raise UsageError(
            "rehearsal-scenario", f"there is no scenario {name!r}", remedy=f"there are {', '.join(SCENARIOS)}"
        )
    return found
