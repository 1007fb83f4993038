"""Engines run KQL: DuckDB in process over the lake's files."""

from crosswarden.engines.engine import Engine
from crosswarden.engines.outside import Outside
from crosswarden.engines.results import Result
from crosswarden.engines.sources import TableSource, Window

__all__ = ["Engine", "Outside", "Result", "TableSource", "Window"]
