"""Keys of authorities, fetched by the published rules and kept: for threads (:class:`KeyStore`) and asyncio.

At most one fetch an authority is under way at a time. Callers with nothing to use wait for it; callers whose keys are
merely due go on with what they have.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable

from crosswarden.errors import InputError
from crosswarden.tokens.discovery import Trust, read_metadata
from crosswarden.tokens.fetching import (
    AsyncFetch,
    Documents,
    Fetch,
    http_fetch,
    http_fetch_async,
    keys_address,
    metadata_address,
    read_documents,
)
from crosswarden.tokens.key_cache import KeyCache
from crosswarden.tokens.key_events import KeyEvent
from crosswarden.tokens.key_history import KeyHistory

__all__ = ["AsyncKeyStore", "KeyStore", "fetch_documents"]

Clock = Callable[[], float]
"""Seconds since 1970."""


def fetch_documents(authority: str, fetch: Fetch) -> Documents:
    """An authority's metadata and key set as they are served now."""
    metadata = fetch(metadata_address(authority))
    return metadata, fetch(keys_address(authority, read_metadata(metadata, f"metadata of {authority}")))


class _Kept:
    """What both stores share: the cache, the clock, and the history on disk."""

    def __init__(self, clock: Clock, history: KeyHistory | None, limit: int) -> None:
        self.clock = clock
        self.history = history
        self._cache = KeyCache(limit)

    def staleness(self, authority: str) -> float:
        """Age of the authority's keys in seconds; infinite when there are none."""
        return self._cache.staleness(authority, self.clock())

    def _remember(self, authority: str) -> None:
        """Starts from what the history has, if it is young enough to be of use."""
        entry = self._cache.entry(authority)
        if entry.trust is None and self.history is not None and (last := self.history.latest(authority)):
            metadata, keys, at = last
            self._cache.accept(authority, read_documents(authority, (metadata, keys)), at)

    def _take(self, authority: str, documents: Documents) -> tuple[KeyEvent, ...]:
        now = self.clock()
        self._cache.accept(authority, read_documents(authority, documents), now)
        return self.history.observe(authority, *documents, now) if self.history is not None else ()

    def _failed(self, authority: str, error: Exception) -> None:
        self._cache.failed(authority, str(error), self.clock())


class KeyStore(_Kept):
    """For threads. ``fetch`` takes an address and gives the body; ``clock`` and ``fetch`` are passed in for tests."""

    def __init__(
        self,
        fetch: Fetch = http_fetch,
        clock: Clock = time.time,
        history: KeyHistory | None = None,
        limit: int = 64,
    ) -> None:
        super().__init__(clock, history, limit)
        self._fetch = fetch
        self._guard = threading.Lock()
        self._fetching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def trust(self, authority: str, kid: str | None = None) -> Trust:
        """Metadata and keys of an authority, fetched when due, or when ``kid`` is unknown and may be asked for.

        Raises :class:`KeysUnavailable` when there are none young enough.
        """
        with self._guard:
            self._remember(authority)
            due = self._cache.must_fetch(authority, self.clock(), kid)
            entry = self._cache.entry(authority)
            attempts, lock = entry.attempts, self._fetching[authority]
            lacking = self._cache.lacks(authority, self.clock(), kid)
        if (due or (lacking and lock.locked())) and lock.acquire(blocking=lacking):
            try:
                if due and entry.attempts == attempts:
                    self._refresh(authority)
            finally:
                lock.release()
        with self._guard:
            return self._cache.usable(authority, self.clock())

    def _refresh(self, authority: str) -> None:
        try:
            documents = fetch_documents(authority, self._fetch)
            with self._guard:
                self._take(authority, documents)
        except (InputError, OSError) as error:
            with self._guard:
                self._failed(authority, error)


class AsyncKeyStore(_Kept):
    """For asyncio, with the same rules."""

    def __init__(
        self,
        fetch: AsyncFetch = http_fetch_async,
        clock: Clock = time.time,
        history: KeyHistory | None = None,
        limit: int = 64,
    ) -> None:
        super().__init__(clock, history, limit)
        self._fetch = fetch
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def trust(self, authority: str, kid: str | None = None) -> Trust:
        """As :meth:`KeyStore.trust`."""
        self._remember(authority)
        due = self._cache.must_fetch(authority, self.clock(), kid)
        task = self._under_way.get(authority)
        if due and task is None:
            task = self._under_way[authority] = asyncio.create_task(self._refresh(authority))
            task.add_done_callback(lambda _: self._under_way.pop(authority, None))
        if task is not None and self._cache.lacks(authority, self.clock(), kid):
            await asyncio.shield(task)
        return self._cache.usable(authority, self.clock())

    async def _refresh(self, authority: str) -> None:
        try:
            metadata = await self._fetch(metadata_address(authority))
            address = keys_address(authority, read_metadata(metadata, f"metadata of {authority}"))
            self._take(authority, (metadata, await self._fetch(address)))
        except (InputError, OSError) as error:
            self._failed(authority, error)
