"""Windows: values that a record takes from its place among the other records of its group.

The groups are those of ``by`` (default: the subject), in the order of ``order`` (default: the dataset's keys).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods.catalogue import Any_, Integers, Kind, Number, Report, Text, Truth, Window, method
from crf2tlf.methods.columns import Mask, absent, holds, kind_of, marked, numbers


def _group_in_order(window: Window) -> Integers:
    """Return, in sorted order, the number of each record's group, counted from 0."""
    return np.cumsum(window.starts, dtype=np.int64) - 1


def _back(in_order: NDArray[Any], window: Window, missing: Any) -> NDArray[Any]:
    """Put values given in sorted order at the positions of their records."""
    values = np.full(len(window.group), missing, dtype=np.result_type(in_order.dtype, type(missing)))
    values[window.order] = in_order
    return values


def _records(window: Window) -> pd.Index[Any]:
    return pd.RangeIndex(len(window.group))


@method(shape="window")
def sequence(*, window: Window) -> Number:
    """The record's number in its group: 1, 2, …

    Records that are equal in ``order`` are numbered as they stand. Source: SDTMIG 3.4, --SEQ; ADaMIG 1.3,
    ASEQ.
    """
    first = np.flatnonzero(window.starts)
    count = np.arange(len(window.order)) - first[_group_in_order(window)] + 1.0
    return numbers(_back(count, window, np.nan), _records(window))


@method(shape="window")
def count_in_group(*, window: Window) -> Number:
    """How many records the record's group has."""
    group = _group_in_order(window)
    return numbers(_back(np.bincount(group)[group].astype("float64"), window, np.nan), _records(window))


@method(shape="window")
def previous(value: Any_, *, window: Window) -> Any_:
    """The value of the record before this one in its group, even where that value is missing.

    The first record of a group gets missing. Source: SAS LAG within BY groups.
    """
    earlier = np.roll(window.order, 1)
    return _taken(value, np.where(window.starts, -1, earlier), window)


@method("next", shape="window")
def next_(value: Any_, *, window: Window) -> Any_:
    """The value of the record after this one in its group, even where that value is missing.

    The last record of a group gets missing.
    """
    later = np.roll(window.order, -1)
    return _taken(value, np.where(np.roll(window.starts, -1), -1, later), window)


def _taken(value: Any_, source: Integers, window: Window) -> Any_:
    """Return for each record, in sorted order given by ``source``, the value at that position (-1: missing)."""
    at = _back(source, window, -1)
    return pd.Series(pd.api.extensions.take(value.array, at, allow_fill=True), index=value.index, dtype=value.dtype)


@method(shape="window")
def first_flag(condition: Truth | None = None, *, window: Window) -> Text:
    """The flag "Y" on the first record of the group for which the condition is true.

    Without a condition it is the group's first record. A group without such a record has no flag, and an unknown
    condition is not true. Source: ADaM OCCDS 1.1 section 3.2, occurrence flags (AOCCFL).
    """
    return _flag_one(_met(condition, window), window, last=False)


@method(shape="window")
def last_flag(condition: Truth | None = None, *, window: Window) -> Text:
    """The flag "Y" on the last record of the group for which the condition is true.

    Without a condition it is the group's last record. A group without such a record has no flag, and an unknown
    condition is not true.
    """
    return _flag_one(_met(condition, window), window, last=True)


def _met(condition: Truth | None, window: Window) -> Mask:
    """Return, in sorted order, which records meet the condition."""
    return np.ones(len(window.order), dtype=bool) if condition is None else holds(condition)[window.order]


def _flag_one(candidate: Mask, window: Window, *, last: bool) -> Text:
    return marked(_back(_chosen(candidate, window, last=last), window, False), _records(window))


def _chosen(candidate: Mask, window: Window, *, last: bool) -> Mask:
    """Mark, in sorted order, the first or the last candidate of each group."""
    places = np.flatnonzero(candidate)
    group = _group_in_order(window)[places]
    changes = group[1:] != group[:-1]
    edge = np.r_[changes, True] if last else np.r_[True, changes]
    chosen = np.zeros(len(candidate), dtype=bool)
    chosen[places[edge[: len(places)]]] = True
    return chosen


@method(shape="window")
def closest_flag(
    value: Number, target: Number, condition: Truth | None = None, *, ties: str = "last", window: Window
) -> Text:
    """The flag "Y" on the record of the group whose value is closest to the target, such as a visit's planned day.

    Of several that are equally close ``ties`` takes the "last" in the order of ``order``, or the "first". A record
    without a value or target, or for which the condition is not true, is no candidate. Study days have no day 0: the
    distance from day -1 to day 1 counts as 2. Raises ``ValueError`` for another word for ties. Source: ADaMIG 1.3
    section 3.3.3, AWTDIFF: the distance by which one of several records in an analysis window is chosen.

    Example: against a target of 14, of the days 11, 13 and 15 that tie 15 is flagged, and 13 with ``ties="first"``.
    """
    if ties not in ("first", "last"):
        raise ValueError(f"ties takes first or last, not {ties!r}")
    distance = np.abs(value.to_numpy(dtype="float64") - target.to_numpy(dtype="float64"))[window.order]
    candidate = _met(condition, window) & ~np.isnan(distance)
    group = _group_in_order(window)
    least = np.full(group[-1] + 1 if len(group) else 0, np.inf)
    np.minimum.at(least, group[candidate], distance[candidate])
    return _flag_one(candidate & (distance == least[group]), window, last=ties == "last")


@method(shape="window")
def baseline_flag(value: Any_, day: Any_, reference: Any_, *, window: Window, report: Report) -> Text:
    """The flag "Y" on the baseline record: the last one of the group with a value on or before the reference.

    ``day`` and ``reference`` (such as RFXSTDTC) are dates or ISO 8601 text; where one is less precise than the other,
    they are compared at the precision they share: 2017-01-10 is on 2017-01-10T09:00. A record without a value, a day or
    a reference is no candidate. Where several candidates are equal in the last place of ``order``, none is flagged, and
    they are a finding VALUE_TIE. Raises ``ValueError`` for a day that is a number. Source: SDTMIG 3.4, --LOBXFL (last
    observation before exposure); ADaMIG 1.3, ABLFL.
    """
    before = _not_after(_moment(day), _moment(reference))
    candidate = (before & ~absent(value))[window.order]
    chosen = _chosen(candidate, window, last=True)
    place = np.cumsum(~window.tied) - 1  # records equal in group and order share one
    crowd = np.bincount(place[candidate], minlength=place[-1] + 1 if len(place) else 0)[place] > 1
    decisive = np.zeros(len(crowd), dtype=bool)
    decisive[place[chosen]] = True  # by place, not by record
    tied = candidate & crowd & decisive[place]
    report(_back(tied, window, False), "VALUE_TIE", "records tie for the baseline ({value})", value)
    return marked(_back(chosen & ~crowd, window, False), value.index)


Moment = tuple[NDArray[np.int64], NDArray[np.int64]]
_KNOWN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}))?)?)?)?)?")


def _moment(column: Any_) -> Moment:
    """Return each time as a number YYYYMMDDhhmmss, and how many of its digits are unknown (14: all)."""
    kind = kind_of(column)
    if kind not in (Kind.DATE, Kind.TEXT):
        raise ValueError(f"baseline_flag compares dates or ISO 8601 text, not {kind}")
    if kind is Kind.DATE:
        column = pd.Series(np.datetime_as_string(column.to_numpy(), unit="D")).mask(absent(column)).astype("str")
    codes, uniques = pd.factorize(column)
    read = [_digits(text) for text in uniques]
    number = np.array([digits for digits, _ in read] + [0], dtype=np.int64)[codes]
    return number, np.array([unknown for _, unknown in read] + [14], dtype=np.int64)[codes]


def _digits(text: str) -> tuple[int, int]:
    found = _KNOWN.match(text)
    digits = "".join(part or "" for part in found.groups()) if found else ""
    return int(digits.ljust(14, "0")), 14 - len(digits)


def _not_after(day: Moment, reference: Moment) -> Mask:
    """Return whether a time is not after another, at the precision that both have; false where either is unknown."""
    shared = np.maximum(day[1], reference[1])
    scale = 10**shared
    return np.asarray((day[0] // scale <= reference[0] // scale) & (shared < 14))


@method(shape="window")
def running_min(value: Number, *, window: Window) -> Number:
    """The smallest value of the earlier records of the group, without the record itself: the nadir so far.

    Missing values are passed over; missing where no earlier record has a value. Source: RECIST 1.1 (Eisenhauer 2009)
    section 4.3.1: progression takes the smallest sum on study, the baseline included, as its reference.
    """
    return _running(value, window, lowest=True)


@method(shape="window")
def running_max(value: Number, *, window: Window) -> Number:
    """The largest value of the earlier records of the group, without the record itself.

    Missing values are passed over; missing where no earlier record has a value.
    """
    return _running(value, window, lowest=False)


def _running(value: Number, window: Window, *, lowest: bool) -> Number:
    nothing = np.inf if lowest else -np.inf
    in_order = pd.Series(value.to_numpy(dtype="float64")[window.order]).fillna(nothing)
    grouped = in_order.groupby(_group_in_order(window), sort=False)
    so_far = (grouped.cummin() if lowest else grouped.cummax()).to_numpy(dtype="float64")
    earlier = np.where(window.starts, nothing, np.roll(so_far, 1))
    return numbers(_back(np.where(np.isinf(earlier), np.nan, earlier), window, np.nan), value.index)


@method(shape="window")
def worst_flag(value: Number, condition: Truth | None = None, *, window: Window) -> Text:
    """The flag "Y" on the first record of the group with its largest value, among those meeting the condition.

    A record without a value, or for which the condition is not true, is no candidate. Source: ADaM OCCDS 1.1 section
    3.2, flags of the occurrence with the maximum severity or toxicity (AOCCIFL).
    """
    plain = value.to_numpy(dtype="float64")[window.order]
    candidate = _met(condition, window) & ~np.isnan(plain)
    group = _group_in_order(window)
    highest = np.full(group[-1] + 1 if len(group) else 0, -np.inf)
    np.maximum.at(highest, group[candidate], plain[candidate])
    return _flag_one(candidate & (plain == highest[group]), window, last=False)
