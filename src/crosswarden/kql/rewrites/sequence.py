"""The rewrites in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.plan import Field, Plan
from crosswarden.kql.rewrites.prune import prune

__all__ = ["REWRITES", "Rewrite", "rewrite"]

Rewrite = Callable[[Plan, tuple[Field, ...]], Plan]
"""Takes a plan and the columns that its result shows."""

REWRITES: tuple[Rewrite, ...] = (prune,)


def rewrite(plan: Plan, wanted: tuple[Field, ...]) -> Plan:
    """The plan after every rewrite."""
    for each in REWRITES:
        plan = each(plan, wanted)
    return plan
