"""A simulated tenant over HTTP: sign-in, Microsoft Graph, the audit log search and the Management Activity API.

All interfaces answer on one origin; clients are pointed at it and otherwise run unmodified. Faults are injected
before anything else, except into sign-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from crosswarden.rehearsal.served import applications, directory, management, search
from crosswarden.rehearsal.served.faults import Faults
from crosswarden.rehearsal.served.identity import Identity
from crosswarden.rehearsal.served.problems import Problem
from crosswarden.rehearsal.served.store import Store

__all__ = ["Service", "application"]

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Service:
    """What the routes share: the tenant, its sign-in, the faults, and the origin under which it is served."""

    store: Store
    identity: Identity
    faults: Faults
    url: str


class Broken(Response):
    """An answer that promises a body and never sends it: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})


def application(service: Service) -> Starlette:
    """The ASGI application."""
    graph = [*directory.ROUTES, *applications.ROUTES, *search.ROUTES]
    routes = [
        Route(path, _guarded(service, call, roles), methods=[method])
        for method, path, call, roles in (*management.ROUTES,)
    ]
    for version in ("v1.0", "beta"):
        routes += [
            Route(f"/{version}{path}", _guarded(service, call, roles), methods=[method])
            for method, path, call, roles in graph
        ]
    routes += [
        Route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            _open(lambda _: JSONResponse(service.identity.configuration())),
        ),
        Route("/{tenant}/discovery/v2.0/keys", _open(lambda _: JSONResponse(service.identity.keys()))),
        Route("/{tenant}/oauth2/v2.0/token", _token(service), methods=["POST"]),
    ]
    return Starlette(routes=routes)


def _open(answer: Callable[[Request], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return answer(request)

    return endpoint


def _token(service: Service) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        try:
            return JSONResponse(service.identity.token(form))
        except Problem as problem:
            return JSONResponse(
                {"error": problem.code, "error_description": problem.sentence}, problem.status
            )

    return endpoint


def _guarded(
    service: Service, call: Callable[[Service, Request, object, str], Response], roles: tuple[str, ...]
) -> Endpoint:
    """An endpoint behind faults, a bearer token, and one of ``roles``; Problems become Graph's error documents."""

    async def endpoint(request: Request) -> Response:
        fault = service.faults.draw()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status == 0:
            return Broken()
        try:
            if fault.status:
                raise Problem(
                    fault.status,
                    "TooManyRequests" if fault.status == 429 else "ServiceUnavailable",
                    "Injected fault.",
                )
            client = service.identity.client_of(request.headers.get("authorization", ""))
            service.identity.demand(client, roles)
            body = await request.body()
            return call(service, request, _parsed(body), client)
        except Problem as problem:
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else None
            return JSONResponse(problem.document(), problem.status, headers=headers)

    return endpoint


def _parsed(body: bytes) -> object:
    import orjson

    if not body.strip():
        return {}
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "BadRequest", "Unable to read JSON request payload.") from None
