"""Typed plan → sqlglot expression in DuckDB's dialect: one table of handlers, filed by family of steps."""

from crosswarden.kql.lowering.context import Stage, Statement
from crosswarden.kql.lowering.lowered import Lowered, lower, lower_plan

__all__ = ["Lowered", "Stage", "Statement", "lower", "lower_plan"]
