"""SharePoint and OneDrive file events of the unified audit log.

Structure follows FileAccessed, FileDownloaded, FileModified and FileUploaded of a public tenant export of 2021, with
the fields that published samples of 2023–2024 add (AppAccessContext, AuthenticationType, DeviceDisplayName, Platform).
"""

from __future__ import annotations

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = ["file_event", "file_record"]


def file_record(
    organisation: Organisation,
    user: User,
    *,
    id: str,
    time: str,
    operation: str,
    address: str,
    user_agent: str,
    token: str,
    session: str,
    correlation: str,
    file: str,
    item: str,
    login: str = "",
    application: str = "",
) -> Record:
    """A file read, fetched, changed or put. Strings may be a template's placeholders."""
    personal = login or user.principal_name.replace("@", "_").replace(".", "_")
    site = f"https://{organisation.short}-my.sharepoint.com/personal/{personal}"
    return {
        "AppAccessContext": {"AADSessionId": session, "CorrelationId": correlation, "UniqueTokenId": token},
        "CreationTime": time,
        "Id": id,
        "Operation": operation,
        "OrganizationId": organisation.id,
        "RecordType": 6,
        "UserKey": f"i:0h.f|membership|{user.puid}@live.com",
        "UserType": 0,
        "Version": 1,
        "Workload": "OneDrive",
        "ClientIP": address,
        "UserId": user.principal_name,
        **({"ApplicationId": application} if application else {}),
        "AuthenticationType": "OAuth",
        "BrowserName": "",
        "BrowserVersion": "",
        "CorrelationId": correlation,
        "EventSource": "SharePoint",
        "IsManagedDevice": False,
        "ItemType": "File",
        "ListId": user.mailbox,
        "ListItemUniqueId": item,
        "Platform": "WinDesktop",
        "Site": user.device,
        "UserAgent": user_agent,
        "WebId": user.id,
        "DeviceDisplayName": address,
        "HighPriorityMediaProcessing": False,
        "SourceFileExtension": file.rsplit(".", 1)[-1] if "." in file else "docx",
        "SiteUrl": f"{site}/",
        "SourceRelativeUrl": "Documents",
        "SourceFileName": file,
        "ObjectId": f"{site}/Documents/{file}",
    }


def file_event(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    user: User,
    operation: str,
    file: str,
    *,
    address: str,
    user_agent: str = "",
    token: str = "",
    session: str = "",
    application: str = "",
) -> Event:
    """One file touched."""
    record = file_record(
        organisation,
        user,
        id=chance.guid(),
        time=iso(tick),
        operation=operation,
        address=address,
        user_agent=user_agent or user.user_agent,
        token=token,
        session=session or chance.guid(),
        correlation=chance.guid(),
        file=file,
        item=chance.guid(),
        application=application,
    )
    return Event(organisation.id, Stream.UNIFIED, tick, record["Id"], record)
