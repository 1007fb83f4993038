"""Defender's CloudAppEvents, as the streaming API sends them: the unified audit record inside RawEventData.

Structure follows published samples of 2023.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape

__all__ = ["CLOUD_APP"]

_APPLICATIONS: Mapping[str, tuple[int, str]] = {
    "Exchange": (20893, "Microsoft Exchange Online"),
    "SharePoint": (20892, "Microsoft SharePoint Online"),
    "OneDrive": (15600, "Microsoft OneDrive for Business"),
}
_KINDS = {0: "Regular", 2: "Admin", 3: "System", 4: "System", 5: "Application"}


def _line(stream: Stream, record: Record, setting: Setting) -> bytes:
    number, name = _APPLICATIONS.get(record["Workload"], (11161, "Microsoft 365"))
    time = as_form("seconds_z", record["CreationTime"])
    account = record.get("TokenObjectId") or next(
        (each["ID"] for each in record.get("Actor", ()) if len(each["ID"]) == 36), ""
    )
    properties = {
        "ActionType": record["Operation"],
        "ApplicationId": number,
        "AccountDisplayName": record["UserId"],
        "AccountObjectId": account or None,
        "AccountId": record["UserId"],
        "DeviceType": None,
        "OSPlatform": None,
        "IPAddress": record.get("ClientIPAddress") or record.get("ClientIP") or None,
        "IsAnonymousProxy": None,
        "CountryCode": None,
        "City": None,
        "ISP": None,
        "UserAgent": record.get("UserAgent"),
        "IsAdminOperation": record["RecordType"] in (1, 8),
        "ActivityObjects": [
            {
                "Type": "Account",
                "Role": "Actor",
                "Name": record["UserId"],
                "Id": account or record["UserId"],
                "ApplicationId": number,
                "ApplicationInstance": 0,
            }
        ],
        "AdditionalFields": {},
        "ActivityType": "Basic",
        "ObjectName": record.get("ObjectId"),
        "ObjectType": None,
        "ObjectId": record.get("ObjectId"),
        "AppInstanceId": 0,
        "AccountType": _KINDS[record["UserType"]],
        "IsExternalUser": False,
        "IsImpersonated": False,
        "IPTags": None,
        "IPCategory": None,
        "UserAgentTags": None,
        "RawEventData": record | {"CreationTime": time},
        "ReportId": f"60913494_{number}_{record['Id']}",
        "Timestamp": time,
        "Application": name,
    }
    return orjson.dumps(
        {
            "time": record["CreationTime"],
            "tenantId": setting.organisation.id,
            "operationName": "Publish",
            "category": "AdvancedHunting-CloudAppEvents",
            "properties": properties,
            "Tenant": "DefaultTenant",
        }
    )


def _tail(stream: Stream, setting: Setting) -> bytes:
    return b"\n"


CLOUD_APP = Shape(
    "cloud-app-events",
    "Defender's CloudAppEvents through the streaming API: JSON Lines",
    {Stream.UNIFIED: "CloudAppEvents.jsonl"},
    _line,
    tail=_tail,
)
