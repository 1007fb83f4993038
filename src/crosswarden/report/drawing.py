"""Where the shapes of a case's graph and timeline go: plain numbers, drawn as inline SVG by the template."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crosswarden.report.document import Object

__all__ = ["Graph", "Timeline", "graph_of", "timeline_of"]

WIDTH = 920
NODES = 22
LANE = 26
LEFT = 210


@dataclass(frozen=True, slots=True)
class Node:
    """A circle with its label; ``side`` is where the label goes."""

    x: float
    y: float
    kind: str
    role: str
    label: str
    side: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two circles."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Graph:
    """A case's entities around its subjects."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Dot:
    """One event on its lane."""

    x: float
    y: float
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events by hunt over time."""

    width: int
    height: int
    lanes: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    dots: tuple[Dot, ...]


def _short(text: str, limit: int = 34) -> str:
    return text if len(text) <= limit else f"{text[: limit - 14]}…{text[-12:]}"


def graph_of(case: Object) -> Graph:
    """Hubs (the entities that findings are about) in the middle row, everything else on an ellipse around them."""
    entities, edges = case["entities"], case["edges"]
    degree = [0] * len(entities)
    for source, target, _ in edges:
        degree[source] += 3
        degree[target] += 1
    order = sorted(range(len(entities)), key=lambda index: (-degree[index], index))[:NODES]
    sources = {source for source, _, _ in edges}
    hubs = [index for index in order if index in sources][:4]
    ring = [index for index in order if index not in hubs]
    height = 330 if len(ring) > 8 else 260
    places: dict[int, tuple[float, float]] = {}
    for position, index in enumerate(hubs):
        places[index] = (
            WIDTH / 2 + (position - (len(hubs) - 1) / 2) * 120,
            height / 2 + (position % 2) * 24 - 12,
        )
    for position, index in enumerate(sorted(ring, key=lambda each: (entities[each]["type"], each))):
        angle = 2 * math.pi * (position + 0.5) / max(1, len(ring)) - math.pi / 2
        places[index] = (WIDTH / 2 + 270 * math.cos(angle), height / 2 + (height / 2 - 28) * math.sin(angle))
    nodes = tuple(
        Node(
            round(x, 1),
            round(y, 1),
            entities[index]["type"].replace(" ", "-"),
            entities[index].get("role", ""),
            _short(entities[index]["name"]),
            "middle" if index in hubs else "start" if x >= WIDTH / 2 else "end",
        )
        for index, (x, y) in places.items()
    )
    lines = tuple(
        Line(*(round(each, 1) for each in (*places[source], *places[target])))
        for source, target, _ in edges
        if source in places and target in places
    )
    return Graph(WIDTH, height, nodes, lines, len(entities) - len(nodes))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)


def timeline_of(case: Object, severities: Sequence[tuple[str, str]]) -> Timeline | None:
    """Events on one lane a hunt; None when there is nothing to draw. ``severities`` is (finding id, severity)."""
    events = [each for each in case["timeline"] if each["time"]]
    if not events:
        return None
    grade = dict(severities)
    times = [_moment(each["time"]) for each in events]
    start, end = min(times), max(times)
    span = max(end - start, timedelta(minutes=1)).total_seconds()
    names = list(dict.fromkeys(each["hunt"] for each in events))
    lanes = {name: 22.0 + LANE * position for position, name in enumerate(names)}

    def across(at: datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - 30) * (at - start).total_seconds() / span, 1)

    dots = tuple(
        Dot(
            across(at),
            lanes[each["hunt"]],
            grade.get(each["finding"], "low"),
            f"{each['time'][:19]} {each['what']}",
        )
        for each, at in zip(events, times, strict=True)
    )
    steps = [start + timedelta(seconds=span * part / 4) for part in range(5)]
    form = "%Y-%m-%d %H:%M" if span < 3 * 86400 else "%Y-%m-%d"
    ticks = tuple((across(each), each.strftime(form)) for each in steps)
    height = 22 + LANE * len(names) + 22
    return Timeline(WIDTH, height, tuple((y, name) for name, y in lanes.items()), ticks, dots)
