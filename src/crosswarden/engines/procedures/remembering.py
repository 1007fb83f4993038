"""Scalar functions over Python values in the engine's representation, for steps that remember rows (scan).

Strings are never None; datetime and timespan are ticks; None is null. The semantics are those of the lowered functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crosswarden.kql.binder.literals import iso, span
from crosswarden.tables import Type

__all__ = ["FUNCTIONS"]

Kinds = Sequence[Type]
Function = Callable[[Sequence[Any], Kinds, Type], Any]
_WHOLE = (Type.INT, Type.LONG, Type.DATETIME, Type.TIMESPAN)


def _equal(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    left, right = values
    if left is None and right is None:
        return None
    return left is not None and right is not None and left == right


def _not_equal(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    same = _equal(values, kinds, result)
    return None if same is None else not same


def _compared(test: Callable[[Any, Any], bool]) -> Function:
    def run(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
        return None if None in values else test(*values)

    return run


def _folded(negated: bool) -> Function:
    def run(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
        return (values[0].casefold() == values[1].casefold()) is not negated

    return run


def _between(negated: bool) -> Function:
    def run(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
        if None in values:
            return None
        value, low, high = values
        if kinds[0] is Type.DATETIME and kinds[2] is Type.TIMESPAN:
            high += low
        return (low <= value <= high) is not negated

    return run


def _and(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    return False if False in values else None if None in values else True


def _or(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    return True if True in values else None if None in values else False


def _not(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    return None if values[0] is None else not values[0]


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Function:
    def run(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
        if None in values:
            return None
        try:
            made = operation(*values)
        except (ZeroDivisionError, OverflowError):
            return None
        return _fitted(made, result)

    return run


def _fitted(value: Any, result: Type) -> Any:
    if result in _WHOLE:
        whole = int(value)
        return whole if -(2**63) <= whole < 2**63 else None
    return value


def _divide(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    left, right = values
    if left is None or right is None:
        return None
    if result in _WHOLE:
        if right == 0:
            return None
        quotient = (
            abs(left) // abs(right) if isinstance(left, int) and isinstance(right, int) else left / right
        )
        return _fitted(
            -quotient if isinstance(quotient, int) and (left < 0) != (right < 0) else quotient, result
        )
    if right == 0:
        return float("nan") if left == 0 else float("inf") if left > 0 else float("-inf")
    return left / right


def _modulo(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    left, right = values
    if left is None or right in (None, 0):
        return None
    return left % abs(right)


def _iff(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    return values[1] if values[0] else values[2]


def _case(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    for at in range(0, len(values) - 1, 2):
        if values[at]:
            return values[at + 1]
    return values[-1]


def _coalesce(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    nothing = ("", None) if result is Type.STRING else (None,)
    return next((value for value in values if value not in nothing), values[-1])


def _text(value: Any, kind: Type) -> str:
    if value is None:
        return ""
    if kind is Type.BOOL:
        return "true" if value else "false"
    if kind is Type.DATETIME:
        return iso(value)
    if kind is Type.TIMESPAN:
        return span(value)
    return str(value)


def _strcat(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    return "".join(_text(value, kind) for value, kind in zip(values, kinds, strict=True))


def _whole(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    try:
        return None if values[0] in (None, "") else int(values[0])
    except ValueError:
        return None


def _real(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    try:
        return None if values[0] in (None, "") else float(values[0])
    except ValueError:
        return None


def _bool(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
    value = values[0]
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return None if value is None else bool(value)


def _picked(choose: Callable[[list[Any]], Any]) -> Function:
    def run(values: Sequence[Any], kinds: Kinds, result: Type) -> Any:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return run


FUNCTIONS: dict[str, Function] = {
    "And": _and,
    "Or": _or,
    "not": _not,
    "Equal": _equal,
    "NotEqual": _not_equal,
    "LessThan": _compared(lambda a, b: a < b),
    "LessThanOrEqual": _compared(lambda a, b: a <= b),
    "GreaterThan": _compared(lambda a, b: a > b),
    "GreaterThanOrEqual": _compared(lambda a, b: a >= b),
    "EqualTilde": _folded(False),
    "BangTilde": _folded(True),
    "Between": _between(False),
    "NotBetween": _between(True),
    "Add": _arithmetic(lambda a, b: a + b),
    "Subtract": _arithmetic(lambda a, b: a - b),
    "Multiply": _arithmetic(lambda a, b: a * b),
    "Divide": _divide,
    "Modulo": _modulo,
    "UnaryMinus": lambda values, kinds, result: None if values[0] is None else -values[0],
    "iff": _iff,
    "iif": _iff,
    "case": _case,
    "coalesce": _coalesce,
    "isnull": lambda values, kinds, result: values[0] is None,
    "isnotnull": lambda values, kinds, result: values[0] is not None,
    "isempty": lambda values, kinds, result: values[0] in (None, ""),
    "isnotempty": lambda values, kinds, result: values[0] not in (None, ""),
    "strcat": _strcat,
    "max_of": _picked(max),
    "min_of": _picked(min),
    "abs": lambda values, kinds, result: None if values[0] is None else abs(values[0]),
    "tostring": lambda values, kinds, result: _text(values[0], kinds[0]),
    "tolong": _whole,
    "toint": _whole,
    "toreal": _real,
    "todouble": _real,
    "tobool": _bool,
    "strlen": lambda values, kinds, result: len(values[0]),
}
"""Name in the catalogue → the function over values, their types and the result's type."""
