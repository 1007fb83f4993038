"""Sigma rules become KQL that Microsoft's binder accepts; dotted fields are paths; what cannot be said is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crosswarden.hunts.loader import load_folder
from crosswarden.hunts.sigma import SigmaError, convert

SERVICES = [
    ("azure", "auditlogs"), ("azure", "signinlogs"), ("azure", "activitylogs"), ("azure", "riskdetection"),
    ("azure", "pim"), ("m365", "audit"), ("m365", "exchange"), ("m365", "threat_management"),
]  # fmt: skip


def _rule(
    detection: Mapping[str, Any], product: str = "azure", service: str = "auditlogs", **more: Any
) -> dict[str, Any]:
    return {"title": "T {x}", "id": "i", "level": "high", "logsource": {"product": product, "service": service}, "detection": detection, **more}  # fmt: skip


def _where(detection: Mapping[str, Any], product: str = "azure", service: str = "auditlogs") -> str:
    query = convert(_rule(detection, product, service), identifier="r").query
    return next(line for line in query.splitlines() if line.startswith("| where"))


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("properties.message|contains", ["Add a", "Delete b"], "OperationName contains 'Add a' or OperationName contains 'Delete b'"),
        ("targetResources.type", "Policy", "tostring(Target.type) =~ 'Policy'"),
        ("TargetResources.ModifiedProperties.DisplayName", "Role", "tostring(Property.displayName) =~ 'Role'"),
        ("initiatedBy.app.appId", None, "isempty(tostring(InitiatedBy.app.appId))"),
        ("OperationName", "Add*", "OperationName matches regex '(?is)^Add.*$'"),
        ("OperationName|contains|all", ["a", "b"], "OperationName contains 'a' and OperationName contains 'b'"),
        ("OperationName", "it's \\ a 'trap'", "=~ 'it\\'s \\\\ a \\'trap\\''"),
    ],
)  # fmt: skip
def test_fields_become_columns_and_paths(field: str, value: Any, text: str) -> None:
    """Names map by log source, dotted ones to paths, values to case-insensitive comparisons that cannot break out."""
    assert text in _where({"selection": {field: value}, "condition": "selection"})


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("selection and not filter", "(A =~ 'x') and (not((B =~ 'y')))"),
        ("1 of sel*", "(((A =~ 'x')))"),
        ("all of them", "((A =~ 'x')) and ((B =~ 'y'))"),
        ("not (selection or filter)", "not(((A =~ 'x')) or ((B =~ 'y')))"),
    ],
)
def test_conditions(condition: str, text: str) -> None:
    """And, or, not, brackets, 1 of and all of keep their meaning."""
    detection = {"selection": {"OperationName": "x"}, "filter": {"Category": "y"}, "condition": condition}
    where = _where(detection).replace("OperationName", "A").replace("Category", "B")
    assert text.replace(" ", "").replace("(", "").replace(")", "") in where.replace(" ", "").replace(
        "(", ""
    ).replace(")", "")


def test_every_source_and_form_is_kql_for_microsofts_binder(
    judge: Callable[[Mapping[str, str]], Mapping[str, dict[str, Any]]],
) -> None:
    """Each log source, with strings, numbers, nulls, wildcards, keywords and unknown fields, parses and binds."""
    detection = {
        "one": {"status": "success", "ResultType": 50126, "Some.Unknown.Field|contains": "v", "userAgent|endswith": "z"},
        "two": {"properties.message|startswith": "Update", "ConsentContext.IsAdminConsent": "false", "x|re": "^a+$", "y|cidr": "10.0.0.0/8"},
        "words": ["Microsoft.Authorization/roleAssignments/write", "it's"],
        "condition": "(one or two) and not words or 1 of t*",
    }  # fmt: skip
    queries = {
        f"{product}/{service}": convert(_rule(detection, product, service), identifier="r").query
        for product, service in SERVICES
    }
    verdicts = judge(queries)
    assert {key: verdict["errors"] for key, verdict in verdicts.items() if not verdict["ok"]} == {}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (_rule({"a": {"x": 1}, "condition": "a"}, "windows", "sysmon"), "windows/sysmon"),
        (_rule({"a": {"x|base64offset": "v"}, "condition": "a"}), "base64offset"),
        (_rule({"a": {"x": 1}, "condition": "a and b"}), "'b'"),
        (_rule({"a": {"x": 1}, "condition": "(a"}), "ends early"),
        (_rule({"a": {"x": 1}, "condition": "1 of q*"}), "'q*'"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(rule: Mapping[str, Any], message: str) -> None:
    """An unknown source, modifier or selection is named; nothing is approximated."""
    with pytest.raises(SigmaError) as caught:
        convert(rule, identifier="r")
    assert message in str(caught.value)


def test_sigma_and_sentinel_rules_lie_in_one_folder(tmp_path: Path) -> None:
    """Files are told apart by what they hold; several Sigma rules in one file are several hunts."""
    text = "title: A\nlogsource: {product: azure, service: signinlogs}\ndetection:\n  s: {ResultType: 0}\n  condition: s\n"
    (tmp_path / "two.yml").write_text(f"{text}---\n{text}")
    (tmp_path / "other.yml").write_text(text.replace("azure", "linux"))
    hunts, refused = load_folder(tmp_path)
    assert [hunt.id for hunt in hunts] == ["two-1", "two-2"]
    assert [path.name for path, _ in refused] == ["other.yml"]
