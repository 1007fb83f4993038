"""When to send the next request, and what to do with an answer. Decides without sending anything.

Sources: Microsoft Graph documentation, "Throttling guidance" and "Service-specific throttling limits" (Identity and
access reports: 5 requests per 10 seconds an app and tenant); RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

__all__ = ["Accept", "Again", "Decision", "Pace", "Pacer", "Refuse", "judge"]

LONGEST_WAIT = 900.0
"""Seconds: a longer Retry-After is capped, the service will simply ask again."""

MOST_ATTEMPTS = 12
_BACKOFF_CAP = 120.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Accept:
    """The answer is good."""


@dataclass(frozen=True, slots=True)
class Again:
    """Send the request again after ``seconds``."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """No attempt will help."""

    status: int
    reason: str


Decision: TypeAlias = Accept | Again | Refuse


def judge(status: int, headers: Mapping[str, str], attempt: int, now: datetime) -> Decision:
    """What to do with an answer to the ``attempt``-th (from 1) try of a request; status 0 is a broken connection.

    >>> from datetime import UTC
    >>> noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    >>> judge(429, {"retry-after": "7"}, 1, noon)
    Again(seconds=7.0, reason='HTTP 429')
    >>> judge(429, {}, 3, noon)
    Again(seconds=4.0, reason='HTTP 429')
    >>> judge(403, {}, 1, noon)
    Refuse(status=403, reason='HTTP 403')
    """
    if 200 <= status < 300:
        return Accept()
    reason = f"HTTP {status}" if status else "the connection broke"
    if status and status not in _PASSING:
        return Refuse(status, reason)
    if attempt >= MOST_ATTEMPTS:
        return Refuse(status, f"{reason}, {attempt} times in a row")
    asked = _retry_after(headers.get("retry-after", ""), now)
    return Again(
        min(
            asked if asked is not None else 2.0 ** (attempt - 1),
            LONGEST_WAIT if asked is not None else _BACKOFF_CAP,
        ),
        reason,
    )


def _retry_after(text: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or the time until a date; None for anything else."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``requests`` in any ``seconds``."""

    requests: int
    seconds: float


@dataclass(slots=True)
class Pacer:
    """Remembers when requests went out and says how long the next one has to wait.

    >>> pacer = Pacer(Pace(2, 10.0))
    >>> [pacer.wait(at) for at in (0.0, 1.0, 2.0)]
    [0.0, 0.0, 8.0]
    """

    pace: Pace
    _sent: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds to wait at ``now`` (any monotonic clock); the request counts as sent after them."""
        if len(self._sent) == self.pace.requests:
            pause = max(0.0, self._sent.popleft() + self.pace.seconds - now)
        else:
            pause = 0.0
        self._sent.append(now + pause)
        return pause
