"""Runs a bound plan: DuckDB in process."""
