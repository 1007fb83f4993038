"""Works out times that are known before the query runs: ``now()``, ``ago(7d)``, literals and their sums."""

from __future__ import annotations

from crosswarden.kql.plan import Call, Literal, Scalar
from crosswarden.tables import Type

__all__ = ["known_ticks"]

_DAY = 864_000_000_000


def known_ticks(scalar: Scalar, now: int) -> int | None:
    """The ticks of a datetime or timespan that depends on no row; None where it is not worked out.

    >>> from crosswarden.kql.functions import of
    >>> known_ticks(Literal(of(Type.TIMESPAN), 5), 0)
    5
    """
    if isinstance(scalar, Literal):
        return scalar.value if isinstance(scalar.value, int) and not isinstance(scalar.value, bool) else None
    if not isinstance(scalar, Call):
        return None
    parts = [known_ticks(part, now) for part in scalar.arguments]
    if any(part is None for part in parts):
        return None
    return _applied(scalar.function.name, [part for part in parts if part is not None], scalar, now)


def _applied(name: str, parts: list[int], scalar: Call, now: int) -> int | None:
    types = [argument.type for argument in scalar.arguments]
    match name:
        case "now":
            return now + sum(parts)
        case "ago":
            return now - parts[0]
        case "Add" if Type.REAL not in types:
            return parts[0] + parts[1]
        case "Subtract" if Type.REAL not in types:
            return parts[0] - parts[1]
        case "UnaryMinus":
            return -parts[0]
        case "Multiply" if Type.REAL not in types and Type.DECIMAL not in types:
            return parts[0] * parts[1]
        case "todatetime" | "totimespan" if types[0] is scalar.type:
            return parts[0]
        case "startofday" if len(parts) == 1:
            return parts[0] - parts[0] % _DAY
        case "endofday" if len(parts) == 1:
            return parts[0] - parts[0] % _DAY + _DAY - 1
        case _:
            return None
