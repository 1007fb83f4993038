"""Logs and objects that Microsoft Graph hands out in pages.

Sources: Microsoft Graph reference, "List directoryAudits", "List signIns" (beta for other than interactive user
sign-ins), "List provisioningObjectSummary", "Get crossTenantAccessPolicy" and its relations, "List applications".
Pages are kept as they came, in the shape that ``ingest`` and ``tenants`` read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson

from crosswarden.collect.progress import Shelf
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources.model import Source, Window, stamp

__all__ = ["APPLICATIONS", "DIRECTORY_AUDITS", "POLICY", "PROVISIONING", "SIGN_INS"]

PAGE = 1000
_EXPIRED_LINK = (400, 404, 410)


def keep_pages(session: Session, first: str, shelf: Shelf, prefix: str = "") -> None:
    """Every page from ``first`` on, each in a file; goes on from where an earlier run stopped.

    A next link that has expired meanwhile starts the list anew: files come under the same names again.
    """
    key, count = f"{prefix}next", f"{prefix}pages"
    while not shelf.state.get(f"{prefix}done"):
        url = shelf.state.get(key) or first
        try:
            answer = session.get(url)
        except CollectError as error:
            if url == first or error.status not in _EXPIRED_LINK:
                raise
            shelf.note(**{key: None, count: 0})
            continue
        page = answer.json()
        number = int(shelf.state.get(count) or 0) + 1
        following = page.get("@odata.nextLink") if isinstance(page, dict) else None
        shelf.keep(
            f"{prefix}{number:05}.json",
            answer.body,
            **{key: following, count: number, f"{prefix}done": following is None},
        )


def _filtered(path: str, column: str, extra: str = "") -> Callable[[Session, Window, Shelf], tuple[str, ...]]:
    def collect(session: Session, window: Window, shelf: Shelf) -> tuple[str, ...]:
        condition = f"{column} ge {stamp(window.start)} and {column} lt {stamp(window.end)}{extra}"
        keep_pages(session, f"{path}?$top={PAGE}&$filter={quote(condition)}", shelf)
        return ()

    return collect


DIRECTORY_AUDITS = Source(
    "directoryAudits",
    "graph",
    ("AuditLog.Read.All", "Directory.Read.All"),
    _filtered("/v1.0/auditLogs/directoryAudits", "activityDateTime"),
)

_KINDS = {
    "signIns": "interactiveUser",
    "signIns-nonInteractive": "nonInteractiveUser",
    "signIns-servicePrincipal": "servicePrincipal",
    "signIns-managedIdentity": "managedIdentity",
}

SIGN_INS = tuple(
    Source(
        name,
        "graph",
        ("AuditLog.Read.All", "Directory.Read.All"),
        _filtered(
            "/beta/auditLogs/signIns", "createdDateTime", f" and signInEventTypes/any(t: t eq '{kind}')"
        ),
    )
    for name, kind in _KINDS.items()
)

PROVISIONING = Source(
    "provisioning",
    "graph",
    ("ProvisioningLog.Read.All",),
    _filtered("/v1.0/auditLogs/provisioning", "activityDateTime"),
)


def _policy(session: Session, _: Window, shelf: Shelf) -> tuple[str, ...]:
    """The cross-tenant access policy as a folder: default.json, partners.json, identitySynchronization/<tenant>.json, …"""
    root = "/v1.0/policies/crossTenantAccessPolicy"
    missing = []
    for name, path in (
        ("policy.json", root),
        ("default.json", f"{root}/default"),
        ("authorizationPolicy.json", "/v1.0/policies/authorizationPolicy"),
        (
            "templates-identitySynchronization.json",
            f"{root}/templates/multiTenantOrganizationIdentitySynchronization",
        ),
        (
            "templates-partnerConfiguration.json",
            f"{root}/templates/multiTenantOrganizationPartnerConfiguration",
        ),
    ):
        try:
            shelf.keep(name, session.get(path).body)
        except CollectError as error:
            missing.append(f"{name}: {error}")
    partners = _all_items(session, f"{root}/partners")
    shelf.keep("partners.json", orjson.dumps({"value": partners}, option=orjson.OPT_INDENT_2))
    (shelf.folder / "identitySynchronization").mkdir(exist_ok=True)
    for partner in partners:
        tenant = quote(str(partner.get("tenantId", "")), safe="-")
        try:
            answer = session.get(f"{root}/partners/{tenant}/identitySynchronization")
        except CollectError as error:
            if error.status == 404:  # the partner has no synchronisation setting: observed, not missing
                shelf.keep(f"identitySynchronization/{tenant}.json", b"null")
            else:
                missing.append(f"identitySynchronization of {tenant}: {error}")
            continue
        shelf.keep(f"identitySynchronization/{tenant}.json", answer.body)
    return tuple(missing)


def _all_items(session: Session, url: str | None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while url:
        page = session.get(url).json()
        items += [item for item in page.get("value", []) if isinstance(item, dict)]
        url = page.get("@odata.nextLink")
    return items


POLICY = Source("crossTenantAccessPolicy", "graph", ("Policy.Read.All",), _policy, windowed=False)


def _applications(session: Session, _: Window, shelf: Shelf) -> tuple[str, ...]:
    """Applications, service principals with their app role assignments, and delegated grants, page by page."""
    expand = "$expand=appRoleAssignments"
    for prefix, path in (
        ("applications-", f"/v1.0/applications?$top={PAGE - 1}"),
        ("servicePrincipals-", f"/v1.0/servicePrincipals?$top={PAGE - 1}&{expand}"),
        ("oauth2PermissionGrants-", f"/v1.0/oauth2PermissionGrants?$top={PAGE - 1}"),
    ):
        keep_pages(session, path, shelf, prefix)
    return ()


APPLICATIONS = Source(
    "applications", "graph", ("Application.Read.All", "Directory.Read.All"), _applications, windowed=False
)
