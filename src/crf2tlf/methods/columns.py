"""Columns of each kind: how methods tell them apart, make them, and read each distinct text once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods.catalogue import Any_, Date, Kind, Number, Text, Truth

Mask = NDArray[np.bool_]


def kind_of(column: Any_) -> Kind:
    """Return the kind of a column's values."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return Kind.TRUTH
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return Kind.DATE
    if pd.api.types.is_numeric_dtype(column.dtype):
        return Kind.NUMBER
    return Kind.TEXT


def same_kind(method: str, columns: tuple[Any_, ...]) -> Kind:
    """Return the kind that the columns share; a column without any value goes with every kind.

    Raises ``ValueError`` where they differ, or where there are none.
    """
    if not columns:
        raise ValueError(f"{method} takes at least one value")
    kinds = list(dict.fromkeys(kind_of(column) for column in columns if column.notna().any()))
    if len(kinds) > 1:
        raise ValueError(f"{method} takes values of one kind, not {' and '.join(kinds)}")
    return kinds[0] if kinds else kind_of(columns[0])


DTYPES = {Kind.TEXT: "str", Kind.NUMBER: "float64", Kind.DATE: "datetime64[s]", Kind.TRUTH: "boolean"}


def as_kind(column: Any_, kind: Kind) -> Any_:
    """Return the column, or, where it has no value and another kind, a column of that kind without values."""
    if kind_of(column) is kind:
        return column
    return pd.Series([None] * len(column), index=column.index, dtype=DTYPES[kind])


def absent(column: Any_) -> Mask:
    """Return which records have no value."""
    return np.asarray(column.isna(), dtype=bool)


def holds(condition: Truth) -> Mask:
    """Return the records for which a condition is true, and not unknown."""
    return np.asarray(condition.astype("boolean").fillna(False), dtype=bool)


def texts(values: Any, index: pd.Index[Any]) -> Text:
    """Make a text column; the empty text becomes missing."""
    column = pd.Series(values, index=index, dtype="str")
    return column.mask(column == "")


def numbers(values: Any, index: pd.Index[Any]) -> Number:
    """Make a number column."""
    return pd.Series(np.asarray(values, dtype="float64"), index=index)


def days(values: Any, index: pd.Index[Any]) -> Date:
    """Make a date column."""
    return pd.Series(np.asarray(values).astype("datetime64[D]").astype("datetime64[s]"), index=index)


def truths(values: Any, unknown: Any, index: pd.Index[Any]) -> Truth:
    """Make a truth column from plain truth values and a mask of the unknown ones."""
    mask = np.array(unknown, dtype=bool)
    plain = np.asarray(values, dtype=bool) & ~mask
    return pd.Series(pd.arrays.BooleanArray(plain, mask), index=index)


def marked(mask: Any, index: pd.Index[Any]) -> Text:
    """Make a flag: "Y" where the mask is true, missing elsewhere."""
    return texts(np.where(mask, "Y", ""), index)


def read_texts(column: Text, reading: Callable[[str], Any], missing: Any) -> list[Any] | NDArray[Any]:
    """Apply a reading to each distinct text once; ``missing`` stands for the records without a text.

    Returns an object array in the order of the records.
    """
    codes, uniques = pd.factorize(column)
    readings = np.empty(len(uniques) + 1, dtype=object)
    for i, text in enumerate(uniques):
        readings[i] = reading(text)
    readings[-1] = missing  # the code of a missing text is -1
    return readings[codes]


def translate(column: Text, reading: Callable[[str], str | None]) -> Text:
    """Turn each distinct text into another once; None and "" become missing."""
    codes, uniques = pd.factorize(column)
    pool = texts([reading(text) for text in uniques], pd.RangeIndex(len(uniques)))
    return pd.Series(pd.api.extensions.take(pool.array, codes, allow_fill=True), index=column.index, dtype="str")
