"""The expressions of a step, to read and to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Apply,
    Call,
    Expand,
    Filter,
    InQuery,
    Join,
    MakeSeries,
    Partition,
    Path,
    Plan,
    Project,
    Range,
    Scalar,
    Sort,
    Special,
    Subquery,
    Take,
    Window,
    children,
)

__all__ = ["map_queries", "map_scalars", "scalars_of"]


def scalars_of(node: Plan) -> Iterator[Scalar]:
    """Every expression of a step."""
    match node:
        case Filter():
            yield node.predicate
        case Project():
            yield from (value for _, value in node.assigned)
        case Aggregate():
            yield from (value for _, value in (*node.keys, *node.values))
        case Sort():
            yield from (key.value for key in node.keys)
        case Take():
            yield node.count
        case Join():
            for left, right in node.on:
                yield left
                yield right
        case Expand() | Apply():
            yield from (expansion.value for expansion in node.expansions)
        case Partition():
            yield node.key
        case MakeSeries():
            yield from (value for _, value in node.keys)
            yield from (each.value for each in node.series)
            yield from (each.default for each in node.series)
            yield from (item for item in (node.on, node.start, node.stop, node.step) if item is not None)
        case Range():
            yield from (node.start, node.stop, node.step)
        case _:
            return


def map_queries(scalar: Scalar, change: Callable[[Subquery | InQuery], Plan]) -> Scalar:
    """The expression with the plans of the queries inside it changed."""
    if isinstance(scalar, Subquery):
        return replace(scalar, plan=change(scalar))
    if isinstance(scalar, InQuery):
        return replace(scalar, plan=change(scalar), value=map_queries(scalar.value, change))
    if isinstance(scalar, Call | Special | Window | Aggregation):
        return replace(scalar, arguments=tuple(map_queries(item, change) for item in children(scalar)))
    if isinstance(scalar, Path):
        return replace(scalar, base=map_queries(scalar.base, change))
    return scalar


def map_scalars(node: Plan, change: Callable[[Scalar], Scalar]) -> Plan:
    """The step with every expression of its own changed."""
    match node:
        case Filter():
            return replace(node, predicate=change(node.predicate))
        case Project():
            return replace(node, assigned=tuple((field, change(value)) for field, value in node.assigned))
        case Aggregate():
            keys = tuple((field, change(value)) for field, value in node.keys)
            return replace(
                node, keys=keys, values=tuple((field, change(value)) for field, value in node.values)
            )
        case Sort():
            return replace(node, keys=tuple(replace(key, value=change(key.value)) for key in node.keys))
        case Take():
            return replace(node, count=change(node.count))
        case Join():
            return replace(node, on=tuple((change(one), change(other)) for one, other in node.on))
        case Expand() | Apply():
            expansions = tuple(replace(each, value=change(each.value)) for each in node.expansions)
            return replace(node, expansions=expansions)
        case Partition():
            return replace(node, key=change(node.key))
        case MakeSeries():
            keys = tuple((field, change(value)) for field, value in node.keys)
            series = tuple(replace(each, value=change(each.value)) for each in node.series)
            return replace(node, keys=keys, series=series, on=change(node.on))
        case _:
            return node
