"""Reading hunts: errors name file, line and key; anybody's Sentinel rule can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosswarden.hunts.loader import HuntFileError, load_folder, load_text

RULE = """id: 2c0ad1a1-0e3d-4a3e-8b4a-6f0e9d8c7b6a
name: Somebody's rule
description: |
  Any rule.
severity: Medium
tactics: [Persistence]
relevantTechniques: [T1098]
query: |
  // SigninLogs in a comment is not read
  AuditLogs
  | where OperationName == "SecurityAlert"
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: FullName
        columnName: Who
"""


def test_a_sentinel_rule_without_our_mapping_gets_needs_and_entities_from_itself() -> None:
    """Tables come from the query (not from comments or strings), entities from entityMappings."""
    hunt = load_text(RULE, "rule.yaml", identifier="rule")
    assert [one.table for need in hunt.requires for one in need.any] == ["AuditLogs"]
    assert hunt.finding is not None
    assert [(each.type, each.id) for each in hunt.finding.entities] == [("user", "Who")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE.replace("severity: Medium", "severity: Huge"), "rule.yaml:5: severity 'huge' is not known"),
        (RULE.replace("tactics: [Persistence]", "tactics: [Pers"), "rule.yaml:7: not valid YAML"),
        ("- a list", "rule.yaml:1: the file holds no mapping"),
        (RULE.replace("query: |", "question: |"), "the key 'query' is missing"),
        (
            RULE + "crosswarden:\n  requires:\n    - any: [{table: Nowhere}]\n",
            "rule.yaml:18: table 'Nowhere' is not known",
        ),
        (RULE + "crosswarden:\n  family: x\n", "'requires' is missing"),
        (RULE + "crosswarden:\n  lookback: soon\n", "rule.yaml:18: lookback 'soon' is no number of days"),
    ],
)
def test_errors_name_file_line_and_key(text: str, message: str) -> None:
    """A wrong file is refused in one sentence that says where."""
    with pytest.raises(HuntFileError) as caught:
        load_text(text, "rule.yaml", identifier="rule")
    assert message in str(caught.value)


def test_yaml_cannot_make_objects() -> None:
    """A tag that would build a Python object is an error, never built."""
    with pytest.raises(HuntFileError):
        load_text(
            RULE.replace("Medium", "!!python/object/apply:os.system ['true']"), "rule.yaml", identifier="rule"
        )


def test_a_folder_gives_its_rules_and_names_what_is_none(tmp_path: Path) -> None:
    """Files that are no rules are part of the result, with the reason."""
    (tmp_path / "good.yaml").write_text(RULE)
    (tmp_path / "bad.yml").write_text("nothing: here")
    hunts, refused = load_folder(tmp_path)
    assert [hunt.id for hunt in hunts] == ["good"]
    assert [path.name for path, _ in refused] == ["bad.yml"]
    assert "missing" in refused[0][1]
