"""The unified audit log through the Office 365 Management Activity API.

Content is listed in windows of at most 24 hours, is kept for 7 days, and comes as blobs in no order.
Source: "Office 365 Management Activity API reference".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources.model import Source, Window

__all__ = ["management_activity"]

CONTENT_TYPES = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General")
KEPT = timedelta(days=7)
_LIST_WINDOW = timedelta(hours=24)
_EXPIRED = (404, 410)


def management_activity(tenant: str, now: datetime) -> Source:
    """The source for one tenant (its id is part of the address and the publisher identifier), as things stand at ``now``."""
    root = f"/api/v1.0/{quote(tenant)}/activity/feed/subscriptions"

    def collect(session: Session, window: Window, shelf: Shelf) -> tuple[str, ...]:
        missing: list[str] = []
        oldest = now - KEPT
        if window.start < oldest:
            missing.append(f"before {oldest:%Y-%m-%d %H:%M}Z: content expires after {KEPT.days} days")
        for kind in CONTENT_TYPES:
            _start(session, root, kind, tenant)
            for start, end in _slices(max(window.start, oldest), window.end):
                _fetch(session, _content(root, kind, tenant, start, end), shelf, kind, missing)
        return tuple(missing)

    return Source("managementActivity", "management", ("ActivityFeed.Read",), collect)


def _start(session: Session, root: str, kind: str, tenant: str) -> None:
    try:
        session.post(f"{root}/start?contentType={kind}&PublisherIdentifier={tenant}")
    except CollectError as error:
        if "AF20024" not in str(error):  # the subscription is already enabled
            raise


def _slices(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window in pieces of at most 24 hours."""
    while start < end:
        until = min(start + _LIST_WINDOW, end)
        yield start, until
        start = until


def _content(root: str, kind: str, tenant: str, start: datetime, end: datetime) -> str:
    form = "%Y-%m-%dT%H:%M:%S"
    return f"{root}/content?contentType={kind}&startTime={start:{form}}&endTime={end:{form}}&PublisherIdentifier={tenant}"


def _fetch(session: Session, url: str | None, shelf: Shelf, kind: str, missing: list[str]) -> None:
    """Every blob of a content list, one file a blob; a blob that is there already is not fetched again."""
    while url:
        listing = session.get(url)
        for blob in listing.json():
            name = f"{kind}-{hashlib.sha256(str(blob['contentId']).encode()).hexdigest()[:32]}.json"
            if (shelf.folder / name).exists():
                continue
            try:
                shelf.keep(name, session.get(str(blob["contentUri"])).body)
            except CollectError as error:
                if error.status not in _EXPIRED:
                    raise
                missing.append(f"{kind} content of {blob.get('contentCreated', 'unknown time')} has expired")
        url = listing.headers.get("nextpageuri")
