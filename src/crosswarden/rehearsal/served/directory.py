"""Graph: directory audits, sign-ins, provisioning, users, and the cross-tenant access policy, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crosswarden.rehearsal.served.policy import Change
from crosswarden.rehearsal.served.routes import Call, Routes, actor_of, document_of, listed, no_content

if TYPE_CHECKING:
    from crosswarden.rehearsal.served.app import Service

__all__ = ["ROUTES"]

_AUDIT = ("AuditLog.Read.All",)
_READ = ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
_WRITE = ("Policy.ReadWrite.CrossTenantAccess",)
_POLICY = "/policies/crossTenantAccessPolicy"


def _root(service: Service, _: Request, __: object, ___: str) -> Response:
    return JSONResponse(
        {"id": service.store.policy.id, "displayName": "CrossTenantAccessPolicy", "allowedCloudEndpoints": []}
    )


def _default(service: Service, _: Request, __: object, ___: str) -> Response:
    return JSONResponse({"id": service.store.policy.id, **service.store.policy.default})


def _partners(service: Service, _: Request, __: object, ___: str) -> Response:
    return JSONResponse({"value": list(service.store.policy.partners.values())})


def _partner(service: Service, request: Request, _: object, __: str) -> Response:
    return JSONResponse(service.store.policy.partner(request.path_params["tenant"]))


def _synchronisation(service: Service, request: Request, _: object, __: str) -> Response:
    return JSONResponse(service.store.policy.synchronisation_of(request.path_params["tenant"]))


def _authorization(service: Service, _: Request, __: object, ___: str) -> Response:
    return JSONResponse(
        {
            "id": "authorizationPolicy",
            "allowInvitesFrom": "everyone",
            "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
            "allowedToSignUpEmailBasedSubscriptions": True,
        }
    )


def _template(name: str) -> Call:
    def call(_: Service, __: Request, ___: object, ____: str) -> Response:
        return JSONResponse({"id": name, "templateApplicationLevel": "none"})

    return call


def _logged(service: Service, request: Request, client: str, change: Change) -> None:
    service.store.log_change(change, actor_of(service, request, client))


def _add_partner(service: Service, request: Request, body: object, client: str) -> Response:
    change = service.store.policy.add_partner(document_of(body))
    _logged(service, request, client, change)
    return JSONResponse(change.after, 201)


def _change_partner(service: Service, request: Request, body: object, client: str) -> Response:
    _logged(
        service,
        request,
        client,
        service.store.policy.change_partner(request.path_params["tenant"], document_of(body)),
    )
    return no_content()


def _delete_partner(service: Service, request: Request, _: object, client: str) -> Response:
    _logged(service, request, client, service.store.policy.delete_partner(request.path_params["tenant"]))
    return no_content()


def _change_default(service: Service, request: Request, body: object, client: str) -> Response:
    _logged(service, request, client, service.store.policy.change_default(document_of(body)))
    return no_content()


def _reset_default(service: Service, request: Request, _: object, client: str) -> Response:
    _logged(service, request, client, service.store.policy.reset_default())
    return no_content()


def _set_synchronisation(service: Service, request: Request, body: object, client: str) -> Response:
    tenant, create = request.path_params["tenant"], request.method == "PUT"
    _logged(
        service,
        request,
        client,
        service.store.policy.set_synchronisation(tenant, document_of(body), create=create),
    )
    return no_content()


def _delete_synchronisation(service: Service, request: Request, _: object, client: str) -> Response:
    _logged(
        service, request, client, service.store.policy.delete_synchronisation(request.path_params["tenant"])
    )
    return no_content()


ROUTES: Routes = (
    ("GET", "/auditLogs/directoryAudits", listed("auditLogs/directoryAudits"), _AUDIT),
    ("GET", "/auditLogs/signIns", listed("auditLogs/signIns"), _AUDIT),
    (
        "GET",
        "/auditLogs/provisioning",
        listed("auditLogs/provisioning"),
        ("AuditLog.Read.All", "ProvisioningLog.Read.All"),
    ),
    ("GET", "/users", listed("users"), ("User.Read.All", "Directory.Read.All")),
    ("GET", "/policies/authorizationPolicy", _authorization, ("Policy.Read.All",)),
    (
        "GET",
        f"{_POLICY}/templates/multiTenantOrganizationIdentitySynchronization",
        _template("identitySynchronization"),
        _READ,
    ),
    (
        "GET",
        f"{_POLICY}/templates/multiTenantOrganizationPartnerConfiguration",
        _template("partnerConfiguration"),
        _READ,
    ),
    ("GET", _POLICY, _root, _READ),
    ("GET", f"{_POLICY}/default", _default, _READ),
    ("PATCH", f"{_POLICY}/default", _change_default, _WRITE),
    ("POST", f"{_POLICY}/default/resetToSystemDefault", _reset_default, _WRITE),
    ("GET", f"{_POLICY}/partners", _partners, _READ),
    ("POST", f"{_POLICY}/partners", _add_partner, _WRITE),
    ("GET", f"{_POLICY}/partners/{{tenant}}", _partner, _READ),
    ("PATCH", f"{_POLICY}/partners/{{tenant}}", _change_partner, _WRITE),
    ("DELETE", f"{_POLICY}/partners/{{tenant}}", _delete_partner, _WRITE),
    ("GET", f"{_POLICY}/partners/{{tenant}}/identitySynchronization", _synchronisation, _READ),
    ("PUT", f"{_POLICY}/partners/{{tenant}}/identitySynchronization", _set_synchronisation, _WRITE),
    ("PATCH", f"{_POLICY}/partners/{{tenant}}/identitySynchronization", _set_synchronisation, _WRITE),
    ("DELETE", f"{_POLICY}/partners/{{tenant}}/identitySynchronization", _delete_synchronisation, _WRITE),
)
