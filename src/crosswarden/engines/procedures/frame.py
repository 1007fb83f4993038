"""Rows as procedures see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.kql.plan import Staged
from crosswarden.tables import Column

__all__ = ["Frame", "Procedure"]


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows of one input, in the engine's representation, and their columns."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]


Procedure = Callable[[Staged, Sequence[Frame], Outside], list[tuple[Any, ...]]]
"""Makes the rows of a staged step from those of its inputs."""
