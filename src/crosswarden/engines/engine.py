"""Runs KQL in process on DuckDB, over a lake's files or over empty typed tables.

>>> from crosswarden.engines import Engine
>>> Engine().run("print x = 1, t = datetime(2024-01-02)").rows()
[(1, '2024-01-02T00:00:00.0000000Z')]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from crosswarden import duck
from crosswarden.engines.library import LIBRARY
from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.table import Frame, run_procedure
from crosswarden.engines.results import Result
from crosswarden.engines.sources import Sources, TableSource, Window
from crosswarden.engines.udf import prepare
from crosswarden.errors import QueryError
from crosswarden.kql.compile import Compiled, compile_query
from crosswarden.kql.environment import Environment, ticks
from crosswarden.kql.lowering import Lowered, Stage, Statement, lower_plan
from crosswarden.kql.lowering.scalars import SQL_TYPES
from crosswarden.kql.plan import Field, Plan, Scan
from crosswarden.kql.sql import to_sql
from crosswarden.tables import Column, Table

__all__ = ["Engine"]


class Engine:
    """Runs queries. One query at a time; opened connections stay with the object.

    ``lake`` gives the rows; ``tables`` are the only tables there are, all empty (without both: the documented ones,
    empty). ``outside`` says what else a query may read: saved functions, watchlists, local files for externaldata.
    """

    def __init__(
        self,
        lake: TableSource | None = None,
        tables: Mapping[str, Table] | None = None,
        *,
        outside: Outside | None = None,
        memory: str = "1500MB",
        threads: int | None = None,
        spill: Path | None = None,
    ) -> None:
        self._sources = Sources(lake, tables)
        self.outside = outside or Outside(open_empty=lake is None)
        self._connection = duck.connect(memory=memory, threads=threads, spill=spill)
        self._lock = RLock()

    def interrupt(self) -> None:
        """Ends the query that is running, which then fails; may be called from another thread."""
        self._connection.interrupt()

    def environment(
        self, now: datetime | None = None, parameters: Mapping[str, str] | None = None
    ) -> Environment:
        """What queries can name here."""
        return Environment(
            tables=self._sources.tables,
            functions={**LIBRARY, **self.outside.functions},
            watchlists=self.outside.watchlist_columns(),
            hidden=self._sources.hidden,
            present=self._sources.present,
            now=ticks(now or datetime.now(UTC)),
            parameters=parameters or {},
        )

    def run(
        self,
        query: str,
        *,
        now: datetime | None = None,
        window: Window | None = None,
        parameters: Mapping[str, str] | None = None,
        name: str = "",
    ) -> Result:
        """The query's last result.

        ``window`` keeps rows of the lake whose time is in it; ``now`` is the moment that ``now()`` and ``ago()`` count
        from (the window's end where there is one). Raises KqlError for a query that is wrong or does not run here,
        QueryError when it fails while it runs.
        """
        results = self.run_all(query, now=now, window=window, parameters=parameters, name=name)
        return results[-1] if results else Result((), ())

    def run_all(
        self,
        query: str,
        *,
        now: datetime | None = None,
        window: Window | None = None,
        parameters: Mapping[str, str] | None = None,
        name: str = "",
    ) -> list[Result]:
        """Every result of a block of queries, in order."""
        moment = now or (window[1] if window else None)
        with self._lock:
            environment = self.environment(moment, parameters)
            discovering = replace(
                environment, discover=lambda plan, fields: self._discover(plan, fields, environment, window)
            )
            compiled = compile_query(query, discovering, name=name)
            return [self._result(compiled, lowered, window) for lowered in compiled.queries]

    def _result(self, compiled: Compiled, lowered: Lowered, window: Window | None) -> Result:
        missing = self._offer(lowered.scans, window)
        if self._sources.lake is not None:
            missing = sorted({*missing, *lowered.absent})
        for stage in lowered.stages:
            self._stage(stage)
        rows = self._fetch(lowered.statement)
        notes = list(compiled.notes)
        notes += [f"the lake holds no {table}: it counts as empty" for table in missing]
        columns = tuple(Column(field.name, field.type) for field in lowered.statement.fields)
        return Result(columns, rows, tuple(notes), tuple(missing), lowered.name, lowered.chart)

    def _offer(self, scans: Mapping[str, Sequence[Scan]], window: Window | None) -> list[str]:
        """Makes the tables that a query reads; names the documented ones that the lake does not hold."""
        missing = []
        for name, uses in scans.items():
            table = uses[0].table
            if name.startswith("watchlist "):
                self._execute(self.outside.watchlist_view(name))
                continue
            self._execute(to_sql(self._sources.view(table, window, _span(uses))))
            if self._sources.lake is not None and not self._sources.holds(name):
                missing.append(name)
        return sorted(missing)

    def _discover(
        self, plan: Plan, fields: Sequence[Field], environment: Environment, window: Window | None
    ) -> list[tuple[object, ...]]:
        statement, lowering = lower_plan(plan, fields, environment.now, environment.present)
        self._offer(lowering.scans, window)
        for stage in lowering.stages:
            self._stage(stage)
        return list(self._fetch(statement))

    def _stage(self, stage: Stage) -> None:
        """Runs a step that SQL cannot say and puts its rows into a temporary table."""
        frames = [
            Frame(tuple(Column(field.name, field.type) for field in part.fields), self._fetch(part))
            for part in stage.inputs
        ]
        rows = run_procedure(stage.step, frames, self.outside)
        kinds = [SQL_TYPES[field.type] for field in stage.step.fields] + ["BIGINT"]
        columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in zip(stage.names, kinds, strict=True))
        self._execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(stage.table)} ({columns})")
        if rows:
            marks = ", ".join("?" * len(kinds))
            numbered = [(*row, at) for at, row in enumerate(rows)]
            self._connection.executemany(f"INSERT INTO {_quoted(stage.table)} VALUES ({marks})", numbered)  # noqa: S608 - the name is ours and quoted, the values are bound

    def _fetch(self, statement: Statement) -> Sequence[tuple[Any, ...]]:
        rows = self._execute(to_sql(statement.expression))
        return rows if statement.fields else []

    def _execute(self, sql: str) -> list[tuple[Any, ...]]:
        prepare(self._connection, sql)
        try:
            return self._connection.execute(sql).fetchall()
        except duck.Error as error:
            raise QueryError("kql-run", f"the query failed while it ran: {_first_line(error)}") from error


def _span(uses: Sequence[Scan]) -> tuple[int | None, int | None]:
    """The span of time that all uses of a table together need."""
    starts, ends = [use.start for use in uses], [use.end for use in uses]
    start = None if None in starts else min(tick for tick in starts if tick is not None)
    end = None if None in ends else max(tick for tick in ends if tick is not None)
    return start, end


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
