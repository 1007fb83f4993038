"""row_window_session: which session each row of an ordered set belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.engines.udf.body import Body

__all__ = ["BODIES"]


def sessions(
    points: Sequence[int | None], restarts: Sequence[bool], longest: int, gap: int
) -> list[int | None]:
    """The first point of each row's session.

    A session ends where ``restarts`` says, after ``longest`` since its first point, or after a ``gap`` between two.

    >>> sessions([0, 4, 30, 31], [False] * 4, 60, 5)
    [0, 0, 30, 30]
    """
    found: list[int | None] = []
    first = last = None
    for point, restart in zip(points, restarts, strict=True):
        if point is None:
            found.append(None)
            continue
        if first is None or last is None or restart or point - first > longest or point - last > gap:
            first = point
        last = point
        found.append(first)
    return found


BODIES = {"kql_sessions": Body(sessions, ("BIGINT[]", "BOOLEAN[]", "BIGINT", "BIGINT"), "BIGINT[]")}
