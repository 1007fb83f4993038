"""Rebuilding a plan from the bottom, with the queries inside expressions and the shared ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crosswarden.kql.plan import (
    Apply,
    Join,
    Partition,
    Plan,
    Project,
    Range,
    Reference,
    Rows,
    Scan,
    Shared,
    Staged,
    Union,
    queries_of,
)
from crosswarden.kql.plan.operators import Given
from crosswarden.kql.rewrites.scalars import map_queries, map_scalars, scalars_of

__all__ = ["rebuild"]


def rebuild(plan: Plan, change: Callable[[Plan], Plan]) -> Plan:
    """The plan with ``change`` applied to every step, inputs first; a shared query is rebuilt once.

    ``change`` sees a reference before its shared query is rebuilt, and may put something else in its place.
    """
    done: dict[Shared, Shared] = {}

    def visit(node: Plan) -> Plan:
        match node:
            case Reference():
                return reference(node)
            case Scan() | Rows() | Range() | Given():
                return change(node)
            case Join():
                node = replace(node, left=visit(node.left), right=visit(node.right))
            case Union() | Staged():
                node = replace(node, inputs=tuple(same_columns(visit(part), part) for part in node.inputs))
            case Apply() | Partition():
                node = replace(node, input=visit(node.input), body=visit(node.body))
            case _:
                node = replace(node, input=visit(node.input))
        if any(queries_of(scalar) for scalar in scalars_of(node)):
            node = map_scalars(node, lambda scalar: map_queries(scalar, lambda query: visit(query.plan)))
        return change(node)

    def reference(node: Reference) -> Plan:
        changed = change(node)
        if not isinstance(changed, Reference):
            return changed
        made = done.get(changed.shared)
        if made is None:
            shared = changed.shared
            made = Shared(shared.name, same_columns(visit(shared.plan), shared.plan), shared.materialized)
            done[shared] = made
        return Reference(made, changed.fields)

    return visit(plan)


def same_columns(made: Plan, before: Plan) -> Plan:
    """The step with just the columns that it had: who uses it counts on them, in their order."""
    return made if made.fields == before.fields else Project(made, (), before.fields)
