"""An attack, or something that only looks like one, as a sequence of named steps that leave events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import DAY, HOUR, MINUTE, SECOND
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation, User, found

__all__ = ["ATTACK", "BENIGN", "Scenario", "Step", "Story", "World"]

LONGEST = 5
"""The story's day, counted from its first, on which the last step of any lies."""
ATTACK = "attack"
BENIGN = "benign"


@dataclass(frozen=True)
class World:
    """The tenants of a rehearsal and the days it covers."""

    seed: int
    start: int
    """The first tick."""
    days: int
    victim: Organisation
    sister: Organisation
    """Another tenant of the victim's owner."""
    cleanup: bool = False
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, in words, and the events it left."""

    name: str
    about: str
    events: tuple[Event, ...]


@dataclass
class Story:
    """One scenario being told: the world, the variant, its own chance, and the steps so far.

    Days are counted from the story's first, which lies in the middle of the rehearsal so that ordinary days precede
    it. A slow story puts a week where others put a day.
    """

    world: World
    scenario: str
    variant: str
    """loud, quiet, or of what is no attack ordinary."""
    number: int = 0
    """Counts stories of one rehearsal, so that two of them take different people."""
    kind: str = ATTACK
    steps: list[Step] = field(default_factory=list)
    entities: dict[str, str] = field(default_factory=dict)
    chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Chance(self.world.seed, "story", self.scenario, self.variant)

    @property
    def loud(self) -> bool:
        return self.variant == "loud"

    @property
    def victim(self) -> Organisation:
        return self.world.victim

    @cached_property
    def attacker(self) -> Organisation:
        """The attackers' own tenant: each story has another."""
        return found(self.world.seed, f"attacker of {self.scenario} ({self.variant})", 12)

    @property
    def first_day(self) -> int:
        """The rehearsal's day on which the story begins: in the middle, or as early as its longest course needs."""
        length, middle = (
            (LONGEST * 7, self.world.days // 5) if self.world.slow else (LONGEST, self.world.days // 2)
        )
        return max(0, min(middle, self.world.days - 1 - length))

    def moment(self, day: int, hour: int, minute: int = 0) -> int:
        """A tick on the story's day, a few random seconds past that minute."""
        offset = day * 7 if self.world.slow else day
        which = min(self.first_day + offset, self.world.days - 1)
        tick = self.world.start + which * DAY + hour * HOUR + minute * MINUTE
        return tick + self.chance.between(0, 50 * SECOND)

    def after(self, tick: int, low: int, high: int) -> int:
        """A tick between low and high seconds later."""
        return tick + self.chance.between(low * SECOND, high * SECOND)

    def administrator(self) -> User:
        """The administrator whose account is abused."""
        return self.victim.administrators[self.number % len(self.victim.administrators)]

    def people(self, count: int) -> list[User]:
        """Ordinary people of the victim, chosen by chance."""
        return self.chance.sample(self.victim.users[len(self.victim.administrators) :], count)

    @cached_property
    def someone(self) -> User:
        """One ordinary person of the victim, the same throughout the story."""
        return self.people(1)[0]

    def step(self, name: str, about: str, *events: Event | Iterable[Event]) -> None:
        """Adds a step."""
        flat: list[Event] = []
        for each in events:
            flat.extend([each] if isinstance(each, Event) else each)
        self.steps.append(Step(name, about, tuple(flat)))

    def involve(self, **entities: str) -> None:
        """Names what the story is about: ids that a finding should carry."""
        self.entities |= entities


@dataclass(frozen=True)
class Scenario:
    """A scenario: what it is, the ATT&CK techniques it shows, and how it goes."""

    name: str
    title: str
    about: str
    techniques: tuple[str, ...]
    tell: Callable[[Story], None]
    kind: str = ATTACK
