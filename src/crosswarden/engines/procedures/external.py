"""``externaldata``: rows of local files, where the user has said which file stands for which address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.kql.plan import Staged
from crosswarden.tables import Column

__all__ = ["PROCEDURES"]


def _external(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[tuple[Any, ...]]:
    uris, properties = step.options["uris"], step.options["properties"]
    assert isinstance(uris, tuple) and isinstance(properties, dict)
    columns = tuple(Column(field.name, field.type) for field in step.fields)
    rows: list[tuple[Any, ...]] = []
    for uri in uris:
        rows += outside.external_rows(str(uri), columns, properties)
    return rows


PROCEDURES: dict[str, Procedure] = {"externaldata": _external}
