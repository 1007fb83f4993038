"""Writes a rehearsal's files: each day on its own, in order of time, then joined.

Days are independent: what happens on one is drawn from a generator of its own, so any number of processes write the
same bytes. A small rehearsal ends as one file a log; a large one as one file a log and day.
"""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from crosswarden.errors import UsageError
from crosswarden.rehearsal.clock import DAY, iso
from crosswarden.rehearsal.event import Event, Stream
from crosswarden.rehearsal.organisation import Organisation
from crosswarden.rehearsal.shapes import Exports, Setting, Shape
from crosswarden.rehearsal.story import World
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
            with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
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

    def _finish(
        self, path: str, stream: Stream, shape: Shape, setting: Setting, parts: Sequence[Path]
    ) -> None:
        target = self.folder / path
        plain = target if not self.pack else target.with_suffix("")
        with plain.open("wb") as out:
            out.write(ENCODINGS[self.encoding][0])
            out.write(self.encoded(shape.head(stream, setting)))
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


def _write_day(job: tuple[Writing, int, Sequence[Event]]) -> dict[tuple[str, Stream, str, int], int]:
    """Writes one day's parts; returns how many events each holds."""
    writing, day, events = job
    counts: dict[tuple[str, Stream, str, int], int] = {}
    for organisation in writing.ours().values():
        for stream, shapes in writing.exports.items():
            if writing.gap(stream, day):
                continue
            mine = sorted(
                (each for each in events if each.stream is stream and each.tenant == organisation.id),
                key=lambda each: each.tick,
            )
            for shape in shapes:
                count = _write_part(writing, organisation, stream, shape, day, mine)
                if count:
                    counts[organisation.id, stream, shape.name, day] = count
    return counts


def _lines(stream: Stream, shape: Shape, setting: Setting, events: Sequence[Event]) -> Iterator[bytes]:
    for event in events:
        yield shape.line(stream, event.record, setting)


def _write_part(
    writing: Writing,
    organisation: Organisation,
    stream: Stream,
    shape: Shape,
    day: int,
    events: Sequence[Event],
) -> int:
    setting = Setting(organisation, writing.language)
    part = writing.part(organisation, stream, shape, day)
    count = 0
    batch: list[bytes] = []
    out = None
    separator = writing.encoded(shape.separator)
    for line in _lines(stream, shape, setting, events):
        batch.append(line)
        count += 1
        if len(batch) == BATCH:
            if out is None:
                part.parent.mkdir(parents=True, exist_ok=True)
                out = part.open("wb")
            else:
                out.write(separator)
            out.write(writing.encoded(shape.separator.join(batch)))
            batch.clear()
    if batch:
        if out is None:
            part.parent.mkdir(parents=True, exist_ok=True)
            out = part.open("wb")
        else:
            out.write(separator)
        out.write(writing.encoded(shape.separator.join(batch)))
    if out is not None:
        out.close()
        if not writing.whole:
            writing._finish(writing.path(organisation, stream, shape, day), stream, shape, setting, [part])
    return count
