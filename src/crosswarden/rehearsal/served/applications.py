"""Graph: applications, service principals, app role assignments and delegated grants, read and written.

A write leaves the audit events whose property names real exports show: ``AppId`` and ``AvailableToOtherTenants`` of
*Add application*, ``AppRole.Value`` and ``ServicePrincipal.*`` of an assignment, ``DelegatedPermissionGrant.*``, and
``KeyDescription`` of added credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crosswarden.rehearsal.directory import Target, added, included, set_to
from crosswarden.rehearsal.served.problems import bad_request
from crosswarden.rehearsal.served.routes import Routes, actor_of, document_of, listed

if TYPE_CHECKING:
    from crosswarden.rehearsal.served.app import Service

__all__ = ["ROUTES"]

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_ASSIGN = ("AppRoleAssignment.ReadWrite.All",)
_GRANT = ("DelegatedPermissionGrant.ReadWrite.All",)
_CREDENTIALS = "Update application \u2013 Certificates and secrets management "
_MULTI = ("AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount")


def _one(path: str) -> Any:
    def call(service: Service, request: Request, _: object, __: str) -> Response:
        return JSONResponse(service.store.item(path, request.path_params["id"]))

    return call


def _required(document: dict[str, Any], *names: str) -> list[str]:
    for name in names:
        if not document.get(name):
            raise bad_request(f"Property '{name}' is required.")
    return [str(document[name]) for name in names]


def _add_application(service: Service, request: Request, body: object, client: str) -> Response:
    document = document_of(body)
    (name,) = _required(document, "displayName")
    store = service.store
    made = {
        "id": store.new_id(),
        "appId": store.new_id(),
        "signInAudience": "AzureADMyOrg",
        "passwordCredentials": [],
        "keyCredentials": [],
        "requiredResourceAccess": [],
    } | document
    store.items("applications").append(made)
    properties = [
        added("AppId", made["appId"]),
        added("AvailableToOtherTenants", made["signInAudience"] in _MULTI),
        added("DisplayName", name),
        added("RequiredResourceAccess"),
    ]
    target = Target("Application", made["id"], name, application=made["appId"])
    store.audit(
        "Add application",
        actor_of(service, request, client),
        [target],
        [*properties, included(properties)],
        category="ApplicationManagement",
        operation="Add",
    )
    return JSONResponse(made, 201)


def _add_password(service: Service, request: Request, body: object, client: str) -> Response:
    application = service.store.item("applications", request.path_params["id"])
    wanted = document_of(body).get("passwordCredential") or {}
    credential = {"keyId": service.store.new_id(), "displayName": wanted.get("displayName"), "hint": "abc"}
    old = [_described(each) for each in application["passwordCredentials"]]
    application["passwordCredentials"].append(credential)
    new = [_described(each) for each in application["passwordCredentials"]]
    properties = [added("KeyDescription", *new, old=old)]
    target = Target(
        "Application", application["id"], application["displayName"], application=application["appId"]
    )
    service.store.audit(
        _CREDENTIALS,
        actor_of(service, request, client),
        [target],
        [*properties, included(properties)],
        category="ApplicationManagement",
        operation="Update",
    )
    return JSONResponse(credential | {"secretText": f"simulated-{service.store.new_id()}"})


def _described(credential: dict[str, Any]) -> str:
    return f"[KeyIdentifier={credential['keyId']},KeyType=Password,KeyUsage=Verify,DisplayName={credential.get('displayName') or ''}]"


def _add_principal(service: Service, request: Request, body: object, client: str) -> Response:
    document = document_of(body)
    (application_id,) = _required(document, "appId")
    store = service.store
    store.unique("servicePrincipals", "appId", application_id)
    own = next((each for each in store.items("applications") if each["appId"] == application_id), None)
    made = {
        "id": store.new_id(),
        "displayName": own["displayName"] if own else application_id,
        "appOwnerOrganizationId": store.organisation.id,
        "servicePrincipalType": "Application",
    } | document
    store.items("servicePrincipals").append(made)
    properties = [
        added("AccountEnabled", True),
        added("AppPrincipalId", application_id),
        added("DisplayName", made["displayName"]),
        added("ServicePrincipalName", application_id),
    ]
    target = Target(
        "ServicePrincipal", made["id"], made["displayName"], application=application_id, names=application_id
    )
    store.audit(
        "Add service principal",
        actor_of(service, request, client),
        [target],
        [*properties, included(properties)],
        category="ApplicationManagement",
        operation="Add",
    )
    return JSONResponse(made, 201)


def _assignments(service: Service, request: Request, _: object, __: str) -> Response:
    principal = service.store.item("servicePrincipals", request.path_params["id"])
    return JSONResponse({"value": principal.get("appRoleAssignments", [])})


def _assign(service: Service, request: Request, body: object, client: str) -> Response:
    document = document_of(body)
    principal = service.store.item("servicePrincipals", request.path_params["id"])
    role, resource = _required(document, "appRoleId", "resourceId")
    target_name = next(
        (each["displayName"] for each in service.store.items("servicePrincipals") if each["id"] == resource),
        "Microsoft Graph",
    )
    made = {
        "id": service.store.new_id(),
        "principalId": principal["id"],
        "resourceId": resource,
        "appRoleId": role,
        "resourceDisplayName": target_name,
    }
    principal.setdefault("appRoleAssignments", []).append(made)
    properties = [
        set_to("AppRole.Id", role),
        set_to("AppRole.Value", str(document.get("appRoleValue", role))),
        set_to("AppRoleAssignment.CreatedDateTime", service.store.clock().isoformat()),
        set_to("ServicePrincipal.ObjectID", principal["id"]),
        set_to("ServicePrincipal.DisplayName", principal["displayName"]),
        set_to("ServicePrincipal.AppId", principal["appId"]),
        set_to("ServicePrincipal.Name", principal["appId"]),
        set_to(
            "TargetId.ServicePrincipalNames",
            "00000003-0000-0000-c000-000000000000;https://graph.microsoft.com",
        ),
    ]
    target = Target("ServicePrincipal", resource, target_name, names="00000003-0000-0000-c000-000000000000")
    service.store.audit(
        "Add app role assignment to service principal",
        actor_of(service, request, client),
        [target],
        properties,
        category="ApplicationManagement",
        operation="Assign",
    )
    return JSONResponse(made, 201)


def _grant(service: Service, request: Request, body: object, client: str) -> Response:
    document = document_of(body)
    principal, resource, scope = _required(document, "clientId", "resourceId", "scope")
    made = {"id": service.store.new_id(), "consentType": "AllPrincipals"} | document
    service.store.items("oauth2PermissionGrants").append(made)
    properties = [
        set_to("DelegatedPermissionGrant.Scope", scope),
        set_to("DelegatedPermissionGrant.ConsentType", str(made["consentType"])),
        set_to("ServicePrincipal.ObjectID", principal),
        set_to("ServicePrincipal.DisplayName", None),
        set_to("ServicePrincipal.AppId", None),
    ]
    target = Target(
        "ServicePrincipal", resource, "Microsoft Graph", names="00000003-0000-0000-c000-000000000000"
    )
    service.store.audit(
        "Add delegated permission grant",
        actor_of(service, request, client),
        [target],
        properties,
        category="ApplicationManagement",
        operation="Assign",
    )
    return JSONResponse(made, 201)


ROUTES: Routes = (
    ("GET", "/applications", listed("applications"), _READ),
    ("POST", "/applications", _add_application, _WRITE),
    ("GET", "/applications/{id}", _one("applications"), _READ),
    ("POST", "/applications/{id}/addPassword", _add_password, _WRITE),
    ("GET", "/servicePrincipals", listed("servicePrincipals"), _READ),
    ("POST", "/servicePrincipals", _add_principal, _WRITE),
    ("GET", "/servicePrincipals/{id}", _one("servicePrincipals"), _READ),
    ("GET", "/servicePrincipals/{id}/appRoleAssignments", _assignments, _READ),
    ("POST", "/servicePrincipals/{id}/appRoleAssignments", _assign, _ASSIGN),
    ("GET", "/oauth2PermissionGrants", listed("oauth2PermissionGrants"), (*_READ, *_GRANT)),
    ("POST", "/oauth2PermissionGrants", _grant, _GRANT),
)
