"""Applications that simulated tenants know: Microsoft's own, and what an organisation registers or buys.

Application ids, permission ids and names of Microsoft's are facts of its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "APP_ROLES",
    "B2B_WORKER",
    "CLI",
    "CLOUD_SYNC",
    "EXCHANGE",
    "EXCHANGE_ROLES",
    "FIRST_PARTY",
    "GRAPH",
    "GRAPH_POWERSHELL",
    "MICROSOFT_TENANT",
    "OFFICE",
    "OFFICE_HOME",
    "ONEDRIVE_SYNC",
    "OUTLOOK_MOBILE",
    "OUTLOOK_WEB",
    "PORTAL",
    "SHAREPOINT",
    "SYNC_FABRIC",
    "TEAMS",
    "Application",
]

MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""The tenant that owns Microsoft's first-party applications."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application: its id, the name a tenant shows, and the tenant that registered it."""

    id: str
    name: str
    owner: str = MICROSOFT_TENANT
    names: str = ""
    """Service principal names, joined by semicolons, as audit events give them."""

    @property
    def principal_names(self) -> str:
        return self.names or self.id


GRAPH = Application(
    "00000003-0000-0000-c000-000000000000",
    "Microsoft Graph",
    names="00000003-0000-0000-c000-000000000000/ags.windows.net;00000003-0000-0000-c000-000000000000;"
    "https://canary.graph.microsoft.com;https://graph.microsoft.com;https://ags.windows.net;"
    "https://graph.microsoft.us;https://graph.microsoft.com/;https://dod-graph.microsoft.us",
)
EXCHANGE = Application(
    "00000002-0000-0ff1-ce00-000000000000",
    "Office 365 Exchange Online",
    names="https://outlook.office.com;https://ps.outlook.com;https://outlook.office365.com:443/;"
    "https://outlook.office365.com/;https://outlook.com/;Office 365 Exchange Online;Microsoft.Exchange",
)
SHAREPOINT = Application("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
DIRECTORY = Application("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory")
MANAGEMENT = Application("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API")
OFFICE = Application("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
OFFICE_HOME = Application("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OUTLOOK_WEB = Application("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
OUTLOOK_MOBILE = Application("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
TEAMS = Application("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
ONEDRIVE_SYNC = Application("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine")
PORTAL = Application("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal")
CLI = Application("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI")
GRAPH_POWERSHELL = Application("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools")
SYNC_FABRIC = Application("00000014-0000-0000-c000-000000000000", "Microsoft.Azure.SyncFabric")
B2B_WORKER = Application("1e2ca66a-c176-45ea-a877-e87f7231e0ee", "Microsoft B2B Admin Worker")
CLOUD_SYNC = Application("1a4721b3-e57f-4451-ae87-ef078703ec94", "Azure AD Cloud Sync")

FIRST_PARTY = (
    GRAPH,
    EXCHANGE,
    SHAREPOINT,
    DIRECTORY,
    MANAGEMENT,
    OFFICE,
    OFFICE_HOME,
    OUTLOOK_WEB,
    OUTLOOK_MOBILE,
    TEAMS,
    ONEDRIVE_SYNC,
    PORTAL,
    CLI,
    GRAPH_POWERSHELL,
    SYNC_FABRIC,
    B2B_WORKER,
    CLOUD_SYNC,
)

APP_ROLES: Mapping[str, tuple[str, str]] = {
    "Mail.Read": ("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Read mail in all mailboxes"),
    "Mail.ReadWrite": ("e2a3a72e-5f79-4c64-b1b1-878b674786c9", "Read and write mail in all mailboxes"),
    "Mail.Send": ("b633e1c5-b582-4048-a93e-9f11b44c7e96", "Send mail as any user"),
    "Files.Read.All": ("01d4889c-1287-42c6-ac1f-5d1e02578ef6", "Read files in all site collections"),
    "Directory.Read.All": ("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Read directory data"),
    "Directory.ReadWrite.All": ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Read and write directory data"),
    "User.Read.All": ("df021288-bdef-4463-88db-98f22de89214", "Read all users' full profiles"),
    "Application.ReadWrite.All": ("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Read and write all applications"),
    "RoleManagement.ReadWrite.Directory": (
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "Read and write all directory RBAC settings",
    ),
    "AppRoleAssignment.ReadWrite.All": (
        "06b708a9-e830-4db3-a914-8e69da51d44f",
        "Manage app permission grants and app role assignments",
    ),
    "Reports.Read.All": ("230c1aed-a721-4c5d-9cb4-a90514e508ef", "Read all usage reports"),
    "Calendars.Read": ("798ee544-9d2d-430c-a058-570e29e34338", "Read calendars in all mailboxes"),
}
"""Application permissions of Microsoft Graph: value → id and what it is called."""

EXCHANGE_ROLES: Mapping[str, tuple[str, str]] = {
    "Exchange.ManageAsApp": ("dc50a0fb-09a3-484d-be87-e023b12c6440", "Manage Exchange As Application"),
}
"""Application permissions of Exchange Online."""
