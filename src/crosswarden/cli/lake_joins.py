"""What the policy commands ask of the lake: the last sign-in with each tenant, and the audit events on the policy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crosswarden.engines import Engine
from crosswarden.lake import Lake
from crosswarden.restrictions.evidence.reading import SignIn
from crosswarden.tenants.explain import Event, events
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["SignIns", "audit_events", "foreign_sign_ins", "last_sign_ins", "users_from"]

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TABLES = ("SigninLogs", "AADNonInteractiveUserSignInLogs")
_LAST = """
| extend Home = tolower(HomeTenantId), Resource = tolower(ResourceTenantId)
| summarize Last = max(TimeGenerated) by Home, Resource
"""
_FOREIGN = """
| where (isnotempty(ResourceTenantId) and ResourceTenantId != HomeTenantId) or ResultType in ("5000211", "500021")
| project tostring(TimeGenerated), ResultType, UserPrincipalName, tolower(UserId), tolower(HomeTenantId),
    tolower(ResourceTenantId), tolower(AppId), CrossTenantAccessType, tolower(tostring(IsTenantRestricted)), IPAddress
"""
_AUDIT = """
AuditLogs
| where OperationName has "cross-tenant" or OperationName has "authorization policy"
| project TimeGenerated, OperationName, Result, Id, InitiatedBy, TargetResources
"""


@dataclass(frozen=True)
class SignIns:
    """The last sign-in with each tenant, and the first and last day that every sign-in table covers."""

    last: Value[Mapping[str, dt.date]]
    days: tuple[dt.date, dt.date] | None = None


def last_sign_ins(folder: str) -> SignIns:
    """Over interactive and non-interactive sign-ins; not observed while one of the two tables is missing."""
    lake = Lake.open(folder)
    missing = [name for name in _TABLES if name not in lake.tables()]
    if missing:
        return SignIns(NotObserved(f"the lake holds no {' and no '.join(missing)}"))
    engine = Engine(lake)
    found: dict[str, dt.date] = {}
    spans: list[tuple[dt.date, dt.date]] = []
    for name in _TABLES:
        for home, resource, last in engine.run(name + _LAST).rows():
            if last is None:
                continue
            day = dt.date.fromisoformat(str(last)[:10])
            for tenant in {str(home), str(resource)} - {""}:
                found[tenant] = max(day, found.get(tenant, day))
        held = [item for item in lake.coverage(name) if item.first and item.last]
        spans += [
            (
                min(item.first.date() for item in held if item.first),
                max(item.last.date() for item in held if item.last),
            )
        ] * bool(held)
    if len(spans) < len(_TABLES):
        return SignIns(NotObserved("a sign-in table of the lake has no rows with a time"))
    return SignIns(Observed(found), (max(first for first, _ in spans), min(last for _, last in spans)))


def foreign_sign_ins(folder: str) -> list[SignIn]:
    """Sign-ins to other tenants and sign-ins that tenant restrictions stopped, from either sign-in table."""
    lake = Lake.open(folder)
    engine = Engine(lake)
    names = [name for name in _TABLES if name in lake.tables()]
    return [
        SignIn(*(str(cell if cell is not None else "") for cell in row))
        for name in names
        for row in engine.run(name + _FOREIGN).rows()
    ]


def users_from(folder: str, tenant: str) -> list[str]:
    """Object ids of the users of TENANT who have signed in here, from either sign-in table."""
    if not _GUID.fullmatch(tenant):
        return []
    lake = Lake.open(folder)
    engine = Engine(lake)
    query = f"""
| where tolower(HomeTenantId) == "{tenant.lower()}" and tolower(ResourceTenantId) != "{tenant.lower()}"
| distinct tolower(UserId)
"""
    found = [row[0] for name in _TABLES if name in lake.tables() for row in engine.run(name + query).rows()]
    return sorted({str(user) for user in found if _GUID.fullmatch(str(user))})


def audit_events(folder: str) -> list[Event]:
    """The audit events on the cross-tenant policy that the lake holds."""
    lake = Lake.open(folder)
    if "AuditLogs" not in lake.tables():
        return []
    names = ("TimeGenerated", "OperationName", "Result", "Id", "InitiatedBy", "TargetResources")
    rows = Engine(lake).run(_AUDIT).rows()
    return list(events(dict(zip(names, row, strict=True)) for row in rows))
