from __future__ import annotations

from datetime import date as day_type
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.methods.catalogue import unreported
from crf2tlf.methods.imputation import date, imputation_flag


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def days(*values: str | None) -> pd.Series:
    return pd.Series(np.array(["NaT" if v is None else v for v in values], dtype="datetime64[s]"))


def shown(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else value.date().isoformat() for value in column]


#   text                   none          first         mid           last          flag
SCENARIOS = [
    ("2017-02-14", "2017-02-14", "2017-02-14", "2017-02-14", "2017-02-14", None),
    ("2017-02-14T09:30", "2017-02-14", "2017-02-14", "2017-02-14", "2017-02-14", None),
    ("2017-02", None, "2017-02-01", "2017-02-15", "2017-02-28", "D"),
    ("2016-02", None, "2016-02-01", "2016-02-15", "2016-02-29", "D"),  # leap year
    ("2017-12", None, "2017-12-01", "2017-12-15", "2017-12-31", "D"),
    ("2017", None, "2017-01-01", "2017-06-30", "2017-12-31", "M"),
    ("2017---15", None, "2017-01-01", "2017-06-30", "2017-12-31", "M"),  # a known day of an unknown month
    ("2017-02--T10:00", None, "2017-02-01", "2017-02-15", "2017-02-28", "D"),  # unknown day, known time
    ("--12-15", None, None, None, None, None),  # a year is never imputed
    ("-----T07:15", None, None, None, None, None),
    (None, None, None, None, None, None),
]


@pytest.mark.parametrize(("text", "exact", "first", "middle", "last", "flag"), SCENARIOS)
def test_imputation(
    text: str | None, exact: Any, first: Any, middle: Any, last: Any, flag: str | None, reported: Any
) -> None:
    column = texts(text)
    for impute, expected in ((None, exact), ("first", first), ("mid", middle), ("last", last)):
        result = date(column, impute=impute, report=reported)
        assert shown(result) == [expected]
        assert str(result.dtype) == "datetime64[s]"
    assert imputation_flag(column, impute="last", report=reported).fillna("").tolist() == [flag or ""]
    assert reported.items == []


def test_the_month_is_left_unknown_where_only_a_day_may_be_imputed(reported: Any) -> None:
    column = texts("2017-02-14", "2017-02", "2017", "2017---15", None)
    assert shown(date(column, impute="first", highest="D", report=reported)) == [
        "2017-02-14",
        "2017-02-01",
        None,
        None,
        None,
    ]
    flags = imputation_flag(column, impute="first", highest="D", report=reported)
    assert flags.fillna("").tolist() == ["", "D", "", "", ""]
    for method in (date, imputation_flag):
        with pytest.raises(ValueError, match="highest takes"):
            method(column, impute="first", highest="Y", report=reported)


def test_bounds_move_imputed_dates_only_within_the_known_parts(reported: Any) -> None:
    table = [
        # text, not before, not after, expected with "first"
        ("2017-02", "2017-02-10", None, "2017-02-10"),
        ("2017-02", "2017-01-31", None, "2017-02-01"),
        ("2017-02", "2017-03-01", None, "2017-02-01"),  # February is known
        ("2017", "2017-11-30", None, "2017-11-30"),
        ("2017-02", None, "2017-02-10", "2017-02-01"),
        ("2017-02-14", "2017-02-20", "2017-02-10", "2017-02-14"),  # a collected date stays
        ("2017-02", "2017-02-20", "2017-02-10", "2017-02-10"),  # the later bound has the last word
        (None, "2017-02-20", None, None),
    ]
    text, lower, upper, expected = (list(column) for column in zip(*table, strict=True))
    result = date(texts(*text), impute="first", not_before=days(*lower), not_after=days(*upper), report=reported)
    assert shown(result) == expected


def test_dates_stay(reported: Any) -> None:
    assert shown(date(days("2017-02-14", None), impute="first", report=reported)) == ["2017-02-14", None]


@pytest.mark.parametrize(
    "text", ["14-FEB-2017", "2017-13", "2017-00-10", "2017-02-30", "2017-02-29", "0000-01-01", "x"]
)
def test_a_text_that_is_no_date_is_a_finding(text: str, reported: Any) -> None:
    result = date(texts("2017-02-14", text), impute="first", report=reported)
    assert shown(result) == ["2017-02-14", None]
    assert reported.items == [("RAW_DATE", [1])]


def test_wrong_options(reported: Any) -> None:
    with pytest.raises(ValueError, match="middle"):
        date(texts("2017"), impute="middle", report=reported)
    with pytest.raises(ValueError, match="number"):
        date(pd.Series([2017.0]), report=reported)


@given(st.lists(st.tuples(st.dates(), st.sampled_from([4, 7, 10])), min_size=1))
def test_imputed_dates_keep_the_known_parts_and_their_order(cases: list[tuple[day_type, int]]) -> None:
    column = texts(*(day.isoformat()[:length] for day, length in cases))
    first, middle, last = (date(column, impute=way, report=unreported) for way in ("first", "mid", "last"))
    assert ((first <= middle) & (middle <= last)).all()
    for result in (first, middle, last):
        assert all(str(text) in day for text, day in zip(column, map(str, shown(result)), strict=True))
