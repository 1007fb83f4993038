"""Every family's table, put together: the one list to extend when a family is added."""

from __future__ import annotations

from crosswarden.kql.functions.entries import Table

__all__ = ["AGGREGATES", "FUNCTIONS", "OPERATORS", "PLUGINS"]

FUNCTIONS: Table = {}
AGGREGATES: Table = {}
OPERATORS: Table = {}
PLUGINS: Table = {}
