"""Fills a simulated tenant with a rehearsal's logs, so that they can be collected as from a real one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import orjson

from crosswarden.rehearsal.organisation import found
from crosswarden.rehearsal.running import rehearse
from crosswarden.rehearsal.served.store import Clock, Store, utc_now
from crosswarden.rehearsal.truth import Truth

__all__ = ["rehearsed_store"]

_SHAPES = ("graph", "management")
_PATHS = {"audit": "auditLogs/directoryAudits", "provisioning": "auditLogs/provisioning"}
_SIGN_INS = ("signin", "noninteractive", "principal", "managed")
_LATEST = {
    "auditLogs/directoryAudits": "activityDateTime",
    "auditLogs/provisioning": "activityDateTime",
    "auditLogs/signIns": "createdDateTime",
}


def rehearsed_store(
    scenarios: Sequence[str],
    *,
    seed: int = 1,
    users: int = 40,
    days: int = 7,
    variants: Sequence[str] = ("loud",),
    clock: Clock = utc_now,
) -> tuple[Store, Truth]:
    """The victim tenant of a rehearsal that ends today, and the answers.

    The days end with the current one, because the Management Activity API gives nothing older than seven days.
    """
    start = (clock() - timedelta(days=days - 1)).date()
    with tempfile.TemporaryDirectory(prefix="crosswarden-rehearsal-") as folder:
        truth = rehearse(
            scenarios,
            folder,
            seed=seed,
            users=users,
            days=days,
            start=start,
            variants=variants,
            shapes=_SHAPES,
        )
        organisation = found(seed, "victim", users)
        store = Store.of(organisation, clock)
        for file in truth.files:
            if file.tenant == organisation.id:
                _read(store, Path(folder, file.path), file.log)
    for path, column in _LATEST.items():
        store.items(path).sort(key=lambda item, column=column: str(item.get(column)))  # type: ignore[misc]
    store.unified.sort(key=lambda record: str(record["CreationTime"]))
    return store, truth


def _read(store: Store, path: Path, log: str) -> None:
    document = orjson.loads(path.read_bytes())
    if isinstance(document, list):
        store.unified += document
        return
    store.items("auditLogs/signIns" if log in _SIGN_INS else _PATHS[log]).extend(document["value"])
