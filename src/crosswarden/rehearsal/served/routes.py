"""The form in which the interfaces list their routes, and what their calls share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crosswarden.rehearsal.directory import Actor
from crosswarden.rehearsal.served.paging import page
from crosswarden.rehearsal.served.problems import bad_request

if TYPE_CHECKING:
    from crosswarden.rehearsal.served.app import Service

__all__ = ["Call", "Routes", "actor_of", "document_of", "listed", "no_content"]

Call: TypeAlias = Callable[["Service", Request, object, str], Response]
Routes: TypeAlias = tuple[tuple[str, str, Call, tuple[str, ...]], ...]
"""Method, path, call, and the application permissions of which one is needed."""


def document_of(body: object) -> dict[str, Any]:
    """The request's JSON object; raises Problem for anything else."""
    if not isinstance(body, dict):
        raise bad_request("The request body must be a JSON object.")
    return body


def listed(path: str) -> Call:
    """A call that gives a Graph list, newest first as the audit lists are, in pages."""

    def call(service: Service, request: Request, _: object, __: str) -> Response:
        version = request.url.path.split("/")[1]
        items = list(reversed(service.store.items(path)))
        return JSONResponse(
            page(
                items,
                service.url,
                request.url.path,
                dict(request.query_params),
                f"{version}/$metadata#{path}",
            )
        )

    return call


def actor_of(service: Service, request: Request, client: str) -> Actor:
    """The calling application as the audit log will name it, with the caller's address."""
    address = request.client.host if request.client else ""
    name = next(
        (
            each["displayName"]
            for each in service.store.items("servicePrincipals")
            if each.get("appId") == client
        ),
        "simulated client",
    )
    return Actor("app", client, name, client, address=address)


def no_content() -> Response:
    """204."""
    return Response(status_code=204)
