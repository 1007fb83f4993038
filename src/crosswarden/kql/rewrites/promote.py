"""Reads a promoted column where a path leads to what it holds.

A promoted column is exactly the JSON text at the end of its path (crosswarden.tables.promoted), so the swap changes no
answer. The column travels from its scan up through the steps that leave rows whole.
"""

from __future__ import annotations

from dataclasses import replace

from crosswarden.kql.functions import DYNAMIC
from crosswarden.kql.plan import (
    Aggregation,
    Call,
    Expand,
    Field,
    Filter,
    InQuery,
    Join,
    Path,
    Plan,
    Project,
    Ref,
    Scalar,
    Scan,
    Serialize,
    Sort,
    Special,
    Take,
    Union,
    Window,
)
from crosswarden.kql.rewrites.rebuild import rebuild
from crosswarden.kql.rewrites.scalars import map_scalars

__all__ = ["promote"]

Held = dict[Field, dict[tuple[str | int, ...], Field]]


def promote(plan: Plan, wanted: tuple[Field, ...]) -> Plan:
    """The plan with promoted columns in the place of paths."""
    if not _any_promoted(plan):
        return plan
    held: dict[int, Held] = {}
    keep: list[Plan] = []

    def change(node: Plan) -> Plan:
        made, found = _changed(node, held)
        if found:
            held[id(made)] = found
            keep.append(made)  # so that its id stays its own
        return made

    return rebuild(plan, change)


def _any_promoted(plan: Plan) -> bool:
    from crosswarden.kql.plan import inputs_of

    stack, seen = [plan], set()
    while stack:
        node = stack.pop()
        if isinstance(node, Scan) and node.promoted:
            return True
        for part in inputs_of(node):
            if id(part) not in seen:
                seen.add(id(part))
                stack.append(part)
    return False


def _changed(node: Plan, held: dict[int, Held]) -> tuple[Plan, Held]:
    """The step, and the promoted columns that go on from it."""
    match node:
        case Scan():
            found: Held = {}
            for item in node.promoted:
                found.setdefault(item.source, {})[item.path] = item.made
            return node, found
        case Filter() | Sort() | Take() | Serialize():
            below = held.get(id(node.input), {})
            return _swapped(node, below), below
        case Project():
            return _through_project(node, held.get(id(node.input), {}))
        case Expand():
            below = held.get(id(node.input), {})
            made = _swapped(node, below)
            assert isinstance(made, Expand)
            kept = {source: paths for source, paths in below.items() if source in made.fields}
            return replace(made, fields=(*made.fields, *_columns(kept))), kept
        case Join():
            below = {**held.get(id(node.left), {}), **held.get(id(node.right), {})}
            made_join = _swapped(node, below)
            assert isinstance(made_join, Join)
            half = node.kind in ("leftsemi", "leftanti", "rightsemi", "rightanti")
            outer = node.kind.endswith("outer")
            if half or outer:
                return made_join, {}
            kept = {source: paths for source, paths in below.items() if source in node.fields}
            return replace(made_join, fields=(*made_join.fields, *_columns(kept))), kept
        case Union():
            return node, {}
        case _:
            inner = getattr(node, "input", None)
            below = held.get(id(inner), {}) if inner is not None else {}
            return _swapped(node, below) if below else node, {}


def _columns(held: Held) -> list[Field]:
    return [made for paths in held.values() for made in paths.values()]


def _through_project(node: Project, below: Held) -> tuple[Plan, Held]:
    if not below:
        return node, {}
    made = _swapped(node, below)
    assert isinstance(made, Project)
    kept = {source: paths for source, paths in below.items() if source in made.fields}
    for field, value in made.assigned:
        if isinstance(value, Ref) and value.field in below:
            kept[field] = below[value.field]
    extra = dict.fromkeys(_columns(kept))
    return replace(made, fields=(*made.fields, *extra)), kept


def _swapped(node: Plan, held: Held) -> Plan:
    return map_scalars(node, lambda scalar: _swap(scalar, held)) if held else node


def _through_text(scalar: Path, slow: Path, held: Held) -> Scalar:
    """``parse_json(tostring(column.a)).b``: where the promoted a.b holds something, that is the answer.

    Then column.a is a bag or array and its text parses to itself. Where it holds nothing, column.a may still be text
    that has JSON in it, and the way through the text decides.
    """
    base = scalar.base
    if not (isinstance(base, Call) and base.function.name in _PARSERS and len(base.arguments) == 1):
        return slow
    inner = base.arguments[0]
    if not (isinstance(inner, Call) and inner.function.name == "tostring"):
        return slow
    first = inner.arguments[0]
    if not (isinstance(first, Path) and isinstance(first.base, Ref) and first.base.field in held):
        return slow
    steps = (*first.steps, *scalar.steps)
    for length in range(len(steps), len(first.steps), -1):
        made = held[first.base.field].get(steps[:length])  # type: ignore[arg-type]
        if made is not None:
            rest = steps[length:]
            quick: Scalar = Path(Ref(made), rest) if rest else Ref(made)
            return Special(DYNAMIC, "or-else", (quick, slow))
    return slow


_PARSERS = frozenset({"parse_json", "todynamic", "parsejson", "toobject"})


def _swap(scalar: Scalar, held: Held) -> Scalar:
    """The expression with the longest promoted path in the place of each path that begins with it."""
    if isinstance(scalar, Path):
        base = _swap(scalar.base, held)
        if isinstance(base, Ref) and base.field in held:
            for length in range(len(scalar.steps), 0, -1):
                made = held[base.field].get(tuple(scalar.steps[:length]))  # type: ignore[arg-type]
                if made is not None:
                    rest = scalar.steps[length:]
                    return Path(Ref(made), rest) if rest else Ref(made)
        slow = scalar if base is scalar.base else Path(base, scalar.steps)
        return _through_text(scalar, slow, held)
    if isinstance(scalar, Call | Special | Window | Aggregation):
        arguments = tuple(_swap(part, held) for part in scalar.arguments)
        same = all(new is old for new, old in zip(arguments, scalar.arguments, strict=True))
        return scalar if same else replace(scalar, arguments=arguments)
    if isinstance(scalar, InQuery):
        return replace(scalar, value=_swap(scalar.value, held))
    return scalar
