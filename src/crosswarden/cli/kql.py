"""``crosswarden kql``: check, run and explain queries in bulk.

``check`` and ``run`` read JSON Lines ``{"id", "query"}`` and write JSON Lines, one for each line read, in order:

    check   {"id", "ok", "errors": [{"message", "start", "length"}], "columns": [{"name", "type"}]}
    run     the same with "rows": datetime as ISO 8601 Z with 7 decimals, timespan as [-][d.]hh:mm:ss[.fffffff]

A query that is right KQL but asks for what does not run here is ``"ok": true`` for ``check``, which then lists what is
missing under ``"refused"``; ``run`` refuses it. ``start`` and ``length`` count UTF-16 code units, as Microsoft's parser does. A line that is no query, and a query that
fails in whatever way, becomes a line with ``"ok": false``; the others go on. Reading JSON Lines, the exit code is 0,
since every verdict stands in the output; ``check`` of files and folders ends with 2 when a query is wrong.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import orjson

from crosswarden.cli.place import Moment
from crosswarden.cli.queries import Query, Refused, from_lines, from_paths
from crosswarden.errors import CrosswardenError, InputError, QueryError
from crosswarden.kql.diagnostics import Diagnostic, KqlError
from crosswarden.tables import Column, Table, Type

if TYPE_CHECKING:
    from crosswarden.engines import Engine, Result

__all__ = ["command"]

NOT_HERE = "kql-not-here"
"""The code of diagnostics about what is right but does not run here."""

Line = dict[str, Any]
Answer = Callable[[Query], Line]


@click.group()
def command() -> None:
    """Checks, runs and explains KQL in bulk."""


def _tables_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--tables",
        "tables_file",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help='Schema of the tables there are, as JSON: {"Table": [{"name", "type"}, …]}; all are empty.',
    )(function)


def _lake_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lake",
        "lake_folder",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the lake whose tables and rows to use.",
    )(function)


def _now_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--now", metavar="TIME", type=Moment(), help="The moment that now() and ago() count from."
    )(function)


def _paths_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument(
        "paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path, allow_dash=True)
    )(function)


@command.command()
@_paths_argument
@_tables_option
@_lake_option
@_now_option
def check(
    paths: tuple[Path, ...], tables_file: Path | None, lake_folder: Path | None, now: datetime | None
) -> int:
    """Says of every query whether it is right, what is wrong with it, and its columns.

    PATH is a file of JSON Lines, a .kql, .md or Sentinel .yaml file, or a folder of them; without PATH, JSON Lines
    come from standard input. All errors of a query are given at once.
    """
    from crosswarden.kql.compile import check as check_query

    environment = _engine(tables_file, lake_folder).environment(now or datetime.now(UTC))

    def answer(query: Query) -> Line:
        checked = check_query(query.text, environment)
        columns = None if checked.columns is None else [_column(item) for item in checked.columns]
        wrong = [item for item in checked.diagnostics if item.code != NOT_HERE]
        line = _line(query.id, checked.valid, _errors(wrong), columns)
        absent = [item for item in checked.diagnostics if item.code == NOT_HERE]
        return line | ({"refused": _errors(absent)} if absent else {})

    return _answer_all(paths, answer)


@command.command()
@_paths_argument
@_tables_option
@_lake_option
@_now_option
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0.01),
    default=300.0,
    show_default=True,
    help="A query that runs longer is ended and gets an ok:false line; the others go on.",
)
def run(
    paths: tuple[Path, ...],
    tables_file: Path | None,
    lake_folder: Path | None,
    now: datetime | None,
    timeout: float,
) -> int:
    """Runs every query and gives its last result's columns and rows.

    Without --lake the tables are empty: those of --tables, or every documented one.
    """
    engine = _engine(tables_file, lake_folder)

    def answer(query: Query) -> Line:
        with _ended_after(timeout, engine):
            result = engine.run(query.text, now=now)
        return _line(query.id, True, [], [_column(item) for item in result.columns]) | {"rows": _rows(result)}

    return _answer_all(paths, answer, failed={"columns": [], "rows": []})


@command.command()
@click.argument("query", required=False)
@click.option(
    "--stage",
    type=click.Choice(["tokens", "syntax", "text", "plan", "sql"]),
    default="plan",
    show_default=True,
    help="Which form of the query to show.",
)
@_tables_option
@_lake_option
@_now_option
def explain(
    query: str | None, stage: str, tables_file: Path | None, lake_folder: Path | None, now: datetime | None
) -> int:
    """Shows a query on its way: tokens, syntax tree, canonical text, bound plan, SQL.

    QUERY is the text itself, a .kql file, or - (the default) for standard input.
    """
    from crosswarden.cli.explain import STAGES

    text = _query_text(query)
    environment = None
    if stage in ("plan", "sql"):
        environment = _engine(tables_file, lake_folder).environment(now or datetime.now(UTC))
    for line in STAGES[stage](text, environment):
        click.echo(line)
    return 0


@contextmanager
def _ended_after(seconds: float, engine: Engine) -> Iterator[None]:
    """Ends what the engine runs when the time is over. Raises QueryError that says so."""
    late = threading.Event()

    def end() -> None:
        late.set()
        engine.interrupt()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield
    except QueryError as error:
        if not late.is_set():
            raise
        sentence = f"the query ran longer than {seconds:g} seconds and was ended"
        raise QueryError("kql-timeout", sentence, remedy="narrow it, or give --timeout more") from error
    finally:
        timer.cancel()
        timer.join()


def _query_text(query: str | None) -> str:
    if query is None or query == "-":
        return sys.stdin.read()
    if query.endswith((".kql", ".csl", ".kusto")) and Path(query).is_file():
        return Path(query).read_text("utf-8-sig")
    return query


# What queries run on


def _engine(tables_file: Path | None, lake_folder: Path | None) -> Engine:
    from crosswarden.engines import Engine

    lake = None
    if lake_folder is not None:
        from crosswarden.lake import Lake

        lake = Lake.open(lake_folder)
    return Engine(lake, None if tables_file is None else _read_tables(tables_file))


def _read_tables(path: Path) -> Mapping[str, Table]:
    """The schema file's tables. Raises InputError naming what does not fit."""
    try:
        schema = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError("tables-unreadable", f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError("tables-unreadable", f"{path} is not valid JSON: {error}") from error
    if not isinstance(schema, dict):
        raise InputError(
            "tables-shape", f'{path} is no object of tables: {{"Table": [{{"name", "type"}}, …]}}'
        )
    return {name: _table(path, name, columns) for name, columns in schema.items()}


def _table(path: Path, name: str, columns: object) -> Table:
    found = []
    for item in columns if isinstance(columns, list) else [None]:
        kind = Type.named(str(item.get("type"))) if isinstance(item, dict) else None
        if kind is None or not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise InputError(
                "tables-shape",
                f"{path}: table {name}: {item!r:.80} is no column",
                remedy='{"name", "type"} is',
            )
        found.append(Column(item["name"], kind))
    return Table(name, tuple(found))


# Lines in and out


def _answer_all(paths: tuple[Path, ...], answer: Answer, failed: Line | None = None) -> int:
    code = 0
    for query, bulk in _queries(paths):
        line = _answered(query, answer, failed or {"columns": None})
        sys.stdout.buffer.write(_encoded(line) + b"\n")
        if not line["ok"] and not bulk:
            code = 2
    sys.stdout.flush()
    return code


def _queries(paths: tuple[Path, ...]) -> Iterator[tuple[Query | Refused, bool]]:
    """Every query or what stands in its place, and whether it came in bulk as a JSON line."""
    if not paths:
        paths = (Path("-"),)
    for path in paths:
        if str(path) == "-":
            yield from ((item, True) for item in from_lines(_stdin()))
        elif path.suffix.lower() in (".jsonl", ".ndjson", ".json") and path.is_file():
            with path.open("rb") as stream:
                yield from ((item, True) for item in from_lines(stream))
        else:
            yield from ((item, False) for item in from_paths([path]))


def _stdin() -> Iterable[bytes]:
    stream: IO[bytes] = sys.stdin.buffer
    return stream


def _answered(query: Query | Refused, answer: Answer, failed: Line) -> Line:
    """The answer's line; whatever goes wrong with this one query stays with it."""
    if isinstance(query, Refused):
        return _failed(query.id, [_error(query.reason)], failed)
    try:
        line = answer(query)
    except KqlError as error:
        return _failed(query.id, _errors(error.diagnostics), failed)
    except CrosswardenError as error:
        return _failed(query.id, [_error(str(error))], failed)
    except Exception as error:  # noqa: BLE001 - one query's failure is shown on its line and never stops the others
        return _failed(query.id, [_error(f"internal error: {type(error).__name__}: {error}"[:500])], failed)
    if query.file:
        line |= {"file": query.file, "line": query.line}
    return line


def _failed(key: Any, errors: list[Line], rest: Line) -> Line:
    return {"id": key, "ok": False, "errors": errors} | rest


def _line(key: Any, ok: bool, errors: list[Line], columns: list[Line] | None) -> Line:
    return {"id": key, "ok": ok, "errors": errors, "columns": columns}


def _column(column: Column) -> Line:
    return {"name": column.name, "type": column.type.value}


def _error(message: str) -> Line:
    return {"message": message, "start": 0, "length": 0}


def _errors(diagnostics: Iterable[Diagnostic]) -> list[Line]:
    return [
        {
            "message": str(item),
            "start": item.start,
            "length": item.length,
            "code": item.code,
            "line": item.line,
            "column": item.column,
        }
        for item in diagnostics
        if item.severity == "error"
    ]


def _rows(result: Result) -> list[list[Any]]:
    return [list(row) for row in result.rows()]


def _encoded(line: Line) -> bytes:
    """The line as JSON; what orjson refuses (numbers beyond 64 bits, lone surrogates) the slower writer takes."""
    try:
        return orjson.dumps(line, default=str)
    except (TypeError, ValueError):
        return json.dumps(line, default=str).encode("ascii")
