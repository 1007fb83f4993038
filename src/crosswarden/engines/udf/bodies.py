"""Every Python body by the name that lowered expressions call it by."""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.engines.udf import (
    addresses,
    arrays,
    encoding,
    formats,
    moments,
    networks,
    numbers,
    pairs,
    series,
    sessions,
    sketches,
    texts,
    units,
    web,
)
from crosswarden.engines.udf.body import Body

__all__ = ["BODIES"]

BODIES: Mapping[str, Body] = {
    **addresses.BODIES,
    **arrays.BODIES,
    **encoding.BODIES,
    **formats.BODIES,
    **moments.BODIES,
    **networks.BODIES,
    **numbers.BODIES,
    **pairs.BODIES,
    **series.BODIES,
    **sessions.BODIES,
    **sketches.BODIES,
    **texts.BODIES,
    **units.BODIES,
    **web.BODIES,
}
