"""The columns that crosswarden adds to every table, all with a leading underscore.

``OWN`` can be queried like any other column. ``HIDDEN`` serve the machinery and appear in no result unless
asked for by name.
"""

from __future__ import annotations

from crosswarden.tables.catalogue import Column
from crosswarden.tables.types import Type

__all__ = ["HIDDEN", "OWN", "RAW_TABLE"]

RAW_TABLE = "Raw_CW"
"""The table for records that fit no known table; they are kept whole in ``_record``."""

OWN = (
    Column(
        "_tenant", Type.STRING
    ),  # directory (tenant) id of the row, lower case; "" where the record has none
    Column("_file", Type.STRING),  # the file the row came from; archive members as "export.zip!member.csv"
    Column("_position", Type.LONG),  # 1-based ordinal of the record in that file
    Column(
        "_extra", Type.DYNAMIC
    ),  # bag of what the documented columns do not hold; null where nothing is left
    Column(
        "_record", Type.DYNAMIC
    ),  # the whole original record, for OfficeActivity and Raw_CW; null elsewhere
)

HIDDEN = (
    Column("_event", Type.STRING),  # the event's identity: duplicates share it
    Column("_ingested", Type.DATETIME),  # when the row entered the lake; ingestion_time() reads it
    Column("_tick", Type.INT),  # the 100 ns digit (0-9) of the table's time column, which Delta cannot hold
)
