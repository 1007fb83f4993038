"""Binding of tabular operators, one module a family."""
