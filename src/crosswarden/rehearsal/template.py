"""Events by the million: a record with placeholders is shaped once, and each event only fills in the text.

A placeholder ``@{name}`` stands where a string goes; ``@{#name}`` where a number goes (its quotes are taken away,
however deep the JSON is nested); ``@{time|form}`` where a time goes in a form of
:mod:`crosswarden.rehearsal.clock`. Values must need no escaping: ids, addresses, names in ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crosswarden.rehearsal.clock import FORMS, iso
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes import Setting, Shape

__all__ = ["TIMES", "Filler", "Kind", "filler"]

TIMES = frozenset({"time", "issued"})
"""Placeholders that are ticks; without a form they are written in the canonical one."""

_NUMBER = re.compile(r'(?:""|\\*")@\{#(\w+(?:\|\w+)?)\}(?:""|\\*")')
_SLOT = re.compile(r"@\{(\w+)(?:\|(\w+))?\}")


@dataclass(frozen=True)
class Kind:
    """A kind of event: the log, the record with placeholders, and the names of the values that one event brings.

    Values of the person it is about come first and have the same names for every kind.
    """

    stream: Stream
    record: Record
    slots: tuple[str, ...]


class Filler:
    """A kind in a shape: fills events in.

    >>> filler = Filler('{"who":"@{who}","n":"@{#n}","at":"@{time|seconds}","share":"5%"}', ("who",), ("n",))
    >>> filler.fill(("ann",), 0, (7,))
    '{"who":"ann","n":7,"at":"1970-01-01T00:00:00","share":"5%"}'
    """

    def __init__(self, text: str, person: Sequence[str], slots: Sequence[str]) -> None:
        text = _NUMBER.sub(r"@{\1}", text)
        names = [*person, *slots]
        where = {name: number for number, name in enumerate(names)}
        pieces: list[str] = []
        self._plan: list[tuple[int, str]] = []
        end = 0
        for match in _SLOT.finditer(text):
            name, form = match.group(1), match.group(2)
            if name != "time" and name not in where:
                raise KeyError(f"placeholder {name} has no value")
            if name in TIMES:
                form = form or "iso"
            pieces.append(text[end : match.start()].replace("%", "%%"))
            self._plan.append((where.get(name, -1), form or ""))
            end = match.end()
        self._pattern = "%s".join([*pieces, text[end:].replace("%", "%%")])
        self._times = sorted({each for each in self._plan if each[1]})
        # Formed times are appended to the values; every placeholder then is an index.
        total = len(names)
        appended = {each: total + number for number, each in enumerate(self._times)}
        self._picks = tuple(appended.get(each, each[0]) for each in self._plan)
        self._forms = tuple((index, FORMS[form]) for index, form in self._times)

    def fill(self, person: tuple[object, ...], tick: int, values: tuple[object, ...]) -> str:
        """One event's text."""
        every = person + values
        now = iso(tick)
        times = tuple(
            [form(now) if index < 0 else form(iso(every[index])) for index, form in self._forms]  # type: ignore[arg-type]
        )
        every += times
        return self._pattern % tuple([every[pick] for pick in self._picks])


def filler(kind: Kind, shape: Shape, setting: Setting, person: Sequence[str]) -> Filler:
    """A kind in a shape."""
    return Filler(shape.line(kind.stream, kind.record, setting).decode("utf-8"), person, kind.slots)
