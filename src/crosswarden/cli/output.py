"""Writes a table of results where the user asked: a terminal, a pipe, or a file whose ending says the form.

Everything in a result may have been written by an attacker: terminal control characters are shown, never sent; CSV
cells that a spreadsheet would run as formulas are guarded (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import orjson

from crosswarden.errors import UsageError
from crosswarden.tables import Column, Type

__all__ = ["FORMATS", "format_of", "guarded", "printable", "write_rows"]

Row = Sequence[object]
FORMATS = ("csv", "json", "jsonl", "parquet", "table")
"""The forms of a result; ``table`` is for people."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def format_of(path: Path, known: Iterable[str] = FORMATS) -> str:
    """The form that a file's ending asks for; raises UsageError for an unknown one.

    >>> format_of(Path("rows.CSV"))
    'csv'
    """
    ending = path.suffix.lower().lstrip(".")
    if ending not in set(known):
        fits = ", ".join(f".{name}" for name in known if name != "table")
        raise UsageError(
            "output-form", f"{path}: the ending '.{ending}' says no known form", remedy=f"use one of {fits}"
        )
    return ending


def guarded(text: str) -> str:
    """The cell as a spreadsheet may see it: text that would run as a formula gets a leading apostrophe.

    >>> guarded("=HYPERLINK(1)"), guarded("-1"), guarded("plain")
    ("'=HYPERLINK(1)", '-1', 'plain')
    """
    if text.startswith(_FORMULA) and not _is_number(text):
        return "'" + text
    return text


def printable(text: str) -> str:
    """Text that cannot drive a terminal: control characters become their escapes.

    >>> printable("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def write_rows(
    columns: Sequence[Column], rows: Sequence[Row], target: Path | None, form: str | None = None
) -> None:
    """Writes rows to ``target``, or to standard output when it is None.

    ``form`` defaults to the target's ending; on standard output to a table for a terminal and JSON Lines for a pipe.
    Files appear whole or not at all. Raises UsageError for an unknown ending or a folder that is not there.
    """
    if target is None:
        chosen = form or ("table" if sys.stdout.isatty() else "jsonl")
        if chosen == "parquet":
            sys.stdout.buffer.write(_parquet(columns, rows))
        else:
            _WRITERS[chosen](columns, rows, sys.stdout)
        sys.stdout.flush()
        return
    chosen = form or format_of(target)
    if not target.parent.is_dir():
        raise UsageError(
            "output-folder",
            f"{target}: the folder {target.parent} does not exist",
            remedy="make it, or name another with -o",
        )
    partial = target.with_name(target.name + ".partial")
    if chosen == "parquet":
        partial.write_bytes(_parquet(columns, rows))
    else:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            _WRITERS[chosen](columns, rows, stream)
    partial.replace(target)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else orjson.dumps(value).decode("utf-8")


def _csv(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([guarded(column.name) for column in columns])
    writer.writerows([guarded(_text(value)) for value in row] for row in rows)


def _jsonl(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO) -> None:
    names = [column.name for column in columns]
    for row in rows:
        stream.write(orjson.dumps(dict(zip(names, row, strict=True))).decode("utf-8") + "\n")


def _json(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO) -> None:
    names = [column.name for column in columns]
    document = [dict(zip(names, row, strict=True)) for row in rows]
    stream.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode("utf-8") + "\n")


def _table(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(header_style="bold", row_styles=["", "dim"])
    for column in columns:
        grid.add_column(
            Text(printable(column.name)),
            justify="right" if column.type.is_numeric else "left",
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*(Text(printable(_text(value))) for value in row))
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", "160"))
    Console(file=stream, width=width, highlight=False).print(grid)
    stream.write(f"{len(rows)} row{'' if len(rows) == 1 else 's'}\n")


_ARROW = {Type.BOOL: "bool", Type.INT: "int32", Type.LONG: "int64", Type.REAL: "float64"}


def _parquet(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    arrays = []
    for position, column in enumerate(columns):
        values = [row[position] for row in rows]
        if column.type in _ARROW:
            numbers = (
                [float(v) if isinstance(v, str) else v for v in values]
                if column.type is Type.REAL
                else values
            )
            arrays.append(pyarrow.array(numbers, type=getattr(pyarrow, _ARROW[column.type])()))
        elif column.type is Type.DATETIME:
            texts = pyarrow.array([None if v is None else str(v)[:26] for v in values], type=pyarrow.string())
            arrays.append(texts.cast(pyarrow.timestamp("us")).cast(pyarrow.timestamp("us", tz="UTC")))
        else:
            arrays.append(
                pyarrow.array([None if v is None else _text(v) for v in values], type=pyarrow.string())
            )
    sink = io.BytesIO()
    table = pyarrow.Table.from_arrays(arrays, names=[column.name for column in columns])
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


_WRITERS: Mapping[str, Callable[[Sequence[Column], Sequence[Row], TextIO], None]] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
    "table": _table,
}
