"""Faults that the simulated tenant can inject: throttling storms, resets, delays; all from a seed, so repeatable."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

__all__ = ["Fault", "Faults"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: a status instead of an answer (0: the connection breaks), after a delay in seconds."""

    status: int | None = None
    retry_after: int | None = None
    delay: float = 0.0


@dataclass(slots=True)
class Faults:
    """Draws a fault a request; rates are shares of requests, from 0 to 1.

    ``expired`` is the share of Management Activity content that is gone when it is fetched, ``doubled`` the share
    of content listed twice; ``shuffled`` puts content lists out of order.

    >>> Faults().draw()
    Fault(status=None, retry_after=None, delay=0.0)
    >>> Faults(throttled=1.0, silent=0.0).draw().status
    429
    """

    seed: int = 0
    throttled: float = 0.0
    silent: float = 0.5
    """Share of throttled answers without Retry-After."""
    broken: float = 0.0
    reset: float = 0.0
    latency: float = 0.0
    expired: float = 0.0
    doubled: float = 0.0
    shuffled: bool = False
    retry_after: int = 1
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - repeatable on purpose

    def draw(self) -> Fault:
        """The next request's fault, or none."""
        dice = self.random.random()
        delay = self.random.random() * self.latency
        if dice < self.throttled:
            return Fault(429, None if self.random.random() < self.silent else self.retry_after, delay)
        if dice < self.throttled + self.broken:
            return Fault(503, None, delay)
        if dice < self.throttled + self.broken + self.reset:
            return Fault(0, None, delay)
        return Fault(delay=delay)
