"""Units of measurement and conversion between them, by exact factors."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Number, Report, Text, method
from crf2tlf.methods.columns import absent, numbers


class Unit(NamedTuple):
    """A unit: what it measures, how many base units it is, and, for temperatures, where its zero lies in kelvin."""

    measures: str
    factor: Fraction
    zero: Fraction = Fraction(0)


def _unit(measures: str, factor: str, zero: str = "0") -> Unit:
    return Unit(measures, Fraction(factor), Fraction(zero))


# Codes of the CDISC codelist UNIT (C71620) and usual spellings, in lower case. The pound and the inch are exact by the
# international yard and pound agreement of 1959; the conventional millimetre of mercury is 133.322387415 Pa exactly.
UNITS: dict[str, Unit] = {
    **dict.fromkeys(("kg",), _unit("mass", "1000")),
    **dict.fromkeys(("g",), _unit("mass", "1")),
    **dict.fromkeys(("mg",), _unit("mass", "0.001")),
    **dict.fromkeys(("ug", "mcg", "µg", "μg"), _unit("mass", "0.000001")),
    **dict.fromkeys(("ng",), _unit("mass", "0.000000001")),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), _unit("mass", "453.59237")),
    **dict.fromkeys(("oz", "ounce", "ounces"), _unit("mass", "28.349523125")),
    **dict.fromkeys(("m",), _unit("length", "1000")),
    **dict.fromkeys(("cm",), _unit("length", "10")),
    **dict.fromkeys(("mm",), _unit("length", "1")),
    **dict.fromkeys(("in", "inch", "inches"), _unit("length", "25.4")),
    **dict.fromkeys(("ft", "foot", "feet"), _unit("length", "304.8")),
    **dict.fromkeys(("k",), _unit("temperature", "1")),
    **dict.fromkeys(("c", "°c", "℃"), _unit("temperature", "1", "273.15")),
    **dict.fromkeys(("f", "°f", "℉"), _unit("temperature", "5/9", "45967/180")),
    **dict.fromkeys(("sec", "s", "second", "seconds"), _unit("time", "1")),
    **dict.fromkeys(("min", "minute", "minutes"), _unit("time", "60")),
    **dict.fromkeys(("hours", "h", "hr", "hrs", "hour"), _unit("time", "3600")),
    **dict.fromkeys(("days", "day", "d"), _unit("time", "86400")),
    **dict.fromkeys(("weeks", "week", "wk"), _unit("time", "604800")),
    **dict.fromkeys(("l",), _unit("volume", "1000")),
    **dict.fromkeys(("dl",), _unit("volume", "100")),
    **dict.fromkeys(("ml", "cm3"), _unit("volume", "1")),
    **dict.fromkeys(("ul", "µl", "μl"), _unit("volume", "0.001")),
    **dict.fromkeys(("kpa",), _unit("pressure", "1000")),
    **dict.fromkeys(("pa",), _unit("pressure", "1")),
    **dict.fromkeys(("mmhg",), _unit("pressure", "133.322387415")),
}


@method()
def convert(value: Number, unit: Text, *, to: str, report: Report) -> Number:
    """The value in another unit: ``convert(WEIGHT, WEIGHTU, to="kg")``.

    ``unit`` is each record's own unit. Known are mass (kg, g, mg, ug, ng, LB, oz), length (m, cm, mm, in, ft),
    temperature (C, F, K), time (sec, min, HOURS, DAYS, WEEKS), volume (L, dL, mL, uL) and pressure (mmHg, kPa, Pa), in
    any case and in usual spellings. The conversion is exact in decimal, not rounded. A missing value gives missing. A
    present value with a missing or unknown unit, or with one that measures something else, is a finding VALUE_UNIT
    and becomes missing. Raises ``ValueError`` where ``to`` is unknown. Source of codes: CDISC codelist UNIT (C71620).

    Example: ``convert(98.6, "F", to="C")`` is 37.
    """
    if (target := _find(to)) is None:
        raise ValueError(f"convert: {to!r} is no known unit (known: {', '.join(UNITS)})")
    result = np.full(len(value), np.nan)
    unfit = ~absent(value)
    plain = value.to_numpy(dtype="float64")
    codes, names = pd.factorize(unit)
    for i, name in enumerate(names):
        found = _find(name)
        if found is None or found.measures != target.measures:
            continue
        of_unit = (codes == i) & ~absent(value)
        result[of_unit] = _converted(plain[of_unit], found, target)
        unfit &= ~of_unit
    report(unfit, "VALUE_UNIT", f"a value in {{value}} cannot be converted to {to}", unit)
    return numbers(result, value.index)


def _find(name: str) -> Unit | None:
    return UNITS.get(name.strip().lower())


def _converted(values: np.ndarray, source: Unit, target: Unit) -> np.ndarray:
    """Convert each distinct value once, exactly: what a number says in decimal is what is converted."""
    if source == target:
        return values
    codes, uniques = pd.factorize(values)
    ratio = source.factor / target.factor
    shift = (source.zero - target.zero) / target.factor
    exact = [float(Fraction(repr(float(number))) * ratio + shift) for number in uniques]
    return np.array(exact, dtype="float64")[codes]
