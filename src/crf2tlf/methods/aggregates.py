"""Aggregates: one value for each group of records, which come sorted by group and by the rule's order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Any_, Integers, Number, Text, Truth, method


def _spread(values: Any, group: Integers, groups: int) -> pd.Series:
    """Put one value for each group number present at its place; groups without records are missing."""
    at = np.full(groups, -1, dtype=np.int64)
    at[group] = np.arange(len(group))
    spread: pd.Series = pd.Series(pd.api.extensions.take(values.array, at, allow_fill=True), dtype=values.dtype)
    return spread


@method(shape="aggregate")
def first(values: Any_, *, group: Integers, groups: int) -> Any_:
    """Return the value in the first record, in the rule's order, even if that value is missing.

    Without records the result is missing.
    """
    return _spread(values.iloc[::-1], group[::-1], groups)


@method(shape="aggregate")
def last(values: Any_, *, group: Integers, groups: int) -> Any_:
    """Return the value in the last record, in the rule's order, even if that value is missing.

    Without records the result is missing.
    """
    return _spread(values, group, groups)


@method(shape="aggregate")
def lookup(values: Any_, *, group: Integers, groups: int) -> Any_:
    """Return the value of the one record there should be (``expect="one"`` or, the default, ``"at most one"``).

    Several records are a ``LOOKUP_MANY`` finding, none with ``expect="one"`` a ``LOOKUP_NONE`` finding.
    """
    return first(values, group=group, groups=groups)


@method(shape="aggregate")
def count(values: Any_, *, group: Integers, groups: int) -> Number:
    """Return how many records there are, whatever their values; 0 without records."""
    return pd.Series(np.bincount(group, minlength=groups)[:groups] + 0.0 * len(values))


@method(shape="aggregate")
def exists(values: Any_, *, group: Integers, groups: int) -> Truth:
    """Return whether there is a record; never unknown."""
    return (count(values, group=group, groups=groups) > 0).astype("boolean")


@method("any", shape="aggregate")
def any_(values: Truth, *, group: Integers, groups: int) -> Truth:
    """Return whether the condition is true in at least one record; unknown does not count; false without records."""
    true = values.to_numpy(dtype=bool, na_value=False)
    return pd.Series(np.bincount(group[true], minlength=groups)[:groups] > 0).astype("boolean")


@method("all", shape="aggregate")
def all_(values: Truth, *, group: Integers, groups: int) -> Truth:
    """Return whether the condition is true in every record; unknown counts as not true; true without records."""
    untrue = ~values.to_numpy(dtype=bool, na_value=False)
    return pd.Series(np.bincount(group[untrue], minlength=groups)[:groups] == 0).astype("boolean")


@method("min", shape="aggregate")
def min_(values: Any_, *, group: Integers, groups: int) -> Any_:
    """Return the least value (text: in alphabetical order); missing values are left out; missing without any."""
    return _extreme(values, group, groups, largest=False)


@method("max", shape="aggregate")
def max_(values: Any_, *, group: Integers, groups: int) -> Any_:
    """Return the greatest value (text: in alphabetical order); missing values are left out; missing without any."""
    return _extreme(values, group, groups, largest=True)


def _extreme(values: pd.Series, group: Integers, groups: int, *, largest: bool) -> pd.Series:
    ranked, _ = pd.factorize(values, sort=True)
    present = np.flatnonzero(ranked >= 0)
    order = present[np.lexsort((ranked[present] if largest else -ranked[present], group[present]))]
    return _spread(values.iloc[order], group[order], groups)


@method("sum", shape="aggregate")
def sum_(values: Number, *, group: Integers, groups: int) -> Number:
    """Return the sum; missing values are left out; missing (not 0) where no record has a value, as in SAS."""
    present = values.notna().to_numpy()
    total = np.bincount(group[present], weights=values.to_numpy()[present], minlength=groups)[:groups]
    counted = np.bincount(group[present], minlength=groups)[:groups]
    return pd.Series(np.where(counted > 0, total, np.nan))


@method(shape="aggregate")
def mean(values: Number, *, group: Integers, groups: int) -> Number:
    """Return the arithmetic mean; missing values are left out; missing where no record has a value."""
    present = values.notna().to_numpy()
    counted = np.bincount(group[present], minlength=groups)[:groups]
    with np.errstate(invalid="ignore", divide="ignore"):
        return sum_(values, group=group, groups=groups) / counted


@method(shape="aggregate")
def join_text(values: Text, *, sep: str = ", ", group: Integers, groups: int) -> Text:
    """Join the distinct texts, in the rule's order, with ``sep`` between them; missing texts are left out."""
    pieces = pd.DataFrame({"group": group, "text": values.to_numpy()}).dropna().drop_duplicates()
    joined = pieces.groupby("group")["text"].agg(sep.join)
    return joined.reindex(range(groups)).reset_index(drop=True).astype("str")
