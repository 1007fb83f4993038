"""Every procedure by name: the one list to extend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures import (
    clusters,
    external,
    graphs,
    lookups,
    reducing,
    scanning,
    schemas,
    timelines,
)
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES", "Frame", "run_procedure"]

PROCEDURES: dict[str, Procedure] = {
    **external.PROCEDURES,
    **graphs.PROCEDURES,
    **scanning.PROCEDURES,
    **timelines.PROCEDURES,
    **lookups.PROCEDURES,
    **clusters.PROCEDURES,
    **reducing.PROCEDURES,
    **schemas.PROCEDURES,
}


def run_procedure(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[tuple[Any, ...]]:
    """The rows of a staged step."""
    return PROCEDURES[step.procedure](step, inputs, outside)
