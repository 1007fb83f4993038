"""The ``name=value`` settings of operators, as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql import syntax

__all__ = ["setting"]


def setting(parameters: Sequence[syntax.Parameter], name: str) -> object:
    """The setting's value: a bare word's text or a literal's value; None where it is not written."""
    for parameter in parameters:
        if parameter.name == name:
            value = parameter.value
            return value.text if isinstance(value, syntax.Name) else getattr(value, "value", None)
    return None
