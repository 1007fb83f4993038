"""What a call gives: the result kinds of functions, aggregates and operators, by Kusto's own rules.

``Columns`` is the result of the few functions that give several columns at once (series_stats, arg_max …); their
names are Kusto's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crosswarden.kql.functions.kinds import (
    ARRAY,
    BAG,
    DYNAMIC,
    Form,
    Kind,
    array_of,
    common_kind,
    inside,
    of,
    widest,
)
from crosswarden.kql.functions.matching import assign, common_argument_kind
from crosswarden.kql.functions.model import Argument, Signature
from crosswarden.tables import Type

__all__ = ["SUFFIXES", "result_kind", "tuple_parts"]

_REALS, _BOOLS = array_of(of(Type.REAL)), array_of(of(Type.BOOL))
_DECLARED = {
    "array": ARRAY,
    "array<string>": array_of(of(Type.STRING)),
    "array<real>": _REALS,
    "array<bool>": _BOOLS,
    "array<long>": array_of(of(Type.LONG)),
    "array<array>": array_of(ARRAY),
    "array<array<string>>": array_of(array_of(of(Type.STRING))),
    "bag": BAG,
    "dynamic": DYNAMIC,
    "": DYNAMIC,
}


def _declared(name: str) -> Kind:
    return _DECLARED[name] if name in _DECLARED else of(Type(name))


def _long(kind: Kind) -> Kind:
    return of(Type.LONG) if kind.type is Type.INT else kind


@dataclass(frozen=True, slots=True)
class Part:
    """One of the columns that a call gives: the last part of its name, and its kind."""

    name: str
    kind: Kind


_REAL, _LONG = of(Type.REAL), of(Type.LONG)
_LINE = [("rsquare", _REAL), ("slope", _REAL), ("variance", _REAL), ("rvariance", _REAL)]
_SIDE = [(name, _REAL) for name in ("rsquare", "slope", "interception", "variance", "rvariance")]
_DECOMPOSED = [(name, _REALS) for name in ("baseline", "seasonal", "trend", "residual")]
_PARTS: dict[str, list[tuple[str, Kind]]] = {
    "series_stats": [
        ("min", _REAL),
        ("min_idx", _LONG),
        ("max", _REAL),
        ("max_idx", _LONG),
        ("avg", _REAL),
        ("stdev", _REAL),
        ("variance", _REAL),
    ],
    "series_fft": [("real", _REALS), ("imag", _REALS)],
    "series_ifft": [("real", _REALS), ("imag", _REALS)],
    "series_fit_line": [*_LINE, ("interception", _REAL), ("line_fit", _REALS)],
    "series_fit_2lines": [
        ("rsquare", _REAL),
        ("split_idx", _LONG),
        ("variance", _REAL),
        ("rvariance", _REAL),
        ("line_fit", _REALS),
        *[(f"right_{name}", kind) for name, kind in _SIDE],
        *[(f"left_{name}", kind) for name, kind in _SIDE],
    ],
    "series_fit_poly": [
        ("rsquare", _REAL),
        ("coefficients", _REALS),
        ("variance", _REAL),
        ("rvariance", _REAL),
        ("poly_fit", _REALS),
    ],
    "series_periods_detect": [("periods", _REALS), ("scores", _REALS)],
    "series_periods_validate": [("periods", _REALS), ("scores", _REALS)],
    "series_decompose": _DECOMPOSED,
    "series_decompose_forecast": _DECOMPOSED,
    "series_decompose_anomalies": [("ad_flag", _REALS), ("ad_score", _REALS), ("baseline", _REALS)],
}
SUFFIXES = {name: tuple(Part(*part) for part in parts) for name, parts in _PARTS.items()}


def tuple_parts(name: str) -> tuple[Part, ...]:
    """The columns of a function that gives several, in order; empty for all others.

    The whole column is named ``<function>_<argument's name>_<part>``; the call itself computes a dynamic array
    with the parts in this order, so that part ``i`` is element ``i`` of it.

    >>> [part.name for part in tuple_parts("series_fft")]
    ['real', 'imag']
    """
    return SUFFIXES.get(name, ())


def _common(arguments: Sequence[Argument]) -> Kind | None:
    common: Kind | None = None
    for argument in arguments:
        common = common_kind(common, argument.kind, to_dynamic=False)
        if common is None:
            return None
    return common


def _array_or_any(arguments: Sequence[Argument]) -> Kind:
    common = _common(arguments)
    return common if common is not None and common.form is Form.ARRAY else ARRAY


def _pack_array(arguments: Sequence[Argument]) -> Kind:
    return ARRAY if any(a.star for a in arguments) else array_of(_common(arguments) or DYNAMIC)


def _when(arguments: Sequence[Argument]) -> Kind:
    kind = arguments[1].kind if len(arguments) > 1 else DYNAMIC
    return kind if kind.is_dynamic else array_of(kind)


def _bag(_: Sequence[Argument]) -> Kind:
    return BAG


def _first(arguments: Sequence[Argument]) -> Kind:
    return _long(arguments[0].kind)


def _percentile(arguments: Sequence[Argument]) -> Kind:
    return _REAL if arguments[0].type is Type.DECIMAL else _first(arguments)


def _many(_: Sequence[Argument]) -> Kind:
    return ARRAY


_CUSTOM: dict[str, Callable[[Sequence[Argument]], Kind]] = {
    "bin_auto": _first,
    "array_concat": _array_or_any,
    "set_union": _array_or_any,
    "set_intersect": _array_or_any,
    "set_difference": _array_or_any,
    "array_iif": _when,
    "array_iff": _when,
    "array_sort_asc": lambda arguments: arguments[0].kind if len(arguments) == 1 else ARRAY,
    "array_sort_desc": lambda arguments: arguments[0].kind if len(arguments) == 1 else ARRAY,
    "pack_array": _pack_array,
    "percentile": _percentile,
    "percentilew": _percentile,
    "percentiles": _percentile,
    "percentilesw": _percentile,
    "percentiles_array": _many,
    "percentilesw_array": _many,
    "any": lambda arguments: arguments[0].kind,
    "take_any": lambda arguments: arguments[0].kind,
    "arg_min": lambda arguments: arguments[0].kind,
    "arg_max": lambda arguments: arguments[0].kind,
    "argmin": lambda arguments: arguments[0].kind,
    "argmax": lambda arguments: arguments[0].kind,
    "UnaryMinus": _first,
    "UnaryPlus": _first,
}
for _name in ("pack", "pack_dictionary", "bag_pack", "bag_pack_columns", "pack_all", "bag_merge"):
    _CUSTOM[_name] = _bag
for _name in ("bag_remove_keys", "bag_set_key", "series_stats_dynamic", "series_fit_line_dynamic"):
    _CUSTOM[_name] = _bag
_CUSTOM["series_fit_2lines_dynamic"] = _bag


def _custom(name: str, arguments: Sequence[Argument]) -> Kind:
    rule = _CUSTOM.get(name)
    return rule(arguments) if rule else DYNAMIC


def result_kind(name: str, signature: Signature, arguments: Sequence[Argument]) -> Kind | None:
    """The kind of a call's result; None when the arguments have no common type.

    A function of several columns (see ``tuple_parts``) gives the array of its parts.
    """
    match signature.gives:
        case "Declared":
            return _declared(signature.declared)
        case "Custom":
            return ARRAY if name in SUFFIXES else _custom(name, arguments)
        case "Parameter0" | "Parameter0Promoted" | "Parameter0Array" | "Parameter1":
            return _from_parameter(signature, arguments)
        case "Parameter0Literal" | "Parameter1Literal" | "ParameterNLiteral":
            return _from_literal(signature, arguments)
        case "Common" | "CommonNonDynamic":
            return common_argument_kind(
                assign(signature, arguments), arguments, ignore_dynamic=signature.gives == "CommonNonDynamic"
            )
        case "Widest":
            kind = widest([argument.kind for argument in arguments])
            return _long(kind) if kind else arguments[0].kind
        case _:
            return DYNAMIC


def _from_parameter(signature: Signature, arguments: Sequence[Argument]) -> Kind | None:
    position = 1 if signature.gives == "Parameter1" else 0
    if position >= len(arguments):
        return None
    kind = arguments[position].kind
    if signature.gives == "Parameter0Promoted":
        return _long(kind)
    return array_of(kind) if signature.gives == "Parameter0Array" else kind


def _from_literal(signature: Signature, arguments: Sequence[Argument]) -> Kind | None:
    """The type named by a ``typeof(…)`` argument, which the binder passes as a constant Type."""
    position = {"Parameter0Literal": 0, "Parameter1Literal": 1}.get(
        signature.gives, len(signature.parameters) - 1
    )
    if position < len(arguments) and isinstance(arguments[position].constant, Type):
        return of(Type(str(arguments[position].constant)))
    return of(Type.STRING)


def element_kind(kind: Kind) -> Kind:
    """The kind of ``value[0]``: what an array is known to hold, wrapped as dynamic.

    >>> element_kind(array_of(of(Type.LONG))).element
    Kind(type=<Type.LONG: 'long'>, form=<Form.ANY: 'any'>, element=None)
    """
    if kind.form is Form.ARRAY and kind.element is not None:
        return inside(kind.element)
    return DYNAMIC
