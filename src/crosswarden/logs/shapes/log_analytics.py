"""Rows of a known table as Log Analytics and Defender export them: portal CSV, query API, continuous export, JSON.

Defined by: the Azure Monitor and Defender table references (crosswarden.tables); samples: log-analytics-csv,
log-analytics-json, query-api, windows-events. A row names its table in ``Type``, ``TableName`` or ``$table``; where
it does not, its columns must fit one known table clearly better than any other.
The portal adds `` [UTC]`` to datetime headers, splits a column of two types into ``X_dynamic`` and ``X_string``, and
old workspaces carry ``UserId_`` beside ``UserId``.
"""

from __future__ import annotations

import re
from functools import cache

from crosswarden.logs.shapes.shape import Record, Shape, text_at
from crosswarden.tables import documented, known_tables

__all__ = ["SHAPE", "column_of", "fitting"]

_SUFFIX = re.compile(r" \[[^\]]*\]$")
_TWIN = re.compile(r"_(dynamic|string|real|long|datetime|bool|guid)$")
_FEWEST = 5
_SURE = 12  # so many columns of one table prove it, even where a query added others
_PREFERRED = (
    "AuditLogs", "SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs", "AADProvisioningLogs", "OfficeActivity", "AzureActivity",
    "MicrosoftGraphActivityLogs", "CloudAppEvents", "SecurityAlert", "SecurityIncident", "SecurityEvent",
    "AADRiskyUsers", "AADUserRiskEvents", "BehaviorAnalytics", "IdentityInfo", "AzureDiagnostics",
)  # fmt: skip


def column_of(key: str) -> str:
    """The column that a header stands for.

    >>> column_of("TimeGenerated [UTC]"), column_of("Status_dynamic"), column_of("UserId_"), column_of("Site_")
    ('TimeGenerated', 'Status', 'UserId', 'Site')
    """
    return _TWIN.sub("", _SUFFIX.sub("", key)).rstrip("_")


@cache
def _columns(table: str) -> frozenset[str]:
    known = documented(table)
    return frozenset(column.name.lower() for column in known.columns) if known else frozenset()


@cache
def fitting(keys: frozenset[str]) -> str | None:
    """The known table whose columns these are: most fit, five at least, and no other table fits as well.

    >>> fitting(frozenset({"TimeGenerated", "OperationName", "InitiatedBy", "TargetResources", "AADTenantId"}))
    'AuditLogs'
    """
    folded = {column_of(key).lower() for key in keys} | {_SUFFIX.sub("", key).lower() for key in keys}
    plain = {_SUFFIX.sub("", key).lower() for key in keys}
    if len(plain) < _FEWEST or not plain & {"timegenerated", "timestamp", "createddatetime"}:
        return None
    scores = []
    for table in known_tables():
        fits = len(folded & _columns(table))
        wanted = len({column_of(key).lower() for key in keys})
        if fits >= 0.85 * wanted if fits < _SURE else fits >= 0.6 * wanted:
            rank = _PREFERRED.index(table) if table in _PREFERRED else len(_PREFERRED)
            scores.append((-fits, rank, len(_columns(table)), table))
    scores.sort()
    clear = scores and (len(scores) == 1 or scores[0][:3] != scores[1][:3])
    return scores[0][3] if clear else None


def _recognises(record: Record) -> str | None:
    for key in ("Type", "TableName", "$table", "table"):
        named = text_at(record, key)
        if named in known_tables() and ("TimeGenerated" in record or "Timestamp" in record or key != "Type"):
            return named
        if named in known_tables() and "TimeGenerated [UTC]" in record:
            return named
    return fitting(frozenset(record))


SHAPE = Shape(
    id="log_analytics",
    cites="https://learn.microsoft.com/azure/azure-monitor/reference/tables-category",
    recognises=_recognises,
    names={},
    implied=frozenset({("TableName",), ("$table",)}),
    tenant=(
        ("AADTenantId",),
        ("AadTenantId",),
        ("OrganizationId",),
        ("OfficeTenantId",),
        ("OfficeTenantId_",),
        ("OrganizationId_",),
    ),
    column_of=column_of,
)
