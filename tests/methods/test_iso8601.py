from __future__ import annotations

import time
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.methods.catalogue import unreported
from crf2tlf.methods.iso8601 import iso8601

SCENARIOS = [
    # complete dates
    ("DD-MON-YYYY", "15-JAN-2017", "2017-01-15"),
    ("DD-MON-YYYY", " 3-jan-2017 ", "2017-01-03"),  # blanks, case, no leading zero
    ("DD MON YYYY", "03 September 2017", "2017-09-03"),  # the month's full name
    ("MM/DD/YYYY", "1/5/2014", "2014-01-05"),
    ("DDMONYYYY", "05FEB2014", "2014-02-05"),
    ("YYYYMMDD", "20140205", "2014-02-05"),
    ("DD.MM.YY", "05.02.68", "2068-02-05"),  # two digits of a year, as POSIX
    ("DD.MM.YY", "05.02.69", "1969-02-05"),
    ("DD-MON-YYYY", "29-FEB-2016", "2016-02-29"),
    # unknown parts
    ("DD-MON-YYYY", "UN-JAN-2017", "2017-01"),
    ("DD-MON-YYYY", "un-unk-2016", "2016"),
    ("DD-MON-YYYY", "15-UNK-2016", "2016---15"),  # SDTMIG 3.4: the 15th of some month in 2016
    ("DD-MON-YYYY", "15-DEC-UNKN", "--12-15"),  # SDTMIG 3.4: 15 December of an unknown year
    ("DD-MON-YYYY", "---JAN-2017", "2017-01"),
    ("DD-MON-YYYY", "-JAN-2017", "2017-01"),  # a blank part
    ("DD-MON-YYYY", "XX-XXX-2017", "2017"),
    ("MM/DD/YYYY", "1//2014", "2014-01"),
    ("MM/DD/YYYY", "UN/UN/2014", "2014"),
    ("DDMONYYYY", "UNUNK2016", "2016"),
    ("DDMONYYYY", "JAN2016", "2016-01"),
    ("DD-MON-YYYY", "29-FEB-UNK", "--02-29"),  # possible in a leap year
    ("DD-MON-YYYY", "UN-UNK-UNKN", None),  # nothing is known
    ("DD-MON-YYYY", None, None),
    # ISO 8601 already
    ("YYYY-MM-DD", "2017-01-15", "2017-01-15"),
    ("YYYY-MM-DD", "2017-01", "2017-01"),
    ("YYYY-MM-DD", "2017", "2017"),
    ("YYYY-MM-DD", "2017---15", "2017---15"),
    ("YYYY-MM-DDThh:mm", "2017-01-15T09:30", "2017-01-15T09:30"),
    ("YYYY-MM-DDThh:mm", "2017-01-15", "2017-01-15"),
    # date and time in one field
    ("DD-MON-YYYY hh:mm:ss", "15-JAN-2017 9:05:30", "2017-01-15T09:05:30"),
    ("DD-MON-YYYY hh:mm:ss", "15-JAN-2017 UN:05:UN", "2017-01-15T-:05"),
    ("DD-MON-YYYY hh:mm", "15-JAN-2017 UN:UN", "2017-01-15"),
]


@pytest.mark.parametrize(("name", "collected", "expected"), SCENARIOS)
def test_collected_dates(name: str, collected: str | None, expected: str | None, reported: Any) -> None:
    result = iso8601(pd.Series([collected], dtype="str"), formats=(name,), report=reported)
    assert [None if pd.isna(v) else v for v in result] == [expected]
    assert reported.items == []


@pytest.mark.parametrize(
    ("formats", "collected", "code"),
    [
        (("DD-MON-YYYY",), "31-FEB-2017", "RAW_DATE"),  # no such day
        (("DD-MON-YYYY",), "29-FEB-2017", "RAW_DATE"),  # no leap year
        (("DD-MON-YYYY",), "31-FEB-UNK", "RAW_DATE"),  # in no year
        (("DD-MON-YYYY",), "00-JAN-2017", "RAW_DATE"),
        (("MM/DD/YYYY",), "13/01/2017", "RAW_DATE"),
        (("YYYY-MM-DD",), "0000-01-01", "RAW_DATE"),
        (("DD-MON-YYYY",), "15-FEV-2017", "RAW_DATE"),  # no English month
        (("DD-MON-YYYY",), "15/JAN/2017", "RAW_DATE"),  # another separator
        (("DD-MON-YYYY",), "15-JAN-17", "RAW_DATE"),
        (("DD-MON-YYYY", "YYYY/MM/DD"), "01/15/2017", "RAW_DATE"),
        (("YYYYMMDD",), "2017123", "RAW_DATE"),  # fixed widths where nothing stands between
        (("DD-MON-YYYY hh:mm",), "15-JAN-2017 24:01", "RAW_DATE"),
        (("MM/DD/YYYY", "DD/MM/YYYY"), "01/05/2014", "RAW_DATE_AMBIGUOUS"),
        (("DD.MM.YY", "YY.MM.DD"), "05.02.14", "RAW_DATE_AMBIGUOUS"),
    ],
)
def test_what_cannot_be_read_is_a_finding(formats: tuple[str, ...], collected: str, code: str, reported: Any) -> None:
    result = iso8601(pd.Series(["X", collected], dtype="str").iloc[1:], formats=formats, report=reported)
    assert result.isna().all()
    assert reported.items == [(code, [0])]
    assert collected in reported.messages[0] or "calendar" in reported.messages[0]


@pytest.mark.parametrize(
    ("collected", "expected"),
    [("05/05/2014", "2014-05-05"), ("13/05/2014", "2014-05-13"), ("05/13/2014", "2014-05-13")],
)
def test_two_formats_that_agree_or_of_which_one_fits(collected: str, expected: str, reported: Any) -> None:
    column = pd.Series([collected], dtype="str")
    assert list(iso8601(column, formats=("MM/DD/YYYY", "DD/MM/YYYY"), report=reported)) == [expected]
    assert reported.items == []


def test_date_and_time_in_two_fields(reported: Any) -> None:
    table = [
        # date, time, expected
        ("3-JAN-2017", "9:05", "2017-01-03T09:05"),
        ("3-JAN-2017", "09:05:30", "2017-01-03T09:05:30"),
        ("3-JAN-2017", None, "2017-01-03"),
        ("3-JAN-2017", "UN:UN", "2017-01-03"),
        ("3-JAN-2017", "9:UN", "2017-01-03T09"),
        ("UN-JAN-2017", "10:00", "2017-01--T10:00"),
        (None, "07:15", "-----T07:15"),  # SDTMIG 3.4: 7:15 of some unknown date
        (None, None, None),
        ("3-JAN-2017", "25:00", "2017-01-03"),  # the time is a finding, the date remains
        ("3-JAN-2017", "noon", "2017-01-03"),
    ]
    dates, times, expected = (list(column) for column in zip(*table, strict=True))
    result = iso8601(
        pd.Series(dates, dtype="str"), pd.Series(times, dtype="str"), formats=("DD-MON-YYYY",), report=reported
    )
    assert [None if pd.isna(v) else v for v in result] == expected
    assert sorted(reported.items) == [("RAW_DATE", [8]), ("RAW_DATE", [9])]


@pytest.mark.parametrize(
    "formats",
    [(), ("",), ("DD-MMM-YYYY",), ("YYYY-MM-DD hh:MM",), ("DD/MM/MON",), ("day DD",), ("YYYYYY-MM",)],
)
def test_a_format_that_is_none(formats: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="format"):
        iso8601(pd.Series(["x"], dtype="str"), formats=formats, report=unreported)


FORMATS = [
    "DD-MON-YYYY",
    "MM/DD/YYYY",
    "DD.MM.YYYY",
    "YYYYMMDD",
    "DDMONYYYY",
    "YYYY/MM/DD",
    "DD MON YYYY",
    "YYYY-MM-DD",
]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def written(day: date, name: str) -> str:
    text = name.replace("YYYY", f"{day.year:04d}").replace("DD", f"{day.day:02d}")
    return text.replace("MON", MONTHS[day.month - 1]).replace("MM", f"{day.month:02d}")


@given(st.lists(st.dates(), min_size=1, max_size=20), st.sampled_from(FORMATS))
def test_every_day_in_every_format_is_read_back(days: list[date], name: str) -> None:
    column = pd.Series([written(day, name) for day in days], dtype="str")
    assert list(iso8601(column, formats=(name,), report=unreported)) == [day.isoformat() for day in days]


@given(
    st.lists(st.one_of(st.none(), st.text(min_size=1), st.text("0123456789-/UNXJAFEBT: ", min_size=1)), max_size=20),
    st.lists(st.sampled_from(FORMATS), min_size=1, max_size=3),
)
def test_no_text_raises_and_what_is_read_is_iso8601(values: list[str | None], names: list[str]) -> None:
    result = iso8601(pd.Series(values, dtype="str"), formats=tuple(names), report=unreported)
    known = result.dropna()
    assert known.str.fullmatch(r"([0-9]{4}|-)(-([0-9]{2}|-)(-[0-9]{2})?)?").all()


def test_a_million_dates_take_less_than_two_seconds() -> None:
    rng = np.random.default_rng(1)
    days = np.datetime64("2000-01-01") + rng.integers(0, 8000, 1_000_000)
    column = pd.Series(np.datetime_as_string(days), dtype="str")
    minutes = pd.Series(rng.integers(0, 60, len(days)).astype(str), dtype="str").str.rjust(2, "0")
    start = time.process_time()
    result = iso8601(column, "10:" + minutes, formats=("YYYY-MM-DD", "DD-MON-YYYY"), report=unreported)
    assert time.process_time() - start < 2
    assert (result.str.slice(0, 10) == column).all()
