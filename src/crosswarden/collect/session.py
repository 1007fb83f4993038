"""Sends requests to one interface, politely: paced, retried, and with the token sent nowhere else.

An answer's own links (``@odata.nextLink``, ``contentUri``, ``NextPageUri``) are followed only where they stay on the
interface's own origin: a token must not be carried to a host that a response names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from crosswarden.collect.pacing import Again, Pacer, Refuse, judge
from crosswarden.errors import CrosswardenError

__all__ = ["Answer", "CollectError", "Session"]

LARGEST_ANSWER = 512 * 1024 * 1024
"""Bytes: a larger answer is refused rather than held in memory."""


class CollectError(CrosswardenError):
    """An interface did not give what was asked for; ``status`` is HTTP's (0: no answer at all)."""

    exit_code = 3

    def __init__(self, code: str, sentence: str, *, status: int = 0, remedy: str = "") -> None:
        super().__init__(code, sentence, remedy=remedy)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: the body's bytes as they came, and its headers (lower-case names)."""

    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON; raises CollectError where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise CollectError("collect-json", f"the answer is not JSON: {error}") from error


@dataclass(slots=True)
class Session:
    """One interface (an origin), its pace, and the token for it.

    ``token`` is called for a bearer token before each request and with ``fresh=True`` after an HTTP 401; ``sleep``
    and ``clock`` are passed in so that tests need no time. Raises CollectError for what no further attempt can mend.
    """

    client: httpx.Client
    origin: str
    token: Callable[[bool], str]
    pacer: Pacer
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    notice: Callable[[str], None] = field(default=lambda _: None)
    patience: float = 15.0
    """Seconds between two looks at a search that the service is running."""

    def get(self, url: str) -> Answer:
        """GET with retries; ``url`` may be relative to the origin."""
        return self.send("GET", url)

    def post(self, url: str, document: Any = None) -> Answer:
        """POST a JSON document (or nothing) with retries."""
        return self.send("POST", url, document)

    def send(self, method: str, url: str, document: Any = None) -> Answer:
        """One request, tried until it is answered or refused for good."""
        target = self._within(url)
        attempt, fresh = 0, False
        while True:
            attempt += 1
            self._pause(self.pacer.wait(self.clock()))
            status, headers, body = self._once(method, target, document, fresh)
            if status == 401 and not fresh:
                fresh = True
                continue
            decision = judge(status, headers, attempt, datetime.now(UTC))
            if isinstance(decision, Again):
                self.notice(f"{decision.reason}, waiting {decision.seconds:.0f} s")
                self._pause(decision.seconds)
            elif isinstance(decision, Refuse):
                detail = _complaint(body)
                raise CollectError(
                    f"collect-{status or 'connection'}",
                    f"{method} {_plain(target)}: {decision.reason}{detail}",
                    status=status,
                )
            else:
                return Answer(body, headers)

    def _within(self, url: str) -> str:
        target = url if "://" in url else self.origin + url
        asked, ours = urlsplit(target), urlsplit(self.origin)
        if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            raise CollectError(
                "collect-foreign-link",
                f"a link leads from {ours.netloc} to another host ({asked.netloc}); not followed",
            )
        return target

    def _once(
        self, method: str, target: str, document: Any, fresh: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Bearer {self.token(fresh)}", "Accept": "application/json"}
        content = None
        if document is not None:
            content, headers["Content-Type"] = orjson.dumps(document), "application/json"
        try:
            with self.client.stream(method, target, headers=headers, content=content) as response:
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        raise CollectError(
                            "collect-size",
                            f"{_plain(target)}: the answer is larger than {LARGEST_ANSWER >> 20} MiB",
                        )
                return response.status_code, response.headers, bytes(body)
        except httpx.TransportError:
            return 0, {}, b""

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.sleep(seconds)


def _plain(url: str) -> str:
    """The address without its query, which may carry skip tokens."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _complaint(body: bytes) -> str:
    """The service's own error code and sentence, cut short; empty where there is none."""
    try:
        error = orjson.loads(body)["error"]
        return f" ({error['code']}: {str(error.get('message', ''))[:200]})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
