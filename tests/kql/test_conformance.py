"""The documentation's own examples: what they print is what comes out, but for a list with reasons."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crosswarden.engines import Engine
from crosswarden.errors import CrosswardenError

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.compile(r"^\| `([^`]+)` \| (differs|refused) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def compare(shared: Path) -> ModuleType:
    """The judge of printed outputs."""
    spec = importlib.util.spec_from_file_location("compare", shared / "oracle/compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _verdict(engine: Engine, compare: ModuleType, example: Mapping[str, Any]) -> str:
    try:
        result = engine.run(example["query"])
    except CrosswardenError:
        return "refused"
    columns = [{"name": column.name, "type": column.type.value} for column in result.columns]
    found = {"columns": columns, "rows": json.loads(json.dumps(result.rows()))}
    return "matches" if compare.same(example, found) else "differs"


def test_the_documented_examples_come_out_as_printed_or_are_listed_with_a_reason(
    shared: Path, compare: ModuleType
) -> None:
    """Of 263 examples without geometry, exactly those listed in docs/kql-conformance.md do not match, as listed."""
    lines = (shared / "data/conformance/kql-docs.jsonl").read_text("utf-8").splitlines()
    examples = [row for row in map(json.loads, lines) if not compare.is_geometry(row["query"])]
    engine = Engine()
    verdicts = {row["id"]: _verdict(engine, compare, row) for row in examples}
    found = {key: verdict for key, verdict in verdicts.items() if verdict != "matches"}
    page = (ROOT / "docs/kql-conformance.md").read_text("utf-8")
    listed = {key: verdict for key, verdict, _ in LISTED.findall(page)}
    assert len(examples) == 263
    assert found == listed
