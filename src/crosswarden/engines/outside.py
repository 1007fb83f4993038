"""What queries may read beside the lake: saved functions, watchlists, files for externaldata, an address database.

Everything is closed unless it was named: a query cannot reach a file or an address on its own.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from crosswarden.errors import InputError, QueryError
from crosswarden.kql.lowering.rows import scan_name
from crosswarden.kql.sql import alias, cast, exp, identifier, null, text, to_sql, truth
from crosswarden.tables import Column, Type

__all__ = ["Outside"]


@dataclass(frozen=True)
class Outside:
    """``watchlists`` is a folder of CSV files (alias.csv); ``external`` maps addresses to local files.

    ``open_empty`` lets externaldata give no rows where nothing is mapped (checking on empty tables); ``addresses`` is
    a MaxMind database for geo_info_from_ip_address.
    """

    functions: Mapping[str, str] = field(default_factory=dict)
    watchlists: Path | None = None
    external: Mapping[str, Path] = field(default_factory=dict)
    addresses: Path | None = None
    open_empty: bool = False

    @classmethod
    def folder_functions(cls, folder: Path) -> dict[str, str]:
        """The saved functions of a folder: one a .kql file, named as the file."""
        return {path.stem: path.read_text("utf-8-sig") for path in sorted(folder.rglob("*.kql"))}

    @cached_property
    def _lists(self) -> dict[str, tuple[tuple[str, ...], list[list[str]]]]:
        found: dict[str, tuple[tuple[str, ...], list[list[str]]]] = {}
        if self.watchlists is None:
            return found
        for path in sorted(self.watchlists.glob("*.csv")):
            try:
                lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
            except (OSError, ValueError, csv.Error) as error:
                raise InputError(
                    "watchlist-unreadable", f"the watchlist {path} cannot be read: {error}"
                ) from error
            if lines:
                found[path.stem] = (tuple(lines[0]), lines[1:])
        return found

    def watchlist_columns(self) -> dict[str, tuple[Column, ...]]:
        """Each watchlist's columns: SearchKey where the file has none, then the file's, all strings."""
        return {
            name: tuple(Column(title, Type.STRING) for title in titles)
            for name, (titles, _) in self._lists.items()
        }

    def watchlist_view(self, name: str) -> str:
        """SQL that offers a watchlist's rows under the name that lowered queries use."""
        titles, lines = self._lists[name.removeprefix("watchlist ")]
        rows = [
            exp.Tuple(expressions=[text(cell) for cell in (line + [""] * len(titles))[: len(titles)]])
            for line in lines
            if line
        ]
        columns = [identifier(title) for title in titles]
        if rows:
            source = exp.Values(expressions=rows, alias=exp.TableAlias(this=identifier("v"), columns=columns))
            query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))
        else:
            nothing = [alias(cast(null(), "VARCHAR"), title) for title in titles]
            query = exp.Select(expressions=nothing, where=exp.Where(this=truth(False)))
        view = exp.Create(
            this=exp.Table(this=identifier(scan_name(name))),
            kind="VIEW",
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            expression=query,
        )
        return to_sql(view)

    def external_rows(
        self, uri: str, columns: tuple[Column, ...], properties: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        """The rows of the file that stands for an address.

        Raises QueryError "external-closed" for an address that no file was named for.
        """
        path = self.external.get(uri) or self.external.get(uri.split(";")[0])
        if path is None:
            if self.open_empty:
                return []
            message = f"externaldata may not read '{uri[:200]}': no local file was named for it"
            raise QueryError("external-closed", message, remedy="map the address to a local file")
        kind = str(properties.get("format") or _format_of(uri)).lower()
        content = path.read_text("utf-8-sig")
        if kind in ("json", "multijson"):
            return _json_rows(content, columns)
        skip = str(properties.get("ignorefirstrecord", "false")).lower() == "true"
        return _text_rows(content, columns, kind, skip=skip)


def _format_of(uri: str) -> str:
    bare = uri.split("?")[0].split(";")[0].lower()
    for ending in ("tsv", "psv", "json", "txt", "csv"):
        if bare.endswith("." + ending):
            return ending
    return "csv"


def _json_rows(content: str, columns: tuple[Column, ...]) -> list[tuple[Any, ...]]:
    try:
        records = json.loads(content)
    except ValueError:
        records = [json.loads(line) for line in content.splitlines() if line.strip()]
    if isinstance(records, dict):
        records = [records]
    return [tuple(_value(record.get(column.name), column.type) for column in columns) for record in records]


def _text_rows(content: str, columns: tuple[Column, ...], kind: str, *, skip: bool) -> list[tuple[Any, ...]]:
    if kind in ("txt", "raw"):
        lines = [[line] for line in content.splitlines()] if kind == "txt" else [[content]]
    else:
        delimiter = {"tsv": "\t", "psv": "|", "scsv": ";", "sohsv": "\x01", "tsve": "\t"}.get(kind, ",")
        lines = [line for line in csv.reader(io.StringIO(content), delimiter=delimiter) if line]
    rows = []
    for line in lines[1:] if skip else lines:
        cells: list[str | None] = [*line, *[None] * len(columns)]
        rows.append(tuple(_value(cell, column.type) for cell, column in zip(cells, columns, strict=False)))
    return rows


def _value(cell: object, kind: Type) -> object:
    """A cell as the engine represents its type; what does not fit is null, an absent string empty."""
    if kind is Type.STRING:
        return "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell)
    if cell is None or cell == "":
        return None
    if kind is Type.DYNAMIC:
        return _dynamic(cell)
    try:
        return _CELLS[kind](str(cell))
    except (ValueError, ArithmeticError):
        return None


def _dynamic(cell: object) -> str:
    if isinstance(cell, str):
        try:
            json.loads(cell)
        except ValueError:
            return json.dumps(cell)
        return cell
    return json.dumps(cell)


def _moment(cell: str) -> int:
    from datetime import UTC, datetime

    from crosswarden.kql.environment import ticks

    moment = datetime.fromisoformat(cell)
    return ticks(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _bool(cell: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[cell.lower()]


_CELLS: dict[Type, Any] = {
    Type.BOOL: _bool,
    Type.INT: int,
    Type.LONG: int,
    Type.REAL: float,
    Type.DECIMAL: Decimal,
    Type.DATETIME: _moment,
    Type.GUID: str.lower,
}
