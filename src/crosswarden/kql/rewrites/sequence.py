"""The rewrites in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from crosswarden.kql.plan import Field, Plan
from crosswarden.kql.rewrites.inline import inline
from crosswarden.kql.rewrites.promote import promote
from crosswarden.kql.rewrites.prune import prune
from crosswarden.kql.rewrites.push import push
from crosswarden.kql.rewrites.times import bounded

__all__ = ["REWRITES", "Rewrite", "rewrite"]

Rewrite = Callable[[Plan, tuple[Field, ...], int], Plan]
"""Takes a plan, the columns that its result shows, and the moment (ticks) that the query sees."""

REWRITES: tuple[Rewrite, ...] = (
    lambda plan, wanted, now: inline(plan, wanted),
    lambda plan, wanted, now: push(plan, wanted),
    lambda plan, wanted, now: promote(plan, wanted),
    lambda plan, wanted, now: bounded(plan, now),
    lambda plan, wanted, now: prune(plan, wanted),
)


def rewrite(plan: Plan, wanted: tuple[Field, ...], now: int) -> Plan:
    """The plan after every rewrite."""
    for each in REWRITES:
        plan = each(plan, wanted, now)
    return plan
