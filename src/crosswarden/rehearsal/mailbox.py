"""Exchange events of the unified audit log: mailbox access, sending, inbox rules, and what administrators run.

Structure follows a public tenant export of 2021 (MailItemsAccessed of record types 50 and 2, Send, New-InboxRule,
New-TransportRule, Set-Mailbox) and, for ``AppAccessContext``, ``TokenObjectId`` and ``TokenTenantId``, a published
sample of 2025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import as_form, iso
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = ["cmdlet", "item_id", "mail_bound", "mail_bound_record", "mail_sent", "mail_synced"]

SERVER = "ZR0P278MB0412 (15.20.9031.021)"


def item_id(chance: Chance) -> str:
    """An item's id, as long as real ones are."""
    return f"RgAAAAD{chance.letters(20)}BwCz{chance.letters(24)}AAAAAAEMAACz{chance.letters(24)}AAA{chance.letters(6)}AAAJ"


def folder_id(mailbox: str, name: str) -> str:
    """A folder's id: the same for a mailbox's folder in every event."""
    return f"LgAAAAD{mailbox.replace('-', '')[:22].upper()}AQCz{mailbox.replace('-', '')[10:].upper()}AAAAAAE{name[:1].upper()}AAAB"


def _owner(organisation: Organisation, owner: User) -> Record:
    return {
        "MailboxGuid": owner.mailbox,
        "MailboxOwnerSid": owner.sid,
        "MailboxOwnerUPN": owner.principal_name,
    }


def mail_bound_record(
    organisation: Organisation,
    owner: User,
    *,
    id: str,
    time: str,
    address: str,
    application: str,
    client: str,
    info: str,
    token: str,
    issued: str,
    session: str,
    api: str = "",
    token_tenant: str = "",
    items: Sequence[Mapping[str, object]] = (),
    folder: str = "\\Inbox",
    folder_key: str = "",
    count: int | str = 1,
    throttled: bool = False,
    user: User | None = None,
    principal: str = "",
) -> Record:
    """A Bind: messages read. Strings may be a template's placeholders."""
    reader = user or owner
    delegate = user is not None and user is not owner
    return {
        "AppAccessContext": {
            "AADSessionId": session,
            "APIId": api or application,
            "ClientAppId": client,
            "IssuedAtTime": as_form("seconds", issued),
            "UniqueTokenId": token,
        },
        "CreationTime": time,
        "Id": id,
        "Operation": "MailItemsAccessed",
        "OrganizationId": organisation.id,
        "RecordType": 50,
        "ResultStatus": "Succeeded",
        "UserKey": principal or reader.puid,
        "UserType": 5 if principal else 0,
        "Version": 1,
        "Workload": "Exchange",
        "UserId": principal or reader.principal_name,
        "AppId": application,
        "ClientAppId": client,
        "ClientIPAddress": address,
        "ClientInfoString": info,
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 1 if principal else 2 if delegate else 0,
        "LogonUserSid": reader.sid,
        **_owner(organisation, owner),
        "OperationProperties": [
            {"Name": "MailAccessType", "Value": "Bind"},
            {"Name": "IsThrottled", "Value": str(throttled)},
        ],
        "OrganizationName": organisation.domain,
        "OriginatingServer": f"{SERVER}\r\n",
        "TokenObjectId": principal or reader.id,
        "TokenTenantId": token_tenant or reader.home_tenant or organisation.id,
        "Folders": [
            {
                "FolderItems": list(items),
                "Id": folder_key or folder_id(owner.mailbox, folder.strip("\\")),
                "Path": folder,
            }
        ],
        "OperationCount": count,
    }


def messages(chance: Chance, count: int) -> list[Record]:
    """Messages of a folder: ids and sizes."""
    return [
        {
            "Id": item_id(chance),
            "ImmutableId": item_id(chance),
            "InternetMessageId": f"<{SERVER.split()[0]}{chance.hexadecimal(32)}@{SERVER.split()[0]}.CHEP278.PROD.OUTLOOK.COM>",
            "SizeInBytes": chance.between(9_000, 900_000),
        }
        for _ in range(count)
    ]


def mail_bound(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    owner: User,
    *,
    address: str,
    application: str,
    client: str,
    info: str,
    token: str,
    issued: int,
    session: str = "",
    token_tenant: str = "",
    count: int = 3,
    folder: str = "\\Inbox",
    throttled: bool = False,
    user: User | None = None,
    principal: str = "",
) -> Event:
    """Messages read with a token."""
    record = mail_bound_record(
        organisation,
        owner,
        id=chance.guid(),
        time=iso(tick),
        address=address,
        application=application,
        client=client,
        info=info,
        token=token,
        issued=iso(issued),
        session=session or chance.guid(),
        token_tenant=token_tenant,
        items=messages(chance, count),
        folder=folder,
        count=count,
        throttled=throttled,
        user=user,
        principal=principal,
    )
    return Event(organisation.id, Stream.UNIFIED, tick, record["Id"], record)


def mail_synced_record(
    organisation: Organisation,
    owner: User,
    *,
    id: str,
    time: str,
    address: str,
    session: str,
    folder: str = "",
) -> Record:
    """A Sync: a folder brought to the desktop client. Real ones carry no application."""
    folder = folder or folder_id(owner.mailbox, "Inbox")
    return {
        "AppAccessContext": {"APIId": ""},
        "CreationTime": time,
        "Id": id,
        "Operation": "MailItemsAccessed",
        "OrganizationId": organisation.id,
        "RecordType": 2,
        "ResultStatus": "Succeeded",
        "UserKey": owner.puid,
        "UserType": 0,
        "Version": 1,
        "Workload": "Exchange",
        "ClientIP": address,
        "UserId": owner.principal_name,
        "ClientIPAddress": address,
        "ClientInfoString": "Client=MSExchangeRPC",
        "ClientProcessName": "OUTLOOK.EXE",
        "ClientVersion": "16.0.19127.20240",
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 0,
        "LogonUserSid": owner.sid,
        **_owner(organisation, owner),
        "OperationProperties": [
            {"Name": "MailAccessType", "Value": "Sync"},
            {"Name": "IsThrottled", "Value": "False"},
        ],
        "OrganizationName": organisation.domain,
        "OriginatingServer": f"{SERVER}\r\n",
        "SessionId": session,
        "Item": {
            "Id": folder,
            "ParentFolder": {"Id": folder, "Name": "Inbox", "Path": "\\Inbox"},
        },
    }


def mail_synced(organisation: Organisation, chance: Chance, tick: int, owner: User, address: str) -> Event:
    """A folder brought to a desktop client."""
    record = mail_synced_record(
        organisation, owner, id=chance.guid(), time=iso(tick), address=address, session=chance.guid()
    )
    return Event(organisation.id, Stream.UNIFIED, tick, record["Id"], record)


def mail_sent_record(
    organisation: Organisation,
    owner: User,
    *,
    id: str,
    time: str,
    address: str,
    application: str,
    info: str,
    subject: str,
    token: str,
    client: str,
    session: str,
    message: str,
) -> Record:
    """A message sent. Strings may be a template's placeholders."""
    server = SERVER.split()[0]
    context = {
        "AADSessionId": session,
        "APIId": application,
        "ClientAppId": client or application,
        "UniqueTokenId": token,
    }
    return {
        "AppAccessContext": context if token else {},
        "CreationTime": time,
        "Id": id,
        "Operation": "Send",
        "OrganizationId": organisation.id,
        "RecordType": 2,
        "ResultStatus": "Succeeded",
        "UserKey": owner.puid,
        "UserType": 0,
        "Version": 1,
        "Workload": "Exchange",
        "ClientIP": address,
        "UserId": owner.principal_name,
        "AppId": application,
        "ClientIPAddress": address,
        "ClientInfoString": info,
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 0,
        "LogonUserSid": owner.sid,
        **_owner(organisation, owner),
        "OrganizationName": organisation.domain,
        "OriginatingServer": f"{SERVER}\r\n",
        "SessionId": session,
        "Item": {
            "Id": "Unknown",
            "InternetMessageId": f"<{server}{message}@{server}.CHEP278.PROD.OUTLOOK.COM>",
            "Subject": subject,
        },
    }


def mail_sent(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    owner: User,
    *,
    address: str,
    application: str,
    info: str,
    subject: str,
    token: str = "",
    client: str = "",
    session: str = "",
) -> Event:
    """A message sent."""
    record = mail_sent_record(
        organisation,
        owner,
        id=chance.guid(),
        time=iso(tick),
        address=address,
        application=application,
        info=info,
        subject=subject,
        token=token,
        client=client,
        session=session or chance.guid(),
        message=chance.hexadecimal(32),
    )
    return Event(organisation.id, Stream.UNIFIED, tick, record["Id"], record)


def cmdlet(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    name: str,
    parameters: Sequence[tuple[str, str]],
    *,
    actor: str,
    key: str,
    kind: int = 2,
    address: str = "",
    object_id: str = "",
    application: str = "",
    external: bool = False,
    session: str = "",
) -> Event:
    """An administrative command in Exchange. ``kind`` is UserType: 2 an administrator, 3 a data-centre account,
    5 an application; ``application`` is the AppId it ran through."""
    record: Record = {
        "CreationTime": iso(tick),
        "Id": chance.guid(),
        "Operation": name,
        "OrganizationId": organisation.id,
        "RecordType": 1,
        "ResultStatus": "True",
        "UserKey": key,
        "UserType": kind,
        "Version": 1,
        "Workload": "Exchange",
        "ClientIP": f"{address}:{chance.between(1025, 65000)}" if address else "",
        "ObjectId": object_id,
        "UserId": actor,
        "AppId": application,
        "ClientAppId": "",
        "ExternalAccess": external,
        "OrganizationName": organisation.domain,
        "OriginatingServer": SERVER,
        "Parameters": [{"Name": each, "Value": value} for each, value in parameters],
        "SessionId": session,
    }
    return Event(organisation.id, Stream.UNIFIED, tick, record["Id"], record)
