"""Durations: how many days, months or years lie between two dates, and dates so many days away."""

from __future__ import annotations

import numpy as np

from crf2tlf.methods.catalogue import Any_, Date, Number, Report, method
from crf2tlf.methods.columns import absent, days, numbers
from crf2tlf.methods.imputation import Day, complete_days

DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25


def days_per(unit: str, days_per_month: float = DAYS_PER_MONTH) -> float:
    """Return how many days a unit has; raises ``ValueError`` for an unknown unit."""
    known = {"days": 1.0, "weeks": 7.0, "months": float(days_per_month), "years": DAYS_PER_YEAR}
    if unit not in known:
        raise ValueError(f"a duration is in {', '.join(known)}, not in {unit!r}")
    if not known[unit] > 0:
        raise ValueError(f"days_per_month must be above 0, not {days_per_month}")
    return known[unit]


def days_between(start: Day, end: Day) -> np.ndarray:
    """Return end − start in days, NaN where either is missing."""
    difference = (end.astype("datetime64[D]") - start.astype("datetime64[D]")).astype("float64")
    return np.where(np.isnat(end) | np.isnat(start), np.nan, difference)


@method()
def duration(
    start: Any_,
    end: Any_,
    *,
    unit: str = "days",
    both_ends: bool = True,
    days_per_month: float = DAYS_PER_MONTH,
    report: Report,
) -> Number:
    """The time from ``start`` to ``end`` in days, weeks, months or years.

    A week has 7 days, a month ``days_per_month`` (30.4375), a year 365.25. Both ends are dates or ISO 8601 text. With
    ``both_ends`` the first and the last day both count, so that a duration within one day is 1 day; an end before the
    start then gives end − start, a negative number without that day. Missing where either is missing or partial. A
    text that is not ISO 8601 is a finding RAW_DATE. Raises ``ValueError`` for an unknown unit. Source: ADaMIG 1.3
    (durations are a convention of the study, stated in its metadata); R admiral's ``compute_duration``, ``add_one``.

    Example: 2017-01-01 to 2017-01-31 are 31 days, or 31 / 30.4375 = 1.018… months.
    """
    divisor = days_per(unit, days_per_month)
    between = days_between(complete_days(start, report), complete_days(end, report))
    if both_ends:
        between = np.where(between >= 0, between + 1, between)
    return numbers(between / divisor, start.index)


@method()
def years_between(birth: Any_, day: Any_, *, report: Report) -> Number:
    """The full years from ``birth`` to ``day``: the age at a day.

    Both are dates or ISO 8601 text. A birthday on 29 February is reached on 1 March in other years. Missing where
    either is missing or partial; negative where the day lies before birth. A text that is not ISO 8601 is a finding
    RAW_DATE. Source: SDTMIG 3.4 section 5.2, AGE.
    """
    born, then = complete_days(birth, report), complete_days(day, report)
    years = then.astype("datetime64[Y]").astype("float64") - born.astype("datetime64[Y]").astype("float64")
    unfinished = _day_in_year(then) < _day_in_year(born)
    missing = np.isnat(born) | np.isnat(then)
    return numbers(np.where(missing, np.nan, years - unfinished), birth.index)


def _day_in_year(day: Day) -> np.ndarray:
    """Return a number that orders days by month and day, whatever the year."""
    month = day.astype("datetime64[M]")
    in_month = (day - month).astype("int64")
    return np.asarray((month - day.astype("datetime64[Y]")).astype("int64") * 32 + in_month)


@method()
def add_days(day: Date, number: Number) -> Date:
    """The date so many days after ``day`` (before it, where ``number`` is negative).

    A fraction of a day is rounded down. Missing where either is missing.
    """
    missing = absent(day) | absent(number)
    shift = np.where(missing, 0, np.floor(number.to_numpy(dtype="float64", na_value=0))).astype("int64")
    moved = day.to_numpy().astype("datetime64[D]") + shift
    return days(np.where(missing, np.datetime64("NaT", "D"), moved), day.index)
