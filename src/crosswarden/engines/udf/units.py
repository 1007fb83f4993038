"""Conversion between units: every unit as a factor to one unit of its family (temperatures also with an offset)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from crosswarden.engines.udf.body import Body

__all__ = ["BODIES"]

_DEGREE = math.pi / 180
_FOOT, _GALLON, _IMPERIAL = 0.3048, 0.003785411784, 0.00454609
_POUND, _BTU, _EV = 0.45359237, 1055.05585262, 1.602176634e-19
_POUND_FORCE = 4.4482216152605
_SURVEY_FOOT = 1200 / 3937
_LIGHT_YEAR, _PARSEC = 9.46073047258e15, 3.08567758128e16
_SI = {
    "Nano": 1e-9,
    "Micro": 1e-6,
    "Milli": 1e-3,
    "Centi": 1e-2,
    "Deci": 0.1,
    "": 1.0,
    "Deca": 10.0,
    "Hecto": 100.0,
    "Kilo": 1e3,
    "Mega": 1e6,
    "Giga": 1e9,
    "Tera": 1e12,
}


def _prefixed(stem: str, factor: float, prefixes: str) -> dict[str, float]:
    return {
        (prefix + stem if prefix else stem[0].upper() + stem[1:]): factor * size
        for prefix, size in _SI.items()
        if prefix in prefixes.split(",")
    }


_ANGLE = {
    **_prefixed("radian", 1.0, "Nano,Micro,Milli,Centi,Deci,"),
    **_prefixed("degree", _DEGREE, "Nano,Micro,Milli,"),
    "Arcminute": _DEGREE / 60,
    "Arcsecond": _DEGREE / 3600,
    "Gradian": 0.9 * _DEGREE,
    "NatoMil": 2 * math.pi / 6400,
    "Revolution": 2 * math.pi,
}
_ENERGY = {
    **_prefixed("joule", 1.0, "Milli,,Kilo,Mega,Giga"),
    **_prefixed("wattHour", 3600.0, "Kilo,Mega,Giga,Tera"),
    **_prefixed("wattDay", 86400.0, "Kilo,Mega,Giga,Tera"),
    **_prefixed("calorie", 4.184, ",Kilo,Mega"),
    **_prefixed("britishThermalUnit", _BTU, "Kilo,Mega,Giga"),
    **_prefixed("electronVolt", _EV, "Kilo,Mega,Giga,Tera"),
    "WattHour": 3600.0,
    "WattDay": 86400.0,
    "BritishThermalUnit": _BTU,
    "ElectronVolt": _EV,
    "Erg": 1e-7,
    "FootPound": 1.3558179483314,
    "HorsepowerHour": 2.6845195376962e6,
    "DecathermEc": 1.05505585262e9,
    "DecathermImperial": 1.05505585257348e9,
    "DecathermUs": 1.054804e9,
    "ThermEc": 1.05505585262e8,
    "ThermImperial": 1.05505585257348e8,
    "ThermUs": 1.054804e8,
}
_FORCE = {
    **_prefixed("newton", 1.0, "Micro,Milli,,Deca,Kilo,Mega"),
    "Dyn": 1e-5,
    "KilogramForce": 9.80665,
    "KiloPond": 9.80665,
    "KilopoundForce": _POUND_FORCE * 1000,
    "OunceForce": _POUND_FORCE / 16,
    "Poundal": 0.138254954376,
    "PoundForce": _POUND_FORCE,
    "ShortTonForce": _POUND_FORCE * 2000,
    "TonneForce": 9806.65,
}
_LENGTH = {
    **_prefixed("meter", 1.0, "Nano,Micro,Milli,Centi,Deci,,Deca,Hecto,Kilo"),
    "Angstrom": 1e-10,
    "AstronomicalUnit": 1.495978707e11,
    "Chain": 20.1168,
    "DataMile": 1828.8,
    "DtpPica": _FOOT / 72,
    "DtpPoint": _FOOT / 864,
    "Fathom": 1.8288,
    "Foot": _FOOT,
    "Hand": 0.1016,
    "Inch": 0.0254,
    "KilolightYear": _LIGHT_YEAR * 1e3,
    "LightYear": _LIGHT_YEAR,
    "MegalightYear": _LIGHT_YEAR * 1e6,
    "Kiloparsec": _PARSEC * 1e3,
    "Megaparsec": _PARSEC * 1e6,
    "Parsec": _PARSEC,
    "Microinch": 2.54e-8,
    "Mil": 2.54e-5,
    "Mile": 1609.344,
    "NauticalMile": 1852.0,
    "PrinterPica": _FOOT / 72.27,
    "PrinterPoint": _FOOT / 72.27 / 12,
    "Shackle": 27.432,
    "SolarRadius": 6.95510e8,
    "Twip": _FOOT / 12 / 1440,
    "UsSurveyFoot": _SURVEY_FOOT,
    "Yard": 0.9144,
}
_MASS = {
    **_prefixed("gram", 1.0, "Nano,Micro,Milli,Centi,Deci,,Deca,Hecto,Kilo"),
    "Tonne": 1e6,
    "Kilotonne": 1e9,
    "Megatonne": 1e12,
    "Pound": _POUND * 1e3,
    "Kilopound": _POUND * 1e6,
    "Megapound": _POUND * 1e9,
    "Ounce": _POUND * 1e3 / 16,
    "Grain": _POUND * 1e3 / 7000,
    "Stone": _POUND * 14e3,
    "ShortHundredweight": _POUND * 100e3,
    "LongHundredweight": _POUND * 112e3,
    "ShortTon": _POUND * 2000e3,
    "LongTon": _POUND * 2240e3,
    "Slug": 14593.902937,
    "EarthMass": 5.9722e27,
    "SolarMass": 1.98947e33,
}
_PER = {"Second": 1.0, "Minute": 60.0, "Hour": 3600.0}
_STEPS = {
    **{f"{name}meter": factor for name, factor in _SI.items() if name not in ("Mega", "Giga", "Tera")},
    "Meter": 1.0,
    "Foot": _FOOT,
    "Inch": 0.0254,
    "Yard": 0.9144,
    "Mile": 1609.344,
    "UsSurveyFoot": _SURVEY_FOOT,
}
_SPEED = {f"{step}Per{name}": size / time for step, size in _STEPS.items() for name, time in _PER.items()} | {
    "Knot": 1852 / 3600
}
_VOLUME = {
    **_prefixed("liter", 1e-3, "Micro,Milli,Centi,Deci,,Deca,Hecto,Kilo,Mega"),
    "CubicMeter": 1.0,
    "CubicCentimeter": 1e-6,
    "CubicDecimeter": 1e-3,
    "CubicMillimeter": 1e-9,
    "CubicMicrometer": 1e-18,
    "CubicHectometer": 1e6,
    "CubicKilometer": 1e9,
    "HectocubicMeter": 100.0,
    "KilocubicMeter": 1000.0,
    "CubicFoot": _FOOT**3,
    "HectocubicFoot": 100 * _FOOT**3,
    "KilocubicFoot": 1e3 * _FOOT**3,
    "MegacubicFoot": 1e6 * _FOOT**3,
    "CubicInch": 0.0254**3,
    "CubicYard": 0.9144**3,
    "CubicMile": 1609.344**3,
    "AcreFoot": 1 / 0.000810714,
    "BoardFoot": 0.0254**3 * 144,
    "UsGallon": _GALLON,
    "DecausGallon": 10 * _GALLON,
    "DeciusGallon": _GALLON / 10,
    "HectousGallon": 100 * _GALLON,
    "KilousGallon": 1e3 * _GALLON,
    "MegausGallon": 1e6 * _GALLON,
    "UsQuart": _GALLON / 4,
    "UsPint": _GALLON / 8,
    "UsCustomaryCup": _GALLON / 16,
    "UsLegalCup": 2.4e-4,
    "UsOunce": _GALLON / 128,
    "UsTablespoon": _GALLON / 256,
    "UsTeaspoon": _GALLON / 768,
    "UsBeerBarrel": 31 * _GALLON,
    "OilBarrel": 42 * _GALLON,
    "ImperialGallon": _IMPERIAL,
    "KiloimperialGallon": 1e3 * _IMPERIAL,
    "MegaimperialGallon": 1e6 * _IMPERIAL,
    "ImperialPint": _IMPERIAL / 8,
    "ImperialOunce": _IMPERIAL / 160,
    "ImperialBeerBarrel": 36 * _IMPERIAL,
    "AuTablespoon": 2e-5,
    "UkTablespoon": 1.5e-5,
    "MetricCup": 2.5e-4,
    "MetricTeaspoon": 5e-6,
}
# kelvin = (value + shift) * factor
_TEMPERATURE: Mapping[str, tuple[float, float]] = {
    "Kelvin": (0.0, 1.0),
    "DegreeCelsius": (273.15, 1.0),
    "MillidegreeCelsius": (273150.0, 1e-3),
    "DegreeFahrenheit": (459.67, 5 / 9),
    "DegreeRankine": (0.0, 5 / 9),
    "DegreeReaumur": (273.15 * 0.8, 1.25),
    "DegreeRoemer": (273.15 * 21 / 40 - 7.5, 40 / 21),
    "DegreeNewton": (273.15 * 0.33, 1 / 0.33),
    "DegreeDelisle": (-559.725, -2 / 3),
    "SolarTemperature": (0.0, 5778.0),
}


def _converter(factors: Mapping[str, float]) -> Callable[[float | None, str, str], float | None]:
    def convert(value: float | None, source: str, target: str) -> float | None:
        return None if value is None else value * factors[source] / factors[target]

    return convert


def _angle(value: float | None, source: str, target: str) -> float | None:
    """Tilt is the sine of the angle."""
    if value is None:
        return None
    radians = math.asin(value) if source == "Tilt" else value * _ANGLE[source]
    return math.sin(radians) if target == "Tilt" else radians / _ANGLE[target]


def temperature(value: float | None, source: str, target: str) -> float | None:
    """A temperature on another scale.

    >>> round(temperature(1.2, "Kelvin", "DegreeCelsius"), 6)
    -271.95
    """
    if value is None:
        return None
    (shift, factor), (back, size) = _TEMPERATURE[source], _TEMPERATURE[target]
    return (value + shift) * factor / size - back


_PARAMETERS = ("DOUBLE", "VARCHAR", "VARCHAR")
BODIES = {
    "kql_convert_angle": Body(_angle, _PARAMETERS, "DOUBLE"),
    "kql_convert_energy": Body(_converter(_ENERGY), _PARAMETERS, "DOUBLE"),
    "kql_convert_force": Body(_converter(_FORCE), _PARAMETERS, "DOUBLE"),
    "kql_convert_length": Body(_converter(_LENGTH), _PARAMETERS, "DOUBLE"),
    "kql_convert_mass": Body(_converter(_MASS), _PARAMETERS, "DOUBLE"),
    "kql_convert_speed": Body(_converter(_SPEED), _PARAMETERS, "DOUBLE"),
    "kql_convert_temperature": Body(temperature, _PARAMETERS, "DOUBLE"),
    "kql_convert_volume": Body(_converter(_VOLUME), _PARAMETERS, "DOUBLE"),
}
