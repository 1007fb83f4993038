"""What results look like in each form."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from crosswarden.cli.main import main
from crosswarden.cli.output import format_of, guarded, printable, write_rows
from crosswarden.errors import UsageError
from crosswarden.tables import Column, Type

COLUMNS = (
    Column("When", Type.DATETIME),
    Column("Who", Type.STRING),
    Column("N", Type.LONG),
    Column("Bag", Type.DYNAMIC),
)
ROWS = [("2024-01-02T03:04:05.1234567Z", "=cmd|' /C calc'!A0", 1, {"a": [1, None]}), (None, "", None, None)]


def test_a_csv_cell_that_a_spreadsheet_would_run_is_guarded(tmp_path: Path) -> None:
    """Every leading character that starts a formula gets an apostrophe; numbers stay numbers."""
    write_rows(COLUMNS, ROWS, tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text("utf-8").splitlines() == [
        "When,Who,N,Bag",
        '2024-01-02T03:04:05.1234567Z,\'=cmd|\' /C calc\'!A0,1,"{""a"":[1,null]}"',
        ",,,",
    ]
    assert [guarded(text) for text in ("+1-2", "@x", "\tx", "-5.5")] == ["'+1-2", "'@x", "'\tx", "-5.5"]


def test_json_lines_keep_types_and_nulls(tmp_path: Path) -> None:
    """Numbers, bags and nulls come out as JSON's own."""
    write_rows(COLUMNS, ROWS, tmp_path / "rows.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()]
    assert lines[0] == {"When": ROWS[0][0], "Who": ROWS[0][1], "N": 1, "Bag": {"a": [1, None]}}
    assert lines[1] == {"When": None, "Who": "", "N": None, "Bag": None}


def test_parquet_has_typed_columns(tmp_path: Path) -> None:
    """Times are UTC timestamps, numbers numbers, bags JSON text."""
    write_rows(COLUMNS, ROWS, tmp_path / "rows.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "rows.parquet")
    assert [str(field.type) for field in table.schema] == [
        "timestamp[us, tz=UTC]",
        "string",
        "int64",
        "string",
    ]
    assert table.column("When")[0].as_py().isoformat() == "2024-01-02T03:04:05.123456+00:00"


def test_a_terminal_never_receives_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence in a log is shown as text."""
    write_rows((Column("x", Type.STRING),), [("\x1b[31mred\x07",)], None, "table")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "\\x1b[31mred\\x07" in shown
    assert printable("line\nline") == "line\\nline"


def test_an_unknown_ending_is_refused_with_the_known_ones() -> None:
    """The message names the file and what would fit."""
    with pytest.raises(UsageError, match=r"rows\.xls.*\.csv, \.json"):
        format_of(Path("rows.xls"))


def test_a_pipe_gets_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal the default form can be piped on."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    write_rows((Column("x", Type.LONG),), [(1,), (2,)], None)
    assert stream.getvalue() == '{"x":1}\n{"x":2}\n'


def test_a_missing_output_folder_is_a_usage_error(tmp_path: Path) -> None:
    """Exit code 2 and the folder's name, never a traceback whose exit code would read as findings."""
    with pytest.raises(UsageError, match="does not exist") as refused:
        write_rows(COLUMNS, ROWS, tmp_path / "none" / "rows.csv")
    assert refused.value.exit_code == 2


def test_a_file_that_the_system_refuses_is_one_line_and_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An OSError that no verb foresaw names the file; 1 would read as findings."""

    def refusing(**_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "x"))

    monkeypatch.setattr("crosswarden.cli.main.cli.main", refusing)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == 3
    assert capsys.readouterr().err == f"crosswarden: {tmp_path / 'x'}: Permission denied [file]\n"
