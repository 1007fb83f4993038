"""What a shape is: which logs it can hold, the file each goes into, and how one event becomes bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.organisation import Organisation

__all__ = ["Setting", "Shape", "nothing"]


@dataclass(frozen=True)
class Setting:
    """What a shape needs to know besides the event."""

    organisation: Organisation
    language: str = "en"
    """Of the Entra portal's headers."""

    @property
    def workspace(self) -> str:
        """The Log Analytics workspace, which is what its TenantId column holds."""
        return named_guid(self.organisation.seed, self.organisation.label, "workspace")


def nothing(stream: Stream, setting: Setting) -> bytes:
    """No head and no tail: the file is its events."""
    return b""


@dataclass(frozen=True)
class Shape:
    """A shape. A file is ``head``, the events joined by ``separator``, and ``tail``."""

    name: str
    about: str
    files: Mapping[Stream, str]
    """Log → file name. A log that is not named cannot be exported in this shape."""
    line: Callable[[Stream, Record, Setting], bytes]
    head: Callable[[Stream, Setting], bytes] = nothing
    tail: Callable[[Stream, Setting], bytes] = nothing
    separator: bytes = b"\n"
