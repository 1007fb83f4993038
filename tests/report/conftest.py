"""A small synthetic result with hostile text in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from crosswarden.cases import build_cases
from crosswarden.hunts.model import Coverage, Entity, Finding, HuntResult, Severity, Status, TenantCoverage
from crosswarden.hunts.runner import Outcome
from crosswarden.report import Document

HOSTILE = '<script>alert(1)</script>"\'>{{7*7}}=HYPERLINK("http://x")'


def finding(number: int = 0, rows: int = 3, text: str = HOSTILE) -> Finding:
    evidence = tuple(
        {"TimeGenerated": f"2026-03-{1 + each % 28:02}T10:00:00.0000000Z", "Tenant": "t", "Operation": "add application",
         "Actor": f"=cmd|{text}", "ActorIp": "203.0.113.9", "AppName": text, "EventId": f"e{number}-{each}"}
        for each in range(rows)
    )  # fmt: skip
    return Finding(
        hunt="application-chain",
        severity=Severity.HIGH,
        title=f"{text} number {number}",
        entities=(
            Entity("tenant", "t", "Contoso"),
            Entity("application", f"app-{number}", text, "subject"),
            Entity("user", f"=cmd|{text}", text, "actor"),
            Entity("address", "203.0.113.9", "203.0.113.9", "source", "other"),
        ),
        first_seen="2026-03-01T10:00:00.0000000Z",
        last_seen="2026-03-09T10:00:00.0000000Z",
        evidence=evidence,
        key=("t", f"app-{number}"),
        family="applications",
        techniques=("T1098.001",),
        reasons=(f"its name {text}", "secrets added", "registered here"),
        evidence_total=rows,
    )


@pytest.fixture
def hostile() -> str:
    """Text that would run, link or break out if it were not escaped."""
    return HOSTILE


@pytest.fixture
def document() -> Callable[..., Document]:
    """Builds a document of that many cases with that many rows each."""

    def build(cases: int = 1, rows: int = 3, text: str = HOSTILE) -> Document:
        findings = tuple(finding(number, rows, text) for number in range(cases))
        coverage = Coverage(
            (TenantCoverage("t", date(2026, 3, 1), date(2026, 3, 9), ("no rows",), ("AuditLogs",)),)
        )
        results = (
            HuntResult("application-chain", "Chain", Status.FOUND, f"{cases} findings", coverage, findings, Severity.HIGH, "applications", ("T1098.001",)),
            HuntResult("blind-hunt", "Blind", Status.BLIND, "Cannot say: no rows of SigninLogs", coverage, family="applications", techniques=("T1606",)),
            HuntResult("clean-hunt", "Clean", Status.CLEAN, "Nothing.", coverage),
        )  # fmt: skip
        made: Any = "2026-03-10T00:00:00+00:00"
        return Document.of(Outcome(results, ("t",), None), build_cases(results), made=made)

    return build
