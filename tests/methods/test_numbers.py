from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.methods import numbers as n


def numbers(*values: float | None) -> pd.Series:
    return pd.Series([np.nan if v is None else v for v in values], dtype="float64")


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def days(*values: str | None) -> pd.Series:
    return pd.Series(np.array(["NaT" if v is None else v for v in values], dtype="datetime64[s]"))


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def test_number_reads_plain_decimal_numbers_only(reported: Any) -> None:
    column = texts("12.50", " -3 ", ".5", "5.", "1e3", "<5", "1,5", "nan", "inf", "1_000", "１２", "1e999", None)
    result = n.number(column, report=reported)
    assert plain(result) == [12.5, -3, 0.5, 5, 1000] + [None] * 8
    assert reported.items == [("RAW_NUMBER", [5, 6, 7, 8, 9, 10, 11])]
    assert "<5" in reported.messages[0]


def test_number_of_numbers_and_truth_values(reported: Any) -> None:
    assert plain(n.number(numbers(2, None), report=reported)) == [2, None]
    truth = pd.Series([True, False, None], dtype="boolean")
    assert plain(n.number(truth, report=reported)) == [1, 0, None]
    with pytest.raises(ValueError, match="dates"):
        n.number(days("2017-01-01"), report=reported)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.5, 0, 1),  # a tie goes up, not to the even digit
        (2.5, 0, 3),
        (-2.5, 0, -3),  # away from zero
        (2.675, 2, 2.68),  # 2.67499999999999982236431605997495353221893310546875 in binary
        (1.005, 2, 1.01),
        (-0.4, 0, 0),
        (1234.5, -2, 1200),
        (1250, -2, 1300),
        (450359962737.0625, 3, 450359962737.063),
        (1e300, 2, 1e300),
        (0.1, 30, 0.1),
        (None, 1, None),
    ],
)
def test_round_half_up(value: float | None, digits: int, expected: float | None) -> None:
    assert plain(n.round_(numbers(value), digits=digits)) == [expected]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 4), st.integers(0, 6))
def test_round_agrees_with_decimal_arithmetic(units: list[int], digits: int, places: int) -> None:
    written = [Decimal(unit).scaleb(-places) for unit in units]
    expected = [float(d.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)) for d in written]
    assert plain(n.round_(numbers(*map(float, written)), digits=digits)) == expected


def test_abs_and_floor() -> None:
    assert plain(n.abs_(numbers(-2, 3, None))) == [2, 3, None]
    # 0.29 × 100 is 28.999999999999996 in binary
    assert plain(n.floor(numbers(2.9, -2.1, 0.29 * 100, None))) == [2, -3, 29, None]


def test_least_and_greatest_ignore_missing_values() -> None:
    first, second, third = numbers(3, None, None, 1), numbers(2, 5, None, 1), numbers(4, None, None, 1)
    assert plain(n.least(first, second, third)) == [2, 5, None, 1]
    assert plain(n.greatest(first, second, third)) == [4, 5, None, 1]
    assert plain(n.least(days("2017-02-01", None), days("2017-01-31", "2018-01-01"))) == [
        pd.Timestamp("2017-01-31"),
        pd.Timestamp("2018-01-01"),
    ]
    iso = texts("2017-01", None, None), texts("2017-01-31", "2016-05-01T09:00", None)
    assert plain(n.least(*iso)) == ["2017-01", "2016-05-01T09:00", None]
    assert plain(n.greatest(*iso)) == ["2017-01-31", "2016-05-01T09:00", None]
    with pytest.raises(ValueError, match="not conditions"):
        n.least(pd.Series([True, None], dtype="boolean"))
    with pytest.raises(ValueError, match="one kind"):
        n.greatest(numbers(1), days("2017-01-01"))


def test_cut_has_intervals_closed_on_the_left() -> None:
    ages = numbers(17.9, 18, 64.9, 65, None)
    labels = ["<18", "18-64", ">=65"]
    assert plain(n.cut(ages, breaks=[18, 65], labels=labels)) == ["<18", "18-64", "18-64", ">=65", None]
    with pytest.raises(ValueError, match="one label more"):
        n.cut(ages, breaks=[18, 65], labels=labels[:2])
    with pytest.raises(ValueError, match="rising"):
        n.cut(ages, breaks=[65, 18], labels=labels)


def test_coalesce_takes_the_first_present_value() -> None:
    assert plain(n.coalesce(texts(None, "a", None), texts("b", "c", None))) == ["b", "a", None]
    assert plain(n.coalesce(texts(None, None), numbers(1, None))) == [1, None]  # a column without any value fits all
    with pytest.raises(ValueError, match="one kind"):
        n.coalesce(texts("a"), numbers(1))


def test_agree_reports_sources_that_differ(reported: Any) -> None:
    result = n.agree(
        texts("a", None, "a", None), texts("a", "b", "x", None), texts(None, "c", "a", None), report=reported
    )
    assert plain(result) == ["a", "b", "a", None]
    assert reported.items == [("VALUE_CONFLICT", [1, 2])]


def test_change_from_baseline_without_binary_noise() -> None:
    value, baseline = numbers(4.35, 50, 70, 5, None, 1), numbers(1.2, 60, 100, 0, 1, None)
    assert plain(n.change(value, baseline)) == [3.15, -10, -30, 5, None, None]
    # −30 exactly: it decides between partial response and stable disease
    assert plain(n.percent_change(value, baseline)) == [
        262.5,
        pytest.approx(-100 / 6, rel=1e-15),
        -30,
        None,
        None,
        None,
    ]
    assert plain(n.percent_change(numbers(23.1), numbers(33))) == [-30]
