"""From values to the texts that stand in the cells of a file: decimals, date formats, patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods import CATALOGUE
from crf2tlf.rules.columns import take
from crf2tlf.simulate.streams import Floats

Days = NDArray[np.datetime64]
Texts = pd.Series  # of the dtype str; missing is NaN

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TOKEN = re.compile("YYYY|YY|MON|MM|DD|hh|mm|ss")
_FIELD = re.compile(r"\{(\w+)(?::0?([0-9]+))?\}")
LONGEST_MOVE = 40
"""A day that two formats read differently is moved by so many days at most: to one after the 12th of a month."""


def texts(values: Any, missing: Any = None) -> pd.Series[Any]:
    """Return a text column; empty texts and those of the mask are missing."""
    column = pd.Series(values, dtype="str")
    blank = (column == "").to_numpy(dtype=bool, na_value=False)
    return column.mask(blank if missing is None else blank | np.asarray(missing, dtype=bool))


def number_texts(values: Floats, decimals: int | None) -> pd.Series[Any]:
    """Return numbers with a fixed number of decimals; without one as short as they are. NaN is missing."""
    known = np.isfinite(values)
    plain, at = np.unique(np.where(known, values, 0.0) + 0.0, return_inverse=True)
    if decimals is not None:
        shown: Any = np.char.mod(f"%.{decimals}f", np.where(plain == 0, 0.0, plain))
        shown = np.where(np.char.lstrip(shown, "-0.") == "", np.char.lstrip(shown, "-"), shown)
    else:
        shown = np.array([f"{value:g}" for value in plain.tolist()], dtype=object) if len(plain) else plain.astype(str)
    return _taken(texts(shown), at, ~known)


def _taken(pool: pd.Series[Any], at: NDArray[np.intp], missing: NDArray[np.bool_]) -> pd.Series[Any]:
    """Return the texts at positions: each different one has been made once."""
    return take(pool, np.where(missing, -1, at))


def day_texts(days: Days, layout: str, seconds: NDArray[np.int64], unknown: NDArray[np.bool_]) -> pd.Series[Any]:
    """Return days (and times of the day, in seconds) in a format; ``unknown`` says whose day of the month is UN."""
    missing = np.isnat(days)
    whole = np.where(missing, np.datetime64("2000-01-01"), days).astype("datetime64[D]").astype(np.int64)
    clock = seconds if any(token in layout for token in ("hh", "mm", "ss")) else np.zeros_like(seconds)
    packed, at = np.unique((whole * 86_400 + clock) * 2 + unknown, return_inverse=True)
    filled = (packed // 172_800).astype("datetime64[D]")
    return _taken(_day_pool(filled, layout, packed // 2 % 86_400, packed % 2 == 1), at, missing)


def _day_pool(filled: Days, layout: str, seconds: NDArray[np.int64], unknown: NDArray[np.bool_]) -> pd.Series[Any]:
    """Return days in a format."""
    months = filled.astype("datetime64[M]")
    year = filled.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12
    day = (filled - months).astype(np.int64) + 1
    parts: Mapping[str, Any] = {
        "YYYY": _digits(year, 4),
        "YY": _digits(year % 100, 2),
        "MON": np.array(MONTHS, dtype=object)[month],
        "MM": _digits(month + 1, 2),
        "DD": np.where(unknown, "UN", _digits(day, 2)),
        "hh": _digits(seconds // 3600, 2),
        "mm": _digits(seconds // 60 % 60, 2),
        "ss": _digits(seconds % 60, 2),
    }
    shown = np.full(len(filled), "", dtype=object)
    at = 0
    for token in _TOKEN.finditer(layout):
        shown = shown + layout[at : token.start()] + parts[token.group()].astype(object)
        at = token.end()
    return texts(shown + layout[at:])


def _digits(values: NDArray[np.int64], width: int) -> Any:
    return np.char.mod(f"%0{width}d", values)


def unambiguous(days: Days, formats: Sequence[str], lowest: Days, highest: Days) -> Days:
    """Return days that all formats read alike: others are moved, later or else earlier, within the limits.

    With DD/MM/YYYY and MM/DD/YYYY, 3 April becomes 4 April.
    """
    if len(formats) < 2:
        return days
    days, left = days.copy(), np.flatnonzero(~np.isnat(days))
    left = left[_ambiguous(days[left], formats)]
    for move in [*range(1, LONGEST_MOVE), *range(-1, -LONGEST_MOVE, -1)]:
        if not len(left):
            break
        moved = days[left] + np.timedelta64(move, "D")
        fits = ~_ambiguous(moved, formats) & ~(moved > highest[left]) & ~(moved < lowest[left])
        days[left[fits]] = moved[fits]
        left = left[~fits]
    return days


def _ambiguous(days: Days, formats: Sequence[str]) -> NDArray[np.bool_]:
    """Return which days, written in the first format, another format reads as another day."""
    found = np.zeros(len(days), dtype=bool)

    def report(mask: Any, code: str, _message: str, _values: Any = None) -> None:
        if code == "RAW_DATE_AMBIGUOUS":
            found[np.asarray(mask, dtype=bool)] = True

    nothing = np.zeros(len(days), dtype=np.int64)
    shown = day_texts(days, formats[0], nothing, nothing.astype(bool))
    CATALOGUE["iso8601"].function(shown, formats=tuple(formats), report=report)
    return found


def fields_of(pattern: str) -> set[str]:
    """Return the names in braces of a pattern."""
    return {found.group(1) for found in _FIELD.finditer(pattern)}


def patterned(pattern: str, values: Mapping[str, pd.Series[Any]], size: int) -> pd.Series[Any]:
    """Return texts with {name} or {name:3} replaced by the values, filled up with zeros on the left."""
    shown: Any = np.full(size, "", dtype=object)
    at = 0
    for found in _FIELD.finditer(pattern):
        value = values[found.group(1)].fillna("").str.zfill(int(found.group(2) or 0))
        shown = shown + pattern[at : found.start()] + value.to_numpy(dtype=object)
        at = found.end()
    return texts(shown + pattern[at:])
