"""Which date formats a column is written in, and whether day and month can be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.methods import CATALOGUE

DATE_FORMATS = (
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "DD-MON-YYYY",
    "DD MON YYYY",
    "DD/MON/YYYY",
    "DDMONYYYY",
    "MON DD, YYYY",
    "DD-MON-YY",
    "DDMONYY",
    "MM/DD/YYYY",
    "DD/MM/YYYY",
    "MM-DD-YYYY",
    "DD-MM-YYYY",
    "DD.MM.YYYY",
    "MM/DD/YY",
    "DD/MM/YY",
    "YYYYMMDD",
)
"""The formats of a day that are tried, those that leave no doubt first."""

DATE_TIMES = tuple(
    f"{date}{between}{time}"
    for date in ("YYYY-MM-DD", "YYYY/MM/DD", "DD-MON-YYYY", "DDMONYYYY", "MM/DD/YYYY", "DD/MM/YYYY")
    for between in ("T", " ", ":")
    for time in ("hh:mm", "hh:mm:ss")
)
TIMES = ("hh:mm", "hh:mm:ss")
PARTIAL = ("YYYY", "YYYY-MM", "MM/YYYY", "MON-YYYY", "MON YYYY")
"""What stands beside full dates where only the month or year is known."""

_ENOUGH = 0.9
_DIGITS = re.compile(r"[0-9]{1,8}(\.[0-9]+)?")


@dataclass(frozen=True)
class DateGuess:
    """The formats that read a column, the formats that read it too but otherwise, and how many values none reads."""

    formats: tuple[str, ...]
    others: tuple[str, ...] = ()
    unread: int = 0


def dates_of(values: Sequence[str]) -> DateGuess | None:
    """Return the formats of distinct values that are dates or times; None where they are something else.

    Texts of up to eight digits are dates only where all are days as YYYYMMDD.
    """
    column = pd.Series(list(values), dtype="str")
    if not len(column) or not column.str.contains("[0-9]").any():
        return None
    if column.str.fullmatch(_DIGITS.pattern).mean() > 1 - _ENOUGH:
        eight = bool(column.str.fullmatch("[0-9]{8}").all())
        return DateGuess(("YYYYMMDD",)) if eight and _readings(column, "YYYYMMDD").notna().all() else None
    for formats in (DATE_FORMATS, DATE_TIMES, TIMES):
        guess = _best(column, formats)
        if guess is not None:
            return guess
    return None


def _best(column: pd.Series[Any], formats: Sequence[str]) -> DateGuess | None:
    """Return the format that reads most, completed by one for partial dates."""
    readings = {name: _readings(column, name) for name in formats}
    counts = {name: int(read.notna().sum()) for name, read in readings.items()}
    best = max(formats, key=lambda name: counts[name])
    read = readings[best]
    if counts[best] < _ENOUGH * len(column):
        return _of_two(column, readings, best)
    others = [
        name
        for name in formats
        if name != best and counts[name] == counts[best] and bool((readings[name].dropna() != read.dropna()).any())
    ]
    chosen = [best]
    for name in PARTIAL:
        rest = _readings(column, name)
        if bool((rest.notna() & read.isna()).any()) and not bool((rest.notna() & read.notna()).any()):
            chosen.append(name)
            read = read.fillna(rest)
    return DateGuess(tuple(chosen), tuple(others), int(read.isna().sum()))


def _of_two(column: pd.Series[Any], readings: dict[str, pd.Series[Any]], best: str) -> DateGuess | None:
    """Return two formats of which each reads values that the other does not, where together they read enough."""
    read = readings[best]
    for name, other in readings.items():
        agree = read.isna() | other.isna() | (read == other)
        if name != best and bool(agree.all()) and int((read.notna() | other.notna()).sum()) >= _ENOUGH * len(column):
            return DateGuess((best, name), (), int((read.isna() & other.isna()).sum()))
    return None


def _readings(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Return the days that a format reads, missing where it reads none."""
    unread = np.zeros(len(column), dtype=bool)

    def report(mask: Any, *_: object) -> None:
        unread[np.asarray(mask, dtype=bool)] = True

    method = CATALOGUE["iso8601"].function
    if name in TIMES:
        midnight = pd.Series("2000-01-01", index=column.index, dtype="str")
        found = method(midnight, column, formats=("YYYY-MM-DD",), time_formats=(name,), report=report)
    else:
        found = method(column, formats=(name,), report=report)
    return pd.Series(found).mask(unread)
