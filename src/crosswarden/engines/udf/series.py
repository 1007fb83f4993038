"""Time-series functions: arithmetic, filling, statistics and regression over arrays of numbers."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

from crosswarden.engines.udf import seasons
from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_number, dumps, loads, numbers

__all__ = ["BODIES"]

Number = float | int | None


def _pair(left: str | None, right: str | None) -> list[tuple[Number, Number]]:
    """Two arrays (or an array and a number) side by side; what runs over is null."""
    a, b = loads(left), loads(right)
    if not isinstance(a, list) and not isinstance(b, list):
        raise ValueError("no array")
    count = max(len(value) for value in (a, b) if isinstance(value, list))

    def at(value: Any, i: int) -> Number:
        if isinstance(value, list):
            return as_number(value[i]) if i < len(value) else None
        return as_number(value)

    return [(at(a, i), at(b, i)) for i in range(count)]


def _elementwise(function: Callable[[Any, Any], Any]) -> Callable[[str | None, str | None], str | None]:
    def apply(left: str | None, right: str | None) -> str | None:
        return dumps(
            [None if x is None or y is None else _safe(function, x, y) for x, y in _pair(left, right)]
        )

    return apply


def _safe(function: Callable[..., Any], *values: Any) -> Any:
    try:
        found = function(*values)
    except ZeroDivisionError:
        return math.nan if values[0] == 0 else math.copysign(math.inf, values[0])
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan
    return math.nan if isinstance(found, complex) else found


def _each(function: Callable[[Any], Any]) -> Callable[[str | None], str | None]:
    def apply(text: str | None) -> str | None:
        return dumps([None if x is None else _safe(function, x) for x in numbers(text)])

    return apply


def _sign(x: float | int) -> float | int:
    sign = (x > 0) - (x < 0)
    return float(sign) if isinstance(x, float) else sign


def _power(x: float, y: float) -> float:
    return math.pow(x, y)


def fill_const(text: str | None, constant: str | None, missing: str | None) -> str | None:
    """Missing values replaced by a constant (0 when there is none)."""
    fill, absent = as_number(loads(constant)), as_number(loads(missing))
    return dumps([(0 if fill is None else fill) if _absent(x, absent) else x for x in numbers(text)])


def _absent(x: Number, placeholder: Number) -> bool:
    if placeholder is None:
        return x is None
    return x == placeholder or (x is not None and x != x and placeholder != placeholder)


def fill_forward(text: str | None, missing: str | None) -> str | None:
    """Missing values replaced by the nearest before them."""
    return dumps(_carried(numbers(text), as_number(loads(missing))))


def fill_backward(text: str | None, missing: str | None) -> str | None:
    """Missing values replaced by the nearest after them."""
    return dumps(_carried(numbers(text)[::-1], as_number(loads(missing)))[::-1])


def _carried(values: list[Number], missing: Number) -> list[Number]:
    out: list[Number] = []
    last: Number = None
    for x in values:
        if _absent(x, missing):
            out.append(x if last is None else last)
        else:
            out.append(x)
            last = x
    return out


def fill_linear(
    text: str | None, missing: str | None, edges: bool | None, constant: str | None
) -> str | None:
    """Missing values interpolated; at the edges the nearest value, and a constant where there is none at all."""
    values, placeholder = numbers(text), as_number(loads(missing))
    known = [i for i, x in enumerate(values) if not _absent(x, placeholder)]
    if not known:
        fill = as_number(loads(constant))
        return dumps([None if fill is None else float(fill)] * len(values))
    whole = all(isinstance(values[i], int) for i in known)
    out = list(values)
    for a, b in itertools.pairwise(known):
        x, y = values[a], values[b]
        if x is None or y is None:
            continue
        for i in range(a + 1, b):
            between = x + (y - x) * (i - a) / (b - a)
            out[i] = math.floor(between) if whole else between
    if edges is None or edges:
        out[: known[0]] = [values[known[0]]] * known[0]
        out[known[-1] + 1 :] = [values[known[-1]]] * (len(values) - known[-1] - 1)
    return dumps(out)


def _finite(text: str | None) -> list[float]:
    values = numbers(text)
    if any(x is None or not math.isfinite(x) for x in values):
        raise ValueError("not finite")
    return [float(x) for x in values if x is not None]


def _statistics(values: list[float]) -> dict[str, Any]:
    count, mean = len(values), math.fsum(values) / len(values)
    variance = math.fsum((x - mean) ** 2 for x in values) / (count - 1) if count > 1 else 0.0
    return {
        "min": min(values),
        "min_idx": values.index(min(values)),
        "max": max(values),
        "max_idx": values.index(max(values)),
        "avg": mean,
        "stdev": math.sqrt(variance),
        "variance": variance,
        "sum": math.fsum(values),
        "len": count,
    }


def _considered(text: str | None, ignore: bool | None) -> list[float]:
    if not ignore:
        return _finite(text)
    return [float(x) for x in numbers(text) if x is not None and math.isfinite(x)]


def stats(text: str | None, ignore: bool | None) -> str | None:
    """Minimum, its place, maximum, its place, average, deviation and variance, as an array."""
    found = _statistics(_considered(text, ignore))
    return dumps(list(found.values())[:7])


def stats_dynamic(text: str | None, ignore: bool | None) -> str | None:
    """The same as a bag, with sum and length."""
    return dumps(_statistics(_considered(text, ignore)))


def total(text: str | None) -> float | None:
    """The sum of an array of numbers."""
    return math.fsum(_finite(text))


def product(text: str | None) -> float | None:
    """The product of an array of numbers."""
    return math.prod(_finite(text))


def dot_product(left: str | None, right: str | None) -> float | None:
    """The scalar product of two arrays."""
    pairs = _pair(left, right)
    return math.fsum(x * y for x, y in pairs if x is not None and y is not None)


def magnitude(text: str | None) -> float | None:
    """The Euclidean length of an array."""
    return math.sqrt(math.fsum(x * x for x in _finite(text)))


def cosine(left: str | None, right: str | None, size1: float | None, size2: float | None) -> float | None:
    """The cosine of the angle between two arrays."""
    a = magnitude(left) if size1 is None else size1
    b = magnitude(right) if size2 is None else size2
    dot = dot_product(left, right)
    return None if a is None or b is None or dot is None else dot / (a * b)


def pearson(left: str | None, right: str | None) -> float | None:
    """Pearson's correlation of two arrays."""
    a, b = _finite(left), _finite(right)
    if len(a) != len(b):
        raise ValueError("lengths differ")
    ma, mb = math.fsum(a) / len(a), math.fsum(b) / len(b)
    over = math.fsum((x - ma) * (y - mb) for x, y in zip(a, b, strict=True))
    under = math.sqrt(math.fsum((x - ma) ** 2 for x in a) * math.fsum((y - mb) ** 2 for y in b))
    return over / under if under else math.nan


def fir(text: str | None, taps: str | None, normalize: bool | None, center: bool | None) -> str | None:
    """A finite impulse response filter; normalized by default unless a coefficient is negative."""
    values, kernel = _finite(text), _finite(taps)
    scale = normalize if normalize is not None else all(x >= 0 for x in kernel)
    if scale:
        if any(x < 0 for x in kernel):
            return None
        size = math.fsum(kernel)
        kernel = [x / size for x in kernel]
    ahead = (len(kernel) - 1) // 2 if center else 0
    out = [
        math.fsum(
            tap * values[i + ahead - k] for k, tap in enumerate(kernel) if 0 <= i + ahead - k < len(values)
        )
        for i in range(len(values))
    ]
    return dumps(out)


def iir(text: str | None, numerators: str | None, denominators: str | None) -> str | None:
    """An infinite impulse response filter."""
    values, b, a = _finite(text), _finite(numerators), _finite(denominators)
    out: list[float] = []
    for i in range(len(values)):
        fresh = math.fsum(b[k] * values[i - k] for k in range(len(b)) if i - k >= 0)
        past = math.fsum(a[k] * out[i - k] for k in range(1, len(a)) if i - k >= 0)
        out.append((fresh - past) / a[0])
    return dumps(out)


_UNARY: dict[str, Callable[[Any], Any]] = {
    "abs": abs,
    "acos": math.acos,
    "asin": math.asin,
    "atan": math.atan,
    "ceiling": lambda x: float(math.ceil(x)),
    "cos": math.cos,
    "exp": math.exp,
    "floor": lambda x: float(math.floor(x)),
    "log": lambda x: math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan),
    "sign": _sign,
    "sin": math.sin,
    "tan": math.tan,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "pow": _power,
    "equals": operator.eq,
    "not_equals": operator.ne,
    "less": operator.lt,
    "less_equals": operator.le,
    "greater": operator.gt,
    "greater_equals": operator.ge,
}
_TEXT, _TWO = ("VARCHAR",), ("VARCHAR", "VARCHAR")
_THREE = ("VARCHAR", "VARCHAR", "VARCHAR")
BODIES = {
    **{f"kql_series_{name}": Body(_each(body), _TEXT, "VARCHAR") for name, body in _UNARY.items()},
    **{f"kql_series_{name}": Body(_elementwise(body), _TWO, "VARCHAR") for name, body in _BINARY.items()},
    "kql_series_fill_const": Body(fill_const, _THREE, "VARCHAR"),
    "kql_series_fill_forward": Body(fill_forward, _TWO, "VARCHAR"),
    "kql_series_fill_backward": Body(fill_backward, _TWO, "VARCHAR"),
    "kql_series_fill_linear": Body(fill_linear, ("VARCHAR", "VARCHAR", "BOOLEAN", "VARCHAR"), "VARCHAR"),
    "kql_series_stats": Body(stats, ("VARCHAR", "BOOLEAN"), "VARCHAR"),
    "kql_series_stats_dynamic": Body(stats_dynamic, ("VARCHAR", "BOOLEAN"), "VARCHAR"),
    "kql_series_sum": Body(total, _TEXT, "DOUBLE"),
    "kql_series_product": Body(product, _TEXT, "DOUBLE"),
    "kql_series_dot_product": Body(dot_product, _TWO, "DOUBLE"),
    "kql_series_magnitude": Body(magnitude, _TEXT, "DOUBLE"),
    "kql_series_cosine_similarity": Body(cosine, ("VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE"), "DOUBLE"),
    "kql_series_pearson_correlation": Body(pearson, _TWO, "DOUBLE"),
    "kql_series_fir": Body(fir, ("VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN"), "VARCHAR"),
    "kql_series_iir": Body(iir, _THREE, "VARCHAR"),
    **seasons.BODIES,
}
