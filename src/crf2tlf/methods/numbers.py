"""Numbers: reading, rounding, choosing, categories, agreement of sources, and change from baseline."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Any_, Kind, Number, Report, Text, method
from crf2tlf.methods.columns import absent, as_kind, holds, kind_of, numbers, read_texts, same_kind, texts

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@method()
def number(value: Any_, *, report: Report) -> Number:
    """The number that a text says.

    Digits with an optional sign, a decimal point and an exponent; blanks at the ends do not matter. Anything else
    (``<5``, ``1,5``, ``ND``) is a finding RAW_NUMBER and becomes missing. Numbers stay, true is 1 and false 0.
    Missing gives missing. Raises ``ValueError`` for dates.

    Example: ``number(" 12.50 ")`` is 12.5.
    """
    kind = kind_of(value)
    if kind is Kind.DATE:
        raise ValueError("number takes text, not dates")
    if kind is not Kind.TEXT:
        return value.astype("Float64").astype("float64") if kind is Kind.TRUTH else value.astype("float64")
    read = numbers(read_texts(value, _read_number, np.nan), value.index)
    report(absent(read) & ~absent(value), "RAW_NUMBER", "{value} is not a number", value)
    return read


def _read_number(text: str) -> float:
    text = text.strip()
    read = float(text) if _NUMBER.fullmatch(text) else np.nan
    return read if np.isfinite(read) else np.nan


@method()
def round_(value: Number, *, digits: int = 0) -> Number:
    """The number rounded half up to ``digits`` decimals: a tie goes away from zero.

    What is rounded is the number as it is written in decimal, so 2.675 becomes 2.68 and 1.005 becomes 1.01; negative
    ``digits`` round to tens and hundreds. Missing gives missing. Raises ``ValueError`` for more than 300 digits.
    Source: SAS ROUND.
    """
    digits = int(digits)
    if abs(digits) > 300:
        raise ValueError(f"round takes at most 300 digits, not {digits}")
    plain = value.to_numpy(dtype="float64")
    size = np.abs(plain)
    power = 10.0 ** abs(digits)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = size * power if digits >= 0 else size / power
        units = np.floor(scaled + 0.5)
        rounded = np.copysign(units / power if digits >= 0 else units * power, plain)
        doubtful = (np.abs(scaled - np.floor(scaled) - 0.5) <= 1e-6 + 1e-14 * scaled) | (scaled >= 2.0**44)
    doubtful &= np.isfinite(plain)
    codes, uniques = pd.factorize(plain[doubtful])
    rounded[doubtful] = np.array([_round_decimal(float(n), digits) for n in uniques], dtype="float64")[codes]
    return numbers(rounded + 0.0, value.index)


def _round_decimal(number: float, digits: int) -> float:
    exact = Decimal(repr(number))
    if exact.adjusted() + digits >= 17:  # no decimals left to round
        return number
    return float(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


@method()
def abs_(value: Number) -> Number:
    """The number without its sign.

    Missing gives missing.
    """
    return value.abs()


@method()
def floor(value: Number) -> Number:
    """The largest whole number that is not above the value.

    A value within 1e-12 of a whole number counts as that number, so that the noise of binary arithmetic does no harm.
    Missing gives missing. Source: SAS FLOOR.
    """
    plain = value.to_numpy(dtype="float64")
    nearest = np.round(plain)
    return numbers(np.where(np.abs(plain - nearest) < 1e-12, nearest, np.floor(plain)), value.index)


@method()
def least(*values: Any_) -> Any_:
    """The smallest of the numbers, or the earliest of the dates, of the same record.

    Text is taken by its characters, which for ISO 8601 dates is their order (2017-01 is before 2017-01-31). Missing
    values are ignored; all missing gives missing. Raises ``ValueError`` for conditions or mixed kinds.
    Source: SAS MIN function.
    """
    return _extreme("least", values, largest=False)


@method()
def greatest(*values: Any_) -> Any_:
    """The largest of the numbers, or the latest of the dates, of the same record.

    Text is taken by its characters, which for ISO 8601 dates is their order (2017-01 is before 2017-01-31). Missing
    values are ignored; all missing gives missing. Raises ``ValueError`` for conditions or mixed kinds.
    Source: SAS MAX function.
    """
    return _extreme("greatest", values, largest=True)


def _extreme(name: str, values: tuple[Any_, ...], *, largest: bool) -> Any_:
    kind = same_kind(name, values)
    columns = [as_kind(value, kind) for value in values]
    if kind is Kind.TRUTH:
        raise ValueError(f"{name} takes numbers, dates or text, not conditions")
    chosen = columns[0]
    for other in columns[1:]:
        better = other > chosen if largest else other < chosen
        chosen = chosen.where(~(better | (chosen.isna() & other.notna())), other)
    return chosen


@method()
def cut(value: Number, *, breaks: list[float], labels: list[str]) -> Text:
    """The category of a number: the label of the interval it lies in.

    The intervals are below ``breaks[0]``, from each break (included) to the next (excluded), and from the last break
    on; so there is one label more than breaks. Missing gives missing. Raises ``ValueError`` where the breaks do not
    rise or the labels are not one more.

    Example: ``cut(AGE, breaks=[18, 65], labels=["<18", "18-64", ">=65"])`` is ``>=65`` at 65.
    """
    if len(labels) != len(breaks) + 1:
        raise ValueError(f"cut takes one label more than breaks, not {len(labels)} labels for {len(breaks)} breaks")
    edges = np.array([float(edge) for edge in breaks], dtype="float64")
    if not np.all(np.diff(edges) > 0):
        raise ValueError(f"cut takes rising breaks, not {list(breaks)}")
    interval = np.searchsorted(edges, value.to_numpy(dtype="float64"), side="right")
    named = np.array([*labels, ""], dtype=object)
    return texts(named[np.where(absent(value), len(labels), interval)], value.index)


@method()
def coalesce(*values: Any_) -> Any_:
    """The first value of the record that is not missing.

    All missing gives missing. Raises ``ValueError`` for values of different kinds. Source: SAS COALESCE, COALESCEC.
    """
    kind = same_kind("coalesce", values)
    columns = [as_kind(value, kind) for value in values]
    chosen = columns[0]
    for other in columns[1:]:
        chosen = chosen.where(chosen.notna(), other)
    return chosen


@method()
def agree(*values: Any_, report: Report) -> Any_:
    """The value that several sources agree on: the first that is not missing.

    Where two sources are present and differ, that is a finding VALUE_CONFLICT, and the first counts. Text is compared
    as it stands, blanks and case included. All missing gives missing. Raises ``ValueError`` for different kinds.

    Example: ``agree(raw.eot.DTHDAT, raw.survival.DTHDAT)``: the date of death that two forms collect.
    """
    kind = same_kind("agree", values)
    columns = [as_kind(value, kind) for value in values]
    chosen = coalesce(*columns)
    conflict = np.zeros(len(chosen), dtype=bool)
    for other in columns:
        conflict |= holds(other.notna() & (other != chosen))
    report(conflict, "VALUE_CONFLICT", "{value} differs from another source of the same value", chosen)
    return chosen


@method()
def change(value: Number, baseline: Number) -> Number:
    """The change from baseline: value − baseline, in the unit of both.

    Missing where either is missing. The noise of binary arithmetic is taken away (4.35 − 1.2 is 3.15, not
    3.1499999999999995). Source: ADaMIG 1.3 section 3.3.4, CHG.
    """
    return _without_noise(value - baseline, value.abs() + baseline.abs())


@method()
def percent_change(value: Number, baseline: Number) -> Number:
    """The change from baseline in percent: 100 × (value − baseline) ÷ baseline.

    Missing where either is missing and where the baseline is 0. Free of the noise of binary arithmetic as ``change``
    is. Source: ADaMIG 1.3 section 3.3.4, PCHG.
    """
    percent = 100 * change(value, baseline) / baseline.mask(baseline == 0)
    return _without_noise(percent, percent.abs())


def _without_noise(result: Number, size: Number) -> Number:
    """Replace a result by the decimal with 12 significant digits of ``size`` that lies within binary noise of it."""
    plain = result.to_numpy(dtype="float64").copy()
    scale = np.asarray(size, dtype="float64")
    at = np.flatnonzero(np.isfinite(plain) & (scale > 0))
    decimals = np.clip(11 - np.floor(np.log10(scale[at])), 0, 22).astype(int)
    for places in np.unique(decimals):
        these = at[decimals == places]
        short = np.round(plain[these], places)
        plain[these] = np.where(np.abs(short - plain[these]) <= 1e-14 * scale[these], short, plain[these])
    return numbers(plain + 0.0, result.index)
