"""Which files there are to read: folders, globs, single files, standard input; archives are opened later."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["Source", "find_sources"]

_LAKE_MARK = "_lake"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: the name that rows and messages give it, and where it is (None: standard input)."""

    name: str
    path: Path | None

    def open(self) -> BinaryIO:
        """The file's bytes. Raises OSError when it cannot be opened."""
        return sys.stdin.buffer if self.path is None else self.path.open("rb")

    @property
    def size(self) -> int:
        """Its size in bytes, 0 where that is unknown."""
        try:
            return self.path.stat().st_size if self.path else 0
        except OSError:
            return 0


def find_sources(paths: Iterable[str | Path]) -> Iterator[Source]:
    """The files that the paths name, in order, each once.

    A folder means every file below it, hidden ones and lakes left out; "-" is standard input; what does not exist
    as a file is tried as a glob, and named as it is where it matches nothing, so that opening it says so.
    """
    seen: set[Path] = set()
    for path in paths:
        for source in _expand(path):
            key = source.path.resolve() if source.path else Path("-")
            if key not in seen:
                seen.add(key)
                yield source


def _expand(path: str | Path) -> Iterator[Source]:
    if str(path) == "-":
        yield Source("-", None)
        return
    place = Path(path)
    if place.is_dir():
        yield from _below(place)
    elif place.exists():
        yield _source(place)
    else:
        found = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 (absolute patterns too)
        if not found:
            yield _source(place)
        for match in found:
            yield from _below(Path(match)) if Path(match).is_dir() else [_source(Path(match))]


def _source(path: Path) -> Source:
    return Source(str(path).encode("utf-8", "replace").decode("utf-8"), path)


def _below(folder: Path) -> Iterator[Source]:
    if (folder / _LAKE_MARK).is_file():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry)
        elif entry.is_file():
            yield _source(entry)
