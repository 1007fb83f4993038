"""Fetching over HTTP: bounded, no redirects, only a plain 200 counts; against a server on the loopback address."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crosswarden.tokens.fetching import SIZE_LIMIT, http_fetch, http_fetch_async
from crosswarden.tokens.key_cache import KeysUnavailable


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        status = {"/moved": 302, "/broken": 500, "/absent": 404, "/empty": 204}.get(self.path, 200)
        body = b"x" * (SIZE_LIMIT + 10_000) if self.path == "/large" else b"{}"
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/fine")
        self.send_header("Content-Length", "0" if status == 204 else str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(b"" if status == 204 else body)
        except ConnectionError:
            return  # the client has had enough

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that answers by path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def asynchronously(address: str) -> bytes:
    """The asyncio kind, run to its end."""
    return asyncio.run(http_fetch_async(address))


BOTH = pytest.mark.parametrize("fetch", [http_fetch, asynchronously], ids=["threads", "asyncio"])


@BOTH
def test_a_plain_answer_is_given(server: str, fetch: Callable[[str], bytes]) -> None:
    """The body of a 200, as it came."""
    assert fetch(server + "/fine") == b"{}"


@BOTH
@pytest.mark.parametrize("path", ["/moved", "/broken", "/absent", "/empty", "/large"])
def test_anything_else_is_no_answer(server: str, path: str, fetch: Callable[[str], bytes]) -> None:
    """Redirects, errors and bodies without end leave the caller without keys, never with wrong ones."""
    with pytest.raises(KeysUnavailable):
        fetch(server + path)


@BOTH
def test_no_server_is_no_answer(fetch: Callable[[str], bytes]) -> None:
    """A port where nothing listens is a failure of the same kind."""
    with pytest.raises(KeysUnavailable):
        fetch("http://127.0.0.1:9")
