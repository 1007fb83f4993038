"""When keys may be used, when they must be fetched again: Microsoft's published rules, decided without I/O.

Keys are fetched again after an hour, live 24 hours, and an unknown key id causes at most one fetch in five minutes
("Signing key rollover" and "Access tokens", Microsoft identity platform). When fetching fails, the last known good
keys serve until their 24 hours are over, and then nothing does: stale keys are a refusal, not a guess.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from crosswarden.errors import InputError
from crosswarden.tokens.discovery import Trust

__all__ = ["LIFE", "REFRESH_AFTER", "UNKNOWN_KID_EVERY", "Entry", "KeyCache", "KeysUnavailable"]

REFRESH_AFTER = 3600.0
LIFE = 24 * 3600.0
UNKNOWN_KID_EVERY = 300.0
RETRY_AFTER_FAILURE = 60.0
"""Seconds; a failing authority is asked once a minute, not by every request."""


class KeysUnavailable(InputError):
    """The keys of an authority cannot be had, or are older than they may be."""


@dataclass(slots=True)
class Entry:
    """What is known of one authority. Times are seconds since 1970."""

    trust: Trust | None = None
    fetched: float = float("-inf")
    tried: float = float("-inf")
    asked_for_unknown: float = float("-inf")
    attempts: int = 0
    problem: str = ""


class KeyCache:
    """Entries by authority, at most ``limit`` (the least recently used leaves first). Not thread-safe by itself."""

    def __init__(self, limit: int = 64) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._limit = limit

    def entry(self, authority: str) -> Entry:
        """The authority's entry, made when it is new."""
        entry = self._entries.get(authority)
        if entry is None:
            entry = self._entries[authority] = Entry()
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)
        self._entries.move_to_end(authority)
        return entry

    def must_fetch(self, authority: str, now: float, kid: str | None = None) -> bool:
        """Whether to fetch now. Asking counts: an unknown key id is not asked for again for five minutes."""
        entry = self.entry(authority)
        if entry.trust is None or now - entry.fetched >= REFRESH_AFTER or now < entry.fetched:
            return now - entry.tried >= RETRY_AFTER_FAILURE or now < entry.tried
        if kid is not None and kid not in entry.trust.keys:
            if now - max(entry.asked_for_unknown, entry.fetched) < UNKNOWN_KID_EVERY:
                return False
            entry.asked_for_unknown = now
            return True
        return False

    def lacks(self, authority: str, now: float, kid: str | None = None) -> bool:
        """Whether a caller has nothing to go on with: no keys, keys too old, or not the one it needs."""
        entry = self.entry(authority)
        if entry.trust is None or now - entry.fetched > LIFE:
            return True
        return kid is not None and kid not in entry.trust.keys

    def usable(self, authority: str, now: float) -> Trust:
        """The keys if they are young enough; raises :class:`KeysUnavailable` otherwise."""
        entry = self.entry(authority)
        if entry.trust is None:
            raise KeysUnavailable(
                "keys-unavailable",
                f"no keys of {authority} have been had: {entry.problem or 'not fetched yet'}",
            )
        if now - entry.fetched > LIFE:
            hours = (now - entry.fetched) / 3600
            raise KeysUnavailable(
                "keys-stale",
                f"the keys of {authority} are {hours:.0f} hours old, more than 24: {entry.problem}",
            )
        return entry.trust

    def accept(self, authority: str, trust: Trust, now: float) -> None:
        """Takes fetched keys; an empty key set is a failure, for the last known good is better than none."""
        if not trust.keys.keys:
            self.failed(authority, "the key set is empty", now)
            return
        entry = self.entry(authority)
        entry.trust, entry.fetched, entry.tried, entry.problem = trust, now, now, ""
        entry.attempts += 1

    def failed(self, authority: str, problem: str, now: float) -> None:
        """Notes that fetching failed; what is there stays."""
        entry = self.entry(authority)
        entry.tried, entry.problem = now, problem[:200]
        entry.attempts += 1

    def staleness(self, authority: str, now: float) -> float:
        """Age of the keys in seconds; infinite when there are none."""
        return now - self.entry(authority).fetched
