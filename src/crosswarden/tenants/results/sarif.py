"""SARIF 2.1.0: checks are rules; found is fail, excepted is suppressed, not assessed is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson

from crosswarden.tenants.check import Finding, Severity, Status

__all__ = ["sarif"]

_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "3.0"}
_KIND = {Status.FOUND: "fail", Status.EXCEPTED: "fail", Status.CLEAN: "pass", Status.NOT_ASSESSED: "open"}


def sarif(findings: Sequence[Finding], source: str, now: str) -> str:
    """The log file."""
    rules = {finding.check.id: _rule(finding) for finding in findings}
    run = {
        "tool": {"driver": {"name": "crosswarden", "rules": list(rules.values())}},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": now}],
        "results": [_result(finding, source) for finding in findings],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _rule(finding: Finding) -> dict[str, Any]:
    check = finding.check
    properties: dict[str, Any] = {"tags": [*check.overlaps, *check.techniques]}
    if check.severity in _SCORE:
        properties["security-severity"] = _SCORE[check.severity]
    rule: dict[str, Any] = {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "defaultConfiguration": {"level": _LEVEL[check.severity]},
        "properties": properties,
    }
    if check.references:
        rule["helpUri"] = check.references[0]
    return rule


def _result(finding: Finding, source: str) -> dict[str, Any]:
    kind = _KIND[finding.status]
    result: dict[str, Any] = {
        "ruleId": finding.check.id,
        "kind": kind,
        "level": _LEVEL[finding.severity] if kind == "fail" else "none",
        "message": {"text": f"{finding.subject}: {finding.reason}" if finding.subject else finding.reason},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(source.replace("\\", "/"))}},
                "logicalLocations": [{"name": finding.subject or "policy", "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"crosswarden/v1": f"{finding.check.id}/{finding.subject}"},
    }
    if finding.status is Status.EXCEPTED:
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result
