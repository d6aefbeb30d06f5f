from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crf2tlf.methods import text as t


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


SCENARIOS = [
    # (method, arguments, input, expected)
    (t.upper, {}, "Left lung", "LEFT LUNG"),
    (t.lower, {}, "Left LUNG", "left lung"),
    (t.strip, {}, "  liver ", "liver"),
    (t.strip, {}, "   ", None),  # a text of blanks is missing, as in a transport file
    (t.squish, {}, "  left \t lower\n lobe ", "left lower lobe"),
    (t.squish, {}, "肝\u3000転移", "肝 転移"),  # the ideographic blank
    (t.substring, {"start": 5, "length": 3}, "ABC-123-X", "123"),
    (t.substring, {"start": 5}, "ABC-123", "123"),
    (t.substring, {"start": 5}, "ABC-", None),  # beyond the end
    (t.text_part, {"number": 1, "length": 10}, "alpha beta gamma", "alpha beta"),  # cut between words
    (t.text_part, {"number": 2, "length": 10}, "alpha beta gamma", "gamma"),
    (t.text_part, {"number": 3, "length": 10}, "alpha beta gamma", None),
    (t.text_part, {"number": 2, "length": 4}, "abcdefgh-ij", "efgh"),  # a longer word is cut
    (t.text_part, {"number": 1}, "x" * 200, "x" * 200),
    (t.replace, {"old": ".", "new": "-"}, "1.2.3", "1-2-3"),  # plain text, not a pattern
    (t.replace, {"old": "NONE", "new": ""}, "NONE", None),
    (t.contains, {"part": "(R)"}, "LUNG (R)", True),  # plain text, not a pattern
    (t.contains, {"part": "lung"}, "LUNG", False),  # case counts
    (t.starts_with, {"part": "LU"}, "LUNG", True),
    (t.ends_with, {"part": "NG"}, "LUNG", True),
    (t.matches, {"pattern": "[0-9]{3}"}, "007", True),
    (t.matches, {"pattern": "[0-9]{3}"}, "0070", False),  # the whole text
    (t.matches, {"pattern": "a|b"}, "ab", False),
    (t.pad, {"width": 3}, "7", "007"),
    (t.pad, {"width": 3}, "1234", "1234"),
    (t.pad, {"width": 4, "fill": " "}, "7", "   7"),
]


@pytest.mark.parametrize(("method", "arguments", "value", "expected"), SCENARIOS)
def test_each_method_and_a_missing_text(method: Any, arguments: dict[str, Any], value: str, expected: Any) -> None:
    result = method(texts(value, None), **arguments)
    assert plain(result) == [expected, None]
    assert str(result.dtype) == ("boolean" if isinstance(expected, bool) else "str")


def test_concat_skips_missing_parts_with_their_separator() -> None:
    site, subject, part = texts("01", "01", None, None), texts("007", None, "007", None), texts("A", "B", None, None)
    assert plain(t.concat(site, subject, part, sep="-")) == ["01-007-A", "01-B", "007", None]
    assert plain(t.concat(site, subject)) == ["01007", "01", "007", None]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (20.0, "20"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (12.5, "12.5"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (123456789012345680.0, "123456789012345680"),
        (np.nan, None),
    ],
)
def test_numbers_as_text_take_their_shortest_form(number: float, expected: str | None) -> None:
    assert plain(t.text(pd.Series([number]))) == [expected]


def test_dates_truth_values_and_text_as_text() -> None:
    days = pd.Series(np.array(["2017-01-03", "NaT"], dtype="datetime64[s]"))
    assert plain(t.text(days)) == ["2017-01-03", None]
    truth = pd.Series([True, False, None], dtype="boolean")
    assert plain(t.text(truth)) == ["Y", "N", None]
    assert plain(t.text(texts("x", None))) == ["x", None]


def test_flags_are_y_or_missing_and_yn_is_three_valued() -> None:
    truth = pd.Series([True, False, None], dtype="boolean")
    assert plain(t.flag(truth)) == ["Y", None, None]
    assert plain(t.yn(truth)) == ["Y", "N", None]


@pytest.mark.parametrize(
    "call",
    [
        lambda: t.substring(texts("x"), 0),
        lambda: t.text_part(texts("x"), 0),
        lambda: t.replace(texts("x"), "", "y"),
        lambda: t.contains(texts("x"), ""),
        lambda: t.matches(texts("x"), "(["),
        lambda: t.pad(texts("x"), 3, "00"),
        lambda: t.concat(),
    ],
)
def test_wrong_options_are_named(call: Any) -> None:
    with pytest.raises(ValueError, match=r"takes|fills|is no"):
        call()


def test_the_index_of_the_input_stays() -> None:
    column = pd.Series(["a", None], index=[7, 3], dtype="str")
    for result in (
        t.upper(column),
        t.squish(column),
        t.contains(column, "a"),
        t.text(column),
        t.concat(column, column),
    ):
        assert list(result.index) == [7, 3]


def test_columns_without_records() -> None:
    none = texts()
    assert len(t.squish(none)) == len(t.matches(none, "x")) == len(t.concat(none, none)) == len(t.text(none)) == 0
