"""Provisioning events: what a synchronisation job did to one user.

The form is Microsoft Graph's ``provisioningObjectSummary``. No public raw sample of a cross-tenant job was found;
the values are synthetic.
"""

from __future__ import annotations

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.clock import iso
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation

__all__ = ["provisioned"]


def provisioned(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    *,
    action: str,
    job: str,
    cycle: str,
    principal: tuple[str, str],
    source: tuple[str, str],
    target: tuple[str, str],
    partner: str,
    outcome: str = "success",
) -> Event:
    """One object's pass through a job. ``principal``, ``source`` and ``target`` are (id, display name)."""
    identity = {"identityType": "User", "details": {"odatatype": "User"}}
    record: Record = {
        "id": chance.guid(),
        "activityDateTime": iso(tick),
        "tenantId": organisation.id,
        "jobId": job,
        "cycleId": cycle,
        "changeId": chance.guid(),
        "provisioningAction": action,
        "durationInMilliseconds": chance.between(300, 4000),
        "provisioningStatusInfo": {"status": outcome, "errorInformation": None},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": principal[0], "displayName": principal[1]},
        "sourceSystem": {
            "id": organisation.id,
            "displayName": organisation.name,
            "details": {"TenantId": organisation.id},
        },
        "targetSystem": {
            "id": partner,
            "displayName": "Azure Active Directory",
            "details": {"TenantId": partner},
        },
        "sourceIdentity": {"id": source[0], "displayName": source[1], **identity},
        "targetIdentity": {"id": target[0], "displayName": target[1], **identity},
        "modifiedProperties": [
            {"displayName": "userPrincipalName", "oldValue": None, "newValue": target[1]},
        ],
        "provisioningSteps": [
            {
                "name": "EntryImportAdd",
                "status": "success",
                "description": f"Received User '{source[1]}' from source",
            },
            {"name": "EntrySynchronizationAdd", "status": "success", "description": "User is in scope"},
            {"name": "EntryExportAdd", "status": outcome, "description": f"User '{target[1]}' was created"},
        ],
    }
    return Event(organisation.id, Stream.PROVISIONING, tick, record["id"], record)
