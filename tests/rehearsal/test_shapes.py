"""Every shape holds every event, and is what its format says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crosswarden.errors import UsageError
from crosswarden.rehearsal import SHAPES, Truth, rehearse

csv.field_size_limit(10**8)


def rows(name: str, text: str) -> list[Any]:
    """The events of a file, read by its format alone."""
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(text, newline="")))
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    document = json.loads(text)
    if isinstance(document, list):
        return document
    if "tables" in document:
        (table,) = document["tables"]
        names = [each["name"] for each in table["columns"]]
        return [dict(zip(names, row, strict=True)) for row in table["rows"]]
    return list(document.get("value") or document["records"])


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """All shapes at once, attack and ordinary life."""
    return rehearse(
        ["cross-tenant-sync", "single-tenant-application", "sync-lateral-movement"],
        tmp_path_factory.mktemp("shapes"),
        seed=8,
        days=6,
        users=14,
        shapes=list(SHAPES),
        everywhere=True,
    )


def test_every_shape_is_written(everywhere: Truth) -> None:
    """Each shape is there with each log that it can hold."""
    written = {(each.shape, each.log) for each in everywhere.files}
    for shape in SHAPES.values():
        for stream in shape.files:
            assert (shape.name, stream.value) in written


def test_every_file_reads_whole(everywhere: Truth) -> None:
    """Read by its format alone, each file holds as many events as the truth says; none holds a placeholder."""
    for each in everywhere.files:
        text = (everywhere.folder / each.path).read_text("utf-8")
        assert "@{" not in text, each.path
        assert len(rows(each.path, text)) == each.events, each.path


def test_shapes_of_a_log_hold_the_same_events(everywhere: Truth) -> None:
    """Whatever the shape, a log's events are the same ones, told by their ids."""
    keys = (
        "id",
        "Id",
        "requestId",
        "RequestId",
        "EventDataId",
        "OfficeId",
        "RecordId",
        "Identity",
        "Request ID",
        "CorrelationId",
    )

    def ids(path: str, log: str) -> set[str]:
        found = set()
        for row in rows(path, (everywhere.folder / path).read_text("utf-8")):
            inner = row.get("properties", row)
            inner = inner.get("RawEventData", inner)
            name = (
                "eventDataId"
                if log == "azure-activity" and "eventDataId" in inner
                else next(k for k in keys if k in inner)
            )
            found.add(inner[name])
        return found

    by_log: dict[tuple[str, str], list[set[str]]] = {}
    for each in everywhere.files:
        if (each.shape, each.log) == ("entra-csv", "audit"):
            continue  # the portal's download has no id
        by_log.setdefault((each.log, each.tenant), []).append(ids(each.path, each.log))
    assert len(by_log) >= 9
    for log, sets in by_log.items():
        assert all(each == sets[0] for each in sets), log


def test_the_copy_in_csv_is_the_record(everywhere: Truth) -> None:
    """AuditData of both CSV exports is the record of the Management Activity API."""

    def load(path: str) -> list[Any]:
        return rows(path, (everywhere.folder / path).read_text("utf-8"))

    records = load("management/managementActivity.json")
    assert [json.loads(row["AuditData"]) for row in load("search-csv/UnifiedAuditLog.csv")] == records
    assert [json.loads(row["AuditData"]) for row in load("purview-csv/AuditLogSearch.csv")] == records


def test_portal_headers_mark_times(everywhere: Truth) -> None:
    """The Log Analytics CSV marks time columns with [UTC] and writes them as the portal does."""
    first = rows("x.csv", (everywhere.folder / "log-analytics-csv/SigninLogs.csv").read_text("utf-8"))[0]
    assert "TimeGenerated [UTC]" in first
    date, clock = first["CreatedDateTime [UTC]"].split(", ")
    assert date.endswith("/2026")
    assert clock.endswith((" AM", " PM"))


def test_event_in_portal_csv_matches_graph(everywhere: Truth) -> None:
    """The partner's tenant id is quoted the same in Graph, diagnostic settings and the portal's columns."""
    values = set()
    for path in ("graph/directoryAudits.json", "diagnostic/AuditLogs.jsonl", "entra-csv/AuditLogs.csv"):
        for row in rows(path, (everywhere.folder / path).read_text("utf-8")):
            row = row.get("properties", row)
            activity = row.get("activityDisplayName") or row.get("Activity")
            if activity == "Add a partner to cross-tenant access setting":
                changed = (
                    row.get("targetResources", [{}])[0].get("modifiedProperties", [{}])[0].get("newValue")
                )
                values.add(changed or row["Target1ModifiedProperty1NewValue"])
    assert values == {f'"{everywhere.stories[0].entities["partner"]}"'}


@pytest.mark.parametrize("language", ["en", "es", "fr", "it"])
def test_portal_csv_in_other_languages(tmp_path: Path, language: str) -> None:
    """Headers are in the language asked for; the values are the same."""
    rehearse(["cross-tenant-sync"], tmp_path, life=False, shapes=["entra-csv"], language=language)
    lines = (tmp_path / "entra-csv/InteractiveSignIns.csv").read_text("utf-8").splitlines()
    word = {"en": "IP address", "es": "Dirección IP", "fr": "Adresse IP", "it": "Indirizzo IP"}[language]
    assert f'"{word}"' in lines[0]
    assert len(lines) > 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A file in another encoding says the same."""
    name = "management/managementActivity.json"
    for folder, each in (("a", "utf-8"), ("b", encoding)):
        rehearse(["credentials-added"], tmp_path / folder, life=False, shapes=["management"], encoding=each)
    plain, other = (tmp_path / "a" / name).read_bytes(), (tmp_path / "b" / name).read_bytes()
    assert plain != other
    assert json.loads(other.decode(encoding)) == json.loads(plain)


def test_packed_files_are_deterministic(tmp_path: Path) -> None:
    """gzip and zip hold the plain bytes, under the plain name, and no time of packing."""
    for folder, pack in (("plain", ""), ("gz", "gz"), ("zip", "zip"), ("again", "zip")):
        rehearse(["mail-theft"], tmp_path / folder, life=False, shapes=["purview-csv"], pack=pack)
    plain = (tmp_path / "plain/purview-csv/AuditLogSearch.csv").read_bytes()
    assert gzip.decompress((tmp_path / "gz/purview-csv/AuditLogSearch.csv.gz").read_bytes()) == plain
    packed = (tmp_path / "zip/purview-csv/AuditLogSearch.csv.zip").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(packed)).read("AuditLogSearch.csv") == plain
    assert (tmp_path / "again/purview-csv/AuditLogSearch.csv.zip").read_bytes() == packed


def test_missing_days_are_told(tmp_path: Path) -> None:
    """Events of days that a log lacks are in no file, and the truth says why."""
    from crosswarden.rehearsal import Missing, Stream

    truth = rehearse(
        ["cross-tenant-sync"],
        tmp_path,
        days=10,
        users=14,
        missing=[Missing(Stream.AUDIT, 0, 5)],
        shapes=["graph", "diagnostic"],
    )
    events = [event for step in truth.stories[0].steps for event in step.events]
    reasons = {(event.log, event.missing) for event in events if not event.files}
    assert reasons == {("audit", "outside retention"), ("unified", "log not exported")}
    audits = json.loads((tmp_path / "graph/directoryAudits.json").read_text("utf-8"))["value"]
    assert min(each["activityDateTime"] for each in audits) >= "2026-03-08"


def test_unknown_shape_and_log_are_refused(tmp_path: Path) -> None:
    """A shape that there is not, or a log that a shape has not, is refused by name."""
    with pytest.raises(UsageError, match=r"no shape 'xml'.*graph"):
        rehearse([], tmp_path, shapes=["xml"])
    with pytest.raises(UsageError, match=r"shape graph has no log 'unified'"):
        rehearse([], tmp_path, shapes=["graph=unified"])
