"""Puts a rehearsal together: tenants, stories and ordinary life, written day by day, and the truth beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from crosswarden.errors import UsageError
from crosswarden.rehearsal.clock import DAY, day_start, iso
from crosswarden.rehearsal.event import Event, Stream
from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.scenarios import scenario
from crosswarden.rehearsal.shapes import USUAL, Exports, choose
from crosswarden.rehearsal.story import ATTACK, LONGEST, Story, World
from crosswarden.rehearsal.truth import ToldStep, ToldStory, Truth, WrittenEvent
from crosswarden.rehearsal.writing import Missing, Writing

__all__ = ["DEFAULT_START", "Request", "rehearse"]

DEFAULT_START = date(2026, 3, 2)
"""A Monday. Fixed, so that output never depends on the clock."""


@dataclass(frozen=True)
class Request:
    """What to rehearse, and how it is exported."""

    scenarios: tuple[str, ...]
    folder: Path
    seed: int = 1
    shapes: tuple[str, ...] = USUAL
    everywhere: bool = False
    users: int = 40
    days: int = 14
    start: date = DEFAULT_START
    variants: tuple[str, ...] = ("loud",)
    cleanup: bool = False
    slow: bool = False
    life: bool = True
    missing: tuple[Missing, ...] = ()
    pack: str = ""
    encoding: str = "utf-8"
    language: str = "en"
    workers: int = 1
    exports: Exports = field(init=False)

    def __post_init__(self) -> None:
        if self.days < 1 or self.users < 12:
            raise UsageError("rehearsal-size", "a rehearsal needs at least 1 day and 12 users")
        needed = (LONGEST * 7 if self.slow else LONGEST) + 1
        if self.scenarios and self.days < needed:
            raise UsageError(
                "rehearsal-days",
                f"{self.days} days are too few for the scenarios",
                remedy=f"give {needed} or more",
            )
        object.__setattr__(self, "exports", choose(self.shapes, self.everywhere))


def _world(request: Request) -> World:
    return World(
        seed=request.seed,
        start=day_start(request.start),
        days=request.days,
        victim=found(request.seed, "victim", request.users),
        sister=found(request.seed, "sister", 12),
        cleanup=request.cleanup,
        slow=request.slow,
    )


def _tell(request: Request, world: World) -> list[Story]:
    stories: list[Story] = []
    for name in request.scenarios:
        told = scenario(name)
        for variant in request.variants if told.kind == ATTACK else ("ordinary",):
            story = Story(world, name, variant, number=len(stories), kind=told.kind)
            told.tell(story)
            stories.append(story)
    return stories


def _told(story: Story, writing: Writing) -> ToldStory:
    which = scenario(story.scenario)
    ticks = [event.tick for step in story.steps for event in step.events]

    def written(event: Event) -> WrittenEvent:
        record = event.record
        operation = next(
            (
                str(record[key])
                for key in ("activityDisplayName", "Operation", "operationName", "requestUri")
                if key in record
            ),
            "Sign-in activity",
        )
        paths, missing = writing.where(event)
        return WrittenEvent(
            event.stream.value, event.id, iso(event.tick), event.tenant, operation, paths, missing
        )

    return ToldStory(
        scenario=which.name,
        title=which.title,
        kind=which.kind,
        variant=story.variant,
        tenant=story.victim.id,
        techniques=which.techniques,
        entities=story.entities,
        first=iso(min(ticks)),
        last=iso(max(ticks)),
        steps=tuple(
            ToldStep(step.name, step.about, tuple(map(written, step.events))) for step in story.steps
        ),
    )


def rehearse(
    scenarios: Sequence[str],
    folder: Path | str,
    *,
    seed: int = 1,
    shapes: Iterable[str] = USUAL,
    everywhere: bool = False,
    users: int = 40,
    days: int = 14,
    start: date = DEFAULT_START,
    variants: Sequence[str] = ("loud",),
    cleanup: bool = False,
    slow: bool = False,
    life: bool = True,
    missing: Iterable[Missing] = (),
    pack: str = "",
    encoding: str = "utf-8",
    language: str = "en",
    workers: int = 1,
) -> Truth:
    """Writes the logs of the scenarios, amid ordinary life, into a folder, and ``ground-truth.json`` beside them.

    The same arguments write the same bytes, whatever the number of workers. ``shapes`` are names or ``name=log+log``;
    ``missing`` says which logs lack which days. Raises UsageError for a scenario, shape or log that does not exist.
    """
    request = Request(
        tuple(scenarios),
        Path(folder),
        seed,
        tuple(shapes),
        everywhere,
        users,
        days,
        start,
        tuple(variants),
        cleanup,
        slow,
        life,
        tuple(missing),
        pack,
        encoding,
        language,
        workers,
    )
    world = _world(request)
    stories = _tell(request, world)
    last = world.start + world.days * DAY
    by_day: dict[int, list[Event]] = defaultdict(list)
    for story in stories:
        for step in story.steps:
            for event in step.events:
                by_day[(min(event.tick, last - 1) - world.start) // DAY].append(event)
    told = {event.tenant for events in by_day.values() for event in events}
    alive = frozenset({world.victim.id, *(told & {world.sister.id})})
    writing = Writing(
        request.folder,
        world,
        request.exports,
        request.missing,
        request.pack,
        request.encoding,
        request.language,
        request.life,
        alive,
    )
    files = writing.write(by_day, request.workers)
    truth = Truth(
        seed=seed,
        start=start.isoformat(),
        days=days,
        users=users,
        tenants=tuple(
            {"id": each.id, "name": each.name, "domain": each.domain, "part": each.label}
            for each in (world.victim, world.sister, *(one.attacker for one in stories if one.kind == ATTACK))
        ),
        stories=tuple(_told(story, writing) for story in stories),
        files=files,
        folder=request.folder,
    )
    truth.save()
    return truth


def streams() -> tuple[str, ...]:
    """The logs by name."""
    return tuple(stream.value for stream in Stream)
