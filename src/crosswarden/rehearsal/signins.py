"""Sign-ins of the four kinds, and the copy of an interactive one that the unified audit log keeps.

Structure follows published diagnostic-settings samples of 2025 (interactive, non-interactive, service principal,
managed identity) and, for the unified copy, UserLoggedIn and UserLoginFailed of a public tenant export. As there,
the request id is the unified record's id, and the unique token identifier is the request id in base64url.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.rehearsal.addresses import Place
from crosswarden.rehearsal.applications import MICROSOFT_TENANT, Application
from crosswarden.rehearsal.chance import Chance, token_of
from crosswarden.rehearsal.clock import SECOND, iso
from crosswarden.rehearsal.directory import compact
from crosswarden.rehearsal.event import Event, Record, Stream
from crosswarden.rehearsal.organisation import Organisation, User

__all__ = ["Signed", "managed_signin", "noninteractive_signin", "principal_signin", "signin"]

FAILURES = {
    50126: ("Error validating credentials due to invalid username or password.", "InvalidUserNameOrPassword"),
    50074: ("Strong Authentication is required.", "UserStrongAuthClientAuthNRequiredInterrupt"),
    53003: ("Access has been blocked by Conditional Access policies.", "BlockedByConditionalAccess"),
    7000215: ("Invalid client secret is provided.", "InvalidClientSecret"),
    500212: ("User is blocked by the home tenant's outbound cross-tenant access policy.", "OutboundBlocked"),
    5000211: ("Access is blocked by tenant restrictions.", "TenantRestricted"),
}
"""Error code → what sign-in logs say, and what the unified audit log calls it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-in that happened: its events, and what later activity refers to."""

    events: tuple[Event, ...]
    request: str
    token: str
    session: str
    tick: int


def _status(code: int, note: str) -> Record:
    if code:
        return {"errorCode": code, "failureReason": FAILURES[code][0]}
    return {"errorCode": 0, "additionalDetails": note} if note else {"errorCode": 0}


def _step(time: str, code: int) -> Record:
    """The first factor of an interactive sign-in."""
    return {
        "authenticationStepDateTime": time,
        "authenticationMethod": "Password",
        "authenticationMethodDetail": "Password in the cloud",
        "succeeded": code == 0,
        "authenticationStepResultDetail": FAILURES[code][0] if code else "Correct password",
        "authenticationStepRequirement": "Primary authentication",
        "StatusSequence": 0,
        "RequestSequence": 1,
    }


def signin_record(
    organisation: Organisation,
    user: User,
    *,
    request: str,
    token: str,
    correlation: str,
    session: str,
    time: str,
    application: Application,
    resource: Application,
    place: Place,
    interactive: bool,
    code: int = 0,
    user_agent: str = "",
    browser: str = "",
    system: str = "",
    managed: bool = True,
    client: str = "Browser",
    multifactor: bool = False,
    protocol: str = "none",
    access: str = "none",
    restricted: bool = False,
    scopes: tuple[str, ...] = ("user_impersonation",),
) -> Record:
    """The properties of a user's sign-in; every string may be a template's placeholder."""
    device: Record = {"deviceId": user.device if managed else "", "operatingSystem": system or user.system}
    if managed:
        device |= {
            "displayName": user.device_name,
            "isCompliant": True,
            "isManaged": True,
            "trustType": "Azure AD joined",
        }
    device["browser"] = browser or user.browser
    audiences: list[object] = [{"applicationId": resource.id, "audienceReasons": "none"}]
    note = "MFA completed in Azure AD" if multifactor else "MFA requirement satisfied by claim in the token"
    home = user.home_tenant or organisation.id
    owner = application.owner
    return {
        "id": request,
        "createdDateTime": time,
        "userDisplayName": user.name,
        "userPrincipalName": user.principal_name,
        "userId": user.id,
        "agent": {"agentType": "notAgentic", "parentAppId": ""},
        "appId": application.id,
        "appDisplayName": application.name,
        "ipAddress": place.address,
        "status": _status(code, note if not interactive or multifactor else ""),
        "clientAppUsed": client,
        "userAgent": user_agent or user.user_agent,
        "deviceDetail": device,
        "location": place.location(),
        "mfaDetail": {"authMethod": "Mobile app notification"} if multifactor else {},
        "correlationId": correlation,
        "conditionalAccessStatus": "failure" if code == 53003 else "success" if multifactor else "notApplied",
        "appliedConditionalAccessPolicies": [],
        "authenticationContextClassReferences": [],
        "originalRequestId": request,
        "isInteractive": interactive,
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": [
            {"key": "Legacy TLS (TLS 1.0, 1.1, 3DES)", "value": "False"},
            {"key": "Oauth Scope Info", "value": compact(list(scopes))},
            {"key": "Is CAE Token", "value": "False"},
        ],
        "networkLocationDetails": [],
        "clientCredentialType": "none",
        "processingTimeInMilliseconds": 143,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes": [],
        "riskEventTypes_v2": [],
        "resourceDisplayName": resource.name,
        "resourceId": resource.id,
        "resourceTenantId": organisation.id,
        "homeTenantId": home,
        "tenantId": organisation.id,
        "authenticationDetails": [_step(time, code)] if interactive else [],
        "authenticationRequirementPolicies": [],
        "sessionLifetimePolicies": [],
        "authenticationRequirement": "multiFactorAuthentication"
        if multifactor
        else "singleFactorAuthentication",
        "alternateSignInName": user.principal_name,
        "signInIdentifier": user.principal_name,
        "servicePrincipalId": "",
        "userType": user.kind,
        "flaggedForReview": False,
        "isTenantRestricted": restricted,
        "autonomousSystemNumber": place.network,
        "crossTenantAccessType": access,
        "privateLinkDetails": {},
        "ssoExtensionVersion": "",
        "uniqueTokenIdentifier": token,
        "authenticationStrengths": [],
        "incomingTokenType": "none" if interactive else "primaryRefreshToken",
        "authenticationProtocol": protocol,
        "appServicePrincipalId": None,
        "resourceServicePrincipalId": organisation.principal(resource),
        "rngcStatus": 0,
        "signInTokenProtectionStatus": "none",
        "tokenProtectionStatusDetails": {"signInSessionStatus": "unbound", "signInSessionStatusCode": 1002},
        "originalTransferMethod": "none",
        "isThroughGlobalSecureAccess": False,
        "globalSecureAccessIpAddress": "",
        "conditionalAccessAudiences": audiences if interactive else [resource.id],
        "sessionId": session,
        "appOwnerTenantId": owner,
        "resourceOwnerTenantId": MICROSOFT_TENANT,
    }


def logged_in(
    organisation: Organisation,
    user: User,
    *,
    request: str,
    correlation: str,
    time: str,
    application: Application,
    resource: Application,
    address: str,
    user_agent: str,
    code: int = 0,
) -> Record:
    """The unified audit log's copy of an interactive sign-in."""
    record: Record = {
        "CreationTime": time,
        "Id": request,
        "Operation": "UserLoginFailed" if code else "UserLoggedIn",
        "OrganizationId": organisation.id,
        "RecordType": 15,
        "ResultStatus": "Failed" if code else "Success",
        "UserKey": user.id,
        "UserType": 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": address,
        "ObjectId": resource.id,
        "UserId": user.principal_name,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "ResultStatusDetail", "Value": "UserError" if code else "Redirect"},
            {"Name": "UserAgent", "Value": user_agent},
            {"Name": "RequestType", "Value": "OAuth2:Authorize"},
        ],
        "ModifiedProperties": [],
        "Actor": [{"ID": user.id, "Type": 0}, {"ID": user.principal_name, "Type": 5}],
        "ActorContextId": organisation.id,
        "ActorIpAddress": address,
        "InterSystemsId": correlation,
        "IntraSystemId": request,
        "SupportTicketId": "",
        "Target": [{"ID": resource.id, "Type": 0}],
        "TargetContextId": organisation.id,
        "ApplicationId": application.id,
        "ErrorNumber": str(code),
    }
    if code:
        record["LogonError"] = FAILURES[code][1]
    return record


def signin(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    user: User,
    application: Application,
    resource: Application,
    place: Place,
    *,
    code: int = 0,
    user_agent: str = "",
    browser: str = "",
    system: str = "",
    managed: bool = True,
    client: str = "Browser",
    multifactor: bool = False,
    protocol: str = "none",
    access: str = "none",
    restricted: bool = False,
    session: str = "",
) -> Signed:
    """An interactive sign-in, in the sign-in log and in the unified audit log."""
    request, correlation, session = chance.request(), chance.guid(), session or chance.guid()
    token = token_of(request)
    record = signin_record(
        organisation,
        user,
        request=request,
        token=token,
        correlation=correlation,
        session=session,
        time=iso(tick),
        application=application,
        resource=resource,
        place=place,
        interactive=True,
        code=code,
        user_agent=user_agent,
        browser=browser,
        system=system,
        managed=managed,
        client=client,
        multifactor=multifactor,
        protocol=protocol,
        access=access,
        restricted=restricted,
    )
    copy = logged_in(
        organisation,
        user,
        request=request,
        correlation=correlation,
        time=iso(tick),
        application=application,
        resource=resource,
        address=place.address,
        user_agent=user_agent or user.user_agent,
        code=code,
    )
    events = (
        Event(organisation.id, Stream.SIGNIN, tick, request, record),
        Event(organisation.id, Stream.UNIFIED, tick, request, copy),
    )
    return Signed(events, request, token, session, tick)


def noninteractive_signin(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    user: User,
    application: Application,
    resource: Application,
    place: Place,
    *,
    session: str = "",
    user_agent: str = "",
    system: str = "",
    managed: bool = True,
    access: str = "none",
    code: int = 0,
    scopes: tuple[str, ...] = ("user_impersonation",),
) -> Signed:
    """A client's own renewal of a token: the sign-in log only."""
    request, session = chance.request(), session or chance.guid()
    token = token_of(request)
    record = signin_record(
        organisation,
        user,
        request=request,
        token=token,
        correlation=chance.guid(),
        session=session,
        time=iso(tick),
        application=application,
        resource=resource,
        place=place,
        interactive=False,
        code=code,
        user_agent=user_agent,
        system=system,
        managed=managed,
        client="Mobile Apps and Desktop clients",
        access=access,
        scopes=scopes,
    )
    event = Event(organisation.id, Stream.NONINTERACTIVE, tick, request, record)
    return Signed((event,), request, token, session, tick)


def principal_record(
    organisation: Organisation,
    application: Application,
    resource: Application,
    place: Place,
    *,
    request: str,
    token: str,
    correlation: str,
    session: str,
    time: str,
    credential: str,
    code: int = 0,
    user_agent: str = "",
    certificate: bool = False,
    access: str = "none",
) -> Record:
    """The properties of a service principal's sign-in."""
    return {
        "id": request,
        "createdDateTime": time,
        "userId": None,
        "agent": {"agentType": "notAgentic", "parentAppId": ""},
        "appId": application.id,
        "ipAddress": place.address,
        "status": _status(code, ""),
        "userAgent": user_agent,
        "location": place.location(),
        "correlationId": correlation,
        "conditionalAccessStatus": "notApplied",
        "appliedConditionalAccessPolicies": [],
        "isInteractive": False,
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": [
            {
                "key": "Azure AD App Authentication Library",
                "value": "Family: MSAL Library: MSAL.Python 1.31.0",
            }
        ],
        "networkLocationDetails": [],
        "clientCredentialType": "clientAssertion" if certificate else "clientSecret",
        "processingTimeInMilliseconds": 0,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "resourceDisplayName": resource.name,
        "resourceId": resource.id,
        "servicePrincipalName": application.name,
        "servicePrincipalId": organisation.principal(application),
        "flaggedForReview": False,
        "isTenantRestricted": False,
        "crossTenantAccessType": access,
        "servicePrincipalCredentialKeyId": credential,
        "uniqueTokenIdentifier": token,
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "appServicePrincipalId": None,
        "resourceServicePrincipalId": organisation.principal(resource),
        "signInTokenProtectionStatus": "none",
        "originalTransferMethod": "none",
        "isThroughGlobalSecureAccess": False,
        "conditionalAccessAudiences": [resource.id],
        "sessionId": session,
        "appOwnerTenantId": application.owner,
        "resourceOwnerTenantId": MICROSOFT_TENANT,
    }


def principal_signin(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    application: Application,
    resource: Application,
    place: Place,
    *,
    credential: str,
    code: int = 0,
    user_agent: str = "",
    certificate: bool = False,
) -> Signed:
    """A service principal's sign-in with a secret or a certificate."""
    request, session = chance.request(), chance.guid()
    token = token_of(request)
    record = principal_record(
        organisation,
        application,
        resource,
        place,
        request=request,
        token=token,
        correlation=chance.guid(),
        session=session,
        time=iso(tick),
        credential=credential,
        code=code,
        user_agent=user_agent,
        certificate=certificate,
    )
    event = Event(organisation.id, Stream.PRINCIPAL, tick, request, record)
    return Signed((event,), request, token, session, tick)


def managed_signin(
    organisation: Organisation, chance: Chance, tick: int, application: Application, resource: Application
) -> Signed:
    """A managed identity's sign-in: Azure's own, so without address and place."""
    request, session = chance.request(), chance.guid()
    token = token_of(request)
    nowhere = Place("", 0, "", "", "", 0.0, 0.0)
    record = principal_record(
        organisation,
        application,
        resource,
        nowhere,
        request=request,
        token=token,
        correlation=chance.guid(),
        session=session,
        time=iso(tick),
        credential=chance.guid(),
    ) | {"clientCredentialType": "managedIdentity", "managedIdentityType": "systemAssigned"}
    event = Event(organisation.id, Stream.MANAGED, tick, request, record)
    return Signed((event,), request, token, session, tick - tick % SECOND)
