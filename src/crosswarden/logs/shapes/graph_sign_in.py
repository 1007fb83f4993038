"""Microsoft Graph signIn objects (``/auditLogs/signIns``, v1.0 and beta) → the four sign-in tables.

Defined by: Microsoft Graph reference, resource type signIn; the table follows ``signInEventTypes``
(interactiveUser, nonInteractiveUser, servicePrincipal, managedIdentity), which v1.0 leaves out: interactive then,
unless ``isInteractive`` is absent and a service principal signed in.
"""

from __future__ import annotations

from crosswarden.logs.shapes.shape import Record, Shape

__all__ = ["SHAPE"]

_TABLES = {
    "interactiveuser": "SigninLogs",
    "noninteractiveuser": "AADNonInteractiveUserSignInLogs",
    "serviceprincipal": "AADServicePrincipalSignInLogs",
    "managedidentity": "AADManagedIdentitySignInLogs",
}


def _recognises(record: Record) -> str | None:
    known = {
        "appId",
        "appDisplayName",
        "ipAddress",
        "resourceDisplayName",
        "resourceId",
        "status",
        "userPrincipalName",
    }
    kinds = record.get("signInEventTypes")
    enough = 1 if isinstance(kinds, list) else 4
    if "createdDateTime" not in record or len(known & record.keys()) < enough or "id" not in record:
        return None
    if isinstance(kinds, list):
        for kind in kinds:
            table = _TABLES.get(str(kind).lower())
            if table:
                return table
    if "userId" not in record and "userPrincipalName" not in record and "servicePrincipalId" in record:
        return "AADServicePrincipalSignInLogs"
    return "SigninLogs"


SHAPE = Shape(
    id="graph_sign_in",
    cites="https://learn.microsoft.com/graph/api/resources/signin",
    recognises=_recognises,
    names={
        "TimeGenerated": (("createdDateTime",),),
        "CreatedDateTime": (("createdDateTime",),),
        "LocationDetails": (("location",),),
        "Location": (("location", "countryOrRegion"),),
        "ResultType": (("status", "errorCode"),),
        "ResultDescription": (("status", "failureReason"),),
        "ConditionalAccessPolicies": (("appliedConditionalAccessPolicies",),),
        "AppliedConditionalAccessPolicies": (),
        "ResourceIdentity": (("resourceId",),),
        "ResourceId": (),
        "Identity": (("userDisplayName",), ("servicePrincipalName",)),
        "ProcessingTimeInMs": (("processingTimeInMilliseconds",),),
        "RiskLevelDuringSignIn": (("riskLevelDuringSignIn",),),
    },
    apart=frozenset({"TenantId", "Type"}),
    tenant=(("tenantId",),),
)
