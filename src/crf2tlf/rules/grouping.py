"""Numbers for groups of records, and the order of records, for joins, aggregates and windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Integers, Window


def codes(values: pd.Series[Any]) -> Integers:
    """Return a number for each distinct value; missing values are one group of their own."""
    numbers, _ = pd.factorize(values, use_na_sentinel=False)
    return numbers.astype(np.int64)


def combine(parts: Sequence[Integers], size: int) -> Integers:
    """Return group numbers for the combinations of several group numbers."""
    if not parts:
        return np.zeros(size, dtype=np.int64)
    combined = parts[0]
    for part in parts[1:]:
        combined, _ = pd.factorize(combined * (int(part.max(initial=0)) + 1) + part)
        combined = combined.astype(np.int64)
    return combined


def shared_codes(left: Sequence[pd.Series[Any]], right: Sequence[pd.Series[Any]]) -> tuple[Integers, Integers]:
    """Return group numbers on which two sets of key columns agree; records with a missing key get -1."""
    n_left, n_right = len(left[0]), len(right[0])
    parts, incomplete = [], np.zeros(n_left + n_right, dtype=bool)
    for one, other in zip(left, right, strict=True):
        both = pd.concat([one, other], ignore_index=True)
        parts.append(codes(both))
        incomplete |= both.isna().to_numpy(dtype=bool)
    numbers = np.where(incomplete, -1, combine(parts, n_left + n_right))
    return numbers[:n_left], numbers[n_left:]


def ranks(values: pd.Series[Any], *, descending: bool = False) -> Integers:
    """Return order numbers of values: equal values share one; missing values come first (the SAS order)."""
    numbers, _ = pd.factorize(values, sort=True, use_na_sentinel=True)
    ordered = numbers.astype(np.int64)
    return -ordered if descending else ordered


def sorted_positions(group: Integers, order: Sequence[Integers]) -> Integers:
    """Return record positions sorted by group, then by the order numbers, then by position."""
    return np.lexsort((*reversed(order), group)).astype(np.int64)


def window(group: Integers, order: Sequence[Integers]) -> Window:
    """Return the window over records with these group and order numbers."""
    positions = sorted_positions(group, order)
    tied = np.zeros(len(group), dtype=bool)
    if len(group) > 1:
        same = np.ones(len(group) - 1, dtype=bool)
        for numbers in (group, *order):
            in_order = numbers[positions]
            same &= in_order[1:] == in_order[:-1]
        tied[1:] = same
    return Window(group, positions, tied)


def pairs(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Return the positions of all pairs of a left and a right record of the same group (-1 joins nothing).

    Pairs come in the order of the left records, and of the right records within each.
    """
    order = np.argsort(right, kind="stable")
    in_order = right[order]
    first = np.searchsorted(in_order, left, side="left")
    count = np.where(left < 0, 0, np.searchsorted(in_order, left, side="right") - first)
    at_left = np.repeat(np.arange(len(left), dtype=np.int64), count)
    within = np.arange(count.sum(), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return at_left, order[np.repeat(first, count) + within].astype(np.int64)
