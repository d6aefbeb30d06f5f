"""Quantiles and summaries against R's `quantile`, `mean` and `sd` (printed by reference.R)."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.statistics import quantile, summary

SAMPLES = {
    "one": [42],
    "two": [1, 2],
    "nine": [31, 44, 47, 52, 56, 60, 61, 68, 74],
    "ten": [5.7, 6.7, 9.2, 22.9, 6.1, 12.4, 6.0, 7.3, 15.8, 6.7],
    "twelve": [-3, -1, 0, 0, 2, 4, 4, 4, 7, 11, 18, 29],
}
PROBABILITIES = [0, 0.05, 0.10, 0.25, 0.33, 0.50, 0.75, 0.90, 0.95, 1]

# == quantiles 0 5 10 25 33 50 75 90 95 100 %: type 2, type 7
FROM_R = """
one     2 42 42 42 42 42 42 42 42 42 42
one     7 42 42 42 42 42 42 42 42 42 42
two     2 1.0 1.0 1.0 1.0 1.0 1.5 2.0 2.0 2.0 2.0
two     7 1.00 1.05 1.10 1.25 1.33 1.50 1.75 1.90 1.95 2.00
nine    2 31 31 31 47 47 56 61 74 74 74
nine    7 31.0 36.2 41.4 47.0 50.2 56.0 61.0 69.2 71.6 74.0
ten     2 5.70 5.70 5.85 6.10 6.70 7.00 12.40 19.35 22.90 22.90
ten     7 5.700 5.835 5.970 6.250 6.682 7.000 11.600 16.510 19.705 22.900
twelve  2 -3 -3 -1 0 0 4 9 18 29 29
twelve  7 -3.00 -1.90 -0.90 0.00 1.26 4.00 8.00 17.30 22.95 29.00
"""

finite = st.floats(-1e6, 1e6)
samples = st.lists(finite, min_size=1, max_size=40)
kinds = st.sampled_from(["type2", "type7"])


@pytest.mark.parametrize("line", FROM_R.strip().splitlines())
def test_quantiles_are_those_of_r(line):
    name, kind, *expected = line.split()
    found = [quantile(SAMPLES[name], p, f"type{kind}") for p in PROBABILITIES]
    assert found == pytest.approx([float(number) for number in expected], rel=1e-14)


def test_a_whole_number_hidden_by_binary_noise():
    # 100 × 0.07 is 7.000000000000001 in binary: still the mean of the 7th and 8th value
    assert quantile(range(1, 101), 0.07, "type2") == 7.5
    # 100 × 0.29 is 28.999999999999996
    assert quantile(range(1, 101), 0.29, "type2") == 29.5


def test_summary():
    # R: 9 54.7777777777778 13.0458592834832
    nine = summary([31, None, 44, 47, 52, 56, 60, math.nan, 61, 68, 74])
    assert (nine.n, nine.missing) == (9, 2)
    assert nine.mean == pytest.approx(54.7777777777778, rel=1e-14)
    assert nine.sd == pytest.approx(13.0458592834832, rel=1e-14)
    assert (nine.min, nine.q1, nine.median, nine.q3, nine.max) == (31, 47, 56, 61, 74)

    # R: 12 6.25 9.18620507262731; the upper quartile depends on the convention
    twelve = summary(SAMPLES["twelve"])
    assert (twelve.mean, twelve.median, twelve.q1, twelve.q3) == (6.25, 4, 0, 9)
    assert twelve.sd == pytest.approx(9.18620507262731, rel=1e-14)
    assert summary(SAMPLES["twelve"], "type7").q3 == 8


def test_summary_of_one_value_and_of_none():
    one = summary([5])
    assert (one.n, one.mean, one.median, one.q1, one.q3, one.min, one.max) == (1, 5, 5, 5, 5, 5, 5)
    assert math.isnan(one.sd)
    none = summary([None, None])
    assert (none.n, none.missing) == (0, 2)
    assert all(math.isnan(x) for x in (none.mean, none.sd, none.median, none.q1, none.q3, none.min, none.max))
    assert math.isnan(quantile([], 0.5, "type2"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], 1.5, "type2"), "expected a fraction"),
        (([1, 2], math.nan, "type2"), "expected a fraction"),
        (([1, math.inf], 0.5, "type2"), "infinite value"),
        (([1, 2], 0.5, "type6"), "expected type2 or type7"),
    ],
)
def test_quantile_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        quantile(*arguments)


@given(samples, kinds)
def test_a_summary_is_in_order(values, kind):
    found = summary(values, kind)
    ordered = [found.min, found.q1, found.median, found.q3, found.max]
    assert all(below <= above or math.isclose(below, above) for below, above in pairwise(ordered))
    assert found.median == pytest.approx(float(np.median(values)))


@given(samples, st.randoms(), kinds)
def test_the_order_of_the_values_changes_nothing(values, random, kind):
    shuffled = random.sample(values, len(values))
    assert summary(shuffled, kind) == summary(values, kind) or len(values) == 1


@given(samples, st.floats(0, 1))
def test_type_2_mirrors(values, p):
    mirrored = -quantile([-value for value in values], 1 - p, "type2")
    ordered = sorted(values)
    position = len(values) * p
    if abs(position - round(position)) > 1e-9:  # away from the ties, where 1 − p and p may round differently
        assert mirrored == quantile(values, p, "type2")
    assert ordered[0] <= mirrored <= ordered[-1]
