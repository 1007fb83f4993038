"""A simulated tenant: its people, devices, offices, partners and applications, all from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crosswarden.rehearsal.addresses import Place, home_place, office_place
from crosswarden.rehearsal.applications import Application
from crosswarden.rehearsal.chance import Chance, named_guid
from crosswarden.rehearsal.names import COMPANIES, DEPARTMENTS, FAMILY, GIVEN

__all__ = ["Organisation", "User", "found", "person"]

BROWSERS = (
    (
        "Windows10",
        "Edge 140.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    ),
    (
        "Windows10",
        "Chrome 140.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36",
    ),
    (
        "MacOs",
        "Safari 18.6",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Safari/605.1.15",
    ),
)


_PLACES = {"victim": 0, "sister": 6, "customer": 8, "vendor": 1}
"""Tenant's label → its place in the list of companies, counted from the seed's."""
_BLOCKS = {"victim": "203.0.113", "sister": "198.51.100"}


@dataclass(frozen=True, slots=True)
class User:
    """A person of a tenant and the machine they work on."""

    id: str
    name: str
    principal_name: str
    puid: str
    """The passport unique id, 16 hexadecimal digits; the unified audit log names people by it."""
    sid: str
    mailbox: str
    department: str
    device: str
    device_name: str
    system: str
    browser: str
    user_agent: str
    office: Place
    home: Place
    phone: bool
    """Reads mail on a phone too."""
    early: int
    """Minutes by which their day begins before (negative) or after 8:00."""
    home_tenant: str = ""
    """The tenant they sign in at, where it is not the one whose directory holds them."""
    kind: str = "Member"


@dataclass(frozen=True)
class Organisation:
    """A tenant at the start of the rehearsal."""

    seed: int
    label: str
    id: str
    name: str
    domain: str
    block: str
    users: tuple[User, ...]
    administrators: tuple[User, ...]
    applications: tuple[Application, ...]
    """What the organisation itself registered; the first administrators own them."""
    partners: Mapping[str, str] = field(default_factory=dict)
    """Tenant id → name of the organisations it already works with."""

    def principal(self, application: Application) -> str:
        """The object id of an application's service principal in this tenant."""
        return named_guid(self.seed, self.label, "principal", application.id)

    def object(self, application: Application) -> str:
        """The object id of an application registered in this tenant."""
        return named_guid(self.seed, self.label, "application", application.id)

    @cached_property
    def short(self) -> str:
        """The domain's first label."""
        return self.domain.split(".")[0]

    @cached_property
    def subscription(self) -> str:
        return named_guid(self.seed, self.label, "subscription")

    @cached_property
    def policy(self) -> str:
        """The id of the cross-tenant access policy object."""
        return named_guid(self.seed, self.label, "cross-tenant access policy")


def person(
    organisation_path: tuple[object, ...], number: int, domain: str, offices: tuple[Place, ...], sid: str
) -> User:
    """The person of that number; numbers past the name list repeat names with a digit."""
    chance = Chance(*organisation_path, "user", number)
    called = number + Chance(*organisation_path, "names").between(0, len(GIVEN) * len(FAMILY) - 1)
    given = GIVEN[called % len(GIVEN)]
    family = FAMILY[(called // len(GIVEN) + called * 7) % len(FAMILY)]
    again = called // (len(GIVEN) * len(FAMILY))
    office = chance.pick(offices)
    system, browser, agent = BROWSERS[min(2, int(chance.random.random() * 3.4))]
    login = f"{given}.{family}{again or ''}".lower()
    return User(
        id=chance.guid(),
        name=f"{given} {family}",
        principal_name=f"{login}@{domain}",
        puid=f"100320{chance.hexadecimal(10)}",
        sid=f"{sid}-{25_000_000 + number}",
        mailbox=chance.guid(),
        department=chance.pick(DEPARTMENTS),
        device=chance.guid(),
        device_name=f"{'MAC' if system == 'MacOs' else 'PC'}-{chance.hexadecimal(6)}",
        system=system,
        browser=browser,
        user_agent=agent,
        office=office,
        home=home_place(chance, office),
        phone=chance.happens(0.6),
        early=chance.between(-75, 75),
    )


def found(seed: int, label: str = "victim", users: int = 40) -> Organisation:
    """The organisation that a seed and a label name.

    Labels are victim, sister (of the same owner), customer and vendor; any other label names some other tenant, whose
    domain bears a number so that no two are alike.

    >>> found(1).id == found(1).id != found(2).id
    True
    >>> len(found(1, users=25).users)
    25
    """
    path = (seed, label)
    chance = Chance(*path, "organisation")
    number = Chance(seed, "company").between(0, len(COMPANIES) - 1)
    place = _PLACES.get(label)
    name = COMPANIES[(number + (chance.between(2, 5) if place is None else place)) % len(COMPANIES)]
    mark = chance.hexadecimal(4).lower() if place is None else ""
    domain = f"{name.replace(' ', '').lower()}{mark}.onmicrosoft.com"
    block = _BLOCKS.get(label, "192.0.2")
    offices = tuple(office_place(chance, block) for _ in range(3))
    stem = f"S-1-5-21-{chance.between(10**9, 4 * 10**9)}-{chance.between(10**9, 4 * 10**9)}-{chance.between(10**9, 2 * 10**9)}"
    tenant = chance.guid()
    people = tuple(person(path, each, domain, offices, stem) for each in range(users))
    own = tuple(
        Application(named_guid(*path, "own application", title), title, tenant)
        for title in (
            "Payroll bridge",
            "Intranet search",
            "Ticket desk",
            "Data warehouse loader",
            "Backup agent",
        )
    )
    partners = {named_guid(*path, "partner", each): each for each in ("Harbour Logistics", "Fenwick Audit")}
    return Organisation(
        seed,
        label,
        tenant,
        name,
        domain,
        block,
        people,
        people[: max(2, min(6, users // 200 + 2))],
        own,
        partners,
    )
