"""Limits of a proportion against R's `binom.test` and `prop.test` (printed by reference.R)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from crf2tlf.statistics import exact_proportion, wilson_proportion

# == exact limits (binom.test) and Wilson's (prop.test, no correction): successes, n, level, exact, Wilson
FROM_R = """
3 9 0.9     0.0977468134392757 0.6550586340562967    0.141970901794995  0.601740271311590
3 9 0.95    0.0748546314196918 0.7007049437914596    0.120583818386911  0.645797864419604
0 9 0.95    0.000000000000000  0.336267116879943     0.000000000000000  0.299145048419544
9 9 0.95    0.663732883120057  1.000000000000000     0.700854951580456  1.000000000000000
1 1 0.95    0.025              1.000                 0.206549314377238  1.000000000000000
17 254 0.99 0.0329923536347938 0.1179383957362811    0.0365858137189636 0.1193215384082726
6 9 0.95    0.299295056208540  0.925145368580308     0.354202135580396  0.879416181613089
"""

counts = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize("line", FROM_R.strip().splitlines())
def test_limits_are_those_of_r(line):
    successes, n, level, *expected = (float(number) for number in line.split())
    exact = exact_proportion(int(successes), int(n), level)
    wilson = wilson_proportion(int(successes), int(n), level)
    assert exact.value == wilson.value == successes / n
    found = [exact.lower, exact.upper, wilson.lower, wilson.upper]
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("limits", [exact_proportion, wilson_proportion])
def test_the_ends_are_reached_exactly(limits):
    for n in range(1, 61):
        assert limits(0, n).lower == 0
        assert limits(n, n).upper == 1


def test_counts_from_numpy_give_plain_numbers():
    found = exact_proportion(np.int64(3), np.int64(9))
    assert {type(number) for number in (found.value, found.lower, found.upper)} == {float}


def test_of_no_patients_nothing_is_known():
    nothing = exact_proportion(0, 0)
    assert all(math.isnan(number) for number in (nothing.value, nothing.lower, nothing.upper))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((10, 9, 0.95), "10 successes out of 9"),
        ((-1, 9, 0.95), "-1 successes out of 9"),
        ((3, 9, 95), "confidence level 95"),
        ((3, 9, math.nan), "confidence level nan"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        exact_proportion(*arguments)


@given(counts, levels)
def test_each_exact_limit_leaves_its_share_in_the_tail(count, level):
    successes, n = count
    limits = exact_proportion(successes, n, level)
    share = (1 - level) / 2
    if successes > 0:
        assert binom.sf(successes - 1, n, limits.lower) == pytest.approx(share, rel=1e-6)
    if successes < n:
        assert binom.cdf(successes, n, limits.upper) == pytest.approx(share, rel=1e-6)


@given(counts, levels)
def test_limits_enclose_the_estimate_and_mirror(count, level):
    successes, n = count
    for method in (exact_proportion, wilson_proportion):
        found, mirrored = method(successes, n, level), method(n - successes, n, level)
        assert found.lower <= found.value <= found.upper
        assert (found.lower, found.upper) == pytest.approx((1 - mirrored.upper, 1 - mirrored.lower), abs=1e-9)
