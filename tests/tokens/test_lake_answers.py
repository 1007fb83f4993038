"""What the lake says of a token: issued, never issued, or cannot say; used, not used, or cannot say. All rows synthetic."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bench._forgery import CLIENT, CONSUMERS, NOW, TENANT, WORLDWIDE, jwk, rsa_key, token, v2_claims
from click.testing import Result

from crosswarden.cli.token_lake import SIGN_INS, ask_lake
from crosswarden.engines import Engine
from crosswarden.lake import Lake
from crosswarden.lake.ingestion import ingest

UTI = "k3yW0rDsYnTh3t1cAAAAAA"
ISSUED = datetime.fromtimestamp(NOW - 300, UTC)


def row(table: str, at: datetime, **values: Any) -> dict[str, Any]:
    """One record in the Log Analytics shape."""
    return {
        "Type": table,
        "TimeGenerated": at.isoformat().replace("+00:00", "Z"),
        "TenantId": TENANT,
        "AADTenantId": TENANT,
        **values,
    }


def around(table: str, **values: Any) -> list[dict[str, Any]]:
    """Rows before, at and after the token's life, so that the table covers it."""
    hours = (-30, -6, -1, 2, 30)
    return [row(table, ISSUED + timedelta(hours=hour), Id=f"{table}-{hour}", **values) for hour in hours]


@pytest.fixture
def lake(tmp_path: Path) -> Callable[[list[dict[str, Any]]], Path]:
    """Makes a lake of these rows."""

    def make(rows: list[dict[str, Any]]) -> Path:
        source, folder = tmp_path / "rows.jsonl", tmp_path / "lake"
        source.write_text("".join(json.dumps(one) + "\n" for one in rows))
        ingest([source], Lake.open(folder, create=True))
        return folder

    return make


def covering() -> list[dict[str, Any]]:
    """All four sign-in tables, none with the token."""
    return [one for table in SIGN_INS for one in around(table, UniqueTokenIdentifier="another-token-AAAAAAA")]


CLAIMS = v2_claims(uti=UTI, sid="session-1")


def test_a_sign_in_with_its_identifier_issued_it(lake: Callable[..., Path]) -> None:
    """The row is the evidence, whatever the coverage."""
    sign_in = row(
        "AADNonInteractiveUserSignInLogs",
        ISSUED,
        UniqueTokenIdentifier=UTI,
        AppId=CLIENT,
        IPAddress="192.0.2.7",
    )
    answer = ask_lake(lake([sign_in]), CLAIMS)["issued"]
    assert answer.word == "issued" and answer.rows[0]["IPAddress"] == "192.0.2.7" and answer.odd == ()


def test_covered_and_absent_means_never_issued(lake: Callable[..., Path]) -> None:
    """All four tables cover the time and none has it."""
    assert ask_lake(lake(covering()), CLAIMS)["issued"].word == "never issued"


@pytest.mark.parametrize("absent", SIGN_INS)
def test_without_one_table_nothing_can_be_said(lake: Callable[..., Path], absent: str) -> None:
    """One table that is missing is enough for cannot say, and it is named."""
    answer = ask_lake(lake([one for one in covering() if one["Type"] != absent]), CLAIMS)["issued"]
    assert answer.word == "cannot say" and any(absent in reason for reason in answer.reasons)


def test_logs_of_another_time_or_tenant_say_nothing(lake: Callable[..., Path]) -> None:
    """Tables that end before, have a gap, or are another tenant's do not cover it."""
    late = v2_claims(uti=UTI, iat=NOW + 40 * 3600, exp=NOW + 41 * 3600)
    early = v2_claims(uti=UTI, iat=NOW - 90 * 3600, exp=NOW)
    folder = lake(covering())
    for claims in (
        late,
        early,
        v2_claims("b8a6a3de-71c4-4f0e-9d55-3c1d2e4f5002", uti=UTI),
        v2_claims(uti=UTI, iat=...),
    ):
        assert ask_lake(folder, claims)["issued"].word == "cannot say"


def test_a_borrowed_identifier_is_odd(lake: Callable[..., Path]) -> None:
    """A sign-in of another application or another day under the same identifier is told."""
    other = row("SigninLogs", ISSUED - timedelta(days=3), UniqueTokenIdentifier=UTI, AppId="another")
    answer = ask_lake(lake([other]), CLAIMS)["issued"]
    assert answer.word == "issued" and len(answer.odd) == 2


def test_what_it_was_used_for(lake: Callable[..., Path]) -> None:
    """Mailbox access by token id, Graph requests by token id and by session."""
    rows = [
        row("OfficeActivity", ISSUED, Operation="MailItemsAccessed", UserId="a@example.com",
            AppAccessContext={"UniqueTokenId": UTI, "AADSessionId": "session-1"}),
        row("OfficeActivity", ISSUED, Operation="Send", UserId="a@example.com", AppAccessContext={"AADSessionId": "session-1"}),
        row("MicrosoftGraphActivityLogs", ISSUED, RequestMethod="GET", RequestUri="https://graph.microsoft.com/v1.0/me", SignInActivityId=UTI),
    ]  # fmt: skip
    answer = ask_lake(lake(rows), CLAIMS)["used"]
    told = {(one["Table"], one["By"], one["What"]) for one in answer.rows}
    assert answer.word == "used" and told == {
        ("OfficeActivity", "token", "MailItemsAccessed"), ("OfficeActivity", "session", "Send"),
        ("MicrosoftGraphActivityLogs", "token", "GET https://graph.microsoft.com/v1.0/me"),
    }  # fmt: skip


def test_not_used_needs_logs_that_cover_its_life(lake: Callable[..., Path]) -> None:
    """Without rows the answer is not used only where both tables cover the time."""
    both = [
        *around("OfficeActivity", Operation="x"),
        *around("MicrosoftGraphActivityLogs", RequestMethod="GET"),
    ]
    folder = lake(both)
    assert ask_lake(folder, CLAIMS)["used"].word == "not used"
    later = v2_claims(uti=UTI, iat=NOW + 29 * 3600, exp=NOW + 31 * 3600)
    assert ask_lake(folder, later)["used"].word == "cannot say"


@pytest.mark.parametrize("uti", [..., None, 7, "x' or 1==1 //", "a" * 65, "", "a\nb"])
def test_an_identifier_that_no_log_holds_is_never_asked_for(lake: Callable[..., Path], uti: object) -> None:
    """What could be KQL instead of an identifier does not reach a query."""
    answers = ask_lake(lake(covering()), v2_claims(uti=uti))
    assert {answer.word for answer in answers.values()} == {"cannot say"}


def test_inspect_asks_the_lake(run: Callable[..., Result], lake: Callable[..., Path], tmp_path: Path) -> None:
    """The command line gives both answers in words and in the document."""
    out = tmp_path / "o.json"
    result = run("inspect", token(CLAIMS), "--lake", str(lake(covering())), "--at", str(NOW), "-o", str(out))
    document = json.loads(out.read_text())
    assert "issued: never issued" in result.output and "used: cannot say" in result.output
    assert (document["issued"]["answer"], document["used"]["answer"]) == ("never issued", "cannot say")


def test_key_events_can_be_ingested_and_hunted_on(
    run: Callable[..., Result], lake: Callable[..., Path], tmp_path: Path
) -> None:
    """What token keys diff writes is rows of the lake that KQL finds."""
    template, consumers = WORLDWIDE + "/{tenantid}/v2.0", f"{WORLDWIDE}/{CONSUMERS}/v2.0"
    before, after, events = tmp_path / "b.json", tmp_path / "a.json", tmp_path / "e.jsonl"
    before.write_text('{"keys":[]}')
    key = rsa_key("entra")
    after.write_text(json.dumps({"keys": [jwk(key, "k1", template), jwk(key, "k2", consumers)]}))
    run("keys", "diff", str(before), str(after), "-o", str(events))
    rows = [json.loads(line) for line in events.read_text().splitlines()]
    query = (
        'Raw_CW | extend e = parse_json(_record) | where e.Type == "SigningKeyEvents_CL" '
        'and e.OperationName == "key-under-two-issuers" | project tostring(e.KeyId)'
    )
    assert Engine(lake=Lake.open(lake(rows))).run(query).rows() == [("k1 k2",)]


@pytest.mark.parametrize(
    ("uti", "table"),
    [("URB3vEvKUUuClWlFhN4gAA", "AADNonInteractiveUserSignInLogs"), ("aEQ2qLOsqkS86zz3OHIeAA", "SigninLogs")],
)
def test_real_sign_ins_are_found_by_their_token(shared: Path, tmp_path: Path, uti: str, table: str) -> None:
    """Real, anonymised sign-ins in the diagnostic shape answer for the tokens that they issued."""
    folder = tmp_path / "lake"
    ingest([shared / "data/logs/single-events/azure/azure-ad"], Lake.open(folder, create=True))
    answer = ask_lake(folder, v2_claims(uti=uti))["issued"]
    assert answer.word == "issued" and {row["Table"] for row in answer.rows} == {table}


def test_a_real_use_is_found_by_its_token(shared: Path, tmp_path: Path) -> None:
    """A real, anonymised unified audit record names the token in AppAccessContext."""
    folder = tmp_path / "lake"
    ingest([shared / "data/logs/single-events/office-365"], Lake.open(folder, create=True))
    answer = ask_lake(folder, v2_claims(uti="mYyWp_-UrEa4Z_pZM7FlAA"))["used"]
    assert answer.word == "used" and answer.rows[0]["What"] == "ChatCreated"
