from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crf2tlf.methods.adverse_events import treatment_emergent

FIRST, LAST = "2022-01-01", "2022-04-30"


def days(values: list[str | None]) -> pd.Series:
    return pd.Series(np.array(["NaT" if v is None else v for v in values], dtype="datetime64[s]"))


#    start         end           first  last   from first dose on / until 10 days after the last dose
SCENARIOS = [
    # before treatment
    ("2021-12-13", "2021-12-15", FIRST, LAST, None, None),
    # begins before treatment, ends under it
    ("2021-12-30", "2022-01-14", FIRST, LAST, None, None),
    # begins on the day of the first dose, and under treatment
    ("2022-01-01", "2022-01-02", FIRST, LAST, "Y", "Y"),
    ("2022-02-01", None, FIRST, LAST, "Y", "Y"),
    # begins on the last day of the window, and after it
    ("2022-05-10", "2022-05-10", FIRST, LAST, "Y", "Y"),
    ("2022-05-11", "2022-05-11", FIRST, LAST, "Y", None),
    # still under treatment
    ("2023-05-11", "2023-05-11", FIRST, None, "Y", "Y"),
    # the start is not known
    (None, None, FIRST, LAST, "Y", "Y"),
    (None, "2022-01-04", FIRST, LAST, "Y", "Y"),
    (None, "2021-12-24", FIRST, LAST, None, None),
    (None, "2022-06-04", FIRST, LAST, "Y", "Y"),
    # never treated
    (None, "2021-12-03", None, None, None, None),
    ("2021-12-01", "2021-12-03", None, None, None, None),
    ("2021-12-06", None, None, None, None, None),
]


def test_treatment_emergent_events() -> None:
    start, end, first, last, open_ended, windowed = (list(column) for column in zip(*SCENARIOS, strict=True))
    result = treatment_emergent(days(start), days(first), end=days(end))
    assert [None if pd.isna(v) else v for v in result] == open_ended
    result = treatment_emergent(days(start), days(first), days(last), days(end), window_days=10)
    assert [None if pd.isna(v) else v for v in result] == windowed


def test_without_ends_of_events() -> None:
    result = treatment_emergent(days(["2021-12-13", "2022-01-01", None]), days([FIRST] * 3))
    assert [None if pd.isna(v) else v for v in result] == [None, "Y", "Y"]


def test_last_dose_and_window_go_together() -> None:
    one = days(["2022-01-01"])
    with pytest.raises(ValueError, match="together"):
        treatment_emergent(one, one, one)
    with pytest.raises(ValueError, match="together"):
        treatment_emergent(one, one, window_days=30)
    with pytest.raises(ValueError, match="0 or more"):
        treatment_emergent(one, one, one, window_days=-1)
