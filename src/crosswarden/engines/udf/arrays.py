"""Functions over dynamic arrays, sets and bags."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_text, dumps, loads, same

__all__ = ["BODIES"]

_MOST_ELEMENTS = 1_048_576


def _array(text: str | None) -> list[Any]:
    value = loads(text)
    if not isinstance(value, list):
        raise ValueError("not an array")
    return value


def _bag(text: str | None) -> dict[str, Any]:
    value = loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a bag")
    return value


def concat(texts: list[str | None]) -> str | None:
    """Arrays one after another; what is no array makes the whole null.

    >>> concat(["[1]", "[2,3]"])
    '[1,2,3]'
    """
    return dumps([item for text in texts for item in _array(text)])


def slice_(text: str | None, start: int | None, end: int | None) -> str | None:
    """The elements from start through end, both counted from the end when negative.

    >>> slice_("[1,2,3,4,5]", -3, -2)
    '[3,4]'
    """
    array = _array(text)
    first, last = start or 0, -1 if end is None else end
    first = max(first + len(array), 0) if first < 0 else first
    last = last + len(array) if last < 0 else last
    return dumps(array[first : last + 1] if last >= 0 else [])


def split(text: str | None, indices: str | None) -> str | None:
    """The array cut before each of the indices (one number, or an array of them)."""
    array, where = _array(text), loads(indices)
    cuts = where if isinstance(where, list) else [where]
    places = [min(max(cut + len(array) if cut < 0 else cut, 0), len(array)) for cut in map(int, cuts)]
    bounds = [0, *places, len(array)]
    return dumps([array[a:b] for a, b in itertools.pairwise(bounds)])


def shift(text: str | None, count: int | None, fill: str | None) -> str | None:
    """The array moved left by count places (right when negative), filled up with a value."""
    array, by, value = _array(text), int(count or 0), loads(fill)
    if by >= 0:
        return dumps(array[by:] + [value] * min(by, len(array)))
    return dumps([value] * min(-by, len(array)) + array[:by])


def rotate(text: str | None, count: int | None) -> str | None:
    """The array rotated left by count places (right when negative)."""
    array = _array(text)
    by = int(count or 0) % len(array) if array else 0
    return dumps(array[by:] + array[:by])


def reverse(text: str | None) -> str | None:
    """The array in reverse."""
    return dumps(_array(text)[::-1])


def index_of(
    text: str | None, wanted: str | None, start: int | None, length: int | None, occurrence: int | None
) -> int | None:
    """The position of the n-th element equal to a value; -1 when there is none."""
    array, key = _array(text), same(loads(wanted))
    first = start or 0
    first = max(first + len(array), 0) if first < 0 else first
    span = -1 if length is None else length
    last = len(array) if span < 0 else min(first + span, len(array))
    left = 1 if occurrence is None else occurrence
    for position in range(first, last):
        if same(array[position]) == key:
            left -= 1
            if left == 0:
                return position
    return -1


def choose(condition: str | None, when_true: str | None, when_false: str | None) -> str | None:
    """Element by element one of two values (or arrays of values), by an array of conditions."""
    yes, no = loads(when_true), loads(when_false)

    def at(values: Any, position: int) -> Any:
        if not isinstance(values, list):
            return values
        return values[position] if position < len(values) else None

    chosen = []
    for position, test in enumerate(_array(condition)):
        if isinstance(test, bool | int | float):
            chosen.append(at(yes if test else no, position))
        else:
            chosen.append(None)
    return dumps(chosen)


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return (0, value)
    if isinstance(value, int | float):
        return (1, value)
    if isinstance(value, str):
        return (2, value)
    return (3, dumps(value) or "")


def sort(texts: list[str | None], descending: bool | None, nulls_last: bool | None) -> str | None:
    """Arrays sorted by the first of them; arrays of another length become null. The parts are elements of the result."""
    arrays = [loads(text) for text in texts]
    lead = arrays[0]
    if not isinstance(lead, list):
        return dumps([None] * len(arrays))
    present = [i for i, value in enumerate(lead) if value is not None]
    absent = [i for i, value in enumerate(lead) if value is None]
    present.sort(key=lambda i: _rank(lead[i]), reverse=bool(descending))
    order = present + absent if nulls_last is None or nulls_last else absent + present
    parts = [
        [array[i] for i in order] if isinstance(array, list) and len(array) == len(lead) else None
        for array in arrays
    ]
    return dumps(parts)


def _number(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return value


def total(text: str | None) -> float | None:
    """The sum of an array of numbers."""
    return float(math.fsum(_number(item) for item in _array(text)))


def _distinct(items: list[Any]) -> list[Any]:
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(same(item), item)
    return list(seen.values())


def union(texts: list[str | None]) -> str | None:
    """The distinct elements of all the arrays, in order of appearance."""
    return dumps(_distinct([item for text in texts for item in _array(text)]))


def without_empty(text: str | None) -> str | None:
    """A bag without what is null or empty."""
    return dumps({key: value for key, value in _bag(text).items() if value is not None and value != ""})


def set_of(values: list[str | None] | None, most: int | None) -> str | None:
    """The distinct values of a group, given as JSON texts; arrays add their elements."""
    found: list[Any] = []
    for text in values or []:
        value = loads(text)
        if value is not None:
            found += value if isinstance(value, list) else [value]
    return dumps(_distinct(found)[:most])


def intersect(texts: list[str | None]) -> str | None:
    """The distinct elements that every array has."""
    first, *rest = [_array(text) for text in texts]
    others = [{same(item) for item in array} for array in rest]
    return dumps([item for item in _distinct(first) if all(same(item) in other for other in others)])


def difference(texts: list[str | None]) -> str | None:
    """The distinct elements of the first array that no other has."""
    first, *rest = [_array(text) for text in texts]
    others = {same(item) for array in rest for item in array}
    return dumps([item for item in _distinct(first) if same(item) not in others])


def has_element(text: str | None, wanted: str | None) -> bool | None:
    """Whether an array has an element."""
    key = same(loads(wanted))
    return any(same(item) == key for item in _array(text))


def set_equals(left: str | None, right: str | None) -> bool | None:
    """Whether two arrays hold the same elements."""
    return {same(item) for item in _array(left)} == {same(item) for item in _array(right)}


def jaccard(left: str | None, right: str | None) -> float | None:
    """The size of two sets' intersection over that of their union; NaN when both are empty."""
    a, b = ({same(item) for item in _array(text)} for text in (left, right))
    return len(a & b) / len(a | b) if a | b else float("nan")


def zip_(texts: list[str | None]) -> str | None:
    """Arrays zipped: element i of the result holds element i of each, null where one is shorter."""
    arrays = [value if isinstance(value := loads(text), list) else [value] for text in texts]
    longest = max(len(array) for array in arrays)
    return dumps([[array[i] if i < len(array) else None for array in arrays] for i in range(longest)])


def repeat(value: str | None, count: int | None) -> str | None:
    """An array of count equal values."""
    if count is None or count < 0 or count > _MOST_ELEMENTS:
        return None
    return dumps([loads(value)] * int(count))


def joined(delimiter: str, text: str | None) -> str:
    """The elements of an array as text, joined."""
    return delimiter.join(as_text(item) for item in _array(text))


def bag_pack(keys: list[str], values: list[str | None]) -> str | None:
    """A bag of keys and values; the first of equal keys stays."""
    bag: dict[str, Any] = {}
    for key, value in zip(keys, values, strict=True):
        bag.setdefault(key, loads(value))
    return dumps(bag)


def bag_merge(texts: list[str | None]) -> str | None:
    """All the bags in one; the first bag that has a key gives its value. Null when one is no bag."""
    merged: dict[str, Any] = {}
    for text in texts:
        if text is None:
            continue
        for key, value in _bag(text).items():
            merged.setdefault(key, value)
    return dumps(merged)


def bag_keys(text: str | None) -> str | None:
    """The keys of a bag."""
    return dumps(list(_bag(text)))


def _names(path: str) -> list[str]:
    if not path.startswith("$"):
        return [path]
    cleaned = path[1:].replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "")
    return [name for name in cleaned.split(".") if name]


def _without(value: Any, names: list[str]) -> None:
    for name in names[:-1]:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value.pop(names[-1], None)


def bag_remove_keys(text: str | None, keys: str | None) -> str | None:
    """A bag without some keys; a key may be a path that begins with ``$``."""
    bag = _bag(text)
    for key in _array(keys):
        _without(bag, _names(as_text(key)))
    return dumps(bag)


def bag_has_key(text: str | None, key: str) -> bool | None:
    """Whether a bag has a key; the key may be a path that begins with ``$``."""
    value: Any = _bag(text)
    for name in _names(key):
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def bag_set_key(text: str | None, key: str, new: str | None) -> str | None:
    """A bag with one value set; the key may be a path that begins with ``$``, whose missing levels are made."""
    bag = _bag(text)
    value, names = bag, _names(key)
    for name in names[:-1]:
        inner = value.get(name)
        if not isinstance(inner, dict):
            inner = value[name] = {}
        value = inner
    value[names[-1]] = loads(new)
    return dumps(bag)


def bag_zip(keys: str | None, values: str | None) -> str | None:
    """A bag of an array of keys and an array of values."""
    names, held = _array(keys), loads(values)
    found = held if isinstance(held, list) else []
    return dumps(
        {name: found[i] if i < len(found) else None for i, name in enumerate(names) if isinstance(name, str)}
    )


def tree_path(text: str | None) -> str | None:
    """Every path that leads to something inside a dynamic value.

    >>> tree_path('{"a":"b","c":123}')
    '["[\\'a\\']","[\\'c\\']"]'
    """
    paths: list[str] = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                paths.append(f"{path}['{key}']")
                walk(inner, f"{path}['{key}']")
        elif isinstance(value, list):
            if f"{path}[0]" not in paths and value:
                paths.append(f"{path}[0]")
            for inner in value[:1]:
                walk(inner, f"{path}[0]")

    walk(loads(text), "")
    return dumps(paths)


def canonical(text: str | None) -> str:
    """A dynamic as canonical JSON: keys in order."""

    def ordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: ordered(value[key]) for key in sorted(value)}
        return [ordered(item) for item in value] if isinstance(value, list) else value

    value = ordered(loads(text))
    return value if isinstance(value, str) else dumps(value) or ""


def _many(function: Callable[..., Any], result: str = "VARCHAR") -> Body:
    return Body(function, ("VARCHAR[]",), result)


_ONE, _TWO = ("VARCHAR",), ("VARCHAR", "VARCHAR")
_PAIRS = ("VARCHAR[]", "VARCHAR[]")
BODIES = {
    "kql_array_concat": _many(concat),
    "kql_array_slice": Body(slice_, ("VARCHAR", "BIGINT", "BIGINT"), "VARCHAR"),
    "kql_array_split": Body(split, _TWO, "VARCHAR"),
    "kql_array_shift": Body(shift, ("VARCHAR", "BIGINT", "VARCHAR"), "VARCHAR"),
    "kql_array_rotate": Body(rotate, ("VARCHAR", "BIGINT"), "VARCHAR"),
    "kql_array_reverse": Body(reverse, _ONE, "VARCHAR"),
    "kql_array_index_of": Body(index_of, (*_TWO, "BIGINT", "BIGINT", "BIGINT"), "BIGINT"),
    "kql_array_iff": Body(choose, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"),
    "kql_array_sort": Body(sort, ("VARCHAR[]", "BOOLEAN", "BOOLEAN"), "VARCHAR"),
    "kql_array_sum": Body(total, _ONE, "DOUBLE"),
    "kql_set_union": _many(union),
    "kql_without_empty": Body(without_empty, _ONE, "VARCHAR"),
    "kql_set_of": Body(set_of, ("VARCHAR[]", "BIGINT"), "VARCHAR"),
    "kql_set_intersect": _many(intersect),
    "kql_set_difference": _many(difference),
    "kql_set_has_element": Body(has_element, _TWO, "BOOLEAN"),
    "kql_set_equals": Body(set_equals, _TWO, "BOOLEAN"),
    "kql_jaccard": Body(jaccard, _TWO, "DOUBLE"),
    "kql_zip": _many(zip_),
    "kql_repeat": Body(repeat, ("VARCHAR", "BIGINT"), "VARCHAR"),
    "kql_strcat_array": Body(joined, _TWO, "VARCHAR", ""),
    "kql_bag_pack": Body(bag_pack, _PAIRS, "VARCHAR"),
    "kql_bag_merge": _many(bag_merge),
    "kql_bag_keys": Body(bag_keys, _ONE, "VARCHAR"),
    "kql_bag_remove_keys": Body(bag_remove_keys, _TWO, "VARCHAR"),
    "kql_bag_has_key": Body(bag_has_key, _TWO, "BOOLEAN"),
    "kql_bag_set_key": Body(bag_set_key, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"),
    "kql_bag_zip": Body(bag_zip, _TWO, "VARCHAR"),
    "kql_treepath": Body(tree_path, _ONE, "VARCHAR"),
    "kql_canonical_json": Body(canonical, _ONE, "VARCHAR", ""),
}
