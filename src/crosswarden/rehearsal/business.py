"""The rarer things of ordinary life, which resemble what attackers do: invitations, consents, secrets, rules, travel.

Each happens at a rate per thousand people and working day, so that a small tenant sees one now and then and a large one
every day. All are done by whom one would expect, from where one would expect, for reasons of everyday work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crosswarden.rehearsal.addresses import Place, access_address, home_place
from crosswarden.rehearsal.applications import (
    EXCHANGE,
    OFFICE,
    OFFICE_HOME,
    OUTLOOK_MOBILE,
    OUTLOOK_WEB,
    PORTAL,
    SHAREPOINT,
    Application,
)
from crosswarden.rehearsal.chance import Chance, named_guid
from crosswarden.rehearsal.clock import HOUR, MINUTE, SECOND
from crosswarden.rehearsal.credentials import credential_added, key_description
from crosswarden.rehearsal.directory import by_user, directory_event, user_target
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.files import file_event
from crosswarden.rehearsal.invitation import guest, invited, redeemed
from crosswarden.rehearsal.kinds import MOBILE_AGENT
from crosswarden.rehearsal.mailbox import cmdlet, mail_bound
from crosswarden.rehearsal.membership import role_gained
from crosswarden.rehearsal.names import CITIES, DEPARTMENTS, FILES
from crosswarden.rehearsal.organisation import Organisation, User, found
from crosswarden.rehearsal.registration import application_added, consented, owner_added, principal_added
from crosswarden.rehearsal.signins import noninteractive_signin, signin

__all__ = ["business"]


@dataclass(frozen=True, slots=True)
class _Errand:
    organisation: Organisation
    chance: Chance
    tick: int

    def anyone(self) -> User:
        return self.chance.pick(self.organisation.users)

    def clerk(self) -> User:
        """The administrator whose work it is."""
        return self.organisation.administrators[-1]

    def later(self, low: int, high: int) -> int:
        return self.tick + self.chance.between(low * SECOND, high * SECOND)


def _guest_invited(errand: _Errand) -> list[Event]:
    here, chance, host = errand.organisation, errand.chance, errand.anyone()
    home = found(here.seed, "customer", 40)
    other = chance.pick(home.users)
    name, mail = other.name, f"{chance.letters(3).lower()}.{other.principal_name}"
    one = guest(here, home, name, mail)
    actor = by_user(host, host.office.address, host.user_agent)
    events = invited(here, chance, errand.tick, actor, host, one, mail)
    place, tick = home_place(chance, other.office), errand.later(1800, 9000)
    events += redeemed(here, chance, tick, one, place.address)
    come = signin(
        here,
        chance,
        tick + 20 * SECOND,
        one,
        OFFICE_HOME,
        SHAREPOINT,
        place,
        managed=False,
        access="b2bCollaboration",
    )
    events += come.events
    events.append(
        file_event(
            here,
            chance,
            tick + 90 * SECOND,
            one,
            "FileAccessed",
            chance.pick(FILES),
            address=place.address,
            token=come.token,
            session=come.session,
        )
    )
    return events


def _consented(errand: _Errand) -> list[Event]:
    """Somebody signs in to a bought application that others use already; it only learns who they are."""
    here, chance, user = errand.organisation, errand.chance, errand.anyone()
    vendor = found(here.seed, "vendor", 12)
    title = chance.pick(("Expense scanner", "Room booking", "Travel desk", "Survey tool"))
    application = Application(named_guid(here.seed, "bought", title), title, vendor.id)
    actor = by_user(user, user.office.address, user.user_agent)
    come = signin(here, chance, errand.tick, user, application, SHAREPOINT, user.office)
    return [
        *come.events,
        *consented(
            here,
            chance,
            errand.later(5, 30),
            actor,
            application,
            user,
            scopes=("openid", "profile", "email", "User.Read"),
        ),
    ]


def _registered(errand: _Errand) -> list[Event]:
    here, chance, clerk = errand.organisation, errand.chance, errand.clerk()
    title = f"{chance.pick(DEPARTMENTS)} form {chance.between(10, 99)}"
    application = Application(chance.guid(), title, here.id)
    actor = by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL)
    return [
        *application_added(here, chance, errand.tick, actor, application, scopes=("User.Read",)),
        *owner_added(here, chance, errand.later(0, 1), actor, application, clerk),
        *principal_added(here, chance, errand.later(1, 2), actor, application),
    ]


def _rotated(errand: _Errand) -> list[Event]:
    here, chance, clerk = errand.organisation, errand.chance, errand.clerk()
    application = chance.pick(here.applications)
    actor = by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL)
    before = key_description(named_guid(here.seed, "first key", application.id), "deployment")
    return credential_added(
        here, chance, errand.tick, actor, application, chance.guid(), "deployment", before=[before]
    )


def _rule_made(errand: _Errand) -> Event:
    here, chance, user = errand.organisation, errand.chance, errand.anyone()
    folder = chance.pick(("Newsletters", "Orders", "Travel"))
    parameters = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("Name", folder),
        ("SubjectContainsWords", folder.lower()),
        ("MoveToFolder", folder),
        ("StopProcessingRules", "False"),
    ]
    stem = f"EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{here.domain}"
    return cmdlet(
        here,
        chance,
        errand.tick,
        "New-InboxRule",
        parameters,
        actor=user.principal_name,
        key=user.puid,
        kind=2,
        address=user.office.address,
        object_id=f"{stem}/{user.name}\\{folder}",
        application=EXCHANGE.id,
        session=chance.guid(),
    )


def _shared_mailbox(errand: _Errand) -> Event:
    here, chance, clerk, user = errand.organisation, errand.chance, errand.clerk(), errand.anyone()
    box = f"{chance.pick(DEPARTMENTS).lower()}@{here.domain}"
    parameters = [
        ("Identity", box),
        ("User", user.principal_name),
        ("AccessRights", "FullAccess"),
        ("InheritanceType", "All"),
    ]
    return cmdlet(
        here,
        chance,
        errand.tick,
        "Add-MailboxPermission",
        parameters,
        actor=clerk.principal_name,
        key=clerk.puid,
        address=clerk.office.address,
        object_id=box,
        application=EXCHANGE.id,
        session=chance.guid(),
    )


def _password_forgotten(errand: _Errand) -> list[Event]:
    here, chance, clerk, user = errand.organisation, errand.chance, errand.clerk(), errand.anyone()
    actor = by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL)
    wrong = signin(here, chance, errand.tick, user, OFFICE_HOME, SHAREPOINT, user.office, code=50126)
    right = signin(
        here, chance, errand.later(900, 1500), user, OFFICE_HOME, SHAREPOINT, user.office, multifactor=True
    )
    reset = directory_event(
        here,
        chance,
        errand.later(300, 800),
        "Reset user password",
        actor,
        [user_target(user)],
        [],
        category="UserManagement",
        operation="Update",
    )
    return [*wrong.events, *reset, *right.events]


def _role_given(errand: _Errand) -> list[Event]:
    here, chance, clerk = errand.organisation, errand.chance, errand.clerk()
    actor = by_user(clerk, clerk.office.address, clerk.user_agent, PORTAL)
    return role_gained(here, chance, errand.tick, actor, errand.anyone(), "Helpdesk Administrator")


def _read_away(errand: _Errand, user: User, place: Place, mobile: bool) -> list[Event]:
    """Mail read from somewhere else, on the own laptop or a phone."""
    here, chance = errand.organisation, errand.chance
    client = OUTLOOK_MOBILE if mobile else OFFICE
    agent = MOBILE_AGENT if mobile else user.user_agent
    entry = OUTLOOK_MOBILE if mobile else OUTLOOK_WEB
    come = signin(
        here,
        chance,
        errand.tick,
        user,
        entry,
        EXCHANGE,
        place,
        user_agent=agent,
        system="Ios" if mobile else "",
        managed=not mobile,
        multifactor=True,
        client="Mobile Apps and Desktop clients" if mobile else "Browser",
    )
    events = list(come.events)
    for _ in range(3):
        renewed = noninteractive_signin(
            here,
            chance,
            errand.later(60, 4 * 3600),
            user,
            client,
            EXCHANGE,
            place,
            session=come.session,
            user_agent=agent,
            system="Ios" if mobile else "",
            managed=not mobile,
        )
        events += renewed.events
        info = (
            f"Client=OutlookService;{MOBILE_AGENT}"
            if mobile
            else "Client=OutlookService;Microsoft Outlook 16.0.19127;"
        )
        events.append(
            mail_bound(
                here,
                chance,
                renewed.tick + chance.between(5, 300) * SECOND,
                user,
                address=place.address,
                application=EXCHANGE.id,
                client=client.id,
                info=info,
                token=renewed.token,
                issued=renewed.tick,
                session=renewed.session,
                count=2,
            )
        )
    return events


def _travelled(errand: _Errand) -> list[Event]:
    """A day in another country, with the own laptop."""
    user = errand.anyone()
    away = [each for each in CITIES if each[2] != user.office.country]
    city, state, country, latitude, longitude = errand.chance.pick(away)
    place = Place(access_address(errand.chance), 64507, city, state, country, latitude, longitude)
    return _read_away(errand, user, place, False)


def _phone_bought(errand: _Errand) -> list[Event]:
    """A first phone, or a new one."""
    user = errand.anyone()
    return _read_away(errand, user, user.home, True)


_RATES: tuple[tuple[float, Callable[[_Errand], Event | list[Event]]], ...] = (
    (2.0, _guest_invited),
    (1.0, _consented),
    (0.4, _registered),
    (0.8, _rotated),
    (4.0, _rule_made),
    (0.4, _shared_mailbox),
    (2.0, _password_forgotten),
    (0.2, _role_given),
    (5.0, _travelled),
    (1.0, _phone_bought),
)
"""How often on a working day of a thousand people."""


def business(organisation: Organisation, day: int, start: int) -> list[Event]:
    """A working day's rarer things."""
    events: list[Event] = []
    for number, (rate, make) in enumerate(_RATES):
        chance = Chance(organisation.seed, organisation.label, "business", day, number)
        for _ in range(int(rate * len(organisation.users) / 1000 + chance.random.random())):
            made = make(_Errand(organisation, chance, start + 7 * HOUR + chance.between(0, 9 * HOUR)))
            events += [made] if isinstance(made, Event) else made
    return [event for event in events if event.tick < start + 24 * HOUR - MINUTE]
