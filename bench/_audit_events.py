"""Nested synthetic audit events for benchmarks: diagnostic-settings records of category AuditLogs, JSON Lines.

Made in DuckDB from row numbers alone, so that the same count gives the same bytes. About 1.2 kB an event; one in
20,000 adds a cross-tenant partner, as rare things are in real logs.
"""

from __future__ import annotations

from pathlib import Path

from crosswarden import duck

__all__ = ["OPERATIONS", "write_audit_events"]

OPERATIONS = (
    "Update user", "Add member to group", "Remove member from group", "Update device", "Add registered owner to device",
    "Update group", "Change user license", "Update StsRefreshTokenValidFrom Timestamp", "Add user", "Reset password (self-service)",
    "Add service principal", "Add application", "Consent to application", "Add app role assignment to service principal",
    "Update application", "User registered security info", "Delete user", "Update service principal", "Add owner to group", "Disable account",
)  # fmt: skip

_EVENTS = """
WITH numbered AS (SELECT i, hash(i) AS h, hash(i, 1) AS h1, hash(i, 2) AS h2 FROM range({first}, {last}) AS t(i)),
facts AS (
  SELECT i, h, h1, h2,
    strftime(TIMESTAMP '2026-03-02' + to_microseconds(i * CAST(2592000000000 / {count} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%f') || '0Z' AS moment,
    CASE WHEN i % 20000 = 777 THEN 'Add a partner to cross-tenant access setting' ELSE list_extract({operations}, CAST(1 + h % {kinds} AS BIGINT)) END AS operation,
    md5(CAST(h AS VARCHAR)) AS m, md5(CAST(h1 % 10000 AS VARCHAR)) AS u, md5(CAST(h2 % 50000 AS VARCHAR)) AS g
  FROM numbered),
named AS (
  SELECT *, substr(m, 1, 8) || '-' || substr(m, 9, 4) || '-4' || substr(m, 14, 3) || '-a' || substr(m, 18, 3) || '-' || substr(m, 21, 12) AS id,
    substr(u, 1, 8) || '-' || substr(u, 9, 4) || '-4' || substr(u, 14, 3) || '-a' || substr(u, 18, 3) || '-' || substr(u, 21, 12) AS user_id,
    substr(g, 1, 8) || '-' || substr(g, 9, 4) || '-4' || substr(g, 14, 3) || '-a' || substr(g, 18, 3) || '-' || substr(g, 21, 12) AS target_id
  FROM facts)
SELECT moment AS "time", '/tenants/11111111-1111-4111-8111-111111111111/providers/Microsoft.aadiam' AS "resourceId", operation AS "operationName",
  '1.0' AS "operationVersion", 'AuditLogs' AS "category", '11111111-1111-4111-8111-111111111111' AS "tenantId", 'None' AS "resultSignature", 0 AS "durationMs",
  '203.0.113.' || (h % 250) AS "callerIpAddress", id AS "correlationId", 'user' || (h1 % 10000) AS "identity", 4 AS "Level",
  {{'id': 'Directory_' || id || '_' || i, 'category': CASE WHEN i % 20000 = 777 THEN 'CrossTenantAccessSettings' ELSE 'UserManagement' END,
    'correlationId': id, 'result': CASE WHEN h % 50 = 0 THEN 'failure' ELSE 'success' END, 'resultReason': '', 'activityDisplayName': operation,
    'activityDateTime': moment, 'loggedByService': 'Core Directory', 'operationType': 'Update',
    'initiatedBy': {{'user': {{'id': user_id, 'displayName': NULL, 'userPrincipalName': 'user' || (h1 % 10000) || '@contoso.example', 'ipAddress': '203.0.113.' || (h % 250), 'roles': []::VARCHAR[]}}}},
    'targetResources': [{{'id': target_id, 'displayName': 'Target ' || (h2 % 50000), 'type': 'User', 'userPrincipalName': 'target' || (h2 % 50000) || '@contoso.example',
      'modifiedProperties': CASE WHEN i % 20000 = 777 THEN [{{'displayName': 'tenantId', 'oldValue': NULL, 'newValue': '"' || target_id || '"'}}]
        ELSE [{{'displayName': 'Department', 'oldValue': '["Sales ' || (h % 90) || '"]', 'newValue': '["Support ' || (h1 % 90) || '"]'}},
              {{'displayName': 'Included Updated Properties', 'oldValue': NULL, 'newValue': '"Department"'}},
              {{'displayName': 'TargetId.UserType', 'oldValue': NULL, 'newValue': '"Member"'}}] END, 'administrativeUnits': []::VARCHAR[]}}],
    'additionalDetails': [{{'key': 'User-Agent', 'value': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) build ' || (h2 % 400)}}, {{'key': 'Seat', 'value': CAST(h2 % 977 AS VARCHAR)}}]}} AS properties
FROM named ORDER BY i
"""


def write_audit_events(path: Path, count: int, *, first: int = 0, total: int | None = None) -> Path:
    """Writes events ``first`` to ``first + count`` of ``total``; gzipped when the name ends in .gz; returns the path."""
    operations = "[" + ", ".join(f"'{name}'" for name in OPERATIONS) + "]"
    events = _EVENTS.format(
        first=first, last=first + count, count=total or count, operations=operations, kinds=len(OPERATIONS)
    )
    packed = "gzip" if path.suffix == ".gz" else "uncompressed"
    connection = duck.connect(memory="4GB", threads=2)
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"COPY ({events}) TO '{path}' (FORMAT json, COMPRESSION {packed})")
    return path
