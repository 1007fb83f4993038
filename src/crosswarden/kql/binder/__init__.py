"""From the syntax tree to the typed plan: names, types, columns, and everything that is wrong, all at once."""

from crosswarden.kql.binder.block import BoundBlock, BoundQuery, bind_block

__all__ = ["BoundBlock", "BoundQuery", "bind_block"]
