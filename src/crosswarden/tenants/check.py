"""The frame of the policy checks: what a check is, what it may read, what it may say.

A check yields a Fault for what is wrong, a Gap for what it could not read (*not assessed*, never pass or fail), or
nothing (*clean*). It reads the policy as Value, so it cannot overlook that something was not observed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crosswarden.tenants.effective import effective
from crosswarden.tenants.model import ABSENT, Default, Direction, Partner, Policy, Setting
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = [
    "EMPTY",
    "GRAPH",
    "MICROSOFT_TENANTS",
    "PORTAL",
    "SEVERITIES",
    "Check",
    "Exemption",
    "Fault",
    "Finding",
    "Gap",
    "Own",
    "Remedy",
    "Scope",
    "Severity",
    "Status",
    "assess",
    "own_settings",
    "portal",
    "url",
]

GRAPH = "https://graph.microsoft.com/v1.0/policies/crossTenantAccessPolicy"
PORTAL = "Entra admin center > External Identities > Cross-tenant access settings"
EMPTY: Mapping[str, Any] = {}

MICROSOFT_TENANTS: Mapping[str, str] = {
    "b4c546a4-7dac-46a6-a7dd-ed822a11efd3": "Microsoft Support",
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a": "Microsoft Services",
    "72f988bf-86f1-41af-91ab-2d7cd011db47": "Microsoft",
}
"""Microsoft's own tenants. The support tenant becomes a partner by itself while a support request is open."""


class Severity(StrEnum):
    """How bad, worst first in SEVERITIES."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITIES = tuple(Severity)


class Status(StrEnum):
    """What came of a check."""

    FOUND = "found"
    CLEAN = "clean"
    NOT_ASSESSED = "not assessed"
    EXCEPTED = "excepted"


@dataclass(frozen=True)
class Remedy:
    """What to do: a Graph request and the way through the portal."""

    method: str
    url: str
    body: Mapping[str, Any] = field(default_factory=dict)
    portal: str = PORTAL


@dataclass(frozen=True)
class Fault:
    """Something wrong with SUBJECT: a partner's tenant id, ``default``, ``authorizationPolicy``."""

    subject: str
    reason: str
    remedy: Remedy
    severity: Severity | None = None


@dataclass(frozen=True)
class Gap:
    """What could not be judged, and why."""

    subject: str
    reason: str


@dataclass(frozen=True)
class Scope:
    """What a check may read. ``sign_ins`` is the last sign-in with each tenant, from the lake.

    ``sign_ins_days`` are the first and last day that the sign-ins cover; None when that is not limited.
    """

    policy: Policy
    today: dt.date
    known: Value[frozenset[str]] = ABSENT
    sign_ins: Value[Mapping[str, dt.date]] = ABSENT
    sign_ins_days: tuple[dt.date, dt.date] | None = None
    enforced: Value[tuple[str, ...]] = ABSENT
    stale_days: int = 90

    def partners(self) -> Iterator[Partner | Gap]:
        """Every partner; a Gap where partners were not observed or the export ends before the last."""
        partners = self.policy.partners
        if isinstance(partners, NotObserved):
            yield Gap("partners", partners.reason)
            return
        yield from partners.value
        if self.policy.partners_incomplete:
            yield Gap("partners", self.policy.partners_incomplete)

    def default(self) -> Default | Gap:
        """The default configuration, or the Gap that it leaves."""
        default = self.policy.default
        return default.value if isinstance(default, Observed) else Gap("default", default.reason)


@dataclass(frozen=True)
class Check:
    """One check: id (its module's name), title, severity, why it matters, sources, and the function."""

    id: str
    title: str
    severity: Severity
    why: str
    run: Callable[[Scope], Iterator[Fault | Gap]]
    references: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exemption:
    """A finding that somebody accepted: check id, subject (``*`` for all), why, until when."""

    check: str
    subject: str
    reason: str
    expires: dt.date


@dataclass(frozen=True)
class Finding:
    """The result of a check for one subject."""

    check: Check
    status: Status
    severity: Severity
    subject: str
    reason: str
    remedy: Remedy | None = None


def assess(
    scope: Scope, checks: tuple[Check, ...], exemptions: tuple[Exemption, ...] = ()
) -> tuple[Finding, ...]:
    """Every check over SCOPE, worst findings first; an expired exemption excuses nothing and is said to have expired."""
    found: list[Finding] = []
    for check in checks:
        outcomes = list(check.run(scope))
        found.extend(_finding(check, outcome, exemptions, scope.today) for outcome in outcomes)
        if not outcomes:
            found.append(Finding(check, Status.CLEAN, check.severity, "", "nothing of the kind"))
    order = {status: place for place, status in enumerate(Status)}
    rank = {severity: place for place, severity in enumerate(SEVERITIES)}
    return tuple(sorted(found, key=lambda f: (order[f.status], rank[f.severity], f.check.id, f.subject)))


def _finding(
    check: Check, outcome: Fault | Gap, exemptions: tuple[Exemption, ...], today: dt.date
) -> Finding:
    if isinstance(outcome, Gap):
        return Finding(check, Status.NOT_ASSESSED, check.severity, outcome.subject, outcome.reason)
    severity, reason = outcome.severity or check.severity, outcome.reason
    for exemption in exemptions:
        if exemption.check == check.id and exemption.subject in ("*", outcome.subject):
            if exemption.expires >= today:
                said = f"{reason}; accepted until {exemption.expires}: {exemption.reason}"
                return Finding(check, Status.EXCEPTED, severity, outcome.subject, said, outcome.remedy)
            reason = f"{reason}; the exception expired on {exemption.expires}"
    return Finding(check, Status.FOUND, severity, outcome.subject, reason, outcome.remedy)


def url(subject: str) -> str:
    """The Graph address of the default or of a partner."""
    return f"{GRAPH}/default" if subject == "default" else f"{GRAPH}/partners/{subject}"


def portal(subject: str, page: str) -> str:
    """The way through the portal to a page of the default or of a partner."""
    return f"{PORTAL} > {'Default settings' if subject == 'default' else f'Organizational settings > {subject}'} > {page}"


@dataclass(frozen=True)
class Own:
    """A setting that the default or a partner sets itself, its halves resolved."""

    subject: str
    direction: Direction
    setting: Setting


def own_settings(scope: Scope, *directions: Direction) -> Iterator[Own | Gap]:
    """Every own setting in these directions, of the default and of every partner; Gaps for what was not observed."""
    default = scope.default()
    if isinstance(default, Gap):
        yield default
    else:
        for direction in directions:
            yield _own("default", direction, default.settings[direction])
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
            continue
        resolved = effective(scope.policy, partner.tenant).settings
        for direction in directions:
            if partner.settings[direction] is not None:
                value = resolved[direction]
                found = value if isinstance(value, NotObserved) else Observed(value.value.setting)
                yield _own(partner.tenant, direction, found)


def _own(subject: str, direction: Direction, value: Value[Setting]) -> Own | Gap:
    return Own(subject, direction, value.value) if isinstance(value, Observed) else Gap(subject, value.reason)
