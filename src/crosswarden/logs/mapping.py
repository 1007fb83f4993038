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

from crosswarden.logs.fields import Fields
from crosswarden.logs.plan import Plan
from crosswarden.logs.shapes import Path
from crosswarden.logs.times import instant, second, tick
from crosswarden.tables import PROMOTED, RAW_TABLE, Column, Promoted, Type

__all__ = ["Mapping", "literal", "pointer"]

_MANY = 150
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
    """The SQL for one plan.

    ``time`` is the table's time column, ``day_first`` how ambiguous dates are read. ``more`` and ``wrapped`` say
    whether any record can have keys left over, or a row around it: where none can, no work is done for it.
    """

    def __init__(
        self, plan: Plan, time: str, *, day_first: bool = False, more: bool = True, wrapped: bool = True
    ) -> None:
        self.plan = plan
        self.time = time
        self.day_first = day_first
        self._more = more
        self._wrapped = wrapped
        self._fields = Fields()
        self._texts: list[Path] = []
        self._values: list[Path] = []
        self._hot = {hot.column: hot for hot in PROMOTED.get(plan.table.name, ())}

    def keys(self, id_columns: Sequence[str], with_columns: Sequence[str]) -> str:
        """SELECT i, moment, word, event: what decides order and whether the event is known already.

        Equal events share ``event`` (see crosswarden.logs.identity); ``word`` is the operation.
        """
        moment = instant(self._text(self.time), self.day_first)
        key = self._first_of(id_columns)
        created = self._first_of(["CreatedDateTime", "ActivityDateTime", self.time])
        parts = "".join(f", lower(rtrim({self._first_of([name])}, ' .'))" for name in with_columns)
        word = self._first_of(["OperationName", "Operation", "ActionType"])
        table = literal(self.plan.table.name)
        strong = "length(replace(replace(key, '0', ''), '-', '')) >= 12"
        return (
            f"SELECT i, moment, word, CASE WHEN {strong}"
            f" THEN md5(concat_ws(chr(31), {table}, 'id', lower(key), {second('created', self.day_first)}{parts}))"
            f" ELSE md5(concat_ws(chr(31), {table}, 'whole', {_TRIMMED})) END AS event FROM"
            f" (SELECT *, {moment} AS moment, {created} AS created, {key} AS key, {word} AS word FROM"
            f" ({self._opened_records()}))"
        )

    def rows(self, physical: Iterable[Column], ingested: str) -> str:
        """SELECT every physical column of the table, in order, from ``lines`` (then with ``event`` and ``moment``)."""
        outer = [f"{self._physical(column, ingested)} AS {_quoted(column.name)}" for column in physical]
        instants = [
            f"{self._made_instant(column.name)} AS {self._instant(column.name)}"
            for column in self.plan.table.columns
            if column.type is Type.DATETIME and column.name in self.plan.sources
        ]
        middle = ", ".join(["*", f"{self._tenant()} AS __tenant", *instants, *self._insides()])
        return f"SELECT {', '.join(outer)} FROM (SELECT {middle} FROM ({self._opened_records()}))"

    # -- values -------------------------------------------------------------------------------------------------

    def _slot(self, path: Path) -> str:
        return self._fields.take(path, "VARCHAR") or self._listed(self._texts, "s", path)

    def _value_slot(self, path: Path) -> str:
        return self._fields.take(path, "JSON") or self._listed(self._values, "d", path)

    def _listed(self, paths: list[Path], name: str, path: Path) -> str:
        if path not in paths:
            paths.append(path)
        return f"{name}[{paths.index(path) + 1}]"

    def _opened_records(self) -> str:
        """SELECT everything in ``lines`` and the values that were asked for: ``t`` (struct), ``s`` and ``d`` (lists)."""
        made = ["*"]
        if self._fields.any:
            made.append(f"json_transform(record, {literal(self._fields.structure())}) AS t")
        for name, function, paths in (
            ("s", "json_extract_string", self._texts),
            ("d", "json_extract", self._values),
        ):
            if paths:
                listed = ", ".join(literal(pointer(path)) for path in paths)
                made.append(f"{function}(record, [{listed}]) AS {name}")
        return f"SELECT {', '.join(made)} FROM lines"

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

    def _made_instant(self, name: str) -> str:
        if name == self.time:
            return "moment"
        text, time = self._text(name), self._text(self.time)
        return f"CASE WHEN left({text}, 27) = left({time}, 27) THEN moment ELSE {instant(text, self.day_first)} END"

    def _instant(self, name: str) -> str:
        return _quoted(f"__at_{name}") if name in self.plan.sources else "CAST(NULL AS TIMESTAMPTZ)"

    def _converted(self, column: Column) -> str:
        if column.name == "Type" and column.type is Type.STRING:
            return literal(self.plan.table.name)
        if column.type is Type.DYNAMIC:
            return self._dynamic(column.name)
        if column.type is Type.DATETIME:
            return self._instant(column.name)
        text = self._text(column.name)
        if column.type is Type.STRING:
            return self._string(column.name, text)
        return f"CAST(NULL AS {_TYPES[column.type]})" if text == "NULL" else _scalar(column.type, text)

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
        return _either([_opened(self._value_slot(path)) for path in paths])

    def _promoted(self, hot: Promoted) -> str:
        alike = [other.path for other in self._hot.values() if other.source == hot.source]
        place = alike.index(hot.path) + 1
        return f"CAST({_quoted('__in_' + hot.source)}[{place}] AS VARCHAR)"

    def _insides(self) -> list[str]:
        """The promoted values, read once from each dynamic column that has any."""
        made = []
        for source in dict.fromkeys(hot.source for hot in self._hot.values()):
            paths = ", ".join(
                literal(pointer(hot.path)) for hot in self._hot.values() if hot.source == source
            )
            made.append(f"json_extract({self._dynamic(source)}, [{paths}]) AS {_quoted('__in_' + source)}")
        return made

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
        parts = ["'{}'"]
        tests = []
        if self._more:
            parts = [self._left()]
            tests.append("more")
        for path, differs in self._differences():
            value = f"json_extract(record, {literal(pointer(path))})"
            parts.append(f"CASE WHEN {differs} THEN {_nested(path, value)} ELSE '{{}}' END")
            tests.append(f"coalesce({differs}, false)")
        if self._wrapped:
            parts.append(
                "CASE WHEN wrapper IS NOT NULL THEN json_object('export', json(wrapper)) ELSE '{}' END"
            )
            tests.append("wrapper IS NOT NULL")
        if not tests:
            return "CAST(NULL AS VARCHAR)"
        simple = (
            f"WHEN more AND NOT ({' OR '.join(tests[1:]) or 'false'}) THEN {parts[0]}" if self._more else ""
        )
        return f"CASE {simple} WHEN {' OR '.join(tests)} THEN nullif(CAST({_patched(parts)} AS VARCHAR), '{{}}') END"

    def _left(self) -> str:
        """The keys that no column takes, as JSON text: put together, or cut out where they are very many."""
        if len(self.plan.left) > _MANY:
            return f"CASE WHEN more THEN CAST(json_merge_patch(record, {literal(self._deletion())}) AS VARCHAR) ELSE '{{}}' END"
        levels: dict[Path, list[str]] = {(): []}
        for path in self.plan.left:
            value = f"CAST({self._value_slot(path)} AS VARCHAR)"
            key = literal(json.dumps(path[-1], ensure_ascii=False) + ":")
            levels.setdefault(path[:-1], []).append(f"{key} || {value}")
        for within, members in levels.items():
            if within:
                key = literal(json.dumps(within[-1]) + ":{")
                levels[()].append(f"{key} || nullif(concat_ws(',', {', '.join(members)}), '') || '}}'")
        return f"'{{' || concat_ws(',', {', '.join(levels[()])}) || '}}'"

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
        found = [
            (path, f"({self._slot(path)} <> '' AND lower({self._slot(path)}) <> __tenant)")
            for path in self.plan.tenant[1:]
        ]
        shown = {path for paths in self.plan.sources.values() for path in paths}
        implied = ", ".join(literal(name) for name in self.plan.shape.implies(self.plan.table.name))
        found.extend(
            (path, f"({self._slot(path)} <> '' AND {self._slot(path)} NOT IN ({implied}))")
            for path in sorted(self.plan.implied - shown, key=str)
        )
        for column in self.plan.table.columns:
            paths = self.plan.sources.get(column.name, ())
            chosen = self._text(column.name)
            for path in paths[1:]:
                slot = self._slot(path)
                found.append((path, f"({slot} <> '' AND {slot} <> {chosen})"))
            if column.name == "Type" and paths:
                found.append((paths[0], f"({chosen} <> '' AND {chosen} <> {literal(self.plan.table.name)})"))
            if paths and column.type not in (Type.STRING, Type.DYNAMIC):
                lost = self._lost(column, chosen)
                found.extend((path, f"({self._slot(path)} = {chosen} AND {lost})") for path in paths[:1])
        return found

    def _lost(self, column: Column, text: str) -> str:
        if column.type is Type.DATETIME:
            value = self._instant(column.name)
            if column.name == self.time:
                return f"{value} IS NULL AND {text} <> ''"
            time = self._text(self.time)
            same = f"{value} = {self._instant(self.time)} AND {tick(text)} = {tick(time)}"
            lost = (
                f"{text} <> '' AND ({value} IS NULL OR ({tick(text)} <> 0 AND NOT coalesce({same}, false)))"
            )
            return f"CASE WHEN left({text}, 27) = left({time}, 27) THEN {value} IS NULL ELSE {lost} END"
        value = _scalar(column.type, text)
        if column.type in (Type.INT, Type.LONG):
            return f"{text} <> '' AND ({value} IS NULL OR CAST({value} AS VARCHAR) <> {text})"
        return f"{text} <> '' AND {value} IS NULL"

    # -- the files' columns -------------------------------------------------------------------------------------

    def _physical(self, column: Column, ingested: str) -> str:
        if column.name in _OWN:
            return _OWN[column.name]
        if column.name == "_extra":
            return self._extra()
        if column.name == "_tick":
            return f"CAST(coalesce({tick(self._text(self.time))}, 0) AS INTEGER)"
        if column.name == "_record":
            whole = self.plan.table.name in _WHOLE
            return _TRIMMED if whole else "CAST(NULL AS VARCHAR)"
        if column.name == "_ingested":
            return f"CAST({literal(ingested)} AS TIMESTAMPTZ)"
        if column.name in self._hot:
            return self._promoted(self._hot[column.name])
        value = self._converted(column)
        if column.name in _TENANT_COLUMNS and column.type is Type.STRING:
            return f"coalesce(nullif({value}, ''), __tenant)"
        return value


_OWN = {
    "_tenant": "__tenant",
    "_file": "file",
    "_position": "position",
    "_event": "event",
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


def _scalar(kind: Type, text: str) -> str:
    if kind is Type.BOOL:
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false WHEN '1' THEN true WHEN '0' THEN false END"
    if kind is Type.GUID:
        return f"CASE WHEN regexp_full_match({text}, '{_GUID}') THEN lower({text}) END"
    return f"TRY_CAST({text} AS {_TYPES[kind]})"


def _either(values: Sequence[str]) -> str:
    if not values:
        return "CAST(NULL AS VARCHAR)"
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _opened(slot: str) -> str:
    """The JSON text of a dynamic value; a string that holds an object or array, as exports write them, is opened."""
    value = f"CAST({slot} AS VARCHAR)"
    text = f"json_extract_string({slot}, '$')"
    return (
        f"CASE WHEN starts_with({value}, '{{') OR starts_with({value}, '[') THEN {value}"
        f" WHEN {value} IN ('null', '\"\"') THEN NULL"
        f" WHEN starts_with({value}, '\"') AND ltrim({text})[1] IN ('{{', '[') AND json_valid({text}) THEN {text}"
        f" ELSE {value} END"
    )


def _nested(path: Path, value: str) -> str:
    for step in reversed(path):
        value = f"json_object({literal(str(step))}, {value})"
    return value


def _patched(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"json_merge_patch({', '.join(parts)})"
