"""ISO 8601 dates and times of any precision as whole columns: whether they are, and which moments they mean.

Source: SDTMIG 3.4 sections 4.4.1 and 4.4.2: parts are left out from the right, a missing part on the way is a hyphen,
and an interval of uncertainty has a solidus.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import each, whose
from crf2tlf.conform.submitted import Mask

Moments = np.ndarray[Any, np.dtype[np.datetime64]]

_TIME = r"T(?P<hour>\d\d|-)(?::(?P<minute>\d\d|-)(?::(?P<second>\d\d(?:\.\d+)?|-))?)?(?:Z|[+-]\d\d:?\d\d)?"
_ISO = re.compile(rf"(?P<year>\d{{4}}|-)(?:-(?P<month>\d\d|-)(?:-(?P<day>\d\d|-)(?:{_TIME})?)?)?")
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"[-+]?P(?!$)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?!$)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_LOWEST = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
_HIGHEST = {"month": 12, "day": 31, "hour": 23, "minute": 59, "second": 59}


def is_date(values: pd.Series[Any]) -> Mask:
    """Whether values are ISO 8601 dates or times that exist, complete or partial, or intervals of them."""
    return whose(values, _is_date)


def is_duration(values: pd.Series[Any]) -> Mask:
    """Whether values are ISO 8601 durations (``P1DT2H``), or intervals of them."""
    return whose(values, lambda text: all(map(_DURATION.fullmatch, text.split("/"))))


def earliest(values: pd.Series[Any]) -> Moments:
    """Return the first moment that each value may mean; not a time where even the year is unknown."""
    return _moments(values, lambda text: _moment(text.split("/")[0], _LOWEST), "s")


def latest(values: pd.Series[Any]) -> Moments:
    """Return the last moment that each value may mean; not a time where even the year is unknown."""
    return _moments(values, lambda text: _moment(text.split("/")[-1], _HIGHEST), "s")


def day(values: pd.Series[Any]) -> Moments:
    """Return the day of each value, not a time where the date is missing, partial, or an interval."""
    return _moments(values, _day, "D")


def after(first: pd.Series[Any], second: pd.Series[Any]) -> Mask:
    """Whether the first date is later than the second, whatever the unknown parts of both."""
    return np.asarray(earliest(first) > latest(second), dtype=bool)


def study_day(days: Moments, reference: Moments) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the study day: the reference is day 1, the day before is day -1 (SDTMIG 3.4 section 4.4.4)."""
    apart = (days - reference).astype("timedelta64[D]")
    number = np.where(np.isnat(apart), np.nan, apart.astype("float64"))
    return np.where(number >= 0, number + 1, number)


def _moments(values: pd.Series[Any], function: Callable[[str], np.datetime64], unit: str) -> Moments:
    return np.asarray(each(values, function, np.datetime64("NaT")), dtype=f"datetime64[{unit}]")


def _is_date(text: str) -> bool:
    return all(_moment(part, _LOWEST, strict=True) is not None for part in text.split("/")) and text.count("/") <= 1


def _day(text: str) -> np.datetime64:
    found = _ISO.fullmatch(text)
    parts = [found[part] for part in _PARTS[:3]] if found else [None]
    complete = all(part not in (None, "-") for part in parts)
    return _moment(text, _LOWEST) if complete else np.datetime64("NaT")


def _moment(text: str, default: dict[str, int], *, strict: bool = False) -> Any:
    """Return the moment of a text with unknown parts filled; ``strict``: None for what is no date, else not a time."""
    nothing = None if strict else np.datetime64("NaT")
    found = _ISO.fullmatch(text)
    if found is None or text.endswith("-"):
        return nothing
    known = {part: int(float(found[part])) for part in _PARTS if found[part] not in (None, "-")}
    if "year" not in known:
        if not strict:
            return nothing
        known["year"] = 2000
    filled = {**default, **known}
    month = np.datetime64(f"{filled['year']:04d}", "Y").astype("datetime64[M]") + (filled["month"] - 1)
    last = int((month + 1).astype("datetime64[D]").astype(int) - month.astype("datetime64[D]").astype(int))
    if "day" not in known:
        filled["day"] = min(filled["day"], last)
    limits = {"month": (1, 12), "day": (1, last), "hour": (0, 24), "minute": (0, 59), "second": (0, 60)}
    if any(not low <= filled[part] <= high for part, (low, high) in limits.items()):
        return nothing
    seconds = filled["hour"] * 3600 + filled["minute"] * 60 + filled["second"]
    return (month.astype("datetime64[D]") + (filled["day"] - 1)).astype("datetime64[s]") + seconds
