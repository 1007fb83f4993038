"""Writes a rehearsal's files: each day on its own, in order of time, then joined.

Days are independent: what happens on one is drawn from a generator of its own, so any number of processes write the
same bytes. A small rehearsal ends as one file a log; a large one as one file a log and day.
"""

from __future__ import annotations

import gc
import gzip
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from operator import itemgetter
from pathlib import Path

from crosswarden.errors import UsageError
from crosswarden.rehearsal.business import business
from crosswarden.rehearsal.clock import DAY, iso
from crosswarden.rehearsal.errands import errands
from crosswarden.rehearsal.event import Event, Stream
from crosswarden.rehearsal.kinds import PERSON, Kinds, kinds_of, person_values
from crosswarden.rehearsal.life import live_day
from crosswarden.rehearsal.organisation import Organisation
from crosswarden.rehearsal.shapes import Exports, Setting, Shape
from crosswarden.rehearsal.story import World
from crosswarden.rehearsal.template import Filler, filler
from crosswarden.rehearsal.truth import WrittenFile

__all__ = ["Missing", "Writing"]

ENCODINGS: Mapping[str, tuple[bytes, str]] = {
    "utf-8": (b"", "utf-8"),
    "utf-8-sig": (b"\xef\xbb\xbf", "utf-8"),
    "utf-16": (b"\xff\xfe", "utf-16-le"),
    "windows-1252": (b"", "cp1252"),
}
"""Name → byte order mark and codec."""
PACKS = ("", "gz", "zip")
WHOLE = 60_000
"""User-days up to which each log is one file."""
BATCH = 2_000


def _context() -> BaseContext:
    """Forking where there is such a thing: a worker then starts in no time."""
    return get_context("fork" if "fork" in get_all_start_methods() else "spawn")


def batched(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    """Lines, so many at a time."""
    while batch := list(islice(lines, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class Missing:
    """Days, counted from 0, that a log lacks; ``stream`` None means every log."""

    stream: Stream | None
    first: int
    last: int
    reason: str = "outside retention"

    def hides(self, stream: Stream, day: int) -> bool:
        return (self.stream is None or self.stream is stream) and self.first <= day <= self.last


@dataclass
class Writing:
    """The files of one rehearsal."""

    folder: Path
    world: World
    exports: Exports
    missing: Sequence[Missing] = ()
    pack: str = ""
    encoding: str = "utf-8"
    language: str = "en"
    life: bool = True
    alive: frozenset[str] = frozenset()
    """The tenants, by id, whose ordinary life is written."""
    counts: dict[tuple[str, Stream, str, int], int] = field(default_factory=dict)
    """(tenant, log, shape, day) → events written."""

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise UsageError(
                "rehearsal-encoding",
                f"there is no encoding {self.encoding!r}",
                remedy=f"there are {', '.join(ENCODINGS)}",
            )
        if self.pack not in PACKS:
            raise UsageError(
                "rehearsal-pack", f"there is no packing {self.pack!r}", remedy="there are gz and zip"
            )

    @property
    def whole(self) -> bool:
        return len(self.world.victim.users) * self.world.days <= WHOLE

    def ours(self) -> dict[str, Organisation]:
        """The tenants whose logs are exported, by id."""
        return {each.id: each for each in (self.world.victim, self.world.sister)}

    def path(self, organisation: Organisation, stream: Stream, shape: Shape, day: int) -> str:
        """The file that holds a log of a tenant, relative to the folder."""
        name = shape.files[stream]
        if not self.whole:
            stem, suffix = name.split(".", 1)
            name = f"{stem}.{iso(self.world.start + day * DAY)[:10]}.{suffix}"
        where = "" if organisation is self.world.victim else f"{organisation.short}/"
        return f"{where}{shape.name}/{name}{'.' + self.pack if self.pack else ''}"

    def day_of(self, event: Event) -> int:
        return min(max(0, (event.tick - self.world.start) // DAY), self.world.days - 1)

    def gap(self, stream: Stream, day: int) -> str:
        return next((each.reason for each in self.missing if each.hides(stream, day)), "")

    def where(self, event: Event) -> tuple[tuple[str, ...], str]:
        """The files that hold an event, and if there are none, why."""
        organisation = self.ours().get(event.tenant)
        if organisation is None:
            return (), "the log of a tenant that is not ours"
        day = self.day_of(event)
        if gap := self.gap(event.stream, day):
            return (), gap
        shapes = self.exports.get(event.stream, ())
        if not shapes:
            return (), "log not exported"
        return tuple(self.path(organisation, event.stream, shape, day) for shape in shapes), ""

    def write(self, by_day: Mapping[int, Sequence[Event]], workers: int = 1) -> tuple[WrittenFile, ...]:
        """Writes every day and joins the parts; returns the files, in order of path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        jobs = [(self, day, by_day.get(day, ())) for day in range(self.world.days)]
        if workers > 1 and len(jobs) > 1:
            with ProcessPoolExecutor(workers, mp_context=_context()) as pool:
                for counts in pool.map(_write_day, jobs):
                    self.counts |= counts
        else:
            for job in jobs:
                self.counts |= _write_day(job)
        return self._join() if self.whole else self._listed()

    def _listed(self) -> tuple[WrittenFile, ...]:
        names = {each.name: each for each in self._shapes()}
        files = [
            WrittenFile(
                self.path(self.ours()[tenant], stream, names[shape], day), shape, stream.value, tenant, count
            )
            for (tenant, stream, shape, day), count in self.counts.items()
        ]
        return tuple(sorted(files, key=lambda each: each.path))

    def _shapes(self) -> list[Shape]:
        return list({shape.name: shape for shapes in self.exports.values() for shape in shapes}.values())

    def _join(self) -> tuple[WrittenFile, ...]:
        totals: dict[tuple[str, Stream, str], list[int]] = {}
        for tenant, stream, name, day in sorted(self.counts):
            totals.setdefault((tenant, stream, name), []).append(day)
        names = {each.name: each for each in self._shapes()}
        files = []
        for (tenant, stream, name), days in totals.items():
            shape, organisation = names[name], self.ours()[tenant]
            setting = Setting(organisation, self.language)
            path = self.path(organisation, stream, shape, 0)
            self._finish(
                path, stream, shape, setting, [self.part(organisation, stream, shape, day) for day in days]
            )
            count = sum(self.counts[tenant, stream, name, day] for day in days)
            files.append(WrittenFile(path, name, stream.value, tenant, count))
        return tuple(sorted(files, key=lambda each: each.path))

    def part(self, organisation: Organisation, stream: Stream, shape: Shape, day: int) -> Path:
        """Where a day's events wait to be joined."""
        return self.folder / f"{self.path(organisation, stream, shape, day)}.day{day:04d}"

    def encoded(self, text: bytes) -> bytes:
        codec = ENCODINGS[self.encoding][1]
        return text if codec == "utf-8" else text.decode("utf-8").encode(codec, "replace")

    def write_part(
        self, stream: Stream, shape: Shape, setting: Setting, day: int, lines: Iterator[str]
    ) -> None:
        """Writes a day's events; where each day is a file of its own, that file."""
        organisation = setting.organisation
        codec = ENCODINGS[self.encoding][1]
        separator = shape.separator.decode("ascii")
        target = self.folder / self.path(organisation, stream, shape, day)
        plain = self._plain(target)
        if self.whole:
            plain = self.part(organisation, stream, shape, day)
        plain.parent.mkdir(parents=True, exist_ok=True)
        first = True
        with plain.open("wb") as out:
            if not self.whole:
                out.write(self._beginning(stream, shape, setting))
            for batch in batched(lines, BATCH):
                text = separator.join(batch)
                out.write((text if first else separator + text).encode(codec, "replace"))
                first = False
            if not self.whole:
                out.write(self.encoded(shape.tail(stream, setting)))
        if self.pack and not self.whole:
            _packed(plain, target, self.pack)

    def _plain(self, target: Path) -> Path:
        """Where a file is written before it is compressed."""
        return target.with_suffix("") if self.pack else target

    def _beginning(self, stream: Stream, shape: Shape, setting: Setting) -> bytes:
        return ENCODINGS[self.encoding][0] + self.encoded(shape.head(stream, setting))

    def _finish(
        self, path: str, stream: Stream, shape: Shape, setting: Setting, parts: Sequence[Path]
    ) -> None:
        """Joins the parts of a log to one file."""
        target = self.folder / path
        plain = self._plain(target)
        with plain.open("wb") as out:
            out.write(self._beginning(stream, shape, setting))
            for number, part in enumerate(parts):
                if number:
                    out.write(self.encoded(shape.separator))
                with part.open("rb") as source:
                    shutil.copyfileobj(source, out, 1 << 20)
                part.unlink()
            out.write(self.encoded(shape.tail(stream, setting)))
        if self.pack:
            _packed(plain, target, self.pack)


def _packed(plain: Path, target: Path, pack: str) -> None:
    """Compresses a file; the archive bears no time, so that the same events give the same bytes."""
    if pack == "gz":
        with (
            plain.open("rb") as source,
            target.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=3, fileobj=raw, mtime=0) as out,
        ):
            shutil.copyfileobj(source, out, 1 << 20)
    else:
        entry = zipfile.ZipInfo(plain.name, (2026, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        with (
            zipfile.ZipFile(target, "w") as archive,
            plain.open("rb") as source,
            archive.open(entry, "w", force_zip64=True) as out,
        ):
            shutil.copyfileobj(source, out, 1 << 20)
    plain.unlink()


@dataclass
class _Today:
    """What happens in one tenant on one day: a story's events and ordinary ones, log by log in order of time."""

    organisation: Organisation
    kinds: Kinds | None
    people: list[tuple[object, ...]]
    rows: dict[Stream, list[tuple[int, int, int, object]]]

    def lines(self, stream: Stream, shape: Shape, setting: Setting) -> Iterator[str]:
        """Each event of a log in a shape."""
        fillers: dict[int, Filler] = {}
        for tick, number, person, value in self.rows.get(stream, ()):
            if number < 0:
                yield shape.line(stream, value, setting).decode("utf-8")  # type: ignore[arg-type]
                continue
            ready = fillers.get(number)
            if ready is None:
                assert self.kinds is not None
                ready = fillers[number] = filler(self.kinds.every[number], shape, setting, PERSON)
            yield ready.fill(self.people[person], tick, value)  # type: ignore[arg-type]


def _today(writing: Writing, organisation: Organisation, day: int, events: Sequence[Event]) -> _Today:
    """Collects a tenant's day."""
    rows: dict[Stream, list[tuple[int, int, int, object]]] = defaultdict(list)
    start = writing.world.start + day * DAY
    every = [each for each in events if each.tenant == organisation.id]
    kinds = None
    people: list[tuple[object, ...]] = []
    if writing.life and organisation.id in writing.alive:
        kinds = kinds_of(organisation)
        people = [person_values(user) for user in organisation.users]
        streams = [kind.stream for kind in kinds.every]
        for draft in live_day(organisation, kinds, day, start):
            rows[streams[draft[1]]].append(draft)
        weekend = (start // DAY + 3) % 7 >= 5
        every += errands(organisation, day, start, weekend)
        if not weekend:
            every += business(organisation, day, start)
    for event in every:
        rows[event.stream].append((event.tick, -1, 0, event.record))
    for each in rows.values():
        each.sort(key=itemgetter(0))
    return _Today(organisation, kinds, people, rows)


def _write_day(job: tuple[Writing, int, Sequence[Event]]) -> dict[tuple[str, Stream, str, int], int]:
    """Writes one day's parts; returns how many events each holds."""
    writing, day, events = job
    counts: dict[tuple[str, Stream, str, int], int] = {}
    gc.disable()  # a day is many small tuples and no cycles
    try:
        for organisation in writing.ours().values():
            today = _today(writing, organisation, day, events)
            setting = Setting(organisation, writing.language)
            for stream, shapes in writing.exports.items():
                if not today.rows.get(stream) or writing.gap(stream, day):
                    continue
                for shape in shapes:
                    writing.write_part(stream, shape, setting, day, today.lines(stream, shape, setting))
                    counts[organisation.id, stream, shape.name, day] = len(today.rows[stream])
    finally:
        gc.enable()
    return counts
