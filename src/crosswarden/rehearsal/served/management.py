"""The Office 365 Management Activity API: subscriptions, content lists in windows, and blobs.

Content is made of the unified audit log by content type and hour; blobs come in no order, some twice, some expired,
as the faults say. Source: "Office 365 Management Activity API reference".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crosswarden.rehearsal.served.problems import Problem
from crosswarden.rehearsal.served.routes import Routes

if TYPE_CHECKING:
    from crosswarden.rehearsal.served.app import Service

__all__ = ["ROUTES"]

_ROLES = ("ActivityFeed.Read",)
_FEED = "/api/v1.0/{tenant}/activity/feed"
_WORKLOADS = {
    "AzureActiveDirectory": "Audit.AzureActiveDirectory",
    "Exchange": "Audit.Exchange",
    "SharePoint": "Audit.SharePoint",
    "OneDrive": "Audit.SharePoint",
}
_KINDS = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All")
_PAGE = 50
BLOB = 200
"""Records a blob holds at most."""


def _problem(code: str, sentence: str, status: int = 400) -> Problem:
    return Problem(status, code, sentence)


def _kind(request: Request) -> str:
    kind = request.query_params.get("contentType", "")
    if kind not in _KINDS:
        raise _problem("AF20020", f"The specified content type is not valid: {kind}.")
    return kind


def _start(service: Service, request: Request, _: object, __: str) -> Response:
    kind = _kind(request)
    if kind in service.store.subscriptions:
        raise _problem("AF20024", "The subscription is already enabled. No property change.")
    service.store.subscriptions.add(kind)
    return JSONResponse({"contentType": kind, "status": "enabled", "webhook": None})


def _listed(service: Service, _: Request, __: object, ___: str) -> Response:
    return JSONResponse(
        [
            {"contentType": kind, "status": "enabled", "webhook": None}
            for kind in sorted(service.store.subscriptions)
        ]
    )


def _content(service: Service, request: Request, _: object, __: str) -> Response:
    kind = _kind(request)
    if kind not in service.store.subscriptions:
        raise _problem("AF20022", f"No subscription found for the specified content type {kind}.")
    start, end = _window(request, service.store.clock())
    listing = [
        {
            "contentType": kind,
            "contentId": name,
            "contentUri": f"{service.url}/api/v1.0/{request.path_params['tenant']}/activity/feed/audit/{name}",
            "contentCreated": f"{hour}:00:00.000Z",
            "contentExpiration": f"{hour}:00:00.000Z",
        }
        for hour, name, _ in _blobs(service, kind)
        if start <= datetime.fromisoformat(f"{hour}:00:00+00:00") < end
    ]
    random = service.faults.random
    listing += [each for each in listing if random.random() < service.faults.doubled]
    if service.faults.shuffled:
        random.shuffle(listing)
    skip = int(request.query_params.get("nextPage", "0"))
    headers = {}
    if skip + _PAGE < len(listing) and not service.faults.doubled and not service.faults.shuffled:
        query = "&".join(f"{key}={value}" for key, value in request.query_params.items() if key != "nextPage")
        headers["NextPageUri"] = f"{service.url}{request.url.path}?{query}&nextPage={skip + _PAGE}"
        listing = listing[skip : skip + _PAGE]
    elif skip:
        listing = listing[skip:]
    return JSONResponse(listing, headers=headers)


def _window(request: Request, now: datetime) -> tuple[datetime, datetime]:
    try:
        start = datetime.fromisoformat(request.query_params["startTime"]).replace(tzinfo=now.tzinfo)
        end = datetime.fromisoformat(request.query_params["endTime"]).replace(tzinfo=now.tzinfo)
    except (KeyError, ValueError):
        raise _problem("AF20030", "Start time and end time must both be specified and valid.") from None
    if end - start > timedelta(hours=24) or start < now - timedelta(days=7, minutes=5):
        raise _problem(
            "AF20030",
            "Start time and end time must be at most 24 hours apart, the start within the last 7 days.",
        )
    return start, end


def _blobs(service: Service, kind: str) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Hour, content id and records of each blob of a content type."""
    hours: dict[str, list[dict[str, Any]]] = {}
    for record in service.store.unified:
        if _WORKLOADS.get(record.get("Workload", ""), "Audit.General") == kind:
            hours.setdefault(record["CreationTime"][:13], []).append(record)
    for hour, records in sorted(hours.items()):
        for number in range(0, len(records), BLOB):
            digest = hashlib.sha256(f"{kind}{hour}{number}".encode()).hexdigest()[:40]
            name = f"{digest}$audit{hour.replace('-', '').replace('T', '')}"
            service.store.blobs[name] = records[number : number + BLOB]
            yield hour, name, records[number : number + BLOB]


def _blob(service: Service, request: Request, _: object, __: str) -> Response:
    """A blob that was listed before."""
    wanted = request.path_params["content"]
    if wanted not in service.store.blobs:
        raise _problem("AF20050", f"The specified content ({wanted}) does not exist.", 404)
    share = int(hashlib.sha256(wanted.encode()).hexdigest()[:8], 16) / 2**32
    if share < service.faults.expired:
        raise _problem("AF20051", f"Content requested with the key {wanted} has already expired.", 404)
    return JSONResponse(service.store.blobs[wanted])


ROUTES: Routes = (
    ("POST", f"{_FEED}/subscriptions/start", _start, _ROLES),
    ("GET", f"{_FEED}/subscriptions/list", _listed, _ROLES),
    ("GET", f"{_FEED}/subscriptions/content", _content, _ROLES),
    ("GET", f"{_FEED}/audit/{{content}}", _blob, _ROLES),
)
