"""What joins into one case and what does not, and the order of containment."""

from __future__ import annotations

from crosswarden.cases import Verdict, build_cases
from crosswarden.hunts.model import Coverage, Entity, Finding, HuntResult, Severity, Status

TENANT = Entity("tenant", "t", "t")
ACTOR = Entity("user", "admin@x", "admin@x", "actor")
EGRESS = Entity("address", "40.126.32.99", "40.126.32.99", "source", "microsoft egress")
FOREIGN = Entity("address", "203.0.113.9", "203.0.113.9", "source", "other")
GUID = "99999999-9999-9999-9999-999999999999"
USER = "55555555-5555-5555-5555-555555555555"


def _finding(
    hunt: str,
    *entities: Entity,
    severity: Severity = Severity.HIGH,
    family: str = "applications",
    key: str = "",
) -> Finding:
    return Finding(hunt, severity, f"{hunt} {key}", (TENANT, *entities), "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", ({"TimeGenerated": "2026-03-01T00:00:00Z", "Operation": hunt},), (hunt, key, *(each.id for each in entities)), family)  # fmt: skip


def _result(*findings: Finding) -> HuntResult:
    return HuntResult("h", "h", Status.FOUND, "", Coverage(), findings)


def test_two_applications_of_one_administrator_are_two_related_cases() -> None:
    """Tenant, actor and Microsoft's egress join nothing; the cases name each other through the actor."""
    one = _finding("a", Entity("application", "app-1", "one", "subject"), ACTOR, EGRESS)
    two = _finding("a", Entity("application", "app-2", "two", "subject"), ACTOR, EGRESS)
    first, second = build_cases([_result(one, two)])
    assert first.related == (second.id,) and second.related == (first.id,)


def test_findings_about_one_application_are_one_case_through_any_of_its_ids() -> None:
    """AppId in one, service principal in another, both in a third: one case."""
    application, principal = Entity("application", "app", "x"), Entity("service principal", "sp", "x")
    findings = [_finding("a", application), _finding("b", principal), _finding("c", application, principal)]
    (case,) = build_cases([_result(*findings)])
    assert len(case.findings) == 3


def test_low_findings_alone_make_no_case_but_join_one() -> None:
    """Below medium nothing opens a case; beside a high finding it belongs to it."""
    low = _finding("low", Entity("application", "app", "x"), severity=Severity.LOW)
    assert build_cases([_result(low)]) == ()
    (case,) = build_cases([_result(low, _finding("high", Entity("application", "app", "x")))])
    assert {each.hunt for each in case.findings} == {"low", "high"}


def test_suppressed_findings_make_no_case() -> None:
    """What was accepted is not told again."""
    assert build_cases([_result(_finding("a", ACTOR).with_suppression("ours"))]) == ()


def test_every_timeline_event_names_its_finding_and_every_reason_has_one() -> None:
    """No sentence without the rows behind it."""
    (case,) = build_cases([_result(_finding("a", Entity("application", "app", "x")))])
    known = {each.id for each in case.findings}
    assert case.timeline and {each.finding for each in case.timeline} <= known
    assert set(case.reasons) == {each.title for each in case.findings}


def test_containment_goes_synchronisation_then_partner_then_users() -> None:
    """In another order the partner cannot be deleted and users come back."""
    partner = Entity("tenant", GUID, GUID, "partner")
    user = Entity("user", USER, "eve", "synchronised")
    (case,) = build_cases(
        [_result(_finding("cross-tenant-chain", partner, user, ACTOR, family="cross-tenant"))]
    )
    commands = [step.command for step in case.containment]
    synchronisation = next(i for i, text in enumerate(commands) if text.endswith("/identitySynchronization"))
    deletion = next(i for i, text in enumerate(commands) if text.endswith(f"/partners/{GUID}"))
    disabling = next(i for i, text in enumerate(commands) if USER in text)
    assert synchronisation < deletion < disabling


def test_identifiers_that_are_none_never_reach_a_command() -> None:
    """A command line is for copying: only GUIDs and plain names go into it."""
    hostile = "x; rm -rf /"
    partner = Entity("tenant", hostile, hostile, "partner")
    actor = Entity("user", f"$({hostile})", "n", "actor")
    (case,) = build_cases([_result(_finding("cross-tenant-chain", partner, actor, family="cross-tenant"))])
    assert not [step for step in case.containment if "rm -rf" in step.command]


def test_the_verdict_needs_more_than_one_kind_of_sign() -> None:
    """One high finding is suspicious, two kinds are a likely attack, a single medium one is weak."""
    application = Entity("application", "app", "x")
    (one,) = build_cases([_result(_finding("a", application))])
    (two,) = build_cases(
        [_result(_finding("a", application), _finding("b", application, severity=Severity.MEDIUM))]
    )
    (weak,) = build_cases([_result(_finding("a", application, severity=Severity.MEDIUM))])
    assert (one.verdict, two.verdict, weak.verdict) == (Verdict.SUSPICIOUS, Verdict.ATTACK, Verdict.WEAK)
