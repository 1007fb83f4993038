"""The shapes of records, one a file, each citing the page or sample that defines it, in the order they are tried."""

from crosswarden.logs.shapes import (
    azure_activity,
    diagnostic,
    graph_directory_audit,
    graph_provisioning,
    graph_sign_in,
    log_analytics,
    raw,
    unified_audit,
    unified_audit_export,
)
from crosswarden.logs.shapes.shape import Path, Record, Shape, same_name, text_at

__all__ = ["SHAPES", "Path", "Record", "Shape", "recognise", "same_name", "text_at"]

SHAPES: tuple[Shape, ...] = (
    unified_audit_export.SHAPE,
    unified_audit.SHAPE,
    diagnostic.SHAPE,
    graph_directory_audit.SHAPE,
    graph_sign_in.SHAPE,
    graph_provisioning.SHAPE,
    azure_activity.SHAPE,
    log_analytics.SHAPE,
    raw.SHAPE,
)
"""Every shape; the first that recognises a record has it, and the raw shape recognises all."""


def recognise(record: Record) -> tuple[Shape, str]:
    """The shape that a record has, and the table that its row goes to.

    >>> shape, table = recognise({"CreationTime": "2026-01-31T10:00:00", "Operation": "Send", "RecordType": 2,
    ...                           "Workload": "Exchange", "Id": "x", "UserId": "u"})
    >>> shape.id, table
    ('unified_audit', 'OfficeActivity')
    """
    for shape in SHAPES:
        table = shape.recognises(record)
        if table:
            return shape, table
    raise AssertionError("the raw shape recognises every record")
