"""OData lists as Microsoft Graph gives them: filtered by time, in pages with a next link.

The filters understood are those that log collectors send: comparisons of a time column with ``ge``, ``gt``, ``le``,
``lt``, equality with ``eq``, ``any(t: t eq '…')``, joined by ``and``. Anything else is refused as Graph refuses it.
Source: Microsoft Graph documentation, "Use the $filter query parameter".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crosswarden.rehearsal.served.problems import bad_request

__all__ = ["filtered", "page"]

Document = dict[str, Any]
_TERM = re.compile(
    r"(?P<path>[\w/]+)\s+(?P<operator>eq|ne|ge|gt|le|lt)\s+(?P<value>'(?:[^']|'')*'|[\w:.+-]+)"
)
_ANY = re.compile(r"(?P<path>\w+)/any\(\s*(\w+)\s*:\s*\2\s+eq\s+(?P<value>'(?:[^']|'')*')\s*\)")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
}


def filtered(items: Sequence[Document], condition: str) -> list[Document]:
    """The items that a ``$filter`` lets through, in order; raises Problem for what it cannot say.

    >>> filtered([{"t": "2024-01-01T00:00:00.5Z"}, {"t": "2024-01-02T00:00:00Z"}], "t ge 2024-01-01T12:00:00Z")
    [{'t': '2024-01-02T00:00:00Z'}]
    """
    chosen = list(items)
    for term in re.split(r"\s+and\s+", condition.strip()) if condition.strip() else []:
        test = _test(term.strip())
        chosen = [item for item in chosen if test(item)]
    return chosen


def page(
    items: Sequence[Document],
    url: str,
    path: str,
    parameters: Mapping[str, str],
    context: str,
    largest: int = 1000,
) -> Document:
    """One page of a list, with a next link where more follows; ``url`` is the service's own origin."""
    chosen = filtered(items, parameters.get("$filter", ""))
    size = max(1, min(int(parameters.get("$top", "100")), largest))
    skip = int(parameters.get("$skiptoken", "0"))
    document: Document = {"@odata.context": f"{url}/{context}", "value": chosen[skip : skip + size]}
    if skip + size < len(chosen):
        from urllib.parse import urlencode

        document["@odata.nextLink"] = (
            f"{url}{path}?{urlencode({**parameters, '$skiptoken': str(skip + size)})}"
        )
    return document


def _test(term: str) -> Callable[[Document], bool]:
    many = _ANY.fullmatch(term)
    if many:
        wanted = _literal(many["value"])
        return lambda item: wanted in (item.get(many["path"]) or [])
    one = _TERM.fullmatch(term)
    if not one:
        raise bad_request(f"Invalid filter clause: '{term}'.")
    wanted, compare = _literal(one["value"]), _COMPARE[one["operator"]]
    return lambda item: _compared(compare, _at(item, one["path"]), wanted)


def _compared(compare: Callable[[Any, Any], bool], value: Any, wanted: str) -> bool:
    if value is None:
        return False
    return compare(_comparable(str(value)), _comparable(wanted))


def _comparable(text: str) -> str:
    """Times compare as text once they have the same number of decimals."""
    time = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)", text)
    return f"{time[1]}{(time[2] or '.').ljust(8, '0')}Z" if time else text


def _at(item: Any, path: str) -> Any:
    for step in path.split("/"):
        item = item.get(step) if isinstance(item, dict) else None
    return item


def _literal(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text
