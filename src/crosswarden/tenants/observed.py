"""A value that was observed, or the reason why it was not: a check cannot read one without handling the other.

    Value[T] = Observed[T] | NotObserved

>>> read = Observed(True)
>>> read.value if isinstance(read, Observed) else read.reason
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

__all__ = ["NotObserved", "Observed", "Value", "then"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Observed(Generic[T]):
    """What the export says."""

    value: T


@dataclass(frozen=True)
class NotObserved:
    """Why the export does not say: a missing file, a refused permission, a value that is not understood."""

    reason: str


Value: TypeAlias = Observed[T] | NotObserved


def then(value: Value[T], use: Callable[[T], R]) -> Value[R]:
    """USE applied to an observed value; a missing one stays missing, with its reason."""
    return Observed(use(value.value)) if isinstance(value, Observed) else value
