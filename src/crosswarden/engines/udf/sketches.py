"""Aggregates' Python parts: percentiles, tdigest and hll states, bags, schemas.

States are exact here: a tdigest keeps every distinct value with its weight in Kusto's layout ``[[7],[values],
[weights]]``, an hll every distinct hash in ``[[1024,14],[hashes],[]]``. Results are therefore at least as right as
Kusto's estimates.
"""

from __future__ import annotations

from typing import Any

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import dumps, loads, same
from crosswarden.engines.udf.encoding import xxhash64

__all__ = ["BODIES"]


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) and not isinstance(value, bool) else (1, str(value))


def _state(weights: dict[Any, tuple[Any, int]]) -> str | None:
    if not weights:
        return None
    entries = sorted(weights.values(), key=lambda entry: _order(entry[0]))
    return dumps([[7], [value for value, _ in entries], [weight for _, weight in entries]])


def tdigest(values: list[str | None] | None, weights: list[int | None] | None) -> str | None:
    """The state of a group's values (as JSON texts), each with its weight."""
    found: dict[Any, tuple[Any, int]] = {}
    for text, weight in zip(values or [], weights or [], strict=True):
        value = loads(text)
        if value is not None and weight is not None and weight > 0:
            known = found.get(same(value), (value, 0))
            found[same(value)] = (value, known[1] + weight)
    return _state(found)


def tdigest_merge(states: list[str | None] | None) -> str | None:
    """Several states in one."""
    found: dict[Any, tuple[Any, int]] = {}
    for text in states or []:
        state = loads(text)
        if not isinstance(state, list) or len(state) != 3:
            continue
        for value, weight in zip(state[1], state[2], strict=True):
            known = found.get(same(value), (value, 0))
            found[same(value)] = (value, known[1] + weight)
    return _state(found)


def _read(text: str | None) -> tuple[list[Any], list[int]]:
    state = loads(text)
    if not isinstance(state, list) or len(state) != 3:
        raise ValueError("no state")
    return state[1], state[2]


def _ranked(values: list[Any], weights: list[int], percent: float) -> Any:
    total = sum(weights)
    target, seen = percent / 100 * total, 0
    for value, weight in zip(values, weights, strict=True):
        seen += weight
        if seen >= target and seen > 0:
            return value
    return values[-1] if values else None


def percentile_tdigest(text: str | None, percent: float | None) -> str | None:
    """The nearest-rank percentile of a state, as JSON text."""
    values, weights = _read(text)
    return None if percent is None else dumps(_ranked(values, weights, percent))


def percentiles_array_tdigest(text: str | None, percents: list[float | None] | None) -> str | None:
    """Several percentiles of a state."""
    values, weights = _read(text)
    return dumps([_ranked(values, weights, percent) for percent in percents or [] if percent is not None])


def rank_tdigest(text: str | None, wanted: str | None) -> float | None:
    """How many of a state's values are at most the one given."""
    values, weights = _read(text)
    limit = _order(loads(wanted))
    return float(sum(weight for value, weight in zip(values, weights, strict=True) if _order(value) <= limit))


def percentrank_tdigest(text: str | None, wanted: str | None) -> float | None:
    """The same in percent."""
    total = sum(_read(text)[1])
    rank = rank_tdigest(text, wanted)
    return None if rank is None or not total else 100 * rank / total


def is_tdigest(text: str | None) -> bool:
    """Whether a dynamic has the layout of a tdigest state."""
    state = loads(text)
    return (
        isinstance(state, list)
        and len(state) == 3
        and all(isinstance(part, list) for part in state)
        and len(state[1]) == len(state[2])
    )


def is_hll(text: str | None) -> bool:
    """Whether a dynamic has the layout of an hll state."""
    state = loads(text)
    return isinstance(state, list) and len(state) == 3 and isinstance(state[0], list) and len(state[0]) == 2


def hll(values: list[str | None] | None) -> str | None:
    """The state of a group's distinct values (as JSON texts)."""
    hashes = {xxhash64(text.encode("utf-8")) for text in values or [] if text is not None}
    return dumps([[1024, 14], [str(value) for value in sorted(hashes)], []]) if hashes else None


def hll_merge(states: list[str | None] | None) -> str | None:
    """Several states in one."""
    hashes = {value for text in states or [] if text is not None for value in loads(text)[1]}
    return dumps([[1024, 14], sorted(hashes, key=int), []]) if hashes else None


def dcount_hll(text: str | None) -> int | None:
    """The number of distinct values in a state."""
    state = loads(text)
    return len(state[1]) if isinstance(state, list) and len(state) == 3 else None


def make_bag(bags: list[str | None] | None, most: int | None) -> str | None:
    """All bags of a group in one; of equal keys the first value stays."""
    merged: dict[str, Any] = {}
    for text in bags or []:
        value = loads(text)
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in merged or most is None or len(merged) < most:
                    merged.setdefault(key, inner)
    return dumps(merged)


def _schema(value: Any, known: dict[str, Any]) -> None:
    """Add a value's shape: known maps a type's name to None, "{}" to properties, "[]" to the element's shape."""
    match value:
        case None:
            return
        case bool():
            known["bool"] = None
        case int():
            known["long"] = None
        case float():
            known["double"] = None
        case str():
            known["string"] = None
        case dict():
            inner = known.setdefault("{}", {})
            for key, item in value.items():
                _schema(item, inner.setdefault(key, {}))
        case list():
            inner = known.setdefault("[]", {})
            for item in value:
                _schema(item, inner)


def _shown(known: dict[str, Any]) -> Any:
    out: list[Any] = [name for name in known if name not in ("{}", "[]")]
    if "{}" in known:
        out.append({key: _shown(inner) for key, inner in known["{}"].items()})
    if "[]" in known:
        out.append({"`indexer`": _shown(known["[]"])})
    return out[0] if len(out) == 1 else out


def build_schema(values: list[str | None] | None) -> str | None:
    """The least schema that admits every value of a group."""
    known: dict[str, Any] = {}
    for text in values or []:
        _schema(loads(text), known)
    return dumps(_shown(known)) if known else None


def percentiles(
    values: list[str | None] | None, weights: list[int | None] | None, percents: list[float | None] | None
) -> str | None:
    """Nearest-rank percentiles of a group, as an array."""
    return percentiles_array_tdigest(tdigest(values, weights), percents)


_LIST = ("VARCHAR[]",)
BODIES = {
    "kql_tdigest": Body(tdigest, ("VARCHAR[]", "BIGINT[]"), "VARCHAR"),
    "kql_tdigest_merge": Body(tdigest_merge, _LIST, "VARCHAR"),
    "kql_percentile_tdigest": Body(percentile_tdigest, ("VARCHAR", "DOUBLE"), "VARCHAR"),
    "kql_percentiles_tdigest": Body(percentiles_array_tdigest, ("VARCHAR", "DOUBLE[]"), "VARCHAR"),
    "kql_rank_tdigest": Body(rank_tdigest, ("VARCHAR", "VARCHAR"), "DOUBLE"),
    "kql_percentrank_tdigest": Body(percentrank_tdigest, ("VARCHAR", "VARCHAR"), "DOUBLE"),
    "kql_is_tdigest": Body(is_tdigest, ("VARCHAR",), "BOOLEAN", False),
    "kql_is_hll": Body(is_hll, ("VARCHAR",), "BOOLEAN", False),
    "kql_hll": Body(hll, _LIST, "VARCHAR"),
    "kql_hll_merge": Body(hll_merge, _LIST, "VARCHAR"),
    "kql_dcount_hll": Body(dcount_hll, ("VARCHAR",), "BIGINT"),
    "kql_make_bag": Body(make_bag, ("VARCHAR[]", "BIGINT"), "VARCHAR"),
    "kql_build_schema": Body(build_schema, _LIST, "VARCHAR"),
    "kql_percentiles": Body(percentiles, ("VARCHAR[]", "BIGINT[]", "DOUBLE[]"), "VARCHAR"),
}
