"""Seasonality, decomposition, outliers, regression and Fourier transforms of series."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_number, dumps, loads, numbers

__all__ = ["BODIES"]

_MOST_POINTS = 200_000


def _finite(text: str | None) -> list[float]:
    values = numbers(text)
    if not values or len(values) > _MOST_POINTS or any(x is None or not math.isfinite(x) for x in values):
        raise ValueError("not finite")
    return [float(x) for x in values if x is not None]


def _correlation(values: Any, lag: int) -> float:
    """The autocorrelation at a lag, made up for the points that overlap no more."""
    flat = values - values.mean()
    under = float((flat * flat).sum())
    over = float((flat[:-lag] * flat[lag:]).sum()) * len(values) / (len(values) - lag)
    return max(-1.0, min(1.0, over / under)) if under else 0.0


def _line(values: list[float]) -> tuple[float, float]:
    """Slope and interception of the line through the points."""
    n = len(values)
    mean_x, mean_y = (n - 1) / 2, math.fsum(values) / n
    under = math.fsum((i - mean_x) ** 2 for i in range(n))
    slope = math.fsum((i - mean_x) * (y - mean_y) for i, y in enumerate(values)) / under if under else 0.0
    return slope, mean_y - slope * mean_x


def _detect(values: list[float], least: float, most: float, count: int) -> list[tuple[float, float]]:
    """Periods with their scores, best first: peaks of the autocorrelation of the detrended series."""
    n = len(values)
    if n < 8:
        return []
    slope, start = _line(values)
    raw = np.array(values)
    flat = raw - (slope * np.arange(n) + start)
    noise = 2 / math.sqrt(n)
    low, high = max(4, math.ceil(least)), min((n - 1) // 2, math.floor(most) if math.isfinite(most) else n)
    scores = {lag: _correlation(flat, lag) for lag in range(max(low - 1, 1), min(high + 1, n - 2) + 1)}
    peaks = []
    for lag in range(low, high + 1):
        score = scores.get(lag, 0.0)
        if score > noise and score >= scores.get(lag - 1, -1.0) and score >= scores.get(lag + 1, -1.0):
            peaks.append((float(lag), min(1.0, max(score, _correlation(raw, lag)))))
    peaks.sort(key=lambda peak: (-round(peak[1], 6), peak[0]))
    kept: list[tuple[float, float]] = []
    for period, score in peaks:
        harmonic = any(abs(period / known - round(period / known)) < 0.05 for known, _ in kept)
        if not harmonic:
            kept.append((period, score))
    return kept[:count]


def periods_detect(
    text: str | None, least: float | None, most: float | None, count: int | None
) -> str | None:
    """The most significant periods between two lengths, and their scores; zeros fill up to the count."""
    wanted = min(max(count or 1, 1), 100)
    found = _detect(_finite(text), least or 0.0, most if most is not None else math.inf, wanted)
    found += [(0.0, 0.0)] * (wanted - len(found))
    return dumps([[period for period, _ in found], [score for _, score in found]])


def periods_validate(text: str | None, periods: list[float | None]) -> str | None:
    """Scores of given periods; zero for one that is not there."""
    values = np.array(_finite(text))
    scores = []
    for period in periods:
        lag = round(period or 0)
        fits = 4 <= lag <= len(values) // 2
        score = _correlation(values, lag) if fits else 0.0
        peak = fits and score >= max(
            _correlation(values, lag - 1), _correlation(values, min(lag + 1, len(values) - 2))
        )
        scores.append(score if peak and score > 2 / math.sqrt(len(values)) else 0.0)
    return dumps([[float(period or 0) for period in periods], scores])


def _seasonal(values: list[float], period: int) -> list[float]:
    if period < 2:
        return [0.0] * len(values)
    medians = [statistics.median(values[phase::period]) for phase in range(min(period, len(values)))]
    return [medians[i % period] for i in range(len(values))]


def _period(values: list[float], period: int | None, threshold: float) -> int:
    if period is not None and period >= 0:
        return period
    found = _detect(values, 4, len(values) / 2, 1)
    return round(found[0][0]) if found and found[0][1] >= threshold else 0


def seasonal(text: str | None, period: int | None) -> str | None:
    """The seasonal component: the median of the points of each phase."""
    values = _finite(text)
    return dumps(_seasonal(values, _period(values, period, 0.7)))


def _decomposed(
    values: list[float], period: int | None, trend: str, points: int, threshold: float
) -> list[list[float]]:
    learned = values[: len(values) - points] if points else values
    season = _period(learned, period, threshold)
    medians = _seasonal(learned, season)[:season] if season >= 2 else []
    wave = [medians[i % season] if medians else 0.0 for i in range(len(values))]
    flat = [x - s for x, s in zip(learned, wave, strict=False)]
    if trend == "linefit":
        slope, start = _line(flat)
        line = [slope * i + start for i in range(len(values))]
    elif trend == "avg":
        line = [math.fsum(flat) / len(flat)] * len(values)
    else:
        line = [0.0] * len(values)
    baseline = [s + t for s, t in zip(wave, line, strict=True)]
    residual = [x - b for x, b in zip(values, baseline, strict=True)]
    return [baseline, wave, line, residual]


def decompose(
    text: str | None, period: int | None, trend: str | None, points: int | None, threshold: float | None
) -> str | None:
    """Baseline, seasonal, trend and residual."""
    values = _finite(text)
    return dumps(
        _decomposed(values, period, trend or "avg", points or 0, 0.6 if threshold is None else threshold)
    )


def _quantile(ordered: list[float], percent: float) -> float:
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _scores(values: list[float | None], low: float, high: float) -> list[float]:
    """Tukey scores: how many ranges between two percentiles a value lies outside them."""
    present = sorted(x for x in values if x is not None)
    if not present:
        return [0.0] * len(values)
    bottom, top = _quantile(present, low), _quantile(present, high)
    span = top - bottom
    normal = statistics.NormalDist()
    factor = (normal.inv_cdf(0.75) - normal.inv_cdf(0.25)) / (
        normal.inv_cdf(high / 100) - normal.inv_cdf(low / 100)
    )
    shift = (normal.inv_cdf(high / 100) - normal.inv_cdf(0.75)) / (
        normal.inv_cdf(0.75) - normal.inv_cdf(0.25)
    )
    out = []
    for x in values:
        if x is None or bottom <= x <= top:
            out.append(0.0)
        elif span * factor == 0:
            out.append(math.copysign(math.inf, x - top if x > top else x - bottom))
        elif x > top:
            out.append((x - top) / (span * factor) + (shift if low != 25 else 0.0))
        else:
            out.append((x - bottom) / (span * factor) - (shift if low != 25 else 0.0))
    return out


def outliers(
    text: str | None, kind: str | None, ignored: str | None, low: float | None, high: float | None
) -> str | None:
    """Anomaly scores by Tukey's fences; positive above, negative below, zero inside."""
    placeholder = as_number(loads(ignored))
    values: list[float | None] = [None if x is None or x == placeholder else float(x) for x in numbers(text)]
    tukey = (kind or "ctukey").lower() == "tukey"
    bounds = (25.0, 75.0) if tukey else (10.0 if low is None else low, 90.0 if high is None else high)
    return dumps(_scores(values, *bounds))


def anomalies(
    text: str | None,
    limit: float | None,
    period: int | None,
    trend: str | None,
    points: int | None,
    method: str | None,
    threshold: float | None,
) -> str | None:
    """Flags (+1, -1, 0), scores and baseline of a series."""
    values = _finite(text)
    parts = _decomposed(values, period, trend or "avg", points or 0, 0.6 if threshold is None else threshold)
    tukey = (method or "ctukey").lower() == "tukey"
    scores = _scores(list(parts[3]), *((25.0, 75.0) if tukey else (10.0, 90.0)))
    k = 1.5 if limit is None else limit
    flags = [1.0 if score > k else -1.0 if score < -k else 0.0 for score in scores]
    return dumps([flags, scores, parts[0]])


def _fit(values: list[float]) -> dict[str, Any]:
    n = len(values)
    slope, start = _line(values)
    line = [slope * i + start for i in range(n)]
    return _quality(values, line) | {"slope": slope, "interception": start, "line_fit": line}


def _quality(values: list[float], fitted: list[float]) -> dict[str, Any]:
    n, mean = len(values), math.fsum(values) / len(values)
    squares = math.fsum((x - mean) ** 2 for x in values)
    left = math.fsum((x - f) ** 2 for x, f in zip(values, fitted, strict=True))
    return {
        "rsquare": 1 - left / squares if squares else 1.0,
        "variance": squares / (n - 1) if n > 1 else 0.0,
        "rvariance": left / (n - 1) if n > 1 else 0.0,
    }


_LINE = ("rsquare", "slope", "variance", "rvariance", "interception", "line_fit")


def fit_line(text: str | None) -> str | None:
    """Linear regression: r², slope, variance, residual variance, interception, line."""
    found = _fit(_finite(text))
    return dumps([found[name] for name in _LINE])


def fit_line_dynamic(text: str | None) -> str | None:
    """The same as a bag."""
    found = _fit(_finite(text))
    return dumps({name: found[name] for name in _LINE})


_SIDE = ("rsquare", "slope", "interception", "variance", "rvariance")


def _two_lines(values: list[float]) -> dict[str, Any]:
    best: dict[str, Any] = {}
    for cut in range(2, len(values) - 1):
        left, right = _fit(values[:cut]), _fit(values[cut:])
        line = left["line_fit"] + right["line_fit"]
        quality = _quality(values, line)
        if not best or quality["rsquare"] > best["rsquare"]:
            best = quality | {"split_idx": cut, "line_fit": line, "left": left, "right": right}
    if not best:
        raise ValueError("too short")
    return best


def fit_two_lines(text: str | None) -> str | None:
    """Two-segment linear regression, as an array of its parts."""
    found = _two_lines(_finite(text))
    head = [found[name] for name in ("rsquare", "split_idx", "variance", "rvariance", "line_fit")]
    return dumps(head + [found[side][name] for side in ("right", "left") for name in _SIDE])


def fit_two_lines_dynamic(text: str | None) -> str | None:
    """The same as a bag."""
    found = _two_lines(_finite(text))
    bag = {name: found[name] for name in ("rsquare", "split_idx", "variance", "rvariance", "line_fit")}
    sides = {side: {name: found[side][name] for name in _SIDE} for side in ("right", "left")}
    return dumps(bag | sides)


def fit_poly(text: str | None, places: str | None, degree: int | None) -> str | None:
    """Polynomial regression: r², coefficients (highest power first), variances, fitted values."""
    values = _finite(text)
    x = np.array(_finite(places) if places is not None else range(len(values)), float)
    power = 5 if degree is None else degree
    if not 1 <= power <= 5 or len(x) != len(values):
        raise ValueError("degree")
    coefficients = np.polyfit(x, np.array(values), power)
    fitted = [float(y) for y in np.polyval(coefficients, x)]
    found = _quality(values, fitted)
    parts = [
        found["rsquare"],
        [float(c) for c in coefficients],
        found["variance"],
        found["rvariance"],
        fitted,
    ]
    return dumps(parts)


def fft(text: str | None, imaginary: str | None) -> str | None:
    """The Fourier transform: real and imaginary parts."""
    return _transform(text, imaginary, inverse=False)


def ifft(text: str | None, imaginary: str | None) -> str | None:
    """The inverse Fourier transform: real and imaginary parts."""
    return _transform(text, imaginary, inverse=True)


def _transform(text: str | None, imaginary: str | None, *, inverse: bool) -> str | None:
    real = np.array(_finite(text))
    values = real + (1j * np.array(_finite(imaginary)) if imaginary is not None else 0j)
    found = np.fft.ifft(values) if inverse else np.fft.fft(values)
    return dumps([[float(x) for x in found.real], [float(x) for x in found.imag]])


_ONE = ("VARCHAR",)
_DECOMPOSE = ("VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "DOUBLE")
BODIES = {
    "kql_series_periods_detect": Body(periods_detect, ("VARCHAR", "DOUBLE", "DOUBLE", "BIGINT"), "VARCHAR"),
    "kql_series_periods_validate": Body(periods_validate, ("VARCHAR", "DOUBLE[]"), "VARCHAR"),
    "kql_series_seasonal": Body(seasonal, ("VARCHAR", "BIGINT"), "VARCHAR"),
    "kql_series_decompose": Body(decompose, _DECOMPOSE, "VARCHAR"),
    "kql_series_decompose_anomalies": Body(
        anomalies, ("VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "BIGINT", "VARCHAR", "DOUBLE"), "VARCHAR"
    ),
    "kql_series_outliers": Body(outliers, ("VARCHAR", "VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE"), "VARCHAR"),
    "kql_series_fit_line": Body(fit_line, _ONE, "VARCHAR"),
    "kql_series_fit_line_dynamic": Body(fit_line_dynamic, _ONE, "VARCHAR"),
    "kql_series_fit_2lines": Body(fit_two_lines, _ONE, "VARCHAR"),
    "kql_series_fit_2lines_dynamic": Body(fit_two_lines_dynamic, _ONE, "VARCHAR"),
    "kql_series_fit_poly": Body(fit_poly, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR"),
    "kql_series_fft": Body(fft, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "kql_series_ifft": Body(ifft, ("VARCHAR", "VARCHAR"), "VARCHAR"),
}
