"""The verdict of a case, its reasons, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosswarden.cases.model import Verdict
from crosswarden.hunts.model import Finding, HuntResult, Row, Severity, Status

__all__ = ["judge"]

_BENIGN = {
    "cross-tenant": "the partner is a company of the same owner, a supplier under contract, or part of a planned merger",
    "applications": "the application's owner confirms the registration, its permissions and every credential",
    "mailboxes": "the client application is known to the organisation and was rolled out on that day",
    "tokens": "the sign-in logs turn out to be incomplete for the time, or the token id belongs to a service of Microsoft",
}
_WORSE = {
    "cross-tenant": "one of the synchronised users holds a role or has read data, or the same partner appears elsewhere",
    "applications": "the application signs in from an unknown network or reads mail or files",
    "mailboxes": "no sign-in of the user explains the access, or the same pair appears in other mailboxes",
    "tokens": "further accesses with tokens that no sign-in issued appear",
}


def _keys(row: Row) -> set[str]:
    """What tells a row from others: its event, or all of its values."""
    return {str(row["EventId"])} if row.get("EventId") else {str(sorted((key, str(row[key])) for key in row))}


def _told(finding: Finding, told: set[str]) -> bool:
    """Whether a chain's rows hold everything that the finding rests on."""
    return bool(finding.evidence) and all(_keys(row) & told for row in finding.evidence)


def judge(
    findings: Sequence[Finding], results: Mapping[str, HuntResult]
) -> tuple[Verdict, tuple[str, ...], tuple[str, ...]]:
    """Verdict, reasons and what would change it."""
    high = [each for each in findings if each.severity is Severity.HIGH]
    kinds = {each.hunt for each in findings if each.severity.rank >= Severity.MEDIUM.rank}
    chain = [each for each in findings if each.reasons]
    if high and (len(kinds) >= 2 or any(len(each.reasons) >= 3 for each in chain)):
        verdict = Verdict.ATTACK
    elif high or len(kinds) >= 2:
        verdict = Verdict.SUSPICIOUS
    else:
        verdict = Verdict.WEAK
    reasons = [reason for each in chain for reason in each.reasons]
    told = {key for each in chain for row in each.evidence for key in _keys(row)}
    reasons += [each.title for each in findings if not each.reasons and not _told(each, told)]
    family = findings[0].family
    change = []
    if family in _BENIGN:
        change.append(f"It would read as harmless if {_BENIGN[family]}.")
    if family in _WORSE and verdict is not Verdict.ATTACK:
        change.append(f"It would weigh more if {_WORSE[family]}.")
    blind = sorted(
        result.name
        for result in results.values()
        if result.family == family and result.status is Status.BLIND
    )
    if blind:
        change.append(f"Hunts that could not see everything might add to it: {', '.join(blind)}.")
    return verdict, tuple(dict.fromkeys(reasons)), tuple(change)
