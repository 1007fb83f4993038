"""Graph: the audit log search. A search is made, runs for a few polls, and its records are then paged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crosswarden.rehearsal.served.paging import page
from crosswarden.rehearsal.served.problems import bad_request, not_found
from crosswarden.rehearsal.served.routes import Routes, document_of

if TYPE_CHECKING:
    from crosswarden.rehearsal.served.app import Service

__all__ = ["ROUTES"]

_ROLES = ("AuditLogsQuery.Read.All",)
POLLS = 2
"""How often a search says that it runs before it has."""


def _new(service: Service, _: Request, body: object, __: str) -> Response:
    document = document_of(body)
    if not document.get("filterStartDateTime") or not document.get("filterEndDateTime"):
        raise bad_request("filterStartDateTime and filterEndDateTime are required.")
    search = {"id": service.store.new_id(), "status": "notStarted", "polls": 0, **document}
    service.store.searches[search["id"]] = search
    return JSONResponse(_shown(search), 201)


def _get(service: Service, request: Request, _: object, __: str) -> Response:
    search = _search(service, request)
    search["polls"] += 1
    search["status"] = "succeeded" if search["polls"] > POLLS else "running"
    return JSONResponse(_shown(search))


def _records(service: Service, request: Request, _: object, __: str) -> Response:
    search = _search(service, request)
    if search["status"] != "succeeded":
        raise bad_request("The audit log query has not succeeded yet.")
    start, end = search["filterStartDateTime"][:19], search["filterEndDateTime"][:19]
    records = [_record(each) for each in service.store.unified if start <= each["CreationTime"][:19] < end]
    return JSONResponse(
        page(
            records,
            service.url,
            request.url.path,
            dict(request.query_params),
            "v1.0/$metadata#security/auditLog/records",
        )
    )


def _search(service: Service, request: Request) -> dict[str, Any]:
    search = service.store.searches.get(request.path_params["query"])
    if search is None:
        raise not_found(request.path_params["query"])
    return search


def _shown(search: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in search.items() if key != "polls"}


def _record(unified: dict[str, Any]) -> dict[str, Any]:
    """An auditLogRecord: the unified record inside its wrapper."""
    return {
        "id": unified["Id"],
        "createdDateTime": f"{unified['CreationTime'][:19]}Z",
        "auditLogRecordType": str(unified["RecordType"]),
        "operation": unified["Operation"],
        "organizationId": unified["OrganizationId"],
        "userType": str(unified.get("UserType", "")),
        "userId": unified.get("UserKey", ""),
        "service": unified.get("Workload", ""),
        "objectId": unified.get("ObjectId", ""),
        "userPrincipalName": unified.get("UserId", ""),
        "clientIp": unified.get("ClientIP", ""),
        "administrativeUnits": [],
        "auditData": unified,
    }


ROUTES: Routes = (
    ("POST", "/security/auditLog/queries", _new, _ROLES),
    ("GET", "/security/auditLog/queries/{query}", _get, _ROLES),
    ("GET", "/security/auditLog/queries/{query}/records", _records, _ROLES),
)
