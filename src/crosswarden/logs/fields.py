"""Which values of a record are read in one go, as a struct: DuckDB parses the record once for all of them.

A struct cannot hold a value and something inside it, nor two names that differ only in case, nor array elements;
those are left to path expressions.
"""

from __future__ import annotations

import json
from typing import Any

from crosswarden.logs.shapes import Path

__all__ = ["Fields"]


class Fields:
    """The struct's fields, taken one by one.

    >>> fields = Fields()
    >>> fields.take(("properties", "id"), "VARCHAR"), fields.take(("properties",), "JSON")
    ('t."properties"."id"', None)
    >>> fields.structure()
    '{"properties": {"id": "VARCHAR"}}'
    """

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    @property
    def any(self) -> bool:
        """Whether any field was taken."""
        return bool(self._tree)

    def structure(self) -> str:
        """The structure as json_transform wants it."""
        return json.dumps(self._tree, ensure_ascii=False)

    def take(self, path: Path, kind: str) -> str | None:
        """The SQL expression for the value at that path (text for VARCHAR, JSON for JSON), None if it cannot be."""
        here = self._tree
        for place, step in enumerate(path):
            if not isinstance(step, str) or not step or '"' in step or "\0" in step:
                return None
            if any(name != step and name.lower() == step.lower() for name in here):
                return None
            last = place == len(path) - 1
            found = here.get(step)
            if last and found in (None, kind):
                here[step] = kind
                return "t." + ".".join(f'"{name}"' for name in path)
            if last or isinstance(found, str):
                return None
            if found is None:
                if any(not isinstance(rest, str) or not rest or '"' in rest for rest in path[place:]):
                    return None
                here[step] = {}
            here = here[step]
        return None
