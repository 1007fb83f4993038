"""Which log is written in which shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crosswarden.errors import UsageError
from crosswarden.rehearsal.event import Stream
from crosswarden.rehearsal.shapes.cloud_app import CLOUD_APP
from crosswarden.rehearsal.shapes.diagnostic import DIAGNOSTIC, RECORDS
from crosswarden.rehearsal.shapes.entra_portal import ENTRA_CSV
from crosswarden.rehearsal.shapes.graph import GRAPH
from crosswarden.rehearsal.shapes.log_analytics import PORTAL_CSV, QUERY_API
from crosswarden.rehearsal.shapes.setting import Shape
from crosswarden.rehearsal.shapes.unified import MANAGEMENT, PURVIEW, SEARCH

__all__ = ["SHAPES", "USUAL", "Exports", "choose"]

SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        GRAPH,
        DIAGNOSTIC,
        RECORDS,
        PORTAL_CSV,
        QUERY_API,
        ENTRA_CSV,
        SEARCH,
        PURVIEW,
        MANAGEMENT,
        CLOUD_APP,
    )
}
"""Every shape by name."""

USUAL = ("graph=audit+signin", "diagnostic", "management")
"""What is written when nothing else is asked for: every log once, in the shape it is most often met in."""

Exports = Mapping[Stream, tuple[Shape, ...]]
"""Log → the shapes it is written in. A log that is missing is not exported."""


def _streams(text: str, shape: Shape) -> list[Stream]:
    names = text.split("+")
    known = {stream.value: stream for stream in Stream}
    for name in names:
        if name not in known or known[name] not in shape.files:
            fit = ", ".join(stream.value for stream in shape.files)
            raise UsageError(
                "rehearsal-log", f"shape {shape.name} has no log {name!r}", remedy=f"it has {fit}"
            )
    return [known[name] for name in names]


def choose(asked: Iterable[str], everywhere: bool = False) -> Exports:
    """The exports that ``NAME`` and ``NAME=LOG+LOG`` ask for.

    Each log goes into the first shape that has it, or with ``everywhere`` into each that has it: the same event
    exported twice, as happens in practice.

    >>> [shape.name for shape in choose(["purview-csv", "management"])[Stream.UNIFIED]]
    ['purview-csv']
    """
    exports: dict[Stream, tuple[Shape, ...]] = {}
    for each in asked:
        name, _, logs = each.partition("=")
        shape = SHAPES.get(name)
        if shape is None:
            raise UsageError(
                "rehearsal-shape", f"there is no shape {name!r}", remedy=f"there are {', '.join(SHAPES)}"
            )
        for stream in _streams(logs, shape) if logs else shape.files:
            if everywhere or stream not in exports:
                exports[stream] = (*exports.get(stream, ()), shape)
    return exports
