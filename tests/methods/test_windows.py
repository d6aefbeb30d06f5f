from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.methods import windows as w
from crf2tlf.methods.catalogue import Window, unreported


def window(groups: list[str], order: list[Any]) -> Window:
    """Sort by group and order, as plain Python does it."""
    number = {name: i for i, name in enumerate(sorted(set(groups)))}
    keys = [(number[group], value) for group, value in zip(groups, order, strict=True)]
    positions = sorted(range(len(keys)), key=lambda i: keys[i])
    tied = [i > 0 and keys[positions[i]] == keys[positions[i - 1]] for i in range(len(positions))]
    return Window(
        np.array([number[g] for g in groups], dtype=np.int64),
        np.array(positions, dtype=np.int64),
        np.array(tied, dtype=bool),
    )


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def truths(values: list[bool | None]) -> pd.Series:
    return pd.Series(values, dtype="boolean")


# Records as they stand in the dataset, not in the order of the visits.
GROUPS = ["B", "A", "B", "A", "A"]
VISITS = [2, 3, 1, 1, 2]
VALUES = [10.0, 7.0, 12.0, 9.0, np.nan]


@pytest.fixture
def visits() -> Window:
    return window(GROUPS, VISITS)


def test_values_along_the_visits(visits: Window) -> None:
    value = pd.Series(VALUES)
    assert plain(w.sequence(window=visits)) == [2, 3, 1, 1, 2]
    assert plain(w.count_in_group(window=visits)) == [2, 3, 2, 3, 3]
    assert plain(w.previous(value, window=visits)) == [12, None, None, None, 9]  # the missing value of visit 2 too
    assert plain(w.next_(value, window=visits)) == [None, None, 10, None, 7]
    assert plain(w.running_min(value, window=visits)) == [12, 9, None, None, 9]  # passes over the missing value
    assert plain(w.running_max(value, window=visits)) == [12, 9, None, None, 9]
    assert plain(w.worst_flag(value, window=visits)) == [None, None, "Y", "Y", None]


def test_previous_of_text_and_dates(visits: Window) -> None:
    text = pd.Series(["a", "b", "c", None, "e"], dtype="str")
    assert plain(w.previous(text, window=visits)) == ["c", "e", None, None, None]
    assert str(w.previous(text, window=visits).dtype) == "str"
    days = pd.Series(np.array(["2017-01-01"] * 5, dtype="datetime64[s]"))
    assert str(w.next_(days, window=visits).dtype) == "datetime64[s]"


def test_first_and_last_record_that_meets_a_condition(visits: Window) -> None:
    assert plain(w.first_flag(window=visits)) == [None, None, "Y", "Y", None]
    assert plain(w.last_flag(window=visits)) == ["Y", "Y", None, None, None]
    condition = truths([True, None, False, False, True])
    assert plain(w.first_flag(condition, window=visits)) == ["Y", None, None, None, "Y"]
    assert plain(w.last_flag(condition, window=visits)) == ["Y", None, None, None, "Y"]
    nowhere = truths([None, False, None, False, False])
    assert plain(w.first_flag(nowhere, window=visits)) == [None] * 5


def test_closest_flag() -> None:
    table = [
        # group, day, target, condition, flag, and with ties="first"
        ("A", 11, 14, True, None, None),
        ("A", 13, 14, True, None, "Y"),  # as far from day 14 as day 15
        ("A", 15, 14, True, "Y", None),
        ("B", 20, 14, True, "Y", "Y"),
        ("B", 14, 14, None, None, None),  # on the day, but not known to count
        ("B", 27, 28, False, None, None),
        ("C", None, 14, True, None, None),  # no day
        ("C", 14, None, True, None, None),  # no target
        ("D", -1, 1, True, None, None),
        ("D", 2, 1, True, "Y", "Y"),
    ]
    groups, days, targets, conditions, last, first = zip(*table, strict=True)
    in_order = window(list(groups), list(range(len(table))))
    columns = pd.Series(days, dtype="float64"), pd.Series(targets, dtype="float64"), truths(list(conditions))
    assert plain(w.closest_flag(*columns, window=in_order)) == list(last)
    assert plain(w.closest_flag(*columns, ties="first", window=in_order)) == list(first)
    with pytest.raises(ValueError, match="first or last"):
        w.closest_flag(*columns, ties="none", window=in_order)


def test_worst_flag_takes_the_first_of_several(visits: Window) -> None:
    grade = pd.Series([3.0, 2.0, 3.0, 2.0, 1.0])
    assert plain(w.worst_flag(grade, window=visits)) == [None, None, "Y", "Y", None]
    emergent = truths([True, True, None, False, True])
    assert plain(w.worst_flag(grade, emergent, window=visits)) == ["Y", "Y", None, None, None]


def test_baseline_is_the_last_value_on_or_before_the_reference(reported: Any) -> None:
    table = [
        # subject, day, value, reference, flag
        ("1", "2017-01-01", 5.0, "2017-01-10", None),
        ("1", "2017-01-10", 6.0, "2017-01-10", "Y"),  # on the day of the reference
        ("1", "2017-01-11", 7.0, "2017-01-10", None),
        ("2", "2017-01-01", 5.0, "2017-01-10", "Y"),
        ("2", "2017-01-09", None, "2017-01-10", None),  # no value
        ("3", "2017-01-10T08:00", 5.0, "2017-01-10T09:00", "Y"),
        ("3", "2017-01-10T09:30", 6.0, "2017-01-10T09:00", None),  # after the dose of that day
        ("4", "2017-01-10", 5.0, "2017-01-10T09:00", "Y"),  # shared precision: the day
        ("5", "2017-01", 5.0, "2017-01-10", "Y"),  # shared precision: the month
        ("6", "2017-02", 5.0, "2017-01-10", None),
        ("7", "2017-01-01", 5.0, None, None),  # never treated
        ("8", None, 5.0, "2017-01-10", None),
        ("9", "2017---05", 5.0, "2018-01-10", "Y"),  # shared precision: the year
    ]
    subject, day, value, reference, flag = (list(column) for column in zip(*table, strict=True))
    result = w.baseline_flag(
        pd.Series(value, dtype="float64"),
        pd.Series(day, dtype="str"),
        pd.Series(reference, dtype="str"),
        window=window(subject, [d or "" for d in day]),
        report=reported,
    )
    assert plain(result) == flag
    assert reported.items == []


def test_a_tie_for_the_baseline_is_a_finding_and_flags_none(reported: Any) -> None:
    table = [
        # subject, day, value, flag
        ("1", "2017-01-01", 5.0, None),
        ("1", "2017-01-09", 6.0, None),  # two values of the last day
        ("1", "2017-01-09", 7.0, None),
        ("2", "2017-01-01", 5.0, None),  # a tie that does not decide
        ("2", "2017-01-01", 6.0, None),
        ("2", "2017-01-09", 7.0, "Y"),
        ("3", "2017-01-09", 7.0, "Y"),  # the other record of the day has no value
        ("3", "2017-01-09", None, None),
        ("4", "2017-01-09", 7.0, "Y"),
    ]
    subject, day, value, flag = (list(column) for column in zip(*table, strict=True))
    result = w.baseline_flag(
        pd.Series(value, dtype="float64"),
        pd.Series(np.array(day, dtype="datetime64[s]")),
        pd.Series(["2017-01-10"] * len(day), dtype="str"),
        window=window(subject, day),
        report=reported,
    )
    assert plain(result) == flag
    assert reported.items == [("VALUE_TIE", [1, 2])]


def test_days_must_be_dates(visits: Window) -> None:
    with pytest.raises(ValueError, match="number"):
        w.baseline_flag(pd.Series(VALUES), pd.Series(VALUES), pd.Series(VALUES), window=visits, report=unreported)


def test_a_dataset_without_records() -> None:
    none = window([], [])
    value, truth = pd.Series([], dtype="float64"), truths([])
    day = pd.Series([], dtype="datetime64[s]")
    for result in (
        w.sequence(window=none),
        w.previous(value, window=none),
        w.running_min(value, window=none),
        w.first_flag(truth, window=none),
        w.worst_flag(value, window=none),
        w.baseline_flag(value, day, day, window=none, report=unreported),
    ):
        assert len(result) == 0


CONDITIONS = st.sampled_from([True, False, None])
VALUED = st.one_of(st.none(), st.integers(0, 4))
RECORDS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 5), VALUED, CONDITIONS), max_size=25)


@given(RECORDS)
def test_windows_agree_with_a_loop_over_the_records(records: list[tuple[str, int, int | None, bool | None]]) -> None:
    groups, order, raw, conditions = ([r[i] for r in records] for i in range(4))
    view = window(groups, order)
    value = pd.Series([np.nan if v is None else float(v) for v in raw], dtype="float64")
    condition = truths(conditions)
    names = ("sequence", "previous", "min", "first", "worst")
    expected: dict[str, list[Any]] = {name: [None] * len(records) for name in names}
    for group in sorted(set(groups)):
        mine = [i for i in sorted(range(len(records)), key=lambda i: (order[i], i)) if groups[i] == group]
        for place, i in enumerate(mine):
            earlier = [raw[j] for j in mine[:place] if raw[j] is not None]
            expected["sequence"][i] = place + 1
            expected["previous"][i] = raw[mine[place - 1]] if place else None
            expected["min"][i] = min(earlier) if earlier else None
        met = [i for i in mine if conditions[i]]
        if met:
            expected["first"][met[0]] = "Y"
        if valued := [i for i in met if raw[i] is not None]:
            expected["worst"][max(valued, key=lambda i: (raw[i], -mine.index(i)))] = "Y"
    assert plain(w.sequence(window=view)) == expected["sequence"]
    assert plain(w.previous(value, window=view)) == expected["previous"]
    assert plain(w.running_min(value, window=view)) == expected["min"]
    assert plain(w.first_flag(condition, window=view)) == expected["first"]
    assert plain(w.worst_flag(value, condition, window=view)) == expected["worst"]
