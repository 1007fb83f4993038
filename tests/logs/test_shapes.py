"""Every shape of export becomes the rows that Log Analytics would show."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosswarden.logs.containers.portal_names import AUDIT, SIGN_IN
from crosswarden.logs.shapes import SHAPES, recognise

Land = Callable[..., Any]

CORRELATION = "b092d5bd-efe6-49bb-9a80-2c3321552faa"
AUDIT_ROW = {
    "Date (UTC)": "2026-02-03T04:05:06+00:00",
    "CorrelationId": CORRELATION,
    "Service": "Core Directory",
    "Category": "CrossTenantAccessSettings",
    "Activity": "Add a partner to cross-tenant access setting",
    "Result": "success",
    "ActorType": "User",
    "ActorObjectId": "30a6c29d-de7c-4830-815f-9b3bb366e975",
    "ActorUserPrincipalName": "attacker@synthetic.example",
    "IPAddress": "192.0.2.99",
    "Target1Type": "Policy",
    "Target1DisplayName": "CrossTenantAccessPolicy",
    "Target1ModifiedProperty1Name": "tenantId",
    "Target1ModifiedProperty1NewValue": '"ee07d55e-928e-4049-89e2-c36739e30514"',
    "Target1ModifiedProperty2Name": "second",
    "Target1ModifiedProperty2OldValue": "before",
}
SIGN_IN_ROW = {
    "Date (UTC)": "2026-02-03T04:05:06Z",
    "Request ID": "5a1f8a70-0d5c-4d3b-9c7b-2f6f6a3d1200",
    "User agent": "Mozilla/5.0",
    "Correlation ID": CORRELATION,
    "User ID": "30a6c29d-de7c-4830-815f-9b3bb366e975",
    "User": "Ana Núñez",
    "Username": "ana@synthetic.example",
    "Application": "Azure Portal",
    "Application ID": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "IP address": "192.0.2.5",
    "Location": "Madrid, Madrid, ES",
    "Status": "Failure",
    "Sign-in error code": "50126",
    "Failure reason": "Error validating credentials",
    "Browser": "Edge 120",
}


def _csv(header: list[str], *rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


def test_portal_audit_rows_are_nested_again(land: Land) -> None:
    """Targets and modified properties of a portal audit CSV stand in TargetResources as Graph gives them."""
    names = list(AUDIT)
    account, tables = land("\ufeff" + _csv(names, [AUDIT_ROW.get(name, "") for name in names]))
    assert account.complete
    (row,) = tables["AuditLogs"]
    assert row["OperationName"] == AUDIT_ROW["Activity"]
    assert row["TimeGenerated"].startswith("2026-02-03 04:05:06")
    (target,) = json.loads(row["TargetResources"])
    assert target["modifiedProperties"] == [
        {"displayName": "tenantId", "oldValue": None, "newValue": '"ee07d55e-928e-4049-89e2-c36739e30514"'},
        {"displayName": "second", "oldValue": "before", "newValue": None},
    ]
    assert json.loads(row["InitiatedBy"])["user"]["ipAddress"] == "192.0.2.99"


@pytest.mark.parametrize(
    ("layout", "values", "table"), [(AUDIT, AUDIT_ROW, "AuditLogs"), (SIGN_IN, SIGN_IN_ROW, "SigninLogs")]
)
def test_portal_rows_with_headers_of_any_language(
    land: Land, layout: tuple[str, ...], values: dict[str, str], table: str
) -> None:
    """Headers in a language that is not known are read by the portal's column order and the values' look."""
    strange = [f"見出し{place}" for place in range(len(layout))]
    fields = [
        values.get(name, "") if layout.index(name) == place else "" for place, name in enumerate(layout)
    ]
    english, foreign = land(_csv(list(layout), fields))[1], land(_csv(strange, fields))
    assert foreign[0].complete
    same = {"_file", "_ingested", "_event"}
    (left,), (right,) = english[table], foreign[1][table]
    assert {key: value for key, value in left.items() if key not in same} == {
        key: value for key, value in right.items() if key not in same
    }
    assert any("localised" in note for note in foreign[0].files[0].notes)


@pytest.mark.parametrize(
    "header",
    [
        [
            "Fecha (UTC)",
            "Id. de solicitud",
            "Id. de correlación",
            "Nombre de usuario",
            "Aplicación",
            "Dirección IP",
            "Estado",
        ],
        [
            "Data (UTC)",
            "ID richiesta",
            "ID correlazione",
            "Nome utente",
            "Applicazione",
            "Indirizzo IP",
            "Stato",
        ],
    ],
    ids=["spanish", "italian"],
)
def test_portal_sign_ins_with_known_translations(land: Land, header: list[str]) -> None:
    """Spanish and Italian headers are known by name, also where columns were left out."""
    row = [
        "2026-02-03T04:05:06Z",
        SIGN_IN_ROW["Request ID"],
        CORRELATION,
        "ana@synthetic.example",
        "Azure Portal",
        "192.0.2.5",
        "x",
    ]
    _, tables = land(_csv(header, row))
    (found,) = tables["SigninLogs"]
    assert (found["UserPrincipalName"], found["IPAddress"], found["AppDisplayName"], found["Id"]) == (
        "ana@synthetic.example", "192.0.2.5", "Azure Portal", SIGN_IN_ROW["Request ID"],
    )  # fmt: skip


def test_portal_sign_in_details(land: Land) -> None:
    """Status, device and location of a portal sign-in stand where the table has them."""
    names = list(dict.fromkeys(SIGN_IN))
    _, tables = land(_csv(names, [SIGN_IN_ROW.get(name, "") for name in names]))
    (row,) = tables["SigninLogs"]
    assert (row["ResultType"], row["ResultDescription"]) == ("50126", "Error validating credentials")
    assert json.loads(row["LocationDetails"]) == {
        "city": "Madrid",
        "state": "Madrid",
        "countryOrRegion": "ES",
    }
    assert json.loads(row["DeviceDetail"]) == {"browser": "Edge 120"}
    assert row["UserDisplayName"] == "Ana Núñez"


UNIFIED = {
    "CreationTime": "2026-03-04T05:06:07",
    "Id": "4831a108-d2bf-4ba9-86e6-e12540b86826",
    "Operation": "MailItemsAccessed",
    "OrganizationId": "0873EE4D-d342-44f2-8961-74c442a2fad2",
    "RecordType": 50,
    "UserType": 0,
    "LogonType": 2,
    "Workload": "Exchange",
    "UserId": "a@b.example",
    "ClientIPAddress": "192.0.2.1 ",
    "Folders": [{"Path": "\\Inbox"}],
    "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
    "OperationCount": 1,
}


def _expect_unified(row: dict[str, Any]) -> None:
    assert row["TimeGenerated"].startswith("2026-03-04 05:06:07")
    assert row["Operation"] == "MailItemsAccessed"
    assert row["OfficeWorkload"] == "Exchange"
    assert row["Client_IPAddress"] == "192.0.2.1 "
    assert (row["UserType"], row["Logon_Type"], row["RecordType"]) == ("Regular", "Delegated", "50")
    assert json.loads(row["Folders"]) == UNIFIED["Folders"]
    assert row["_tenant"] == "0873ee4d-d342-44f2-8961-74c442a2fad2"
    assert json.loads(row["_extra"])["OperationCount"] == 1
    assert json.loads(row["_record"]) == UNIFIED


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([UNIFIED]),
        json.dumps(UNIFIED),
        "\ufeff" + json.dumps(UNIFIED, indent=2) + "\r\n",
        json.dumps({"value": [{"id": "x", "createdDateTime": "2026-03-04T05:06:07Z", "auditLogRecordType": "ExchangeItemAggregated",
                               "operation": "MailItemsAccessed", "service": "Exchange", "auditData": UNIFIED}]}),
        json.dumps([{"RecordType": "ExchangeItemAggregated", "CreationDate": "2026-03-04T05:06:07", "UserIds": "a@b.example",
                     "Operations": "MailItemsAccessed", "AuditData": json.dumps(UNIFIED)}]),
        _csv(["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "Identity"],
             ["ExchangeItemAggregated", "3/4/2026 5:06:07 AM", "a@b.example", "MailItemsAccessed", json.dumps(UNIFIED), "1", UNIFIED["Id"]]),
        _csv(["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits"],
             [UNIFIED["Id"], "2026-03-04T05:06:07.0000000Z", "50", "MailItemsAccessed", "a@b.example", json.dumps(UNIFIED), ""]),
        '#TYPE Selected.Object\n"RecordType";"CreationDate";"UserIds";"Operations";"AuditData"\n'
        '"x";"3/4/2026 5:06:07 AM";"a@b.example";"MailItemsAccessed";"' + json.dumps(UNIFIED).replace('"', '""') + '"\n',
    ],
    ids=["api-array", "object", "pretty-bom", "graph-query", "powershell-json", "search-csv", "purview-csv", "semicolons"],
)  # fmt: skip
def test_unified_audit_in_every_wrapping(land: Land, content: str) -> None:
    """The same unified audit record lands the same from every export that carries it."""
    account, tables = land(content)
    assert account.complete, account.to_json()
    (row,) = tables["OfficeActivity"]
    _expect_unified(row)


def test_log_analytics_portal_csv(shared: Path, land: Land) -> None:
    """Portal CSV: UTC headers, twin columns, US dates, and the directory beside the workspace."""
    folder = shared / "data/logs/log-analytics-csv"
    _, tables = land(folder / "sign-in_adelete.csv")
    row = tables["SigninLogs"][0]
    assert row["_tenant"] == row["AADTenantId"] == "2ad3fc79-1859-42fa-9011-6f8df2251b22"
    assert json.loads(row["_extra"])["TenantId"] == "7c759f10-811c-4db8-ad6d-f07d8ae3f8ea"
    assert isinstance(json.loads(row["DeviceDetail"]), dict)
    assert row["TimeGenerated"] == row["CreatedDateTime"] != ""
    _, tables = land(folder / "office_activity.rows_1-160.csv")
    assert len(tables["OfficeActivity"]) == 160
    first = tables["OfficeActivity"][0]
    assert first["TimeGenerated"].startswith("2021-04-28 15:05:26")
    assert first["_tenant"] == "2ad3fc79-1859-42fa-9011-6f8df2251b22"
    _, tables = land(folder / "azure_activity.csv")
    assert all(row["Caller"] for row in tables["AzureActivity"])


def test_query_api_response(shared: Path, land: Land) -> None:
    """The tables of a query API response become the rows of the table that their columns fit."""
    account, tables = land(shared / "data/logs/query-api/az_mon_raw_query.json")
    assert account.complete
    assert set(tables) == {"SecurityAlert"}
    assert all(row["SystemAlertId"] for row in tables["SecurityAlert"])


def test_defender_rows_stay_in_their_table(shared: Path, land: Land) -> None:
    """CloudAppEvents keep their table and raw event; their directory is the record's tenant."""
    folder = shared / "data/logs/single-events/microsoft/microsoft-365-defender"
    _, tables = land(folder / "test_cloud_app.json")
    (row,) = tables["CloudAppEvents"]
    assert row["ActionType"]
    assert json.loads(row["RawEventData"])["Operation"]
    record = json.loads((folder / "test_cloud_app.json").read_text())
    assert row["_tenant"] == record["tenantId"]
    assert row["TenantId"] == ""


def test_every_leaf_of_a_shared_event_is_found_in_its_row(shared: Path, land: Land) -> None:
    """No value of any single shared event is missing from the row that it became."""
    folder = shared / "data/logs/single-events"
    chosen = sorted(folder.glob("azure/*/*.json"))[::4] + sorted(folder.glob("microsoft/*/*.json"))[::9]
    for path in chosen:
        _, tables = land(path)
        held = [
            json.dumps(value) if not isinstance(value, str) else value
            for rows in tables.values()
            for row in rows
            for value in row.values()
        ]
        everything = "\n".join(held).replace("\\", "").lower()
        record = json.loads(path.read_text("utf-8"))
        record.pop("category", None)  # the table's name says it
        for leaf in _leaves(record):
            assert leaf.replace("\\", "").lower() in everything, (path.name, leaf)


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inside in value.values() for leaf in _leaves(inside)]
    if isinstance(value, list):
        return [leaf for inside in value for leaf in _leaves(inside)]
    if isinstance(value, str):
        return [] if any(sign in value for sign in '"\n\r\t\\') or value[4:5] == "-" else [value]
    return [] if value is None or isinstance(value, bool | float) else [str(value)]


def test_windows_1252_is_read(land: Land) -> None:
    """A file in Windows-1252 is read as such, and the account says so."""
    record = {**UNIFIED, "UserId": "josé.müller@société.example", "Note": "‘déjà vu’"}
    account, tables = land(json.dumps(record, ensure_ascii=False).encode("cp1252"))
    assert tables["OfficeActivity"][0]["UserId"] == "josé.müller@société.example"
    assert account.files[0].notes == ["read as cp1252"]


def test_damaged_utf8_in_csv_costs_one_row(land: Land) -> None:
    """A CSV row with bytes that are no UTF-8 is skipped with its line, the others land."""
    rows = [f"{number},2026-01-0{number}T00:00:00Z,x" for number in (1, 2, 3)]
    text = (
        ("id,time,what\n" + "\n".join(rows) + "\n")
        .encode()
        .replace(b"2026-01-02T00:00:00Z,x", b"2026-01-02T00:00:00Z,\xff\xfe")
    )
    account, tables = land(text)
    assert len(tables["Raw_CW"]) == 2
    assert [(skip.place, skip.reason) for skip in account.files[0].skipped] == [("line 3", "not valid UTF-8")]


def test_tenant_from_option_never_overrides_the_record(land: Land) -> None:
    """The tenant option fills records that name none, and only those."""
    other = "11111111-2222-4333-8444-555555555555"
    graph = {
        "id": "Directory_x_123456789012",
        "activityDateTime": "2026-01-01T00:00:00Z",
        "activityDisplayName": "Add user",
        "initiatedBy": {},
    }
    assert land(json.dumps(graph), tenant=other)[1]["AuditLogs"][0]["AADTenantId"] == other
    assert land(json.dumps(UNIFIED), tenant=other)[1]["OfficeActivity"][0]["_tenant"].startswith("0873ee4d")


def test_shapes_keep_the_house_style() -> None:
    """Every shape is named as its file, cites where it is defined, and the last one takes every record."""
    folder = Path(__file__).resolve().parents[2] / "src/crosswarden/logs/shapes"
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "shape"}
    assert {shape.id for shape in SHAPES} == files
    assert all(shape.cites for shape in SHAPES)
    assert recognise({})[0] is SHAPES[-1]
