"""Append-only Delta Lake tables, one a log table, by day; exactly once by event id."""
