"""Moves filters towards the scans: below extend, project and sort, into the branches of union, and to the left side of
an innerunique join.

The last is Kusto's own behaviour, not a saving: a condition on left columns right after the join decides which of the
left rows of one key may stand for it.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql.plan import (
    Call,
    Field,
    Filter,
    Join,
    Literal,
    Plan,
    Project,
    Ref,
    Scalar,
    Serialize,
    Sort,
    Union,
    Window,
    fields_of,
    is_volatile,
    substitute,
    walk,
)
from crosswarden.kql.rewrites.rebuild import rebuild
from crosswarden.tables import Type

__all__ = ["conjuncts", "push"]


def push(plan: Plan, wanted: tuple[Field, ...]) -> Plan:
    """The plan with every filter as low as it may go."""
    return rebuild(plan, _lowered)


def conjuncts(predicate: Scalar) -> list[Scalar]:
    """The parts that have to hold together."""
    found: list[Scalar] = []
    stack = [predicate]
    while stack:
        part = stack.pop()
        if isinstance(part, Call) and part.function.name == "And":
            stack.extend(reversed(part.arguments))
        else:
            found.append(part)
    return found


def _lowered(node: Plan) -> Plan:
    if not isinstance(node, Filter):
        return node
    made = node.input
    stay: list[Scalar] = []
    for part in conjuncts(node.predicate):
        pushed = None if _fixed(part) else _into(made, part)
        if pushed is None:
            stay.append(part)
        else:
            made = pushed
    if made is node.input:
        return node
    for part in stay:
        made = Filter(made, part)
    return made


def _fixed(part: Scalar) -> bool:
    return any(isinstance(node, Window) for node in walk(part)) or is_volatile(part)


def _into(node: Plan, part: Scalar) -> Plan | None:
    """The step with the condition somewhere below it; None where it cannot go."""
    match node:
        case Project():
            return _below_project(node, part)
        case Sort() | Serialize():
            return replace(node, input=_placed(node.input, part))
        case Filter():
            inner = _into(node.input, part)
            return None if inner is None else Filter(inner, node.predicate)
        case Join() if node.kind == "innerunique" and fields_of(part) <= set(node.left.fields):
            return replace(node, left=_placed(node.left, part))
        case Union():
            return _into_branches(node, part)
        case _:
            return None


def _placed(node: Plan, part: Scalar) -> Plan:
    """The condition over the step, as low as it may go."""
    return _into(node, part) or Filter(node, part)


def _below_project(node: Project, part: Scalar) -> Plan | None:
    if any(_fixed(value) for _, value in node.assigned):
        return None
    assigned = dict(node.assigned)
    values: dict[Field, Scalar] = {}
    for field in fields_of(part):
        if field in assigned:
            if not isinstance(assigned[field], Ref | Literal):
                return None
            values[field] = assigned[field]
    return replace(node, input=_placed(node.input, substitute(part, values) if values else part))


def _into_branches(node: Union, part: Scalar) -> Plan | None:
    picks = dict(node.columns)
    read = fields_of(part)
    if not read <= picks.keys():
        return None
    inputs = []
    for at, branch in enumerate(node.inputs):
        values: dict[Field, Scalar] = {}
        for field in read:
            pick = picks[field].get(at)
            empty = Literal(field.kind, "" if field.type is Type.STRING else None, written=False)
            values[field] = empty if pick is None else Ref(pick)
        inputs.append(_placed(branch, substitute(part, values)))
    return replace(node, inputs=tuple(inputs))
