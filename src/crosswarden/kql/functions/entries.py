"""How a family module declares its functions: name, support, and the lowering or the reason for refusing."""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.functions.model import Lowering, Support

__all__ = ["Entry", "Table", "binder", "lowered", "refusal", "simple", "udf", "unsupported"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue knows of a name beyond its signatures."""

    support: Support
    family: str
    lowering: Lowering | None = None
    reason: str = ""


Table = dict[str, Entry]


def simple(family: str, lowering: Lowering) -> Entry:
    """One DuckDB function or operator."""
    return Entry(Support.SIMPLE, family, lowering)


def lowered(family: str, lowering: Lowering) -> Entry:
    """An expression built for it."""
    return Entry(Support.LOWERED, family, lowering)


def udf(family: str, lowering: Lowering) -> Entry:
    """Python code, registered when a query needs it."""
    return Entry(Support.UDF, family, lowering)


def binder(family: str, reason: str) -> Entry:
    """The binder gives the meaning; ``reason`` says what it needs for that."""
    return Entry(Support.BINDER, family, None, reason)


def unsupported(family: str, reason: str) -> Entry:
    """Known, typed, refused when used; ``reason`` completes "does not run here: …"."""
    return Entry(Support.UNSUPPORTED, family, None, reason)


def refusal(name: str) -> Entry:
    """The entry of a name that no family declares."""
    if name.startswith("geo_"):
        return unsupported("geo", "geometry beyond distance, geohash and address look-up is out of scope")
    if name.startswith("__"):
        return unsupported("internal", "it is internal to Kusto's service")
    return unsupported("other", "it is not implemented")
