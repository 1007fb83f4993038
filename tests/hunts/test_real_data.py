"""The hunts on real logs: what must be found there and what must not (issue texts call these the real unified log)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosswarden.cases import Case, build_cases
from crosswarden.engines import Engine
from crosswarden.hunts.model import Finding, Severity
from crosswarden.hunts.runner import Outcome, run_hunts
from crosswarden.lake import Lake, ingest

RNICROSOFT = "768fb398-1e3f-4a25-8989-2141f5eb5ebd"
RNICROSOFT_OFFICE = "ea0056b2-87ac-4765-ba13-e2768da6fba7"
EMAIL_SECURITY = "fb3f5c90-f349-438b-881e-99ca606a9a6b"


@pytest.fixture(scope="module")
def outcome(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All hunts over the real unified audit log and the one public raw partner event."""
    lake = Lake.open(tmp_path_factory.mktemp("real") / "lake", create=True)
    ingest([shared / "data/logs/unified-audit-log-csv", shared / "data/logs/graph"], lake)
    return run_hunts(Engine(lake=lake))


@pytest.fixture(scope="module")
def cases(outcome: Outcome) -> tuple[Case, ...]:
    """The cases in it."""
    return build_cases(outcome.results)


def _chain(outcome: Outcome, application: str) -> Finding:
    (found,) = [
        each
        for each in outcome.findings
        if each.hunt == "application-chain" and any(entity.id == application for entity in each.entities)
    ]
    return found


@pytest.mark.parametrize(
    ("application", "name", "addresses", "spelling"),
    [
        (RNICROSOFT, "rnicrosoft", {"40.126.32.99"}, "Microsoft_Word"),
        (RNICROSOFT_OFFICE, "rnicrosoft_office", {"20.190.160.24", "20.190.160.25"}, "rnicrosoft office"),
    ],
)
def test_the_look_alikes_are_told_whole(
    outcome: Outcome, application: str, name: str, addresses: set[str], spelling: str
) -> None:
    """High, multi-tenant, a look-alike after failed attempts, secrets from Microsoft egress, mail and files consented."""
    found = _chain(outcome, application)
    text = "; ".join(found.reasons)
    assert found.severity is Severity.HIGH and found.title.startswith(f"{name}: ")
    assert "multi-tenant" in text and "looks like Microsoft" in text
    assert "failed attempts at other spellings" in text and spelling in text
    assert "secrets or certificates added" in text and "microsoft egress" in text
    assert addresses <= {each.id for each in found.entities if each.note.startswith("microsoft egress")}
    for scope in ("Mail.Read", "Mail.Send", "Files.ReadWrite.All"):
        assert scope in text
    assert found.evidence_total >= len(found.reasons)


def test_the_grant_for_all_principals_exposes_every_user(outcome: Outcome) -> None:
    """The second application's grant of 2021-04-16 07:52:17 is for all principals; the first one's is for one."""
    office = "; ".join(_chain(outcome, RNICROSOFT_OFFICE).reasons)
    assert "exposes every user of the tenant" in office and "2021-04-16 07:52:17" in office
    assert "every user" not in "; ".join(_chain(outcome, RNICROSOFT).reasons)


def test_each_has_a_case_of_its_own(cases: tuple[Case, ...]) -> None:
    """Two high cases, although actor, tenant and Microsoft's addresses are shared; they name each other."""
    of = {
        application: [case for case in cases if any(each.id == application for each in case.entities)]
        for application in (RNICROSOFT, RNICROSOFT_OFFICE)
    }
    (first,), (second,) = of[RNICROSOFT], of[RNICROSOFT_OFFICE]
    assert first.id != second.id and {first.severity, second.severity} == {Severity.HIGH}
    assert second.id in first.related


def test_email_security_solution_is_found(outcome: Outcome) -> None:
    """Credentials.ReadWrite.All and the External* roles make it a finding."""
    text = "; ".join(_chain(outcome, EMAIL_SECURITY).reasons)
    assert "Credentials.ReadWrite.All" in text and "ExternalItem.ReadWrite.All" in text


def test_splunk_is_no_finding_of_medium_or_above(outcome: Outcome) -> None:
    """Single-tenant, reading activity and service health: nothing to alarm about."""
    named = [
        each
        for each in outcome.findings
        if any("splunk" in entity.name.lower() for entity in each.entities) or "splunk" in each.title.lower()
    ]
    assert named and {each.severity for each in named} == {Severity.LOW}


def test_failed_registrations_are_no_applications(outcome: Outcome) -> None:
    """What was refused supports the story of what succeeded; it is no application of its own."""
    titles = [each.title for each in outcome.findings if each.hunt == "application-chain"]
    assert not [title for title in titles if title.startswith(("rnicrosoft word", "rnicrosoft office"))]


def test_the_rogue_applications_mail_reading_joins_its_case(cases: tuple[Case, ...]) -> None:
    """Graph's id in front and the application's behind: the pair leads to the case of the application."""
    (case,) = [each for each in cases if any(entity.id == RNICROSOFT_OFFICE for entity in each.entities)]
    assert "mailbox-access-new-application" in {each.hunt for each in case.findings}


def test_the_public_partner_event_is_found_with_its_address_class(outcome: Outcome) -> None:
    """Partner ee07d55e… by attacker@…, from an address that is Microsoft's and not the actor's."""
    (found,) = [each for each in outcome.findings if each.hunt == "cross-tenant-partner-added"]
    entities: dict[str, Any] = {each.type + (each.role or ""): each for each in found.entities}
    assert entities["tenantpartner"].id == "ee07d55e-928e-4049-89e2-c36739e30514"
    assert entities["useractor"].id == "attacker@securathesis.onmicrosoft.com"
    assert entities["addresssource"].note.startswith("microsoft egress")


def test_no_hunt_fails_on_real_data(outcome: Outcome) -> None:
    """Records whose ModifiedProperties are no name/value objects do no harm; every query runs."""
    assert not [result.reason for result in outcome.results if "could not" in result.reason]
