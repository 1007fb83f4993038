"""Collects sources one after another: what is refused is said to be not collected, never taken for empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources import Outcome, Source, Window
from crosswarden.collect.sources.model import Interface, stamp
from crosswarden.errors import UsageError

__all__ = ["collect"]


def collect(
    sources: Iterable[Source],
    sessions: Mapping[Interface, Session],
    window: Window,
    folder: Path,
    started: Callable[[Source], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Each source's outcome as it is reached; files lie under ``folder/<source>/``.

    A folder remembers its window: going on with another one raises UsageError, because its files would no longer say
    what they cover.
    """
    for source in sources:
        shelf = Shelf.open(folder / source.name)
        _hold_to(shelf, source, window)
        started(source)
        if not source.windowed and shelf.state.get("finished"):
            shelf.state.clear()  # a snapshot is taken anew
        if shelf.state.get("finished"):
            yield Outcome(source.name, "collected", ("complete since an earlier run",))
            continue
        try:
            missing = source.collect(sessions[source.interface], window, shelf)
        except CollectError as error:
            yield _refused(source, shelf, error)
            continue
        if not missing:
            shelf.note(finished=True)
        yield Outcome(source.name, "partial" if missing else "collected", missing)


def _hold_to(shelf: Shelf, source: Source, window: Window) -> None:
    meant = [stamp(window.start), stamp(window.end)]
    if source.windowed and shelf.state.setdefault("window", meant) != meant:
        held = " to ".join(shelf.state["window"])
        raise UsageError(
            "collect-window",
            f"{shelf.folder} holds {held}",
            remedy="collect another window into another folder",
        )


def _refused(source: Source, shelf: Shelf, error: CollectError) -> Outcome:
    reason = str(error)
    if error.status in (401, 403):
        reason += f"; needs {' and '.join(source.permissions)}"
    return Outcome(
        source.name, "partial" if shelf.files or shelf.state.get("pages") else "not collected", (reason,)
    )
