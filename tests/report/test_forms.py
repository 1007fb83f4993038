"""Every form of the report: whole, escaped, and made from one document."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crosswarden.errors import InputError, UsageError
from crosswarden.report import FORMS, Document, read_document, render, write_report
from crosswarden.report.html import LIMIT

Build = Callable[..., Document]


class Tags(HTMLParser):
    """Collects tags, attributes and declarations."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_html_runs_nothing_and_reaches_nowhere(document: Build, hostile: str) -> None:
    """No script, no handler, no foreign address; hostile text appears as text; a policy forbids the rest."""
    text = render(document(), ".html")
    tags = Tags()
    tags.feed(text)
    assert not {"script", "iframe", "object", "embed", "link", "img", "form"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    links = [value for name, value in tags.attributes if name in ("href", "src")]
    assert links and all(value and value.startswith("#") for value in links)
    assert "default-src 'none'" in text
    assert hostile not in text and "&lt;script&gt;alert(1)" in text and "{{7*7}}" in text


def test_html_shows_summary_coverage_findings_rows_and_timeline(document: Build) -> None:
    """Each part that a reader needs is there."""
    text = render(document(), ".html")
    for part in (
        "Summary",
        "Coverage",
        "Findings",
        "evidence rows",
        "Timeline",
        "Containment",
        "blind",
        "Cannot say",
    ):
        assert part in text


@pytest.mark.parametrize(("cases", "rows"), [(40, 200), (400, 30), (1, 2000)])
def test_html_stays_under_a_megabyte(document: Build, cases: int, rows: int) -> None:
    """Long results are cut and say so; the file never passes 1 MB."""
    text = render(document(cases, rows), ".html")
    assert len(text.encode()) <= LIMIT


def test_direction_changing_characters_are_shown(document: Build) -> None:
    """Text cannot reorder what is read: bidirectional controls appear as escapes."""
    text = render(document(text="invoice\u202egnp.exe"), ".html")
    assert "\u202e" not in text and "invoice\\u202egnp.exe" in text


@pytest.mark.parametrize("form", [".csv", ".timesketch.csv"])
def test_csv_cells_are_never_formulas(document: Build, form: str) -> None:
    """No cell begins with a character that a spreadsheet would run."""
    rows = list(csv.reader(io.StringIO(render(document(), form))))
    assert len(rows) > 1 and len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_jsonl_has_one_object_a_finding_and_one_for_each_blind_or_clean_hunt(document: Build) -> None:
    """The members that other tools rely on are in every line."""
    lines = [json.loads(line) for line in render(document(2), ".jsonl").splitlines()]
    assert [line["status"] for line in lines] == ["found", "found", "blind", "clean"]
    for line in lines:
        assert {
            "hunt",
            "status",
            "severity",
            "title",
            "entities",
            "first_seen",
            "last_seen",
            "evidence",
        } <= set(line)
    assert all({"type", "id", "name"} <= set(entity) for entity in lines[0]["entities"])
    assert lines[0]["evidence"][0]["EventId"] == "e0-0"


def test_the_document_survives_a_round_through_json(document: Build, tmp_path: Path) -> None:
    """What was written can be read and rendered again to the same bytes."""
    first = document(3)
    write_report(first, tmp_path / "result.json")
    again = read_document(tmp_path / "result.json")
    for form in FORMS:
        assert render(again, form) == render(first, form)


def test_something_else_is_no_document(tmp_path: Path) -> None:
    """A file that is no result is refused by name."""
    (tmp_path / "x.json").write_text('{"form": "other"}')
    with pytest.raises(InputError, match="not a result document"):
        read_document(tmp_path / "x.json")


def test_an_unknown_ending_is_refused_before_anything_runs(document: Build, tmp_path: Path) -> None:
    """The message names the endings there are."""
    with pytest.raises(UsageError, match=r"\.html"):
        write_report(document(), tmp_path / "report.docx")


def test_markdown_shows_hostile_text_as_text(document: Build) -> None:
    """No tag and no link of the attacker's survives."""
    text = render(document(text="[x](http://evil) <img src=x> |"), ".md")
    assert "<img" not in text and "](http" not in text


def test_stix_bundle_is_well_formed_and_stable(document: Build) -> None:
    """STIX 2.1: ids are type--UUID, timestamps end in Z, references resolve, and the same run gives the same bundle."""
    bundle = json.loads(render(document(2), ".stix.json"))
    assert bundle["type"] == "bundle"
    known = {each["id"] for each in bundle["objects"]}
    for each in bundle["objects"]:
        assert re.fullmatch(
            rf"{each['type']}--[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}", each["id"]
        )
        assert each["spec_version"] == "2.1" and each["created"].endswith("Z")
        assert set(each.get("object_refs", ())) <= known
    patterns = {each["pattern"] for each in bundle["objects"] if each["type"] == "indicator"}
    assert "[ipv4-addr:value = '203.0.113.9']" in patterns
    assert render(document(2), ".stix.json") == render(document(2), ".stix.json")


def test_ocsf_findings_have_the_required_members(document: Build) -> None:
    """Detection Finding, class 2004: the members that the schema requires are there."""
    (event,) = json.loads(render(document(), ".ocsf.json"))
    assert event["class_uid"] == 2004 and event["type_uid"] == 200401 and event["severity_id"] == 4
    assert {"activity_id", "category_uid", "finding_info", "metadata", "time"} <= set(event)
    assert event["finding_info"]["uid"] and isinstance(event["time"], int)


def test_timesketch_lines_have_what_it_requires(document: Build) -> None:
    """message, datetime and timestamp_desc in every line."""
    lines = [json.loads(line) for line in render(document(), ".timesketch.jsonl").splitlines()]
    assert lines and all({"message", "datetime", "timestamp_desc"} <= set(line) for line in lines)


def test_the_attack_layer_marks_found_and_blind(document: Build) -> None:
    """Found techniques score; what a blind hunt could not judge says why."""
    layer = json.loads(render(document(), ".attack.json"))
    techniques = {each["techniqueID"]: each for each in layer["techniques"]}
    assert techniques["T1098.001"]["score"] == 1
    assert "Cannot say" in techniques["T1606"]["comment"]
