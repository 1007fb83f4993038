"""Bound expressions as the catalogue wants to see them: kinds, constants, column names."""

from __future__ import annotations

import json

from crosswarden.kql.functions import DYNAMIC, NOT_CONSTANT, Argument
from crosswarden.kql.plan import Literal, Ref, Scalar, Special, is_constant
from crosswarden.kql.sql import Expression, null
from crosswarden.tables import Type

__all__ = ["argument", "constant_of"]

_NONE = null()
_STAR = Argument(_NONE, DYNAMIC, star=True)


def constant_of(scalar: Scalar) -> object:
    """The value of a literal (parsed JSON for dynamic), NOT_CONSTANT for anything else."""
    if not isinstance(scalar, Literal):
        return NOT_CONSTANT
    if scalar.type is Type.DYNAMIC and isinstance(scalar.value, str):
        return json.loads(scalar.value)
    return scalar.value


def argument(scalar: Scalar, expression: Expression | None = None) -> Argument:
    """The argument for checking a call, or (with its expression) for lowering one.

    While checking, a call over constants counts as a constant though its value is not worked out.
    """
    if isinstance(scalar, Special) and scalar.name == "star":
        return _STAR
    constant = constant_of(scalar)
    if expression is None and constant is NOT_CONSTANT and is_constant(scalar):
        constant = None
    return Argument(
        _NONE if expression is None else expression,
        scalar.kind,
        constant,
        scalar.field.name if isinstance(scalar, Ref) else None,
        literal=isinstance(scalar, Literal) and scalar.written,
    )
