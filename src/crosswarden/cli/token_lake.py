"""Asks the lake about a token: whether a sign-in issued it, and what it was used for.

The issuance ledger: the uti of a token is the UniqueTokenIdentifier of the sign-in that issued it. No such sign-in
means that the token was never issued, but only if all four sign-in tables cover its time; otherwise the answer is
*cannot say*, and which table is to blame.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crosswarden.engines import Engine
from crosswarden.lake import Lake

__all__ = ["SIGN_INS", "USES", "Answer", "ask_lake"]

SIGN_INS: Mapping[str, str] = {
    "SigninLogs": "UserPrincipalName",
    "AADNonInteractiveUserSignInLogs": "UserPrincipalName",
    "AADServicePrincipalSignInLogs": "ServicePrincipalName",
    "AADManagedIdentitySignInLogs": "ServicePrincipalName",
}
"""Sign-in table → its column that names the principal."""

USES: Mapping[str, tuple[str, str, str]] = {
    "OfficeActivity": (
        "tostring(AppAccessContext.UniqueTokenId) == '{uti}'",
        "tostring(AppAccessContext.AADSessionId) == '{sid}'",
        "TimeGenerated, What = Operation, Who = UserId, Where = ClientIP",
    ),
    "MicrosoftGraphActivityLogs": (
        "UniqueTokenId == '{uti}' or SignInActivityId == '{uti}'",
        "SessionId == '{sid}'",
        "TimeGenerated, What = strcat(RequestMethod, ' ', RequestUri), Who = UserId, Where = IPAddress",
    ),
}
"""Table of uses → how its rows name a token, how they name a session, and what to show of them."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ROWS = 50
_DELAY = timedelta(hours=1)


@dataclass(frozen=True)
class Answer:
    """``word`` is issued, never issued, used, not used, or cannot say; rows are evidence, reasons are sentences."""

    word: str
    rows: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "answer": self.word,
            "rows": [dict(row) for row in self.rows],
            "reasons": list(self.reasons),
            "odd": list(self.odd),
        }


def ask_lake(folder: Path, claims: Mapping[str, Any]) -> dict[str, Answer]:
    """``issued`` and ``used`` for a token with these (untrusted) claims."""
    lake = Lake.open(folder)
    engine = Engine(lake=lake)
    uti, sid = claims.get("uti"), claims.get("sid")
    if not isinstance(uti, str) or not _IDENTIFIER.fullmatch(uti):
        reason = ("the token names no uti that a log could hold",)
        return {"issued": Answer("cannot say", reasons=reason), "used": Answer("cannot say", reasons=reason)}
    session = sid if isinstance(sid, str) and _IDENTIFIER.fullmatch(sid) else ""
    begins, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    tenant = claims.get("tid")
    return {
        "issued": _issued(engine, lake, uti, tenant, begins, claims),
        "used": _used(engine, lake, uti, session, tenant, begins, ends),
    }


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_799:
        return None
    return datetime.fromtimestamp(value, UTC)


def _run(engine: Engine, query: str) -> list[dict[str, Any]]:
    result = engine.run(query)
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows()]


def _issued(
    engine: Engine, lake: Lake, uti: str, tenant: object, at: datetime | None, claims: Mapping[str, Any]
) -> Answer:
    rows: list[Mapping[str, Any]] = []
    for table, principal in SIGN_INS.items():
        found = _run(
            engine,
            f"{table} | where UniqueTokenIdentifier == '{uti}' | order by TimeGenerated asc | take {_ROWS}"
            f" | project TimeGenerated, Principal = {principal}, AppId, IPAddress, Resource = ResourceDisplayName",
        )
        rows += [{"Table": table, **row} for row in found]
    if rows:
        return Answer("issued", tuple(rows), odd=_contradictions(rows, claims, at))
    reasons = [reason for table in SIGN_INS if (reason := uncovered(lake, table, tenant, at, at))]
    if reasons:
        return Answer("cannot say", reasons=tuple(reasons))
    sentence = "all four sign-in tables cover the time it says it was issued, and none has it: a sign of a forged token"
    return Answer("never issued", reasons=(sentence,))


def _contradictions(
    rows: Sequence[Mapping[str, Any]], claims: Mapping[str, Any], at: datetime | None
) -> tuple[str, ...]:
    """Where the sign-in with this identifier is not the one that the token describes."""
    odd = []
    client = claims.get("azp") or claims.get("appid")
    if client and all(row["AppId"] and row["AppId"] != client for row in rows):
        odd.append(f"the sign-in is by the application {rows[0]['AppId']}, the token says another")
    times = [
        datetime.fromisoformat(row["TimeGenerated"][:19] + "+00:00") for row in rows if row["TimeGenerated"]
    ]
    if at is not None and times and min(abs(time - at) for time in times) > _DELAY:
        odd.append("the sign-in is more than an hour from the time that the token says it was issued")
    return tuple(odd)


def _used(
    engine: Engine,
    lake: Lake,
    uti: str,
    session: str,
    tenant: object,
    begins: datetime | None,
    ends: datetime | None,
) -> Answer:
    rows: list[Mapping[str, Any]] = []
    for table, (by_token, by_session, shown) in USES.items():
        ways = [("token", by_token.format(uti=uti))]
        ways += [("session", f"({by_session.format(sid=session)}) and not ({ways[0][1]})")] if session else []
        for way, condition in ways:
            query = (
                f"{table} | where {condition} | order by TimeGenerated asc | take {_ROWS} | project {shown}"
            )
            rows += [{"Table": table, "By": way, **row} for row in _run(engine, query)]
    reasons = tuple(reason for table in USES if (reason := uncovered(lake, table, tenant, begins, ends)))
    if any(row["By"] == "token" for row in rows):
        return Answer("used", tuple(rows), reasons)
    return Answer("cannot say" if reasons else "not used", tuple(rows), reasons)


def uncovered(lake: Lake, table: str, tenant: object, begins: datetime | None, ends: datetime | None) -> str:
    """Why the table cannot speak for a tenant and a span of time, or ""."""
    if begins is None or ends is None:
        return "the token does not say when it was issued and ends"
    if not isinstance(tenant, str) or not tenant:
        return "the token does not say of which tenant it is"
    held = [one for one in lake.coverage(table) if one.tenant == tenant]
    if not held:
        return f"{table}: the lake holds nothing of the tenant {tenant[:36]}"
    first, last = held[0].first, held[0].last
    if first is None or last is None or first > begins or last < ends:
        return f"{table}: it covers {_day(first)} to {_day(last)}, not all of the token's time"
    day, missing = begins.date(), []
    while day <= ends.date():
        if day not in held[0].days:
            missing.append(day.isoformat())
        day += timedelta(days=1)
    return f"{table}: it holds nothing of {', '.join(missing[:5])}" if missing else ""


def _day(moment: datetime | None) -> str:
    return "no time" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
