"""The forms of the findings, and the command line around them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from crosswarden.cli.main import cli

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def hostile(folder: Any, samples: Any) -> Path:
    """A policy with a partner that synchronises and one whose id is hostile text."""
    partners = [
        samples.partner(identitySynchronization={"userSyncInbound": {"isSyncAllowed": True}}),
        samples.partner(tenantId=EVIL, b2bDirectConnectInbound=samples.ALLOWED),
        samples.partner(tenantId="=cmd|' /C calc'!A0", b2bDirectConnectInbound=samples.ALLOWED),
    ]
    place: Path = folder(
        default=samples.default(), partners=partners, authorizationPolicy=samples.authorization()
    )
    return place


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["tenants", *arguments], standalone_mode=False)


def test_every_form_is_written_and_well_formed(hostile: Path, tmp_path: Path, samples: Any) -> None:
    """JSON, CSV, HTML, OCSF, SARIF and JUnit come out of one run and hold the same findings."""
    names = ["f.json", "f.csv", "f.html", "f.ocsf.json", "f.sarif", "f.xml"]
    outputs = [part for name in names for part in ("-o", str(tmp_path / name))]
    done = _run("check", str(hostile), *outputs)
    assert done.return_value == 3, done.output  # the hostile ids are noted: no GUIDs
    findings = json.loads((tmp_path / "f.json").read_text())["findings"]
    wanted = [(f["check"], f["subject"], f["status"]) for f in findings]
    assert ("inbound_sync", samples.PARTNER, "found") in wanted
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert [(r["check"], r["status"]) for r in rows] == [(c, s) for c, _, s in wanted]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    page = (tmp_path / "f.html").read_text()
    assert EVIL not in page
    assert "http-equiv" not in page
    assert "<script" not in page
    events = json.loads((tmp_path / "f.ocsf.json").read_text())
    assert {event["class_uid"] for event in events} == {2003}
    assert len(events) == len(wanted)
    sarif = json.loads((tmp_path / "f.sarif").read_text())
    results = sarif["runs"][0]["results"]
    assert sum(r["kind"] == "fail" for r in results) == sum(s == "found" for _, _, s in wanted)
    suite = ElementTree.parse(tmp_path / "f.xml").getroot()[0]
    assert (
        int(suite.get("failures", ""))
        == len(suite.findall(".//failure"))
        == sum(s == "found" for *_, s in wanted)
    )
    assert int(suite.get("tests", "")) == len(wanted)


@pytest.mark.parametrize(("level", "code"), [("critical", 0), ("high", 1), ("medium", 1)])
def test_fail_on(folder: Any, samples: Any, level: str, code: int) -> None:
    """The exit code follows the worst finding."""
    partner = samples.partner(identitySynchronization={"userSyncInbound": {"isSyncAllowed": True}})
    place = folder(default=samples.default(), partners=[partner])
    assert _run("check", str(place), "--fail-on", level).return_value == code


def test_exceptions_from_a_file(folder: Any, samples: Any, tmp_path: Path) -> None:
    """An exception in YAML takes the finding out of --fail-on; an unknown check in it is refused."""
    partner = samples.partner(identitySynchronization={"userSyncInbound": {"isSyncAllowed": True}})
    place = str(folder(default=samples.default(), partners=[partner]))
    file = tmp_path / "exceptions.yaml"
    entry = f"- check: inbound_sync\n  subject: {samples.PARTNER}\n  reason: merger\n  expires: 2999-01-01\n"
    file.write_text(entry)
    assert _run("check", place, "--exceptions", str(file), "--fail-on", "high").return_value == 0
    file.write_text(entry.replace("inbound_sync", "no_such_check"))
    done = _run("check", place, "--exceptions", str(file))
    assert done.exception
    assert "no_such_check" in str(done.exception)


def test_known_and_enforced_from_the_command_line(folder: Any, samples: Any) -> None:
    """--known and --enforced let the checks that need them judge."""
    place = str(folder(default=samples.default(), partners=[samples.partner()]))
    done = _run(
        *("check", place, "--known", samples.OTHER, "--enforced", f"{samples.OWN}:{samples.PARTNER}"),
        *("--format", "json"),
    )
    found = {f["check"]: f for f in json.loads(done.stdout)["findings"] if f["status"] == "found"}
    assert {"unknown_partners", "policy_guid"} <= found.keys()


def test_show_resolves_inheritance(folder: Any, samples: Any) -> None:
    """show gives each partner's effective settings with their source, the graph, and unknown members."""
    partner = samples.partner(b2bCollaborationInbound=samples.NARROW, newMember=1)
    place = str(folder(default=samples.default(), partners=[partner]))
    document = json.loads(_run("show", place, "--format", "json").stdout)
    (row,) = [row for row in document["effective"] if row["tenant"] == samples.PARTNER]
    assert row["b2bCollaborationInbound"]["from"] == "partner"
    assert row["b2bDirectConnectInbound"]["from"] == "default"
    assert document["unknown"] == {samples.PARTNER: ["newMember"]}
    assert [(e["source"], e["relation"]) for e in document["graph"]] == [(samples.PARTNER, "may come in")]
    assert f'"{samples.PARTNER}" -> "this tenant"' in _run("show", place, "--format", "dot").stdout
    assert samples.PARTNER in _run("show", place).stdout


def test_simulate_from_the_command_line(folder: Any, samples: Any) -> None:
    """The verdict, the rule and the AADSTS code come out; the inbound block is the second tenant's."""
    partner = samples.partner(b2bCollaborationOutbound=samples.ALLOWED)
    home = folder("home", default=samples.default(), partners=[partner])
    resource = folder("resource", default=samples.default(), partners=[])
    arguments = [
        "--user",
        samples.GROUP,
        "--home",
        samples.OWN,
        "--resource",
        samples.PARTNER,
        "--app",
        samples.APP,
    ]
    done = _run(
        *("simulate", *arguments, "--home-policy", str(home), "--resource-policy", str(resource)),
        *("--format", "json"),
    )
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["code"]) == ("blocked", "AADSTS500213")
    assert [g["gate"] for g in answer["gates"]] == ["outbound", "inbound"]


def test_diff_from_the_command_line(folder: Any, samples: Any, tmp_path: Path) -> None:
    """diff prints the change and says that no event of the audit log explains it."""
    old = folder("old", default=samples.default(), partners=[])
    new = folder("new", default=samples.default(), partners=[samples.partner()])
    audit = tmp_path / "audit.json"
    audit.write_text('{"value": []}')
    done = _run("diff", str(old), str(new), "--audit", str(audit))
    assert f"{samples.PARTNER}: partner changed" in done.stdout
    assert "no event explains it" in done.stdout


def test_a_missing_snapshot_is_an_error() -> None:
    """A path that does not exist is refused, not found clean."""
    done = _run("check", "no-such-folder")
    assert done.exception
    assert "no-such-folder does not exist" in str(done.exception)
