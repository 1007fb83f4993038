"""Result types and refusals of every function, aggregate and operator, held against Microsoft's own binder."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from crosswarden.kql.functions import (
    ARRAY,
    BAG,
    Argument,
    Kind,
    bind,
    find_aggregate,
    find_function,
    find_operator,
    of,
    signatures,
    tuple_parts,
)
from crosswarden.kql.sql import exp
from crosswarden.tables import Type

COLUMNS = {
    "b": of(Type.BOOL),
    "i": of(Type.INT),
    "l": of(Type.LONG),
    "r": of(Type.REAL),
    "c": of(Type.DECIMAL),
    "s": of(Type.STRING),
    "d": of(Type.DATETIME),
    "t": of(Type.TIMESPAN),
    "y": of(Type.DYNAMIC),
    "g": of(Type.GUID),
}
DOCUMENTED = ("make_timespan", "count", "cnt")
"""Functions that the documentation calls with arguments that the binder refuses: real seconds, any value to count."""
SOURCE = "datatable(" + ", ".join(f"{name}:{kind}" for name, kind in COLUMNS.items()) + ")[]"
MADE = {"pack_array(y)": ARRAY, "bag_pack('k', y)": BAG}
CONSTANTS = {"'day'": "day", "2": 2, "true": True, "1d": 864_000_000_000}
CONSTANT_KINDS = {"'day'": Type.STRING, "2": Type.LONG, "true": Type.BOOL, "1d": Type.TIMESPAN}
SYMBOLS = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "Modulo": "%",
    "LessThan": "<",
    "GreaterThanOrEqual": ">=",
    "Equal": "==",
    "NotEqual": "!=",
    "EqualTilde": "=~",
    "Has": "has",
    "NotHasCs": "!has_cs",
    "Contains": "contains",
    "StartsWith": "startswith",
    "MatchRegex": "matches regex",
    "And": "and",
    "Or": "or",
}
NEEDS_A_SCOPE = {
    # tables, clusters, row order or graph scope: the binder's own tests hold these
    *("cluster", "database", "table", "external_table", "materialized_view", "entity_group", "graph"),
    *("stored_query_result", "__invoke", "__cast", "map", "inner_nodes", "node_id", "all", "any", "labels"),
    *("node_degree_in", "node_degree_out", "column_names_of", "toscalar", "materialize", "pack_all"),
    *("row_number", "row_cumsum", "row_rank", "row_rank_dense", "row_rank_min", "row_window_session", "prev"),
    *("next", "columnifexists", "column_ifexists", "iscolumnexists", "has_column", "bag_pack_columns"),
    *("rowstore_ordinal_range", "current_cursor", "bin_auto", "row_window", "assert", "typeof", "range"),
}


def _candidates(takes: str, types: tuple[str, ...], form: str) -> list[str]:
    if form in ("Constant", "Literal", "LiteralNotEmpty"):
        return list(CONSTANTS)
    likely = {
        "DynamicArray": ["y", "pack_array(y)"],
        "DynamicBag": ["y", "bag_pack('k', y)"],
        "Integer": ["i", "l"],
        "Number": ["l", "r"],
        "StringOrDynamic": ["s", "y"],
    }.get(takes, ["l", "s", "y"])
    by_type = [name for name, kind in COLUMNS.items() if kind.type.value in types]
    return by_type + likely if by_type else likely


def _calls(group: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    every = [*COLUMNS, *MADE]
    for name in signatures.names(group):
        function = signatures.group(group, name)
        if name in NEEDS_A_SCOPE or name in DOCUMENTED or function is None:
            continue
        for signature in function.signatures:
            usual = [_candidates(p.takes, p.types, p.form)[0] for p in signature.parameters if p.least]
            yield name, tuple(usual)
            for position, parameter in enumerate(p for p in signature.parameters if p.least):
                if parameter.form != "Expression":
                    continue
                for other in every:
                    yield name, (*usual[:position], other, *usual[position + 1 :])
            optional = [p for p in signature.parameters if not p.least][:1]
            if optional:
                yield name, (*usual, _candidates(optional[0].takes, optional[0].types, optional[0].form)[0])
            yield name, (*usual, "l", "l", "l", "l", "l", "l", "l")


def _argument(text: str) -> Argument:
    column = exp.column(text)
    if text in CONSTANTS:
        return Argument(column, of(CONSTANT_KINDS[text]), constant=CONSTANTS[text], literal=True)
    return Argument(column, COLUMNS.get(text) or MADE[text], column=text if text in COLUMNS else None)


def _differences(
    calls: Mapping[str, tuple[str, bool, Kind]], verdicts: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    found = []
    for key, (query, ok, kind) in calls.items():
        verdict = verdicts[key]
        judged = verdict["columns"][0]["type"] if verdict["ok"] else None
        if ok != verdict["ok"] or (ok and judged != kind.type.value):
            errors = [error["message"] for error in verdict["errors"]]
            found.append(f"{query}: ours {ok} {kind}, judged {judged} {errors}")
    return found


@pytest.mark.parametrize("group", ["functions", "aggregates"])
def test_every_call_is_typed_or_refused_as_microsofts_binder_does(
    group: str, judge: Callable[[Mapping[str, str]], Mapping[str, Mapping[str, Any]]]
) -> None:
    """For every function, over many argument types: accepted or refused alike, and the same result type."""
    find, verb = (find_function, "project") if group == "functions" else (find_aggregate, "summarize")
    calls: dict[str, tuple[str, bool, Kind]] = {}
    for name, arguments in dict.fromkeys(_calls(group)):
        function = find(name)
        assert function is not None
        bound = bind(function, [_argument(text) for text in arguments])
        parts = tuple_parts(name)
        kind = parts[0].kind if parts else bound.kind
        query = f"{SOURCE} | {verb} x = {name}({', '.join(arguments)})"
        calls[str(len(calls))] = (query, bound.ok, kind)
    verdicts = judge({key: query for key, (query, _, _) in calls.items()})
    differences = _differences(calls, verdicts)
    assert len(calls) > (700 if group == "aggregates" else 7000)
    assert not differences, "\n".join([f"{len(differences)} of {len(calls)} differ", *differences[:40]])


def test_every_operator_is_typed_or_refused_as_microsofts_binder_does(
    judge: Callable[[Mapping[str, str]], Mapping[str, Mapping[str, Any]]],
) -> None:
    """For every binary operator and every pair of types: accepted or refused alike, and the same result type."""
    calls: dict[str, tuple[str, bool, Kind]] = {}
    for (name, symbol), left, right in itertools.product(SYMBOLS.items(), COLUMNS, COLUMNS):
        bound = bind(find_operator(name), [_argument(left), _argument(right)], symbol=symbol)
        calls[str(len(calls))] = (f"{SOURCE} | project x = {left} {symbol} {right}", bound.ok, bound.kind)
    verdicts = judge({key: query for key, (query, _, _) in calls.items()})
    differences = _differences(calls, verdicts)
    assert not differences, "\n".join([f"{len(differences)} of {len(calls)} differ", *differences[:40]])
