"""The answers: which event belongs to which step of which attack, and the file it was written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

__all__ = ["ToldStep", "ToldStory", "Truth", "WrittenEvent", "WrittenFile"]


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """One event of a step. ``files`` is empty where the export lacks it, and ``missing`` then says why."""

    log: str
    id: str
    time: str
    tenant: str
    operation: str
    files: tuple[str, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step of a story."""

    step: str
    about: str
    events: tuple[WrittenEvent, ...]


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story that was rehearsed. ``kind`` is attack or benign; ``entities`` are ids that a finding should carry."""

    scenario: str
    title: str
    kind: str
    variant: str
    tenant: str
    techniques: tuple[str, ...]
    entities: Mapping[str, str]
    first: str
    last: str
    steps: tuple[ToldStep, ...]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the rehearsal, relative to its folder."""

    path: str
    shape: str
    log: str
    tenant: str
    events: int


@dataclass(frozen=True)
class Truth:
    """Everything that a rehearsal wrote, and what of it was an attack."""

    seed: int
    start: str
    days: int
    users: int
    tenants: tuple[Mapping[str, str], ...]
    stories: tuple[ToldStory, ...]
    files: tuple[WrittenFile, ...]
    folder: Path

    @property
    def events(self) -> int:
        """Events written, each export of it counted."""
        return sum(each.events for each in self.files)

    def document(self) -> dict[str, Any]:
        """As JSON values, without the folder's place on this machine."""
        return {
            "synthetic": True,
            "note": "Simulated by crosswarden rehearse. No real tenant, person or attack is described here.",
            "seed": self.seed,
            "start": self.start,
            "days": self.days,
            "users": self.users,
            "tenants": [dict(each) for each in self.tenants],
            "attacks": [asdict(each) for each in self.stories],
            "files": [asdict(each) for each in self.files],
        }

    def save(self) -> Path:
        """Writes ``ground-truth.json`` beside the logs."""
        path = self.folder / "ground-truth.json"
        path.write_bytes(orjson.dumps(self.document(), option=orjson.OPT_INDENT_2) + b"\n")
        return path
