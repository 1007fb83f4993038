"""What every syntax node has: where it stands in the text, and which nodes lie below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

__all__ = ["Node", "walk"]


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of KQL and the half-open range ``start:end`` of the source text that it was read from.

    Offsets count characters of the Python string. They do not take part in comparison: two trees are equal when
    they say the same, wherever it was written.
    """

    start: int = field(compare=False, repr=False)
    end: int = field(compare=False, repr=False)

    def children(self) -> Iterator[Node]:
        """The nodes directly below this one, in the order of its fields."""
        for name in _field_names(type(self)):
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from _nodes(value)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first; deep trees are walked without recursion."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(list(here.children())))


_NAMES: dict[type[Node], tuple[str, ...]] = {}


def _field_names(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(item.name for item in fields(kind) if item.name not in ("start", "end"))
    return _NAMES[kind]


def _nodes(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)
