"""Two columns as values that can be compared, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from crf2tlf.compare.table import Attributes
from crf2tlf.files.cell_text import number_texts, seconds_texts
from crf2tlf.files.xpt import date_kind

Method = Literal["relative", "absolute"]
Marks = npt.NDArray[np.bool_]

_EPOCH = np.datetime64("1960-01-01", "s")
_DAY = 86_400
_LARGEST_SECONDS = 2.5e11
_TIMES_OF_DAY = r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?"


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may be apart: not at all, or up to ``criterion`` by a method.

    Source: SAS 9.4 Base SAS Procedures Guide, COMPARE: CRITERION= and METHOD=. RELATIVE compares
    ``|x - y| / ((|x| + |y|) / 2)``, ABSOLUTE compares ``|x - y|``; values are unequal where it exceeds the criterion.
    A missing value equals only a missing value.
    """

    criterion: float = 0.0
    method: Method = "relative"

    def differ(self, old: npt.NDArray[np.float64], new: npt.NDArray[np.float64]) -> Marks:
        """Return where two columns of numbers differ."""
        missing = np.isnan(old), np.isnan(new)
        unequal: Marks = (old != new) & ~(missing[0] & missing[1])
        if not self.criterion:
            return unequal
        both = unequal & ~missing[0] & ~missing[1]
        x, y = old[both], new[both]
        apart = np.abs(x - y)
        if self.method == "relative":
            apart = apart / ((np.abs(x) + np.abs(y)) / 2)
        unequal[both] = apart > self.criterion
        return unequal


def is_number(column: pd.Series[Any]) -> bool:
    """Return whether a column holds numbers."""
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def aligned(
    old: pd.Series[Any], new: pd.Series[Any], said_of_old: Attributes, said_of_new: Attributes
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return two columns as the same kind of values.

    Where one side has numbers and the other texts, the texts become numbers (ISO 8601 dates become SAS dates, if the
    numbers have a date format). If one of them is none, both become texts.
    """
    if is_number(old) == is_number(new):
        return old, new
    number_format = said_of_old.format if is_number(old) else said_of_new.format
    numbers = as_numbers(new if is_number(old) else old, number_format)
    if numbers is not None:
        return (old, numbers) if is_number(old) else (numbers, new)
    if is_number(old):
        return shown(old, number_format), new
    return old, shown(new, number_format)


def as_numbers(texts: pd.Series[Any], number_format: str | None) -> pd.Series[Any] | None:
    """Return texts as the numbers they stand for, None if one of them stands for none."""
    kind = date_kind(number_format)
    found = pd.to_numeric(texts, errors="coerce").astype("float64")
    if kind in ("date", "datetime"):
        moments = pd.to_datetime(texts, format="ISO8601", errors="coerce").to_numpy(dtype="datetime64[s]")
        seconds = np.where(np.isnat(moments), np.nan, (moments - _EPOCH).astype(np.float64))
        found = found.fillna(pd.Series(seconds / _DAY if kind == "date" else seconds, index=texts.index))
    elif kind == "time":
        clock = texts.where(texts.str.fullmatch(_TIMES_OF_DAY).fillna(False).astype(bool))
        full = clock.where(clock.str.count(":") == 2, clock + ":00")
        found = found.fillna(pd.to_timedelta(full).dt.total_seconds())
    return found if bool((found.isna() == texts.isna()).all()) else None


def shown(column: pd.Series[Any], number_format: str | None) -> pd.Series[Any]:
    """Return values as the texts that people read: dates and times in ISO 8601, numbers with all their digits."""
    if not is_number(column):
        return column
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    kind = date_kind(number_format)
    if kind == "time":
        return seconds_texts(numbers).set_axis(column.index)
    texts = _with_all_digits(column)
    if kind is None:
        return texts
    seconds = numbers * _DAY if kind == "date" else numbers
    readable = np.abs(seconds) < _LARGEST_SECONDS
    whole = readable & (numbers == np.floor(np.where(readable, numbers, 0)))
    moments = _EPOCH + np.where(whole, seconds, 0).astype("timedelta64[s]")
    iso = np.datetime_as_string(moments, unit="D" if kind == "date" else "s")
    return pd.Series(iso, index=column.index, dtype="str").where(whole, texts)


def _with_all_digits(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return numbers as texts that give them back: 15 digits may hide what differs."""
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    texts = number_texts(numbers).set_axis(column.index)
    hidden = column.notna() & (pd.to_numeric(texts) != numbers)
    return texts.where(~hidden, pd.Series([repr(float(n)) for n in numbers[hidden]], column.index[hidden], dtype="str"))


def differences(old: pd.Series[Any], new: pd.Series[Any], tolerance: Tolerance) -> Marks:
    """Return where two aligned columns of the same length differ."""
    if is_number(old):
        return tolerance.differ(
            old.to_numpy(dtype=np.float64, na_value=np.nan), new.to_numpy(dtype=np.float64, na_value=np.nan)
        )
    left, right = old.reset_index(drop=True), new.reset_index(drop=True)
    same = (left == right).fillna(False).astype(bool) | (left.isna() & right.isna())
    unequal: Marks = ~same.to_numpy(dtype=bool)
    return unequal
