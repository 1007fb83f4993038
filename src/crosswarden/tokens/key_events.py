"""What changed between two key sets of an authority, as events that can be kept, searched and hunted on.

The ones that matter for forged tokens: a key that changes its issuer, and one key under two issuers (the confusion
that Storm-0558 lived on). Each event is also a row (:meth:`KeyEvent.row`) with a time, an operation name and a type,
as log rows have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crosswarden.tokens.issuers import CONSUMER_TENANT, read_issuer
from crosswarden.tokens.rfc7517 import KeySet, SigningKey
from crosswarden.tokens.rfc7519 import time_shown

__all__ = ["KINDS", "KeyEvent", "compare", "shared_keys"]

KINDS = {
    "key-new": "a key is served that was not before",
    "key-gone": "a key is no longer served",
    "key-issuer-changed": "a key id is now of another issuer",
    "key-cloud-changed": "a key id is now of another cloud",
    "key-material-changed": "a key id now stands for another key",
    "key-under-two-issuers": "one key is served for two issuers",
    "key-refused": "a key is served that must not be trusted",
}
"""Kind of event → what it means."""


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One change. ``before`` and ``after`` are what changed (issuer, cloud, or a fingerprint), "" when there is none."""

    at: float
    authority: str
    kind: str
    kid: str
    before: str = ""
    after: str = ""

    def row(self) -> dict[str, str]:
        """The event as a log row."""
        return {
            "TimeGenerated": str(time_shown(self.at)),
            "Type": "SigningKeyEvents_CL",
            "OperationName": self.kind,
            "Description": KINDS[self.kind],
            "Authority": self.authority,
            "KeyId": self.kid,
            "Before": self.before,
            "After": self.after,
            "Severity": "High" if self.kind in ("key-issuer-changed", "key-material-changed", "key-under-two-issuers") else "Informational",
        }  # fmt: skip


def compare(before: KeySet, after: KeySet, authority: str, at: float) -> tuple[KeyEvent, ...]:
    """Every change between two sets of one authority, ordered by key id and kind."""
    events: list[KeyEvent] = []

    def note(kind: str, kid: str, old: str = "", new: str = "") -> None:
        events.append(KeyEvent(at, authority, kind, kid, old, new))

    for kid in after.keys.keys() - before.keys.keys():
        note("key-new", kid, new=_owners(after.keys[kid]))
        for key in after.keys[kid]:
            if key.refused is not None:
                note("key-refused", kid, new=key.refused.code)
    for kid in before.keys.keys() - after.keys.keys():
        note("key-gone", kid, old=_owners(before.keys[kid]))
    for kid in before.keys.keys() & after.keys.keys():
        old, new = before.keys[kid], after.keys[kid]
        for kind, show in (
            ("key-issuer-changed", _owners),
            ("key-cloud-changed", _clouds),
            ("key-material-changed", _materials),
        ):
            if show(old) != show(new):
                note(kind, kid, show(old), show(new))
    known = {(event.kid, event.after) for event in shared_keys([(authority, before)], at)}
    events += [
        event for event in shared_keys([(authority, after)], at) if (event.kid, event.after) not in known
    ]
    return tuple(sorted(events, key=lambda event: (event.kid, event.kind)))


def shared_keys(sets: Iterable[tuple[str, KeySet]], at: float) -> Iterator[KeyEvent]:
    """Keys that are served for two issuers, within one set or across the sets of several authorities.

    A template and one tenant's issuer of the same cloud are not two owners; the consumer tenant always is one of its own.
    """
    owners: dict[bytes, dict[str, SigningKey]] = defaultdict(dict)
    places: dict[bytes, set[str]] = defaultdict(set)
    for authority, keys in sets:
        for key in keys:
            if key.issuer:
                owners[key.identity].setdefault(_owner(key.issuer), key)
                places[key.identity].add(authority)
    for identity, by_owner in owners.items():
        if len(by_owner) > 1:
            issuers = sorted(key.issuer for key in by_owner.values())
            kids = sorted({key.kid for key in by_owner.values()})
            place = " ".join(sorted(places[identity]))
            yield KeyEvent(
                at, place, "key-under-two-issuers", " ".join(kids), issuers[0], " ".join(issuers[1:])
            )


def _owner(issuer: str) -> str:
    form = read_issuer(issuer)
    if form.tenant == CONSUMER_TENANT:
        return CONSUMER_TENANT
    return form.host or issuer


def _owners(keys: tuple[SigningKey, ...]) -> str:
    return " ".join(sorted({key.issuer for key in keys}))


def _clouds(keys: tuple[SigningKey, ...]) -> str:
    return " ".join(sorted({key.cloud for key in keys}))


def _materials(keys: tuple[SigningKey, ...]) -> str:
    return " ".join(sorted({key.fingerprint for key in keys}))
