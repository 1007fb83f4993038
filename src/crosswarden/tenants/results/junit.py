"""JUnit XML: one test case a finding; found is a failure, excepted and not assessed are skipped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from crosswarden.tenants.check import Finding, Status

__all__ = ["junit"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(findings: Sequence[Finding], source: str, now: str) -> str:
    """The document; characters that XML forbids become question marks."""
    failures = sum(finding.status is Status.FOUND for finding in findings)
    skipped = sum(finding.status in (Status.NOT_ASSESSED, Status.EXCEPTED) for finding in findings)
    cases = "\n".join(_case(finding) for finding in findings)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites><testsuite name="crosswarden tenants check" package={quoteattr(source)} '
        f'timestamp={quoteattr(now)} tests="{len(findings)}" failures="{failures}" skipped="{skipped}" errors="0">\n'
        f"{cases}\n</testsuite></testsuites>\n"
    )
    return _FORBIDDEN.sub("?", text)


def _case(finding: Finding) -> str:
    name = f"{finding.check.title}: {finding.subject}" if finding.subject else finding.check.title
    head = f"<testcase classname={quoteattr(finding.check.id)} name={quoteattr(name)}"
    if finding.status is Status.FOUND:
        kind = quoteattr(finding.severity.value)
        return f"{head}><failure type={kind} message={quoteattr(finding.reason)}>{escape(_remedy(finding))}</failure></testcase>"
    if finding.status is Status.CLEAN:
        return f"{head}/>"
    return f"{head}><skipped message={quoteattr(f'{finding.status.value}: {finding.reason}')}/></testcase>"


def _remedy(finding: Finding) -> str:
    remedy = finding.remedy
    return f"{remedy.method} {remedy.url}\n{remedy.portal}" if remedy else ""
