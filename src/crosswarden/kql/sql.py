"""The one door to sqlglot: expressions are built, never SQL strings.

sqlglot is pinned exactly; its tree and generators change between releases, and this module is where that shows.
"""

from __future__ import annotations

from sqlglot import exp

__all__ = ["exp"]
