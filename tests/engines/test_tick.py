"""The 100 ns digit of a table's time column."""

from __future__ import annotations

from pathlib import Path

from crosswarden.engines import Engine
from crosswarden.lake import Lake, ingest


def test_the_seventh_decimal_of_the_real_event_survives_the_lake(shared: Path, tmp_path: Path) -> None:
    """The public event's time is 08:37:42.6299007; Delta holds microseconds, the digit is kept beside them."""
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest([shared / "data/logs/graph/directoryAudits.json"], lake)
    query = (
        "AuditLogs | where TimeGenerated == datetime(2022-06-24T08:37:42.6299007Z) | project TimeGenerated"
    )
    assert Engine(lake=lake).run(query).rows() == [("2022-06-24T08:37:42.6299007Z",)]


def test_the_digit_is_no_column_of_results() -> None:
    """Unions and joins of tables carry only what they show."""
    query = "union (OfficeActivity | summarize n = count() by Operation), (OfficeActivity | where TimeGenerated > ago(1d)) | sort by n"
    assert "_tick" not in {column.name for column in Engine().run(query).columns}
