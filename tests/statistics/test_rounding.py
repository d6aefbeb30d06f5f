"""Half-up rounding: texts of numbers and percentages, and the digits a results file keeps."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.statistics import format_number, percent_text, round_half_up, significant

ALL_RATIOS = [(numerator, denominator) for denominator in range(1, 61) for numerator in range(denominator + 1)]


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        # ties go away from zero
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-0.5, 0, "-1"),
        (-2.5, 0, "-3"),
        # a float is what it looks like in decimal: 2.675 in binary is below the tie, 1.005 too
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.285, 2, "0.29"),
        # the asked-for places are always there
        (3, 1, "3.0"),
        (0, 2, "0.00"),
        (1e22, 0, "10000000000000000000000"),
        # other kinds of number are taken as they are
        (Decimal("0.125"), 2, "0.13"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(2, 3), 30, "0.666666666666666666666666666667"),
        ("12.345", 2, "12.35"),
        # no negative zero
        (-0.0, 0, "0"),
        (-0.04, 1, "0.0"),
    ],
)
def test_round_half_up(value, decimals, expected):
    assert str(round_half_up(value, decimals)) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "NaN", Decimal("Infinity"), "twelve"])
def test_what_is_no_number_is_not_rounded(value):
    with pytest.raises(ValueError, match="expected a finite number"):
        round_half_up(value, 1)


def test_negative_decimals_are_refused():
    with pytest.raises(ValueError, match="expected 0 or more"):
        round_half_up(1.5, -1)


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_a_tie_moves_away_from_zero(units, decimals):
    tie = Fraction(2 * units + (1 if units >= 0 else -1), 2 * 10**decimals)
    away = units + (1 if units >= 0 else -1)
    assert round_half_up(tie, decimals) == Fraction(away, 10**decimals)


@given(st.floats(-1e12, 1e12), st.integers(0, 8))
def test_rounding_moves_by_at_most_half_a_unit(value, decimals):
    moved = abs(Fraction(round_half_up(value, decimals)) - Fraction(repr(value)))
    assert moved <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "expected"),
    [
        (1, 8, 0, "13"),  # 12.5
        (1, 8, 1, "12.5"),
        (3, 9, 1, "33.3"),
        (2, 9, 1, "22.2"),
        (6, 9, 0, "67"),
        (1, 40, 0, "3"),  # 2.5
        (1, 16, 1, "6.3"),  # 6.25
        (0, 9, 1, "0.0"),
        (9, 9, 1, "100.0"),
        (12, 9, 1, "133.3"),  # a relative dose
        (0, 0, 1, ""),
    ],
)
def test_percent_text(numerator, denominator, decimals, expected):
    assert percent_text(numerator, denominator, decimals) == expected


@pytest.mark.parametrize("counts", [(-1, 9), (1, -9)])
def test_percent_of_a_negative_count(counts):
    with pytest.raises(ValueError, match="cannot be negative"):
        percent_text(*counts, 1)


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_all_percentages_up_to_sixty_patients(decimals):
    assert len(ALL_RATIOS) == 1890
    for numerator, denominator in ALL_RATIOS:
        # whole number arithmetic: units of the last place, plus one when the remainder is half or more
        units, rest = divmod(numerator * 100 * 10**decimals, denominator)
        digits = str(units + (2 * rest >= denominator)).rjust(decimals + 1, "0")
        expected = digits if decimals == 0 else f"{digits[:-decimals]}.{digits[-decimals:]}"
        assert percent_text(numerator, denominator, decimals) == expected, (numerator, denominator)


def test_python_would_round_22_of_them_otherwise():
    otherwise = [
        (numerator, denominator)
        for numerator, denominator in ALL_RATIOS
        if f"{100 * numerator / denominator:.0f}" != percent_text(numerator, denominator, 0)
    ]
    assert len(otherwise) == 22
    assert (1, 8) in otherwise


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (6.7, 1, "6.7"),
        (2.675, 2, "2.68"),
        (12.25, 1, "12.3"),
        (-12.25, 1, "-12.3"),
        # differences whose tie binary arithmetic hides: 3.1499999999999995, 0.14999999999999997, 100.49999999999999
        (4.35 - 1.2, 1, "3.2"),
        (0.35 - 0.2, 1, "0.2"),
        (1.005 * 100, 0, "101"),
        # really below the tie
        (3.14999, 1, "3.1"),
        (0.049999999, 1, "0.0"),
        # large numbers keep all digits before the point
        (1234567890123.5, 0, "1234567890124"),
        (1234567890123.4, 0, "1234567890123"),
        (123456789012.25, 1, "123456789012.3"),
        (1e22, 1, "10000000000000000000000.0"),
        # small ones
        (1e-7, 2, "0.00"),
        (5e-324, 3, "0.000"),
        # no sign on zero, missing is empty
        (-0.0, 0, "0"),
        (-0.04, 1, "0.0"),
        (math.nan, 1, ""),
    ],
)
def test_format_number(value, decimals, expected):
    assert format_number(value, decimals) == expected


def test_infinity_is_not_printed():
    with pytest.raises(ValueError, match="cannot print inf"):
        format_number(math.inf, 1)


@given(st.integers(-(10**8), 10**8), st.integers(0, 4))
def test_a_number_with_few_decimals_prints_as_it_is(units, decimals):
    text = format_number(units / 10**decimals, decimals)
    assert Fraction(text) == Fraction(units, 10**decimals)


@given(st.floats(-1e7, 1e7), st.integers(0, 2))
def test_the_text_is_that_of_the_number_in_the_results_file(value, decimals):
    assert format_number(value, decimals) == format_number(significant(value), decimals)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1 / 3, 0.333333333333),
        (200 / 3, 66.6666666667),
        (0.1 + 0.2, 0.3),
        (123456789012345.0, 123456789012000.0),
        (5.0, 5.0),
        (1e-300 / 3, 3.33333333333e-301),
        (math.inf, math.inf),
    ],
)
def test_significant(value, expected):
    assert significant(value) == expected
    assert significant(-value) == -expected


def test_significant_of_zero_and_missing():
    assert math.copysign(1, significant(-0.0)) == 1
    assert math.isnan(significant(math.nan))
    with pytest.raises(ValueError, match="expected 1 or more"):
        significant(1.0, 0)
