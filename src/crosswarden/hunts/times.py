"""Times as results give them: ISO 8601 with Z and seven decimals."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["moment"]


def moment(text: str) -> datetime:
    """The moment that a result's text names, to the microsecond.

    >>> moment("2021-04-16T07:52:17.1234567Z").isoformat()
    '2021-04-16T07:52:17.123456+00:00'
    """
    bare = text.rstrip("Z")
    head, _, fraction = bare.partition(".")
    return datetime.fromisoformat(f"{head}.{(fraction + '000000')[:6]}").replace(tzinfo=UTC)
