"""From bytes to records, whatever the packing, the encoding and the nesting."""

from crosswarden.logs.containers.reading import read_pieces
from crosswarden.logs.containers.sources import Source, find_sources

__all__ = ["Source", "find_sources", "read_pieces"]
