"""Numbers, dates and times of typed files as the texts that people see.

A number has the fewest digits that give it back, at most 15 of them (as Excel and SAS show), whole ones no decimals:
5, 36.6, 0.3. A format adds zeros, ``005`` under ``000`` or ``Z3.`` and ``5.0`` under ``0.0`` or ``5.1``, but takes no
digits away. Dates and times are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_LARGEST_WHOLE = 2**53
_LONGEST = 40


def number_text(value: float, whole: int = 0, decimals: int = 0) -> str:
    """Return a finite number as text, with at least so many digits before and after the point."""
    if float(value).is_integer() and abs(value) <= _LARGEST_WHOLE:
        text = str(int(value))
    else:
        text = format(Decimal(f"{value:.15g}"), "f")
        if len(text) > _LONGEST:
            return f"{value:.15g}"
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    before, _, after = digits.partition(".")
    after = after.ljust(decimals, "0")
    return f"{sign}{before.zfill(whole)}{'.' if after else ''}{after}"


def number_texts(values: npt.NDArray[np.float64], whole: int = 0, decimals: int = 0) -> pd.Series[str]:
    """Return a column of numbers as texts, missing where not a number; see :func:`number_text`."""
    return _each_once(pd.Series(values), lambda value: number_text(value, whole, decimals))


def seconds_texts(seconds: npt.NDArray[np.float64]) -> pd.Series[str]:
    """Return times of day or durations, in seconds, as hh:mm:ss; fractions of a second are kept."""
    return _each_once(pd.Series(seconds), clock_text)


def clock_text(seconds: float, *, show_seconds: bool = True) -> str:
    """Return a time of day or duration as hh:mm:ss, or hh:mm where the seconds are not shown and are zero."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, rest = divmod(round(seconds, 6), 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{sign}{hours:02}:{minutes:02}"
    return f"{text}:{number_text(round(rest, 6), 2)}" if show_seconds or rest else text


def moment_text(moment: datetime, shown: str) -> str:
    """Return a date and time in ISO 8601 with the parts that a format shows, and those it hides that are not zero.

    ``shown`` holds the letters of the parts: y, n (month), d, h, s. Under ``mmm-yy`` the first of a month is 2020-01.
    """
    clock = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    if not shown.strip("hs"):
        return clock_text(clock, show_seconds="s" in shown)
    text = moment.date().isoformat()
    if "h" in shown or clock:
        return f"{text}T{clock_text(clock, show_seconds='s' in shown)}"
    if "d" in shown or moment.day > 1:
        return text
    return text[:7] if "n" in shown or moment.month > 1 else text[:4]


def _each_once(values: pd.Series[Any], text: Callable[[float], str]) -> pd.Series[str]:
    """Turn each different value into text once; what is missing stays missing."""
    codes, different = pd.factorize(values)
    texts = pd.Series([text(float(value)) for value in different] + [None], dtype="str")
    return texts.take(codes).reset_index(drop=True)  # the code of a missing value, -1, takes the last
