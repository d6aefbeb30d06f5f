"""Operations on whole columns with three-valued logic: what the operators of a rule do.

A value is a column (:class:`pandas.Series`) or a constant. Missing text is NaN, never the empty text.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Kind

Constant: TypeAlias = "str | float | bool | pd.Timestamp | None"
Value: TypeAlias = "pd.Series[Any] | Constant"

DTYPES: dict[Kind, str] = {
    Kind.TEXT: "str",
    Kind.NUMBER: "float64",
    Kind.DATE: "datetime64[s]",
    Kind.TRUTH: "boolean",
    Kind.ANY: "str",
}
FOUR_DIGIT_YEARS = 3_652_059
"""The days of the years 1 to 9999; a date further away is none."""

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
}


def column(value: Value, kind: Kind, size: int) -> pd.Series[Any]:
    """Return a value as a column of ``size`` records in the column type of its kind."""
    if isinstance(value, pd.Series):
        return value
    if value is None:
        return missing(kind, size)
    if kind is Kind.TEXT and value == "":
        return missing(kind, size)
    return pd.Series(np.full(size, value, dtype=object) if size else [], dtype=DTYPES[kind])


def missing(kind: Kind, size: int) -> pd.Series[Any]:
    """Return a column of missing values."""
    return pd.Series([None] * size if kind in (Kind.TEXT, Kind.ANY) else None, index=range(size), dtype=DTYPES[kind])


def is_missing(value: Value, size: int) -> pd.Series[Any]:
    """Return which records have no value; never unknown itself."""
    if isinstance(value, pd.Series):
        return value.isna().astype("boolean")
    return pd.Series(np.full(size, value is None or value == ""), dtype="boolean")


def truth(values: Any, unknown: Any) -> pd.Series[Any]:
    """Return a three-valued column from plain truth values and a mask of unknown records."""
    mask = np.asarray(unknown, dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(np.where(mask, False, np.asarray(values, dtype=bool)), mask.copy()))


def compare(operation: str, left: Value, right: Value, size: int) -> pd.Series[Any]:
    """Compare two values record by record; unknown where either is missing."""
    unknown = np.zeros(size, dtype=bool)
    for side in (left, right):
        unknown |= is_missing(side, size).to_numpy(dtype=bool)
    if left is None or right is None:
        return truth(np.zeros(size, dtype=bool), unknown)
    found = COMPARISONS[operation](left, right)
    if isinstance(found, pd.Series):
        found = found.to_numpy(dtype=bool, na_value=False)
    return truth(np.broadcast_to(found, size), unknown)


def among(value: Value, members: Sequence[Constant], size: int, *, negate: bool) -> pd.Series[Any]:
    """Return whether a value is one of the members; unknown where it is missing."""
    whole = value if isinstance(value, pd.Series) else pd.Series([value] * size)
    found = whole.isin(list(members)).to_numpy(dtype=bool)
    return truth(~found if negate else found, whole.isna().to_numpy(dtype=bool))


def arithmetic(operation: str, left: Value, right: Value, kinds: tuple[Kind, Kind], size: int) -> pd.Series[Any]:
    """Calculate record by record; missing where either operand is missing or the result is not finite."""
    if Kind.DATE in kinds:
        return _date_arithmetic(operation, left, right, kinds, size)
    left, right = column(left, kinds[0], size), column(right, kinds[1], size)
    if kinds[0] is Kind.TEXT:
        return (left + right).astype("str")
    with np.errstate(all="ignore"):
        result: pd.Series[Any] = ARITHMETIC[operation](left, right)
    return result.where(np.isfinite(result))


def _date_arithmetic(operation: str, left: Value, right: Value, kinds: tuple[Kind, Kind], size: int) -> pd.Series[Any]:
    if kinds == (Kind.DATE, Kind.DATE):
        elapsed = column(left, Kind.DATE, size) - column(right, Kind.DATE, size)
        return pd.Series(elapsed.to_numpy() / np.timedelta64(1, "D"), dtype="float64")
    if kinds[0] is Kind.NUMBER:
        left, right = right, left
    days = np.floor(column(right, Kind.NUMBER, size).to_numpy(dtype="float64"))
    day = column(left, Kind.DATE, size).to_numpy().astype("datetime64[D]")
    known = (np.abs(days) < FOUR_DIGIT_YEARS) & ~np.isnat(day)
    shift = np.where(known, days, 0).astype(np.int64)
    moved = day + shift if operation == "Add" else day - shift
    known &= (moved >= np.datetime64("0001-01-01")) & (moved <= np.datetime64("9999-12-31"))
    return pd.Series(np.where(known, moved, np.datetime64("NaT")).astype("datetime64[s]"))


def choose(condition: pd.Series[Any], parts: tuple[pd.Series[Any], pd.Series[Any]], kind: Kind) -> pd.Series[Any]:
    """Put the two branches of ``x if c else y`` together; missing where the condition is unknown.

    ``parts`` hold the values of the records where the condition is true, and of those where it is false.
    """
    size = len(condition)
    chosen, other = positions(condition), positions(~condition)
    return scatter(size, kind, [(chosen, parts[0]), (other, parts[1])])


def positions(condition: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the positions of the records for which a condition is true (not unknown)."""
    return np.flatnonzero(condition.to_numpy(dtype=bool, na_value=False))


def scatter(
    size: int, kind: Kind, parts: Sequence[tuple[np.ndarray[Any, np.dtype[np.intp]], pd.Series[Any]]]
) -> pd.Series[Any]:
    """Put values at positions of a new column; missing elsewhere."""
    parts = [(at, values) for at, values in parts if len(at)]
    source = np.full(size, -1, dtype=np.int64)
    start = 0
    for at, values in parts:
        source[at] = np.arange(start, start + len(at))
        start += len(values)
    if not parts:
        return missing(kind, size)
    pool = pd.concat([values for _, values in parts], ignore_index=True) if len(parts) > 1 else parts[0][1]
    return take(pool, source)


def take(values: pd.Series[Any], at: Any) -> pd.Series[Any]:
    """Return the values at positions; a position of -1 gives a missing value."""
    at = np.asarray(at, dtype=np.int64)
    if len(at) and at[0] >= 0 and at[-1] - at[0] == len(at) - 1 and (np.diff(at) == 1).all():
        return values.iloc[at[0] : at[-1] + 1].reset_index(drop=True)  # neighbours: a slice costs nothing
    if len(at) and at.min() < 0:
        if not len(values):
            return pd.Series([None] * len(at), dtype=values.dtype)
        return pd.Series(pd.api.extensions.take(values.array, at, allow_fill=True), dtype=values.dtype)
    return pd.Series(values.array.take(at), dtype=values.dtype)
