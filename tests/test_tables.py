"""The log tables' documented columns."""

from __future__ import annotations

import json
from pathlib import Path

from crosswarden.tables import documented, known_tables


def test_every_documented_table_is_carried_with_its_columns_and_types(shared: Path) -> None:
    """The packaged facts equal the table reference they were made from, column by column."""
    reference = json.loads((shared / "data/schemas/tables.json").read_text("utf-8"))
    assert known_tables().keys() == reference.keys()
    for name, columns in reference.items():
        table = documented(name)
        assert table is not None
        assert [(column.name, column.type.value) for column in table.columns] == [
            (c["name"], c["type"]) for c in columns
        ]


def test_an_unknown_table_is_not_made_up() -> None:
    """A name outside the reference has no table."""
    assert documented("NoSuchTable") is None
