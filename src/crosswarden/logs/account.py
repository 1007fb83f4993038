"""The account of what was read: for every file the records, rows by table, duplicates, and what was skipped and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Account", "FileAccount", "Skipped"]

_NAMED = 100  # skipped records named one by one per file; the rest is counted


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that did not land: where it stands in its file, and why."""

    place: str
    reason: str


@dataclass(slots=True)
class FileAccount:
    """What became of one file: filled while it is read.

    ``error`` says why the file, or the rest of it, could not be read. ``known`` says that the very same content
    was read before. ``rows`` counts the rows that landed, by table; ``duplicates`` the records whose event the
    lake already held.
    """

    file: str
    records: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: int = 0
    notes: list[str] = field(default_factory=list)
    error: str = ""
    known: bool = False

    def skip(self, place: str, reason: str) -> None:
        """Counts a record that does not land; the first hundred are named."""
        self.skipped_count += 1
        if len(self.skipped) < _NAMED:
            self.skipped.append(Skipped(place, reason))

    def restore(self, rows: Counter[str], duplicates: int) -> None:
        """Takes back what a failed write had entered; what was skipped stays skipped."""
        self.rows, self.duplicates = rows, duplicates

    def note(self, text: str) -> None:
        """Remembers something worth saying about the file, once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def complete(self) -> bool:
        """Whether everything in the file landed or was there already."""
        return not self.error and not self.skipped_count

    def to_json(self) -> dict[str, object]:
        """The account of the file as JSON-ready values."""
        return {
            "file": self.file,
            "records": self.records,
            "rows": dict(sorted(self.rows.items())),
            "duplicates": self.duplicates,
            "skipped": self.skipped_count,
            "skipped_records": [{"place": skip.place, "reason": skip.reason} for skip in self.skipped],
            "notes": self.notes,
            "error": self.error or None,
            "already_ingested": self.known,
        }


@dataclass(slots=True)
class Account:
    """The account of a whole ingest, in the order in which the files were read."""

    files: list[FileAccount] = field(default_factory=list)

    def __iter__(self) -> Iterator[FileAccount]:
        return iter(self.files)

    @property
    def rows(self) -> Counter[str]:
        """Rows that landed, by table."""
        return sum((file.rows for file in self.files), Counter())

    @property
    def records(self) -> int:
        """Records that were read."""
        return sum(file.records for file in self.files)

    @property
    def duplicates(self) -> int:
        """Records whose event the lake already held."""
        return sum(file.duplicates for file in self.files)

    @property
    def skipped(self) -> int:
        """Records that did not land."""
        return sum(file.skipped_count for file in self.files)

    @property
    def complete(self) -> bool:
        """Whether every file was read whole; if not, the exit code is 3."""
        return all(file.complete for file in self.files)

    def to_json(self) -> dict[str, object]:
        """The account as JSON-ready values."""
        return {
            "files": [file.to_json() for file in self.files],
            "records": self.records,
            "rows": dict(sorted(self.rows.items())),
            "duplicates": self.duplicates,
            "skipped": self.skipped,
            "complete": self.complete,
        }
