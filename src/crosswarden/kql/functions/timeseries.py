"""Series functions: arithmetic, filling, statistics, decomposition, regression, filters, transforms."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, macro, values
from crosswarden.kql.functions.entries import Table, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context
from crosswarden.kql.sql import Expression, call, cast, null, text
from crosswarden.tables import Type

__all__ = ["SERIES"]

_FAMILY = "series"
_UNARY = ["abs", "acos", "asin", "atan", "ceiling", "cos", "exp", "floor", "log", "sign", "sin", "tan"]
_BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "pow",
    "equals",
    "not_equals",
    "less",
    "less_equals",
    "greater",
    "greater_equals",
]


def _fill_linear(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    series, *rest = arguments
    missing = as_type(rest[0], Type.DYNAMIC) if rest else cast(null(), "VARCHAR")
    edges = rest[1].expr if len(rest) > 1 else cast(null(), "BOOLEAN")
    constant = as_type(rest[2], Type.DYNAMIC) if len(rest) > 2 else text("0")
    return call("kql_series_fill_linear", series.expr, missing, edges, constant)


def _validate(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    periods = [as_type(argument, Type.REAL) for argument in arguments[1:]]
    return call("kql_series_periods_validate", arguments[0].expr, values(periods, "DOUBLE"))


def _forecast(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    series, points, *rest = arguments
    order = [series, *rest[:2], points, *rest[2:]]
    if len(rest) < 2:
        period = as_type(rest[0], Type.LONG) if rest else cast(null(), "BIGINT")
        return call(
            "kql_series_decompose",
            series.expr,
            period,
            cast(null(), "VARCHAR"),
            as_type(points, Type.LONG),
            cast(null(), "DOUBLE"),
        )
    return _decompose(order, result, context)


_decompose = macro("kql_series_decompose", "JLSLR", None, None, None, None)
SERIES: Table = {
    **{f"series_{name}": udf(_FAMILY, macro(f"kql_series_{name}", "J")) for name in _UNARY},
    **{f"series_{name}": udf(_FAMILY, macro(f"kql_series_{name}", "JJ")) for name in _BINARY},
    "series_fill_const": udf(_FAMILY, macro("kql_series_fill_const", "JJJ", None, None)),
    "series_fill_forward": udf(_FAMILY, macro("kql_series_fill_forward", "JJ", None)),
    "series_fill_backward": udf(_FAMILY, macro("kql_series_fill_backward", "JJ", None)),
    "series_fill_linear": udf(_FAMILY, _fill_linear),
    "series_stats": udf(_FAMILY, macro("kql_series_stats", "JB", None)),
    "series_stats_dynamic": udf(_FAMILY, macro("kql_series_stats_dynamic", "JB", None)),
    "series_sum": udf(_FAMILY, macro("kql_series_sum", "J")),
    "series_product": udf(_FAMILY, macro("kql_series_product", "J")),
    "series_dot_product": udf(_FAMILY, macro("kql_series_dot_product", "JJ")),
    "series_magnitude": udf(_FAMILY, macro("kql_series_magnitude", "J")),
    "series_cosine_similarity": udf(_FAMILY, macro("kql_series_cosine_similarity", "JJRR", None, None)),
    "series_pearson_correlation": udf(_FAMILY, macro("kql_series_pearson_correlation", "JJ")),
    "series_fir": udf(_FAMILY, macro("kql_series_fir", "JJBB", None, None)),
    "series_iir": udf(_FAMILY, macro("kql_series_iir", "JJJ")),
    "series_seasonal": udf(_FAMILY, macro("kql_series_seasonal", "JL", None)),
    "series_decompose": udf(_FAMILY, _decompose),
    "series_decompose_forecast": udf(_FAMILY, _forecast),
    "series_decompose_anomalies": udf(
        _FAMILY,
        macro("kql_series_decompose_anomalies", "JRLSLSR", None, None, None, None, None, None),
    ),
    "series_outliers": udf(_FAMILY, macro("kql_series_outliers", "JSJRR", None, None, None, None)),
    "series_periods_detect": udf(_FAMILY, macro("kql_series_periods_detect", "JRRL")),
    "series_periods_validate": udf(_FAMILY, _validate),
    "series_fit_line": udf(_FAMILY, macro("kql_series_fit_line", "J")),
    "series_fit_line_dynamic": udf(_FAMILY, macro("kql_series_fit_line_dynamic", "J")),
    "series_fit_2lines": udf(_FAMILY, macro("kql_series_fit_2lines", "J")),
    "series_fit_2lines_dynamic": udf(_FAMILY, macro("kql_series_fit_2lines_dynamic", "J")),
    "series_fit_poly": udf(_FAMILY, macro("kql_series_fit_poly", "JJL", None, None)),
    "series_fft": udf(_FAMILY, macro("kql_series_fft", "JJ", None)),
    "series_ifft": udf(_FAMILY, macro("kql_series_ifft", "JJ", None)),
}
