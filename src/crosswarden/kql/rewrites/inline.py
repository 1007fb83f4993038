"""Puts a shared query that is used once where it is used, so that the other rewrites see through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crosswarden.kql.plan import (
    Field,
    Plan,
    Project,
    Ref,
    Reference,
    Shared,
    inputs_of,
    queries_of,
)
from crosswarden.kql.rewrites.rebuild import rebuild
from crosswarden.kql.rewrites.scalars import scalars_of

__all__ = ["inline"]


def inline(plan: Plan, wanted: tuple[Field, ...]) -> Plan:
    """The plan with every shared query that has one use in place of that use; materialized ones stay."""
    uses = Counter(_uses(plan))
    single = {shared for shared, count in uses.items() if count == 1 and not shared.materialized}

    def change(node: Plan) -> Plan:
        if isinstance(node, Reference) and node.shared in single:
            inner = rebuild(node.shared.plan, change)
            pairs = tuple((new, Ref(old)) for new, old in zip(node.fields, inner.fields, strict=True))
            return Project(inner, pairs, node.fields)
        return node

    return rebuild(plan, change) if single else plan


def _uses(plan: Plan) -> Iterator[Shared]:
    """The shared query of every reference; what a shared query itself refers to counts once."""
    entered: set[Shared] = set()
    stack = [plan]
    while stack:
        node = stack.pop()
        if isinstance(node, Reference):
            yield node.shared
            if node.shared in entered:
                continue
            entered.add(node.shared)
        stack.extend(inputs_of(node))
        for scalar in scalars_of(node):
            stack.extend(query.plan for query in queries_of(scalar))
