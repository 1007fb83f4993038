"""Azure activity log events as the Azure Monitor REST interface and ``az monitor activity-log`` give them → AzureActivity.

Defined by: Azure Monitor REST reference, Activity Logs - List, EventData; samples:
single-events/azure/azure-activity-logs. (Diagnostic-settings records of the activity log have another shape.)
"""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Record, Shape

__all__ = ["SHAPE"]


def _recognises(record: Record) -> str | None:
    return (
        "AzureActivity"
        if "eventTimestamp" in record and {"eventDataId", "operationName"} <= record.keys()
        else None
    )


SHAPE = Shape(
    id="azure_activity",
    cites="https://learn.microsoft.com/rest/api/monitor/activity-logs/list",
    recognises=_recognises,
    names={
        "TimeGenerated": (("eventTimestamp",),),
        "EventSubmissionTimestamp": (("submissionTimestamp",),),
        "OperationName": (("operationName", "localizedValue"),),
        "OperationNameValue": (("operationName", "value"),),
        "Category": (("category", "localizedValue"),),
        "CategoryValue": (("category", "value"),),
        "ActivityStatus": (("status", "localizedValue"),),
        "ActivityStatusValue": (("status", "value"),),
        "ActivitySubstatus": (("subStatus", "localizedValue"),),
        "ActivitySubstatusValue": (("subStatus", "value"),),
        "ResourceProvider": (("resourceProviderName", "localizedValue"),),
        "ResourceProviderValue": (("resourceProviderName", "value"),),
        "ResourceGroup": (("resourceGroupName",),),
        "CallerIpAddress": (("httpRequest", "clientIpAddress"),),
        "HTTPRequest": (("httpRequest",),),
        "Claims": (("claims",),),
        "Claims_d": (("claims",),),
        "Authorization": (("authorization",),),
        "Authorization_d": (("authorization",),),
        "Properties": (("properties",),),
        "Properties_d": (("properties",),),
    },
    apart=frozenset({"TenantId", "Type", "Resource"}),
    tenant=(("tenantId",), ("claims", "http://schemas.microsoft.com/identity/claims/tenantid")),
)
