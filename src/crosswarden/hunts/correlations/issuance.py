"""Issuance reconciliation: every access that carries a token id must meet the sign-in that issued it.

UniqueTokenId in a mailbox record (AppAccessContext) equals the unique token identifier of the sign-in log, and a Graph
activity record names its sign-in. An access that no sign-in explains, in any of the four sign-in tables, is what a
forged token looks like; but only where the sign-in logs cover the day of issue and of use. Elsewhere the answer is
"cannot say". Source: Microsoft's tables for AppAccessContext and MicrosoftGraphActivityLogs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from crosswarden.hunts.addresses import bare
from crosswarden.hunts.correlation import Correlation, Judged, Material
from crosswarden.hunts.coverage import days_text
from crosswarden.hunts.findings import EVIDENCE_LIMIT, joined, seen
from crosswarden.hunts.loader import packaged_observations
from crosswarden.hunts.model import Alternative, Entity, Finding, Requirement, Row, Severity

__all__ = ["ISSUANCE_RECONCILIATION"]

SIGN_IN_TABLES = (
    "SigninLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
)
_INTERACTIVE = Alternative("SigninLogs", "", ("UniqueTokenIdentifier",))
_NON_INTERACTIVE = Alternative("AADNonInteractiveUserSignInLogs", "", ("UniqueTokenIdentifier",))
_ISSUED = (
    Requirement("interactive sign-ins with token ids", (_INTERACTIVE,)),
    Requirement("non-interactive sign-ins with token ids", (_NON_INTERACTIVE,)),
)
_USES = next(each.requires for each in packaged_observations() if each.id == "unissued-token-use")


def _days(row: Row) -> set[date]:
    """The days whose sign-in logs are needed to judge a use: of its issue where stated, else the day before too."""
    used = date.fromisoformat(str(row["TimeGenerated"])[:10])
    issued = str(row.get("IssuedAt") or "")[:10]
    return {date.fromisoformat(issued)} if issued else {used, used - timedelta(days=1)}


def judge(material: Material) -> Judged:
    """Findings for unexplained uses on covered days; a reason to be blind for the rest."""
    rows = material.of("unissued-token-use")
    covered: dict[str, set[date]] = {}
    for tenant in {row["Tenant"] for row in rows}:
        held = material.holdings
        known = tenant if tenant in held.tenants else ""
        covered[tenant] = set(held.days(_INTERACTIVE, known) & held.days(_NON_INTERACTIVE, known))
    sure: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    unsure: list[Row] = []
    for row in rows:
        if _days(row) & covered[row["Tenant"]] and _used(row) in covered[row["Tenant"]]:
            sure[row["Tenant"], row["AppId"], ""].append(row)
        else:
            unsure.append(row)
    findings = tuple(_finding(material, group) for _, group in sorted(sure.items()))
    blind: tuple[str, ...] = ()
    if unsure:
        days = days_text({_used(row) for row in unsure})
        blind = (
            f"{len(unsure)} accesses carry a token that no sign-in shows, on days that the sign-in logs do not cover ({days})",
        )
    return Judged(findings, blind, {"unexplained": sum(map(len, sure.values())), "cannot say": len(unsure)})


def _used(row: Row) -> date:
    return date.fromisoformat(str(row["TimeGenerated"])[:10])


def _finding(material: Material, rows: Sequence[Row]) -> Finding:
    rows = sorted(rows, key=lambda row: (row["TimeGenerated"], str(row["EventId"])))
    first, last = seen(rows)
    tokens = {row["TokenId"] for row in rows}
    tenant, application = rows[0]["Tenant"], rows[0]["AppId"]
    principals = sorted({row["Principal"] for row in rows} - {""})
    entities = [Entity("tenant", tenant, material.names.name(tenant) or tenant)]
    entities += [Entity("mailbox" if "@" in each else "user", each, each, "victim") for each in principals]
    if application:
        entities.append(Entity("application", application, application, "client"))
    for each in sorted({bare(row["Address"]) for row in rows} - {""}):
        judged = material.addresses.classify(each)
        entities.append(Entity("address", each, each, "source", judged.name))
    entities += [Entity("token", each, each) for each in sorted(tokens)[:20]]
    return Finding(
        hunt=ISSUANCE_RECONCILIATION.id,
        severity=Severity.HIGH,
        title=f"{len(rows)} accesses to {joined(principals)} with {len(tokens)} tokens that were never issued here",
        entities=tuple(entities),
        first_seen=first,
        last_seen=last,
        evidence=tuple(rows[:EVIDENCE_LIMIT]),
        key=(tenant, application),
        family="tokens",
        techniques=ISSUANCE_RECONCILIATION.techniques,
        reasons=(
            f"none of {', '.join(SIGN_IN_TABLES)} holds a sign-in with these token ids",
            "the interactive and non-interactive sign-in logs cover the days of these accesses",
        ),
        evidence_total=len(rows),
    )


ISSUANCE_RECONCILIATION = Correlation(
    id="issuance-reconciliation",
    name="Access with a token that was never issued",
    description=__doc__ or "",
    family="tokens",
    inputs=("unissued-token-use",),
    requires=(*_USES, *_ISSUED),
    techniques=("T1606", "T1550.001"),
    clean="Every access that carries a token id meets the sign-in that issued the token.",
    judge=judge,
    limits=("Records that carry no token id cannot be reconciled.",),
)
