"""The kinds of event that ordinary life is made of, as records with placeholders.

They are built by the same functions that build an attack's events, from a person and places whose every field is a
placeholder, so ordinary and malicious events have one structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosswarden.rehearsal.activity import graph_record
from crosswarden.rehearsal.addresses import Place
from crosswarden.rehearsal.applications import (
    EXCHANGE,
    GRAPH,
    OFFICE,
    OFFICE_HOME,
    ONEDRIVE_SYNC,
    OUTLOOK_MOBILE,
    OUTLOOK_WEB,
    SHAREPOINT,
    TEAMS,
    Application,
)
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.files import file_record
from crosswarden.rehearsal.mailbox import (
    SERVER,
    folder_id,
    mail_bound_record,
    mail_sent_record,
    mail_synced_record,
)
from crosswarden.rehearsal.organisation import Organisation, User
from crosswarden.rehearsal.signins import logged_in, principal_record, signin_record
from crosswarden.rehearsal.template import Kind

__all__ = ["PERSON", "Kinds", "kinds_of", "person_values", "workload_place"]

PERSON = (
    "uid", "uname", "upn", "puid", "sid", "mailbox", "device", "device_name", "system", "browser", "agent",
    "office_ip", "office_asn", "home_ip", "home_asn", "city", "state", "country", "lat", "lon", "login", "inbox",
)  # fmt: skip
"""Names of the values that a person brings, in order."""

MOBILE_AGENT = "Outlook-iOS/723.4027091.prod.iphone (4.2543.0)"
SYNC_AGENT = "Microsoft SkyDriveSync 25.164.0824.0003 ship; Windows NT 10.0 (19045)"
SIGNED = ("request", "token", "correlation", "session")


def person_values(user: User) -> tuple[object, ...]:
    """The values of a person, in the order of :data:`PERSON`."""
    office, home = user.office, user.home
    return (
        user.id, user.name, user.principal_name, user.puid, user.sid, user.mailbox, user.device, user.device_name,
        user.system, user.browser, user.user_agent, office.address, office.network, home.address, home.network,
        office.city, office.state, office.country, office.latitude, office.longitude,
        user.principal_name.replace("@", "_").replace(".", "_"), folder_id(user.mailbox, "Inbox"),
    )  # fmt: skip


def _place(which: str) -> Place:
    return Place(
        f"@{{{which}_ip}}",
        f"@{{#{which}_asn}}",
        "@{city}",
        "@{state}",
        "@{country}",
        "@{#lat}",
        "@{#lon}",
    )


OFFICE_PLACE, HOME_PLACE = _place("office"), _place("home")
ANYONE = User(
    "@{uid}", "@{uname}", "@{upn}", "@{puid}", "@{sid}", "@{mailbox}", "", "@{device}", "@{device_name}", "@{system}",
    "@{browser}", "@{agent}", OFFICE_PLACE, HOME_PLACE, True, 0,
)  # fmt: skip


def workload_place(organisation: Organisation) -> Place:
    """Where the organisation's own servers run."""
    office = organisation.users[0].office
    return Place(
        f"{organisation.block}.200",
        64496,
        office.city,
        office.state,
        office.country,
        office.latitude,
        office.longitude,
    )


@dataclass(frozen=True)
class Kinds:
    """Every kind, and which number is which."""

    every: tuple[Kind, ...]
    number: Mapping[tuple[str, ...], int]

    def __getitem__(self, name: tuple[str, ...]) -> int:
        return self.number[name]


def _items(count: int) -> list[Record]:
    server = SERVER.split()[0]
    return [
        {
            "Id": f"RgAAAADz@{{m{each}}}BwCzAAAAAAEMAACz@{{m{each}}}AAAJ",
            "ImmutableId": f"RgAAAADz@{{m{each}}}BwCzAAAAAAEMAAZy@{{m{each}}}AAAJ",
            "InternetMessageId": f"<{server}@{{m{each}}}@{server}.CHEP278.PROD.OUTLOOK.COM>",
            "SizeInBytes": f"@{{#s{each}}}",
        }
        for each in range(count)
    ]


class _Builder:
    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.kinds: list[Kind] = []
        self.number: dict[tuple[str, ...], int] = {}

    def add(self, name: tuple[str, ...], stream: Stream, record: Record, slots: tuple[str, ...]) -> None:
        self.number[name] = len(self.kinds)
        self.kinds.append(Kind(stream, record, slots))

    def signin(self, name: tuple[str, ...], application: Application, resource: Application, place: Place, *, code: int = 0,
               interactive: bool = True, agent: str = "", system: str = "", client: str = "Browser") -> None:  # fmt: skip
        record = signin_record(
            self.organisation, ANYONE, request="@{request}", token="@{token}", correlation="@{correlation}",  # noqa: S106
            session="@{session}", time="@{time}", application=application, resource=resource, place=place,
            interactive=interactive, code=code, user_agent=agent, system=system, client=client,
            multifactor=interactive and place is HOME_PLACE and not code, managed=not system,
        )  # fmt: skip
        self.add(name, Stream.SIGNIN if interactive else Stream.NONINTERACTIVE, record, SIGNED)
        if interactive:
            copy = logged_in(
                self.organisation, ANYONE, request="@{request}", correlation="@{correlation}", time="@{time}",
                application=application, resource=resource, address=place.address, user_agent="@{agent}", code=code,
            )  # fmt: skip
            self.add(("copy", *name), Stream.UNIFIED, copy, ("request", "correlation"))

    def people(self) -> None:
        organisation = self.organisation
        for where, place in (("office", OFFICE_PLACE), ("home", HOME_PLACE)):
            self.signin(("signin", where), OUTLOOK_WEB, EXCHANGE, place)
            self.signin(("signin-home", where), OFFICE_HOME, SHAREPOINT, place)
            self.signin(("failed", where), OFFICE_HOME, GRAPH, place, code=50126)
            for name, application, resource in (
                ("outlook", OFFICE, EXCHANGE),
                ("teams", TEAMS, GRAPH),
                ("files", ONEDRIVE_SYNC, SHAREPOINT),
            ):
                self.signin((name, where), application, resource, place, interactive=False,
                            client="Mobile Apps and Desktop clients")  # fmt: skip
            for count in (1, 3):
                for name, client, info in (
                    ("outlook", OFFICE, "Client=OutlookService;Microsoft Outlook 16.0.19127;"),
                    ("web", OUTLOOK_WEB, "Client=OWA;@{agent};"),
                ):
                    self.bound(name, where, place, client, info, count)
            sent = mail_sent_record(
                organisation, ANYONE, id="@{id}", time="@{time}", address=place.address, application=EXCHANGE.id,
                info="Client=OutlookService;Microsoft Outlook 16.0.19127;", subject="@{subject}", token="@{token}",  # noqa: S106
                client=OFFICE.id, session="@{session}", message="@{m0}",
            )  # fmt: skip
            self.add(("send", where), Stream.UNIFIED, sent, ("id", "token", "session", "m0", "subject"))
            synced = mail_synced_record(
                organisation, ANYONE, id="@{id}", time="@{time}", address=place.address, session="@{session}",
                folder="@{inbox}",
            )  # fmt: skip
            self.add(("sync", where), Stream.UNIFIED, synced, ("id", "session"))
            for operation in ("FileAccessed", "FileModified", "FileDownloaded", "FileUploaded"):
                touched = file_record(
                    organisation, ANYONE, id="@{id}", time="@{time}", operation=operation, address=place.address,
                    user_agent=SYNC_AGENT, token="@{token}", session="@{session}", correlation="@{correlation}",  # noqa: S106
                    file="@{file}", item="@{item}", login="@{login}", application=ONEDRIVE_SYNC.id,
                )  # fmt: skip
                self.add((operation, where), Stream.UNIFIED, touched,
                         ("id", "token", "session", "correlation", "file", "item"))  # fmt: skip
            for number, path in enumerate(
                ("me/chats", "me/presence", "me/calendarView", "users/@{uid}/photo/$value")
            ):
                self.graph(("graph", str(number), where), path, place)
        self.signin(("mobile",), OUTLOOK_MOBILE, EXCHANGE, HOME_PLACE, interactive=False, agent=MOBILE_AGENT,
                    system="Ios", client="Mobile Apps and Desktop clients")  # fmt: skip
        self.bound("mobile", "home", HOME_PLACE, OUTLOOK_MOBILE, f"Client=OutlookService;{MOBILE_AGENT}", 1)

    def bound(self, name: str, where: str, place: Place, client: Application, info: str, count: int) -> None:
        record = mail_bound_record(
            self.organisation, ANYONE, id="@{id}", time="@{time}", address=place.address, application=EXCHANGE.id,
            client=client.id, info=info, token="@{token}", issued="@{issued}", session="@{session}",  # noqa: S106
            items=_items(count), folder_key="@{inbox}", count=count,
        )  # fmt: skip
        slots: tuple[str, ...] = ("id", "token", "issued", "session")
        slots += tuple(f"m{each}" for each in range(count)) + tuple(f"s{each}" for each in range(count))
        self.add(("bind", name, str(count), where), Stream.UNIFIED, record, slots)

    def graph(self, name: tuple[str, ...], path: str, place: Place) -> None:
        record = graph_record(
            self.organisation, request="@{request}", time="@{time}", method="GET",
            uri=f"https://graph.microsoft.com/v1.0/{path}", address=place.address, user_agent="@{agent}",
            application=TEAMS.id, token="@{token}", issued="@{issued}", session="@{session}", user="@{uid}",  # noqa: S106
            scopes="Calendars.ReadWrite Chat.ReadWrite Presence.Read User.Read", size="@{#size}", duration="@{#duration}",
            device="@{device}",
        )  # fmt: skip
        self.add(name, Stream.GRAPH, record, ("request", "token", "issued", "session", "size", "duration"))

    def workloads(self) -> None:
        organisation = self.organisation
        place = workload_place(organisation)
        nowhere = Place("", 0, "", "", "", 0.0, 0.0)
        for number, application in enumerate(organisation.applications):
            record = principal_record(
                organisation, application, GRAPH, place, request="@{request}", token="@{token}",  # noqa: S106
                correlation="@{correlation}", session="@{session}", time="@{time}",
                credential=named_guid(organisation.seed, "first key", application.id),
            )  # fmt: skip
            self.add(("principal", str(number)), Stream.PRINCIPAL, record, SIGNED)
            call = graph_record(
                organisation, request="@{request}", time="@{time}", method="GET",
                uri="https://graph.microsoft.com/v1.0/users/delta", address=place.address,
                user_agent="python-requests/2.32.3", application=application.id, token="@{token}",  # noqa: S106
                issued="@{issued}", session="@{session}", principal=organisation.principal(application),
                roles="User.Read.All", size="@{#size}", duration="@{#duration}",
            )  # fmt: skip
            self.add(("call", str(number)), Stream.GRAPH, call,
                     ("request", "token", "issued", "session", "size", "duration"))  # fmt: skip
        for number in range(4):
            title = f"vm-{organisation.short}-{number}"
            machine = Application(
                named_guid(organisation.seed, organisation.label, title), title, organisation.id
            )
            record = principal_record(
                organisation, machine, GRAPH, nowhere, request="@{request}", token="@{token}",  # noqa: S106
                correlation="@{correlation}", session="@{session}", time="@{time}", credential="@{session}",
            )  # fmt: skip
            record |= {"clientCredentialType": "managedIdentity", "managedIdentityType": "systemAssigned"}
            self.add(("machine", str(number)), Stream.MANAGED, record, SIGNED)
        desk = organisation.applications[2]
        read = mail_bound_record(
            organisation, ANYONE, id="@{id}", time="@{time}", address=place.address, application=GRAPH.id,
            client=desk.id, info="Client=REST;;", token="@{token}", issued="@{issued}", session="@{session}",  # noqa: S106
            items=_items(1), folder_key="@{inbox}", count=1, principal=organisation.principal(desk),
        )  # fmt: skip
        self.add(("desk",), Stream.UNIFIED, read, ("id", "token", "issued", "session", "m0", "s0"))


def kinds_of(organisation: Organisation) -> Kinds:
    """The kinds of event of a tenant's ordinary life."""
    builder = _Builder(organisation)
    builder.people()
    builder.workloads()
    return Kinds(tuple(builder.kinds), builder.number)
