"""A plan as DuckDB SQL: from a record's JSON text to the columns of its table.

The statements read a relation ``lines`` with the columns ``record`` (JSON text), ``wrapper`` (JSON text of the row
around it, or null), ``file``, ``position``, ``tenant`` (the directory id that is known from outside the record, or "")
and ``more`` (whether the record has keys that no column takes).
Everything that differs after conversion is kept in ``_extra`` under its own path, as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crosswarden.logs.plan import Plan
from crosswarden.logs.shapes import Path
from crosswarden.logs.times import instant, tick
from crosswarden.tables import PROMOTED, RAW_TABLE, Column, Type

__all__ = ["Mapping", "literal", "pointer"]

_WHOLE = ("OfficeActivity", RAW_TABLE)
_TENANT_COLUMNS = ("AADTenantId", "AadTenantId", "OrganizationId", "OfficeTenantId")
_TRIMMED = "rtrim(record, chr(10) || chr(13) || ' ')"
_GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def literal(text: str) -> str:
    """The text as a SQL string literal.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def pointer(path: Path) -> str:
    """The path as a JSON pointer (RFC 6901).

    >>> pointer(("a/b", 0))
    '/a~1b/0'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Mapping:
    """The SQL for one plan; ``time`` is the table's time column, ``day_first`` how ambiguous dates are read."""

    def __init__(self, plan: Plan, time: str, *, day_first: bool) -> None:
        self.plan = plan
        self.time = time
        self.day_first = day_first
        self._texts: list[Path] = []
        self._values: list[Path] = []

    def keys(self, id_columns: Sequence[str], with_columns: Sequence[str]) -> str:
        """SELECT i, moment, word, identity: what decides order and whether the event is known already.

        ``identity`` is a text that equal events share (see crosswarden.logs.identity), ``word`` the operation.
        """
        moment = instant(self._text(self.time), self.day_first)
        key = self._first_of(id_columns)
        strong = f"length(replace(replace({key}, '0', ''), '-', '')) >= 12"
        parts = ", ".join(f"lower(rtrim({self._first_of([name])}, ' .'))" for name in with_columns) or "''"
        created = instant(self._first_of(["CreatedDateTime", "ActivityDateTime", self.time]), self.day_first)
        second = f"coalesce(cast(epoch_us({created}) // 1000000 AS VARCHAR), '')"
        identity = (
            f"CASE WHEN {strong} THEN concat_ws(chr(31), 'id', lower({key}), {second}, {parts})"
            f" ELSE concat_ws(chr(31), 'whole', {_TRIMMED}) END"
        )
        word = self._first_of(["OperationName", "Operation", "ActionType"])
        table = literal(self.plan.table.name)
        return (
            f"SELECT i, {moment} AS moment, {word} AS word, md5(concat_ws(chr(31), {table}, {identity})) AS event"
            f" FROM (SELECT *, {self._texts_of('record')} AS s FROM lines)"
        )

    def rows(self, physical: Iterable[Column], ingested: str) -> str:
        """SELECT every physical column of the table, in order, from ``lines`` (which then also has ``event``)."""
        outer = [self._physical(column, ingested) for column in physical]
        tenant = self._tenant()
        extra = self._extra()
        inner = [f"{self._converted(column)} AS {_quoted(column.name)}" for column in self.plan.table.columns]
        return (
            f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)}, {tenant} AS _tenant, {extra} AS _extra,"
            f" {tick(self._text(self.time))} AS _tick, file AS __file, position AS __position, event AS __event, record AS __record FROM"
            f" (SELECT *, {self._texts_of('record')} AS s, {self._values_of('record')} AS d FROM lines))"
        )

    # -- values -------------------------------------------------------------------------------------------------

    def _slot(self, path: Path) -> str:
        if path not in self._texts:
            self._texts.append(path)
        return f"s[{self._texts.index(path) + 1}]"

    def _value_slot(self, path: Path) -> str:
        if path not in self._values:
            self._values.append(path)
        return f"d[{self._values.index(path) + 1}]"

    def _texts_of(self, source: str) -> str:
        paths = ", ".join(literal(pointer(path)) for path in self._texts)
        return f"json_extract_string({source}, [{paths}])" if paths else "CAST([] AS VARCHAR[])"

    def _values_of(self, source: str) -> str:
        paths = ", ".join(literal(pointer(path)) for path in self._values)
        return f"json_extract({source}, [{paths}])" if paths else "CAST([] AS JSON[])"

    def _text(self, column: str) -> str:
        """The text of the column's value: its first source that is not empty; SQL NULL where there is none."""
        slots = [self._slot(path) for path in self.plan.sources.get(column, ())]
        if not slots:
            return "NULL"
        return (
            slots[0]
            if len(slots) == 1
            else f"coalesce({', '.join(f'nullif({slot}, {chr(39) * 2})' for slot in slots)})"
        )

    def _first_of(self, columns: Sequence[str]) -> str:
        found = [self._text(column) for column in columns if column in self.plan.sources]
        return f"coalesce({', '.join(found)}, '')" if found else "''"

    def _converted(self, column: Column) -> str:
        if column.name == "Type" and column.type is Type.STRING:
            return literal(self.plan.table.name)
        if column.type is Type.DYNAMIC:
            return self._dynamic(column.name)
        text = self._text(column.name)
        if column.type is Type.STRING:
            return self._string(column.name, text)
        return "NULL" if text == "NULL" else _scalar(column.type, text, self.day_first)

    def _string(self, name: str, text: str) -> str:
        if text == "NULL":
            return "''"
        known = self.plan.shape.values.get(name)
        if known:
            cases = " ".join(f"WHEN {literal(code)} THEN {literal(shown)}" for code, shown in known.items())
            text = f"CASE {text} {cases} ELSE {text} END"
        return f"coalesce({text}, '')"

    def _dynamic(self, name: str) -> str:
        paths = self.plan.sources.get(name, ())
        if not paths:
            return "NULL"
        return f"coalesce({', '.join(self._parsed(path) for path in paths)})"

    def _parsed(self, path: Path) -> str:
        """The JSON text at a path; a string that holds an object or array, as exports write them, is opened."""
        value = f"CAST({self._value_slot(path)} AS VARCHAR)"
        text = self._slot(path)
        opened = f"starts_with({value}, '\"') AND ltrim({text})[1] IN ('{{', '[') AND json_valid({text})"
        return f"CASE WHEN {value} IN ('null', '\"\"') THEN NULL WHEN {opened} THEN {text} ELSE {value} END"

    def _tenant(self) -> str:
        stated = [f"nullif({self._slot(path)}, '')" for path in self.plan.tenant]
        resources = {*self.plan.sources.get("ResourceId", ()), ("resourceId",)}
        within = [
            f"nullif(regexp_extract({self._slot(path)}, '(?i)^/tenants/({_GUID})', 1), '')"
            for path in sorted(resources, key=str)
        ]
        return f"lower(coalesce({', '.join([*stated, *within, 'tenant'])}))"

    # -- what is left -------------------------------------------------------------------------------------------

    def _extra(self) -> str:
        parts = [f"CASE WHEN more THEN json_merge_patch(record, {literal(self._deletion())}) ELSE '{{}}' END"]
        tests = []
        for path, differs in self._differences():
            value = f"json_extract(record, {literal(pointer(path))})"
            parts.append(f"CASE WHEN {differs} THEN {_nested(path, value)} ELSE '{{}}' END")
            tests.append(f"coalesce({differs}, false)")
        parts.append("CASE WHEN wrapper IS NOT NULL THEN json_object('export', json(wrapper)) ELSE '{}' END")
        needed = " OR ".join(["more", "wrapper IS NOT NULL", *tests])
        return f"CASE WHEN {needed} THEN nullif(CAST({_patched(parts)} AS VARCHAR), '{{}}') END"

    def _deletion(self) -> str:
        patch: dict[str, Any] = {}
        for path in sorted(self.plan.taken, key=len, reverse=True):
            if any(isinstance(step, int) for step in path):
                continue
            here = patch
            for step in path[:-1]:
                here = here.setdefault(str(step), {})
            here[str(path[-1])] = None
        return json.dumps(patch)

    def _differences(self) -> list[tuple[Path, str]]:
        """Paths whose value the column does not show as it was, each with the condition under which that is so."""
        found = []
        for column in self.plan.table.columns:
            paths = self.plan.sources.get(column.name, ())
            chosen = self._text(column.name)
            for path in paths[1:]:
                slot = self._slot(path)
                found.append((path, f"({slot} <> '' AND {slot} <> {chosen})"))
            if paths and column.type not in (Type.STRING, Type.DYNAMIC):
                lost = self._lost(column, chosen)
                found.extend((path, f"({self._slot(path)} = {chosen} AND {lost})") for path in paths[:1])
        return found

    def _lost(self, column: Column, text: str) -> str:
        value = _scalar(column.type, text, self.day_first)
        if column.type is Type.DATETIME:
            digit = tick(text)
            if column.name == self.time:
                return f"({text} <> '' AND {value} IS NULL)"
            time = self._text(self.time)
            same = f"({digit} = {tick(time)} AND {value} = {instant(time, self.day_first)})"
            return f"({text} <> '' AND ({value} IS NULL OR ({digit} <> 0 AND NOT coalesce({same}, false))))"
        if column.type in (Type.INT, Type.LONG):
            return f"({text} <> '' AND ({value} IS NULL OR CAST({value} AS VARCHAR) <> {text}))"
        return f"({text} <> '' AND {value} IS NULL)"

    # -- the files' columns -------------------------------------------------------------------------------------

    def _physical(self, column: Column, ingested: str) -> str:
        name = _quoted(column.name)
        if column.name in _OWN:
            return f"{_OWN[column.name]} AS {name}"
        if column.name == "_record":
            keep = (
                "CAST(json(__record) AS VARCHAR)"
                if self.plan.table.name in _WHOLE
                else "CAST(NULL AS VARCHAR)"
            )
            return f"{keep} AS {name}"
        if column.name == "_ingested":
            return f"CAST({literal(ingested)} AS TIMESTAMPTZ) AS {name}"
        for hot in PROMOTED.get(self.plan.table.name, ()):
            if column.name == hot.column:
                path = literal(pointer(hot.path))
                return f"CAST(json_extract({_quoted(hot.source)}, {path}) AS VARCHAR) AS {name}"
        if column.name in _TENANT_COLUMNS and column.type is Type.STRING:
            return f"CASE WHEN {name} = '' THEN _tenant ELSE {name} END AS {name}"
        return f"CAST({name} AS {_TYPES[column.type]}) AS {name}"


_OWN = {
    "_tenant": "_tenant",
    "_file": "__file",
    "_position": "__position",
    "_extra": "_extra",
    "_event": "__event",
    "_tick": "CAST(coalesce(_tick, 0) AS INTEGER)",
}

_TYPES = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "INTEGER",
    Type.LONG: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.DECIMAL: "VARCHAR",
    Type.DATETIME: "TIMESTAMPTZ",
    Type.TIMESPAN: "BIGINT",
    Type.STRING: "VARCHAR",
    Type.DYNAMIC: "VARCHAR",
    Type.GUID: "VARCHAR",
}


def _scalar(kind: Type, text: str, day_first: bool) -> str:
    if kind is Type.DATETIME:
        return instant(text, day_first)
    if kind is Type.BOOL:
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false WHEN '1' THEN true WHEN '0' THEN false END"
    if kind is Type.GUID:
        return f"CASE WHEN regexp_full_match({text}, '{_GUID}') THEN lower({text}) END"
    if kind is Type.REAL:
        return f"TRY_CAST({text} AS DOUBLE)"
    return f"TRY_CAST({text} AS {_TYPES[kind]})"


def _nested(path: Path, value: str) -> str:
    for step in reversed(path):
        value = f"json_object({literal(str(step))}, {value})"
    return value


def _patched(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"json_merge_patch({', '.join(parts)})"
