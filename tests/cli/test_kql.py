"""``crosswarden kql``: what goes in, what comes out, and that nothing stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crosswarden.cli.kql import command


def invoke(*arguments: str, given: str = "") -> Result:
    """Runs ``crosswarden kql …`` in process."""
    return CliRunner().invoke(command, list(arguments), input=given, standalone_mode=False)


def lines(result: Result) -> list[dict[str, Any]]:
    """The JSON Lines of the output."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def bulk(*queries: Any) -> str:
    """JSON Lines of queries with ids from 1."""
    return "".join(json.dumps({"id": key, "query": text}) + "\n" for key, text in enumerate(queries, 1))


def test_run_gives_columns_and_json_ready_rows() -> None:
    """Times, timespans, bags and nulls come out in their documented forms."""
    (line,) = lines(
        invoke(
            "run",
            given=bulk(
                "print t = datetime(2024-01-02), d = 1.5h, b = dynamic({'a': [1, null]}), n = int(null)"
            ),
        )
    )
    assert line == {
        "id": 1,
        "ok": True,
        "errors": [],
        "columns": [
            {"name": "t", "type": "datetime"},
            {"name": "d", "type": "timespan"},
            {"name": "b", "type": "dynamic"},
            {"name": "n", "type": "int"},
        ],
        "rows": [["2024-01-02T00:00:00.0000000Z", "01:30:00", {"a": [1, None]}, None]],
    }


def test_now_is_what_it_is_told() -> None:
    """--now makes runs repeatable."""
    (line,) = lines(invoke("run", "--now", "2024-05-06T07:08:09Z", given=bulk("print now(), ago(1h)")))
    assert line["rows"] == [["2024-05-06T07:08:09.0000000Z", "2024-05-06T06:08:09.0000000Z"]]


@pytest.mark.parametrize("verb", ["check", "run"])
def test_one_bad_line_never_stops_the_others(verb: str) -> None:
    """Broken JSON, a missing query, a wrong type and a wrong query each get a line of their own, in order."""
    given = (
        'oops\n{"id": "a"}\n[1]\n\n{"id": "b", "query": 5}\n'
        + '{"id": "c", "query": "T |"}\n'
        + bulk("print 1")
    )
    result = invoke(verb, given=given)
    assert result.return_value == 0
    assert [(line["id"], line["ok"]) for line in lines(result)] == [
        (1, False),
        ("a", False),
        (3, False),
        ("b", False),
        ("c", False),
        (1, True),
    ]
    assert all(line["errors"] for line in lines(result) if not line["ok"])
    assert all(
        {"message", "start", "length"} <= error.keys() for line in lines(result) for error in line["errors"]
    )


def test_hostile_queries_are_answered() -> None:
    """Depth, control characters, lone surrogates and emptiness end in answers."""
    given = bulk("print " + "(" * 9000, "\x00\x1b[2J", "", "print '\ud800'", "union *" * 50)
    result = invoke("run", given=given)
    assert [line["id"] for line in lines(result)] == [1, 2, 3, 4, 5]


def test_check_gives_all_errors_and_their_places() -> None:
    """Positions count UTF-16 code units; every error of a query is there."""
    (line,) = lines(invoke("check", given=bulk("print '\U0001f389' | wher x | tak 5")))
    assert not line["ok"]
    assert [(error["start"], error["length"]) for error in line["errors"]] == [(13, 4), (22, 3)]
    assert line["errors"][0]["message"].startswith(
        "line 1, column 13: expected a query operator, found 'wher'"
    )


def test_tables_file_says_which_tables_there_are(tmp_path: Path) -> None:
    """--tables replaces the documented tables; they are empty."""
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"Own": [{"name": "a", "type": "string"}, {"name": "b c", "type": "real"}]}))
    found = lines(invoke("run", "--tables", str(schema), given=bulk("Own", "SigninLogs")))
    assert found[0]["columns"] == [{"name": "a", "type": "string"}, {"name": "b c", "type": "real"}]
    assert (found[0]["rows"], found[1]["ok"]) == ([], False)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"T": 1}', '{"T": [{"name": "a"}]}', '{"T": [{"name": "a", "type": "text"}]}']
)
def test_a_tables_file_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    """What is wrong with the schema file is an input error that names it."""
    schema = tmp_path / "schema.json"
    schema.write_text(content)
    result = invoke("check", "--tables", str(schema), given=bulk("T"))
    assert result.exception is not None
    assert "schema.json" in str(result.exception)


def test_check_reads_folders_of_files(tmp_path: Path) -> None:
    """.kql, Markdown and Sentinel YAML are read; each query has its file and line; a wrong one makes the exit code 2."""
    (tmp_path / "one.kql").write_text("// what it does\nprint a = 1\n| project a")
    (tmp_path / "two.kql").write_text("print 1\n\nprint nope\n")
    (tmp_path / "page.md").write_text(
        "# Hunt\n\n```kql\nprint 2\n```\n\n```python\nprint(1)\n```\n\n~~~kusto\nprint 3\n~~~\n"
    )
    (tmp_path / "rule.yaml").write_text("name: x\nquery: |\n  print b = 4\n  | project b\n")
    (tmp_path / "broken.yml").write_text("query: [")
    (tmp_path / "bytes.kql").write_bytes(b"\xff\xff\xff")
    result = invoke("check", str(tmp_path))
    found = {line["id"]: line for line in lines(result)}
    assert {key: (line["ok"], line.get("line")) for key, line in found.items()} == {
        "broken.yml": (False, None),
        "bytes.kql": (False, None),
        "one.kql": (True, 1),
        "page.md#1": (True, 4),
        "page.md#2": (True, 12),
        "rule.yaml": (True, 3),
        "two.kql#1": (True, 1),
        "two.kql#2": (False, 3),
    }
    assert result.return_value == 2


def test_explain_shows_each_stage() -> None:
    """Tokens, tree and canonical text can be looked at without any table."""
    assert "1:5\ttake\t'take'" in invoke("explain", "--stage", "tokens", "T | take 5").stdout
    assert "operators: Take 4:10" in invoke("explain", "--stage", "syntax", "T | take 5").stdout
    assert invoke("explain", "--stage", "text", "T|take 5").stdout == "T\n| take 5\n"
    assert "SELECT" in invoke("explain", "--stage", "sql", "AuditLogs | take 5").stdout
    assert "AuditLogs" in invoke("explain", "AuditLogs | take 5").stdout


def test_a_query_that_never_ends_is_ended() -> None:
    """The time limit ends one query, says so, and the next one runs."""
    endless = (
        "range x from 1 to 3000000 step 1 | extend k = 1 "
        "| join kind=inner (range y from 1 to 3000000 step 1 | extend k = 1) on k | summarize sum(x * y)"
    )
    result = invoke("run", "--timeout", "0.5", given=bulk(endless, "print 1"))
    first, second = lines(result)
    assert (first["ok"], second["ok"]) == (False, True)
    assert "longer than 0.5 seconds" in first["errors"][0]["message"]
