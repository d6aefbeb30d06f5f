"""Whole-column questions that several rules ask: repeats, pairs that go one to one, and values of other datasets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.conform.submitted import Mask, Submitted
from crf2tlf.rules.columns import take
from crf2tlf.rules.grouping import codes, combine, shared_codes

TOLERANCE = 1e-6
"""Numbers that differ by less than this part of themselves are equal: eight bytes hold about fifteen digits."""


def plain(mask: Any) -> Mask:
    """Return a mask as plain truth values; unknown is false."""
    values = mask.to_numpy(dtype=bool, na_value=False) if isinstance(mask, pd.Series) else mask
    return np.asarray(values, dtype=bool)


def present(values: pd.Series[Any]) -> Mask:
    """Whether a value is there."""
    return plain(values.notna())


def absent(values: pd.Series[Any]) -> Mask:
    """Whether a value is missing."""
    return plain(values.isna())


def among(values: pd.Series[Any], *members: str) -> Mask:
    """Whether a text is one of these; a missing one is none of them."""
    return plain(values.isin(list(members)))


def matches(values: pd.Series[Any], pattern: str) -> Mask:
    """Whether a whole text matches a regular expression; a missing one does not."""
    return whose(values, re.compile(pattern).fullmatch)


def each(values: pd.Series[Any], function: Callable[[str], object], missing: object) -> Any:
    """Work a function out on each distinct text and return its values for the records; ``missing`` for missing ones."""
    numbers, texts = pd.factorize(values)
    return np.array([*(function(text) for text in texts), missing])[numbers]


def whose(values: pd.Series[Any], test: Callable[[str], object]) -> Mask:
    """Whether a text passes a test, which is made once for each distinct text; a missing one does not."""
    return np.asarray(each(values, lambda text: bool(test(text)), False), dtype=bool)


def repeated(columns: Sequence[pd.Series[Any]], chosen: Mask) -> Mask:
    """Whether another of the chosen records has the same values in all columns; missing values are alike."""
    groups = pd.Series(combine([codes(column[chosen]) for column in columns], int(chosen.sum())))
    result = np.zeros(len(chosen), dtype=bool)
    result[chosen] = groups.duplicated(keep=False).to_numpy()
    return result


def several(ones: Sequence[pd.Series[Any]], other: pd.Series[Any]) -> Mask:
    """Whether a record's values of ``ones`` go with more than one value of ``other``; missing values don't count."""
    size = len(other)
    known: Mask = np.logical_and.reduce([present(column) for column in (*ones, other)])
    groups = pd.Series(combine([codes(column) for column in ones], size))
    pairs = pd.DataFrame({"group": groups, "other": codes(other)})[known].drop_duplicates()
    many = pairs["group"].value_counts()
    return plain(groups.isin(many[many > 1].index)) & known


def differ(left: pd.Series[Any], right: pd.Series[Any]) -> Mask:
    """Whether two values are not the same; missing and missing are the same, numbers up to their precision."""
    unknown = absent(left) | absent(right)
    both_missing = absent(left) & absent(right)
    equal: Any
    if left.dtype.kind == "f" and right.dtype.kind == "f":
        equal = np.isclose(left.to_numpy(), right.to_numpy(), rtol=TOLERANCE, atol=1e-9)
    elif left.dtype == right.dtype or (left.dtype.kind == "M" and right.dtype.kind == "M"):
        equal = plain(left.reset_index(drop=True) == right.reset_index(drop=True))
    else:
        equal = plain(left.astype("str").reset_index(drop=True) == right.astype("str").reset_index(drop=True))
    return np.asarray(~np.where(unknown, both_missing, equal), dtype=bool)


def positions(left: Sequence[pd.Series[Any]], right: Sequence[pd.Series[Any]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return for each left record the first right record with the same values in all columns, else -1."""
    if not len(left[0]):
        return np.zeros(0, dtype=np.int64)
    mine, theirs = shared_codes([_alike(column) for column in left], [_alike(column) for column in right])
    first = pd.Series(np.arange(len(theirs)), index=theirs)
    first = first[~first.index.duplicated()]
    found = pd.Series(mine).map(first).fillna(-1).to_numpy(dtype=np.int64)
    return np.where(mine < 0, -1, found)


def found_in(left: Sequence[pd.Series[Any]], right: Sequence[pd.Series[Any]]) -> Mask:
    """Whether a right record has the same values in all columns."""
    return positions(left, right) >= 0


def of_subject(dataset: Submitted, source: Submitted | None, variable: str) -> pd.Series[Any]:
    """Return a variable of another dataset with one record a subject, as text, for each record; missing without one."""
    if source is None or not (source.has("USUBJID") and source.has(variable)):
        return pd.Series([None] * dataset.size, dtype="str")
    return take(source.text(variable), positions([dataset.text("USUBJID")], [source.text("USUBJID")]))


def _alike(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype("float64") if column.dtype.kind in "fi" else column
