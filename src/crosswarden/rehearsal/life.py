"""Ordinary life: what the people and the servers of a tenant do on one day.

Working hours, an office or a home line, one device each; clients renew their tokens and what they read carries the
token that they were given, so that every access can be traced to a sign-in. Calendar: weekends are quiet.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import DAY, HOUR, MINUTE, SECOND
from crosswarden.rehearsal.kinds import Kinds
from crosswarden.rehearsal.names import FILES, SUBJECTS
from crosswarden.rehearsal.organisation import Organisation

__all__ = ["Draft", "live_day"]

Draft = tuple[int, int, int, tuple[object, ...]]
"""Tick, kind, person, values."""

_OPERATIONS = (
    "FileAccessed",
    "FileAccessed",
    "FileModified",
    "FileModified",
    "FileUploaded",
    "FileDownloaded",
)
_WHERE = ("office", "home")


def _guid(bits: Callable[[int], int]) -> str:
    digits = f"{bits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _signed(bits: Callable[[int], int]) -> tuple[str, str]:
    """A request id and the token identifier that it gives."""
    raw = bits(128).to_bytes(16, "big")
    raw = raw[:7] + bytes((0x40 | raw[7] & 15, 0xA0 | raw[8] & 15)) + raw[9:15] + b"\0"
    token = urlsafe_b64encode(raw)[:22].decode("ascii")
    text = raw.hex()
    first = text[6:8] + text[4:6] + text[2:4] + text[:2]
    return f"{first}-{text[10:12]}{text[8:10]}-{text[14:16]}{text[12:14]}-{text[16:20]}-{text[20:]}", token


class _Day:
    """One tenant's day, person by person."""

    def __init__(self, organisation: Organisation, kinds: Kinds, start: int) -> None:
        self.organisation = organisation
        self.start = start
        self.weekend = (start // DAY + 3) % 7 >= 5
        self.some = max(0.05, 3 / len(organisation.users))
        number = kinds.number
        self.drafts: list[Draft] = []
        both = range(2)
        self.signin = [[number[name, where] for name in ("signin", "signin-home")] for where in _WHERE]
        self.copies = [
            [number["copy", name, where] for name in ("signin", "signin-home")] for where in _WHERE
        ]
        self.failed = [number["failed", where] for where in _WHERE]
        self.failed_copy = [number["copy", "failed", where] for where in _WHERE]
        self.outlook = [number["outlook", where] for where in _WHERE]
        self.teams = [number["teams", where] for where in _WHERE]
        self.files = [number["files", where] for where in _WHERE]
        self.touched = [[number[name, where] for name in _OPERATIONS] for where in _WHERE]
        self.bind = [
            [number["bind", "outlook", count, _WHERE[each]] for count in ("1", "3")] for each in both
        ]
        self.web = [number["bind", "web", "1", where] for where in _WHERE]
        self.send = [number["send", where] for where in _WHERE]
        self.sync = [number["sync", where] for where in _WHERE]
        self.graph = [[number["graph", str(each), where] for each in range(4)] for where in _WHERE]
        self.mobile, self.mobile_bind = number["mobile",], number["bind", "mobile", "1", "home"]
        self.number = number

    def person(self, which: int, random: Random) -> None:
        """One person's day."""
        user = self.organisation.users[which]
        draw, bits, add = random.random, random.getrandbits, self.drafts.append
        present = draw() < (self.some if self.weekend else 0.92)
        begin = self.start + 7 * HOUR + user.early * MINUTE + int(draw() * 30 * MINUTE)
        if user.phone and (present or draw() < 0.5):
            self.phone(which, begin, draw, bits)
        if not present:
            return
        place = 1 if draw() < 0.4 else 0
        span = 8 * HOUR + int(draw() * 90 * MINUTE)
        session = _guid(bits)
        if draw() < 0.05:
            request, token = _signed(bits)
            correlation = _guid(bits)
            early = begin - int(draw() * 2 * MINUTE) - 5 * SECOND
            add((early, self.failed[place], which, (request, token, correlation, session)))
            add((early, self.failed_copy[place], which, (request, correlation)))
        token = ""
        for each in (0, 1) if draw() < 0.3 else (0,):
            request, token = _signed(bits)
            correlation = _guid(bits)
            tick = begin + each * (span // 2)
            add((tick, self.signin[place][each], which, (request, token, correlation, session)))
            add((tick, self.copies[place][each], which, (request, correlation)))
            if not each and draw() < 0.5:
                read = tick + int((20 + draw() * 600) * SECOND)
                add((read, self.web[place], which,
                     (_guid(bits), token, tick, session, f"{bits(128):032X}", 9000 + bits(18))))  # fmt: skip
        self.mail(which, place, begin, span, session, draw, bits)
        self.talk(which, place, begin, span, session, draw, bits)
        self.work(which, place, begin, span, session, draw, bits)

    def phone(self, which: int, begin: int, draw: Callable[[], float], bits: Callable[[int], int]) -> None:
        session = _guid(bits)
        for hours in (-0.5, 11.5):
            tick = begin + int((hours + draw()) * HOUR)
            request, token = _signed(bits)
            self.drafts.append((tick, self.mobile, which, (request, token, _guid(bits), session)))
            if draw() < 0.6:
                read = tick + int((5 + draw() * 900) * SECOND)
                self.drafts.append((read, self.mobile_bind, which,
                                    (_guid(bits), token, tick, session, f"{bits(128):032X}", 9000 + bits(18))))  # fmt: skip

    def mail(self, which: int, place: int, begin: int, span: int, session: str, draw: Callable[[], float],
             bits: Callable[[int], int]) -> None:  # fmt: skip
        add = self.drafts.append
        for each in range(4):
            tick = begin + int((each + draw() * 0.8) * span / 4)
            request, token = _signed(bits)
            add((tick, self.outlook[place], which, (request, token, _guid(bits), session)))
            if draw() < 0.7:
                read = tick + int((5 + draw() * 2400) * SECOND)
                if draw() < 0.6:
                    values: tuple[object, ...] = (
                        _guid(bits),
                        token,
                        tick,
                        session,
                        f"{bits(128):032X}",
                        9000 + bits(18),
                    )
                    add((read, self.bind[place][0], which, values))
                else:
                    names = (f"{bits(128):032X}", f"{bits(128):032X}", f"{bits(128):032X}")
                    sizes = (9000 + bits(18), 9000 + bits(18), 9000 + bits(18))
                    add(
                        (
                            read,
                            self.bind[place][1],
                            which,
                            (_guid(bits), token, tick, session, *names, *sizes),
                        )
                    )
            if draw() < 0.2:
                sent = tick + int((60 + draw() * 2400) * SECOND)
                subject = SUBJECTS[int(draw() * len(SUBJECTS))]
                add(
                    (
                        sent,
                        self.send[place],
                        which,
                        (_guid(bits), token, session, f"{bits(128):032X}", subject),
                    )
                )
        add((begin + int(draw() * MINUTE * 20), self.sync[place], which, (_guid(bits), session)))

    def talk(self, which: int, place: int, begin: int, span: int, session: str, draw: Callable[[], float],
             bits: Callable[[int], int]) -> None:  # fmt: skip
        add = self.drafts.append
        for each in range(3):
            tick = begin + int((each + draw() * 0.8) * span / 3)
            request, token = _signed(bits)
            add((tick, self.teams[place], which, (request, token, _guid(bits), session)))
            for _ in range(1 + (draw() < 0.5)):
                call = tick + int((2 + draw() * 3000) * SECOND)
                add((call, self.graph[place][int(draw() * 4)], which,
                     (_guid(bits), token, tick, session, 200 + bits(14), 20_000 + bits(21))))  # fmt: skip

    def work(self, which: int, place: int, begin: int, span: int, session: str, draw: Callable[[], float],
             bits: Callable[[int], int]) -> None:  # fmt: skip
        add = self.drafts.append
        for each in range(2):
            tick = begin + int((each + draw() * 0.8) * span / 2)
            request, token = _signed(bits)
            add((tick, self.files[place], which, (request, token, _guid(bits), session)))
            for _ in range(1 + int(draw() * 2.8)):
                touched = tick + int((10 + draw() * 3000) * SECOND)
                add((touched, self.touched[place][int(draw() * 6)], which,
                     (_guid(bits), token, session, _guid(bits), FILES[int(draw() * len(FILES))], _guid(bits))))  # fmt: skip

    def servers(self, random: Random) -> None:
        """The organisation's own applications and machines, round the clock."""
        bits, add = random.getrandbits, self.drafts.append
        support = len(self.organisation.users) - 1
        for hour in range(24):
            for application in range(len(self.organisation.applications)):
                tick = (
                    self.start + hour * HOUR + application * 7 * MINUTE + int(random.random() * 40 * SECOND)
                )
                request, token = _signed(bits)
                session = _guid(bits)
                add(
                    (
                        tick,
                        self.number["principal", str(application)],
                        0,
                        (request, token, _guid(bits), session),
                    )
                )
                for call in range(4):
                    later = tick + (1 + call * 9) * SECOND
                    add((later, self.number["call", str(application)], 0,
                         (_guid(bits), token, tick, session, 200 + bits(14), 20_000 + bits(21))))  # fmt: skip
                if application == 2:
                    add((tick + 50 * SECOND, self.number["desk",], support,
                         (_guid(bits), token, tick, session, f"{bits(128):032X}", 9000 + bits(18))))  # fmt: skip
            for machine in range(4):
                tick = self.start + hour * HOUR + machine * 11 * MINUTE + int(random.random() * 40 * SECOND)
                request, token = _signed(bits)
                add(
                    (
                        tick,
                        self.number["machine", str(machine)],
                        0,
                        (request, token, _guid(bits), _guid(bits)),
                    )
                )


def live_day(organisation: Organisation, kinds: Kinds, day: int, start: int) -> list[Draft]:
    """Every ordinary event of one tenant's day that is made from a template; unsorted.

    What runs past midnight belongs to the day on which it began and is moved before midnight.
    """
    today = _Day(organisation, kinds, start)
    for which in range(len(organisation.users)):
        today.person(which, Chance(organisation.seed, organisation.label, "day", day, which).random)
    today.servers(Chance(organisation.seed, organisation.label, "servers", day).random)
    last = start + DAY - 1
    return [draft if draft[0] <= last else (last - draft[0] % MINUTE, *draft[1:]) for draft in today.drafts]
