"""Special mathematical functions, decimals, base conversion, distances on the globe."""

from __future__ import annotations

import math
import random
import uuid
from decimal import ROUND_DOWN, Context, Decimal, localcontext

from crosswarden.engines.udf.body import Body

__all__ = ["BODIES"]

_NAN = float("nan")
_DECIMAL = Context(prec=34)


def hex_long(text: str) -> int | None:
    """A number spelled in hexadecimal; sixteen digits may spell a negative one.

    >>> hex_long("0xff"), hex_long("0xFFFFFFFFFFFFFFFF")
    (255, -1)
    """
    value = int(text, 16)
    return value - (1 << 64) if value >= 1 << 63 else value


def gamma(x: float | None) -> float | None:
    """Euler's gamma function."""
    return None if x is None else math.gamma(x)


def log_gamma(x: float | None) -> float | None:
    """The logarithm of the gamma function's magnitude."""
    return None if x is None else math.lgamma(x)


def erf(x: float | None) -> float | None:
    """The error function."""
    return None if x is None else math.erf(x)


def erfc(x: float | None) -> float | None:
    """The complementary error function."""
    return None if x is None else math.erfc(x)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny, c, d = 1e-300, 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    found = d
    for m in range(1, 1000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + term / c
            c = c if abs(c) > tiny else tiny
            found *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return found


def beta_cdf(x: float | None, a: float | None, b: float | None) -> float | None:
    """The beta distribution's cumulative probability; NaN outside its range."""
    if x is None or a is None or b is None:
        return None
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        return _NAN
    if x in (0.0, 1.0):
        return x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(1 - x, b, a) / b


def beta_pdf(x: float | None, a: float | None, b: float | None) -> float | None:
    """The beta distribution's density; NaN outside its range."""
    if x is None or a is None or b is None:
        return None
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        return _NAN
    if x in (0.0, 1.0):
        edge = a if x == 0.0 else b
        return 0.0 if edge > 1 else math.inf if edge < 1 else (b if x == 0.0 else a)
    logs = (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)
    return math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + logs)


def beta_inv(p: float | None, a: float | None, b: float | None) -> float | None:
    """The value below which the beta distribution has probability p; null where p is no probability."""
    if p is None or a is None or b is None or not 0 <= p <= 1:
        return None
    if a <= 0 or b <= 0:
        return _NAN
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if (beta_cdf(middle, a, b) or 0.0) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def welch_test(
    mean1: float | None,
    variance1: float | None,
    count1: float | None,
    mean2: float | None,
    variance2: float | None,
    count2: float | None,
) -> float | None:
    """The two-sided p-value of Welch's t-test.

    >>> round(welch_test(20.82, 7.6817, 15, 22.987, 3.3084, 15), 3)
    0.018
    """
    if None in (mean1, variance1, count1, mean2, variance2, count2):
        return None
    means, variances, counts = (mean1, mean2), (variance1, variance2), (count1, count2)
    a, b = (float(v or 0) / float(n or 0) for v, n in zip(variances, counts, strict=True))
    t = (float(means[0] or 0) - float(means[1] or 0)) / math.sqrt(a + b)
    freedom = (a + b) ** 2 / (a * a / (float(counts[0] or 0) - 1) + b * b / (float(counts[1] or 0) - 1))
    return beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)


def decimal_arithmetic(operator: str, left: str | None, right: str | None) -> str | None:
    """Arithmetic of decimals with 34 digits; null for what has no result."""
    if left is None or right is None:
        return None
    with localcontext(_DECIMAL):
        a, b = Decimal(left), Decimal(right)
        match operator:
            case "+":
                value = a + b
            case "-":
                value = a - b
            case "*":
                value = a * b
            case "/":
                value = a / b
            case _:
                value = a % b
        return format(value, "f") if value.is_finite() else None


def decimal_floor(left: str | None, step: str | None) -> str | None:
    """A decimal rounded down to a multiple."""
    if left is None or step is None:
        return None
    with localcontext(_DECIMAL):
        a, b = Decimal(left), Decimal(step)
        quotient = (a / b).quantize(Decimal(1), rounding=ROUND_DOWN)
        quotient -= 1 if quotient * b > a else 0
        return format(quotient * b, "f")


def to_hex(value: int | None, width: int | None) -> str:
    """A number in hexadecimal, padded with zeros to a width.

    >>> to_hex(256, None), to_hex(-256, None), to_hex(256, 8)
    ('100', 'ffffffffffffff00', '00000100')
    """
    return "" if value is None else f"{value & 0xFFFF_FFFF_FFFF_FFFF:x}".zfill(min(width or 0, 64))


def int_hex(value: int | None, width: int | None) -> str:
    """An int in hexadecimal: 32 bits.

    >>> int_hex(-256, 8)
    'ffffff00'
    """
    return "" if value is None else f"{value & 0xFFFF_FFFF:x}".zfill(min(width or 0, 64))


def rand(most: int | None, _: int | None) -> float | int | None:
    """A random real below 1; with a number, a random whole number below it."""
    if most is None:
        return random.random()  # noqa: S311  (KQL's rand is no secret)
    return float(random.randrange(most)) if most > 1 else random.random()  # noqa: S311


def new_guid(_: int | None) -> str:
    """A new random guid."""
    return str(uuid.uuid4())


def distance(
    longitude1: float | None,
    latitude1: float | None,
    longitude2: float | None,
    latitude2: float | None,
    spheroid: bool | None,
) -> float | None:
    """Metres between two places on a sphere (or on the WGS-84 spheroid); null for what is no place.

    >>> round(distance(-122.407628, 47.578557, -118.275287, 34.019056, None), 2)
    1546754.35
    """
    if longitude1 is None or latitude1 is None or longitude2 is None or latitude2 is None:
        return None
    if not (
        abs(longitude1) <= 180 and abs(longitude2) <= 180 and abs(latitude1) <= 90 and abs(latitude2) <= 90
    ):
        return None
    radians = tuple(map(math.radians, (longitude1, latitude1, longitude2, latitude2)))
    return _vincenty(*radians) if spheroid else _haversine(*radians)


def _haversine(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_010 * math.asin(math.sqrt(half))


def _vincenty(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    a, f = 6378137.0, 1 / 298.257223563
    b = a * (1 - f)
    u1, u2 = math.atan((1 - f) * math.tan(lat1)), math.atan((1 - f) * math.tan(lat2))
    su1, cu1, su2, cu2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    span = lam = lon2 - lon1
    sin_s = cos_s = sigma = cos2a = cos2m = 0.0
    for _ in range(1000):
        sl, cl = math.sin(lam), math.cos(lam)
        sin_s = math.hypot(cu2 * sl, cu1 * su2 - su1 * cu2 * cl)
        if sin_s == 0:
            return 0.0
        cos_s = su1 * su2 + cu1 * cu2 * cl
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cu1 * cu2 * sl / sin_s
        cos2a = 1 - sin_a * sin_a
        cos2m = cos_s - 2 * su1 * su2 / cos2a if cos2a else 0.0
        c = f / 16 * cos2a * (4 + f * (4 - 3 * cos2a))
        previous = lam
        lam = span + (1 - c) * f * sin_a * (sigma + c * sin_s * (cos2m + c * cos_s * (2 * cos2m**2 - 1)))
        if abs(lam - previous) < 1e-12:
            break
    u = cos2a * (a * a - b * b) / (b * b)
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = cos_s * (2 * cos2m**2 - 1) - big_b / 6 * cos2m * (4 * sin_s**2 - 3) * (4 * cos2m**2 - 3)
    return b * big_a * (sigma - big_b * sin_s * (cos2m + big_b / 4 * inner))


_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash(longitude: float | None, latitude: float | None, accuracy: int | None) -> str:
    """The geohash of a place; "" for what is no place.

    >>> geohash(-80.195829, 25.802215, 8)
    'dhwfz15h'
    """
    length = accuracy or 0
    if longitude is None or latitude is None or not 1 <= length <= 18:
        return ""
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        return ""
    ranges, place = [[-180.0, 180.0], [-90.0, 90.0]], (longitude, latitude)
    out, value = [], 0
    for bit in range(5 * length):
        bounds, coordinate = ranges[bit % 2], place[bit % 2]
        middle = (bounds[0] + bounds[1]) / 2
        high = coordinate >= middle
        bounds[0 if high else 1] = middle
        value = value * 2 + high
        if bit % 5 == 4:
            out.append(_BASE32[value])
            value = 0
    return "".join(out)


_ONE, _THREE = ("DOUBLE",), ("DOUBLE", "DOUBLE", "DOUBLE")
BODIES = {
    "kql_hex_long": Body(hex_long, ("VARCHAR",), "BIGINT"),
    "kql_gamma": Body(gamma, _ONE, "DOUBLE"),
    "kql_loggamma": Body(log_gamma, _ONE, "DOUBLE"),
    "kql_erf": Body(erf, _ONE, "DOUBLE"),
    "kql_erfc": Body(erfc, _ONE, "DOUBLE"),
    "kql_beta_cdf": Body(beta_cdf, _THREE, "DOUBLE"),
    "kql_beta_pdf": Body(beta_pdf, _THREE, "DOUBLE"),
    "kql_beta_inv": Body(beta_inv, _THREE, "DOUBLE"),
    "kql_welch_test": Body(welch_test, ("DOUBLE",) * 6, "DOUBLE"),
    "kql_decimal_arithmetic": Body(decimal_arithmetic, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"),
    "kql_decimal_floor": Body(decimal_floor, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "kql_to_hex": Body(to_hex, ("BIGINT", "BIGINT"), "VARCHAR", ""),
    "kql_int_hex": Body(int_hex, ("BIGINT", "BIGINT"), "VARCHAR", ""),
    "kql_rand": Body(rand, ("BIGINT", "BIGINT"), "DOUBLE", volatile=True),
    "kql_new_guid": Body(new_guid, ("BIGINT",), "VARCHAR", volatile=True),
    "kql_geo_distance": Body(distance, ("DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "BOOLEAN"), "DOUBLE"),
    "kql_geohash": Body(geohash, ("DOUBLE", "DOUBLE", "BIGINT"), "VARCHAR", ""),
}
