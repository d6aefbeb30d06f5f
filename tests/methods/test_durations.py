from __future__ import annotations

from datetime import date as day_type
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.methods.catalogue import unreported
from crf2tlf.methods.durations import add_days, duration, years_between
from crf2tlf.methods.study_day import study_day


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def days(*values: str | day_type | None) -> pd.Series:
    return pd.Series(np.array(["NaT" if v is None else str(v) for v in values], dtype="datetime64[s]"))


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def test_study_day_has_no_day_0(reported: Any) -> None:
    table = [
        # date, reference, expected
        ("2017-01-10", "2017-01-10", 1),
        ("2017-01-09", "2017-01-10", -1),
        ("2017-01-11", "2017-01-10", 2),
        ("2017-01-09T23:59", "2017-01-10T00:01", -1),  # the date counts, not the hours between
        ("2016-02-28", "2016-03-01", -2),  # leap year
        ("2017-01", "2017-01-10", None),
        ("2017-01-10", "2017", None),
        (None, "2017-01-10", None),
    ]
    value, reference, expected = (list(column) for column in zip(*table, strict=True))
    assert plain(study_day(texts(*value), texts(*reference), report=reported)) == expected
    assert reported.items == []
    assert plain(study_day(days("2017-01-09", None), texts("2017-01-10", "2017"), report=reported)) == [-1, None]


@given(st.lists(st.tuples(st.dates(), st.dates()), min_size=1))
def test_study_day_is_never_0_and_leads_back_to_the_date(pairs: list[tuple[day_type, day_type]]) -> None:
    result = study_day(days(*(a for a, _ in pairs)), days(*(b for _, b in pairs)), report=unreported)
    assert (result != 0).all()
    for (value, reference), day in zip(pairs, result, strict=True):
        assert reference + timedelta(days=day - 1 if day > 0 else day) == value


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 31),
        ({"both_ends": False}, 30),
        ({"unit": "weeks"}, 31 / 7),
        ({"unit": "months"}, 31 / 30.4375),
        ({"unit": "months", "days_per_month": 30}, 31 / 30),
        ({"unit": "years"}, 31 / 365.25),
    ],
)
def test_duration_units(options: dict[str, Any], expected: float, reported: Any) -> None:
    start, end = days("2017-01-01"), texts("2017-01-31")
    assert list(duration(start, end, **options, report=reported)) == [expected]


def test_duration_within_a_day_backwards_and_of_partial_dates(reported: Any) -> None:
    start = texts("2017-01-10", "2017-01-10", "2017-01", None)
    end = texts("2017-01-10", "2017-01-08", "2017-01-10", "2017-01-10")
    assert plain(duration(start, end, report=reported)) == [1, -2, None, None]
    with pytest.raises(ValueError, match="fortnights"):
        duration(start, end, unit="fortnights", report=reported)
    with pytest.raises(ValueError, match="above 0"):
        duration(start, end, unit="months", days_per_month=0, report=reported)


def test_a_text_that_is_no_date_is_a_finding(reported: Any) -> None:
    assert plain(duration(texts("1 May"), texts("2017-01-10"), report=reported)) == [None]
    assert reported.items == [("RAW_DATE", [0])]


def test_full_years(reported: Any) -> None:
    table = [
        # birth, day, expected
        ("1950-06-15", "2017-06-14", 66),
        ("1950-06-15", "2017-06-15", 67),
        ("1952-02-29", "2017-02-28", 64),  # the birthday is 1 March in a year without 29 February
        ("1952-02-29", "2017-03-01", 65),
        ("1952-02-29", "2016-02-29", 64),
        ("2017-06-15", "2017-06-15", 0),
        ("2017-06-15", "2017-06-14", -1),
        ("1950-06", "2017-06-14", None),
        (None, "2017-06-14", None),
    ]
    birth, day, expected = (list(column) for column in zip(*table, strict=True))
    assert plain(years_between(texts(*birth), texts(*day), report=reported)) == expected


def test_add_days() -> None:
    start = days("2017-02-28", "2017-03-01", "2016-02-28", None, "2017-01-01")
    number = pd.Series([1, -1, 1.9, 1, np.nan])
    expected = [pd.Timestamp("2017-03-01"), pd.Timestamp("2017-02-28"), pd.Timestamp("2016-02-29"), None, None]
    assert plain(add_days(start, number)) == expected
