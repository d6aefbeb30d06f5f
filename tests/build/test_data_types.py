"""The data type of a variable, in the words of Define-XML."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crf2tlf.build.data_types import number_type, text_type

DATETIME, DURATION = "ISO 8601 datetime or interval", "ISO 8601 duration"


# texts, the standard's value domain, the type (ODM 1.3.2, section 2.14, Data Formats)
@pytest.mark.parametrize(
    ("texts", "domain", "expected"),
    [
        (["2020-01-02", None], DATETIME, "date"),
        (["2020-01-02T10:00:00", "2020-01-02T10:00:00.5+09:00"], DATETIME, "datetime"),
        (["2020-01-02", "2020-01"], DATETIME, "partialDate"),
        (["2020"], DATETIME, "partialDate"),
        # without seconds, or with and without time of day
        (["2020-01-02T10:00"], DATETIME, "partialDatetime"),
        (["2020-01-02T10:00:00", "2020-01-02"], DATETIME, "partialDatetime"),
        # SDTMIG 3.4, section 4.4.2: a hyphen for what is unknown
        (["--12-15", "2020-01-02"], DATETIME, "incompleteDatetime"),
        (["2003---15T-:15"], DATETIME, "incompleteDatetime"),
        # no value: what the standard says of it
        ([None], DATETIME, "datetime"),
        ([None], DURATION, "durationDatetime"),
        (["P1Y2M3DT4H5M6.5S", "P2W", "-PT10M", "P12M"], DURATION, "durationDatetime"),
        # not what the standard asks for
        (["2020-13-01"], DATETIME, "text"),
        (["P", "PT"], DURATION, "text"),
        (["two days"], DURATION, "text"),
        # not said to be a date
        (["2020-01-02"], "", "text"),
        (["1", "2"], "MedDRA", "text"),
    ],
)
def test_types_of_texts(texts: list[str | None], domain: str, expected: str) -> None:
    assert text_type(pd.Series(texts, dtype="str"), domain) == expected


@pytest.mark.parametrize(
    ("numbers", "sas_format", "expected"),
    [
        ([1.0, np.nan, 3.0], None, "integer"),
        ([1.0, 2.5], None, "float"),
        ([np.nan], None, "integer"),
        # the format shows decimals
        ([1.0], "8.2", "float"),
        ([1.0], "BEST12.", "integer"),
        # dates are whole days, datetimes whole seconds
        (pd.to_datetime(["2020-01-02"]), "DATE9.", "integer"),
        (pd.to_datetime(["2020-01-02T00:00:01"]), "DATETIME20.", "integer"),
        (pd.to_datetime(["2020-01-02"]), None, "integer"),
        ([3_600.5], "TIME11.2", "float"),
    ],
)
def test_types_of_numbers(numbers: list[float], sas_format: str | None, expected: str) -> None:
    assert number_type(pd.Series(numbers), sas_format) == expected
