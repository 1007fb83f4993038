"""What has been collected so far, on disk, so that a run that was killed goes on where it stopped.

A source writes each answer to a file of its own, then says in ``state.json`` what comes next; both appear whole or
not at all. A crash between the two repeats one request, whose answer lands under the same name again: nothing is
lost and nothing doubled.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from crosswarden.errors import InputError

__all__ = ["Shelf"]


@dataclass(slots=True)
class Shelf:
    """One source's folder: its files and its state.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "directoryAudits"
    >>> Shelf.open(folder).keep("00001.json", b"{}", next="page-2")
    >>> Shelf.open(folder).state
    {'next': 'page-2'}
    """

    folder: Path
    state: dict[str, Any] = field(default_factory=dict)
    files: int = 0

    @classmethod
    def open(cls, folder: Path) -> Shelf:
        """The shelf in ``folder``, with the state it had; raises InputError where that cannot be read."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / ".state.json"
        if not path.exists():
            return cls(folder)
        try:
            state = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError as error:
            raise InputError(
                "collect-state",
                f"{path}: the state of an earlier run is unreadable",
                remedy="move the folder away to start anew",
            ) from error
        return cls(folder, state)

    def keep(self, name: str, body: bytes, **changes: Any) -> None:
        """Writes a file, then the state with ``changes``."""
        _replace(self.folder / name, body)
        self.files += 1
        self.note(**changes)

    def note(self, **changes: Any) -> None:
        """Writes the state with ``changes``."""
        self.state |= changes
        _replace(self.folder / ".state.json", orjson.dumps(self.state))


def _replace(path: Path, body: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
