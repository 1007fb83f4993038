"""Reads ahead: an iterator runs in a thread of its own, a few items before they are asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["ahead"]

_Item = TypeVar("_Item")
_DEPTH = 2


def ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """The same items in the same order; what the iterator raises is raised here.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    done = object()
    ready: queue.Queue[object] = queue.Queue(_DEPTH)
    stopped = threading.Event()
    failure: list[BaseException] = []

    def put(item: object) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def run() -> None:
        try:
            for item in items:
                if not put(item):
                    return
        except BaseException as error:  # noqa: BLE001 (it is raised again where the items are used)
            failure.append(error)
        put(done)

    thread = threading.Thread(target=run, name="crosswarden-reader", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not done:
            yield item  # type: ignore[misc]
        if failure:
            raise failure[0]
    finally:
        stopped.set()
        thread.join(timeout=5)
