"""What a source is, and what a collection of it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import Session

__all__ = ["Interface", "Outcome", "Source", "Window", "stamp"]

Interface: TypeAlias = Literal["graph", "management", "log_analytics"]


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open window [start, end) of event times, both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of log or policy: where it comes from and the least permissions that let it be read.

    ``collect`` brings it onto a shelf and returns sentences about what could not be had ("" when nothing is
    missing); it raises CollectError where the interface refuses.
    """

    name: str
    interface: Interface
    permissions: tuple[str, ...]
    collect: Callable[[Session, Window, Shelf], tuple[str, ...]]
    windowed: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a source: *collected*, *partial* (with what is missing) or *not collected* (with the reason)."""

    source: str
    status: Literal["collected", "partial", "not collected"]
    reasons: tuple[str, ...] = field(default=())


def stamp(moment: datetime) -> str:
    """The moment as the interfaces want it.

    >>> stamp(datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2024-01-02T03:04:05Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
