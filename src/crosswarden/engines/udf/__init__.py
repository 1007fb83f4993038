"""What SQL alone cannot say: macros and Python functions that the lowered expressions call, made on demand.

Every name begins with ``kql_``. Macros live in ``macros/*.sql`` and expand inside DuckDB; the rest is Python over
Arrow columns. ``prepare`` creates exactly what a statement needs, with whatever that needs in turn.
"""

from crosswarden.engines.udf.registry import names_in, prepare

__all__ = ["names_in", "prepare"]
