"""The paired t-test against R's `t.test(paired = TRUE)` (printed by reference.R)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.statistics import paired_t

SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
BEFORE = [5.7, 6.7, 9.2, 22.9, 6.1, 12.4, 6.0, 7.3, 15.8]
AFTER = [1.6, 0.7, 5.9, 14.2, 2.1, 8.8, 7.9, 1.0, 3.3]

pairs = st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=2, max_size=30)


# == paired t: the sleep data; nine pairs; a level of 90 %: mean difference, limits, t, df, p
SLEEP_FROM_R = (
    "-1.58000000000000007 -2.45988576327698238 -0.70011423672301754 -4.06212768338203656 9 0.00283289019738427"
)
NINE_FROM_R = "5.1777777777777771 2.1197785881733040 8.2357769673823503 3.9045062560229544 8 0.0045158721324886"
NINE_90_FROM_R = "5.1777777777777771 2.7118253950442539 7.6437301605113008 3.9045062560229544 8 0.0045158721324886"


@pytest.mark.parametrize(
    ("first", "second", "level", "from_r"),
    [
        (SLEEP_1, SLEEP_2, 0.95, SLEEP_FROM_R),
        (BEFORE, AFTER, 0.95, NINE_FROM_R),
        (BEFORE, AFTER, 0.90, NINE_90_FROM_R),
    ],
)
def test_as_r(first, second, level, from_r):
    found = paired_t(first, second, level)
    numbers = [found.mean_difference, found.lower, found.upper, found.t, found.df, found.p]
    assert numbers == pytest.approx([float(number) for number in from_r.split()], rel=1e-12)
    assert (found.n, found.missing) == (len(first), 0)


def test_an_incomplete_pair_is_left_out_and_counted():
    with_gaps = paired_t([*BEFORE, None, 4.0], [*AFTER, 3.0, math.nan])
    assert with_gaps.missing == 2
    assert (with_gaps.n, with_gaps.p) == (9, paired_t(BEFORE, AFTER).p)


@pytest.mark.parametrize(
    ("first", "second", "mean", "sd"),
    [
        ([], [], math.nan, math.nan),
        ([3.0], [1.0], 2.0, math.nan),
        # the same difference in every pair, also when binary arithmetic blurs it
        ([3.0, 4.0, 5.0], [1.0, 2.0, 3.0], 2.0, 0.0),
        ([0.3, 0.8, 1.1], [0.1, 0.6, 0.9], 0.2, 0.0),
    ],
)
def test_what_the_pairs_do_not_determine_is_nan(first, second, mean, sd):
    found = paired_t(first, second)
    assert (found.mean_difference, found.sd) == pytest.approx((mean, sd), nan_ok=True, abs=1e-15)
    assert all(math.isnan(number) for number in (found.t, found.p, found.lower, found.upper))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1]), "2 first and 1 second"),
        (([1, math.inf], [1, 2]), "infinite value"),
        (([1, 2], [1, 2], 95), "confidence level 95"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        paired_t(*arguments)


@given(pairs)
def test_exchanging_the_two_changes_the_sign_only(sample):
    first, second = zip(*sample, strict=True)
    forth, back = paired_t(first, second), paired_t(second, first)
    assert forth.mean_difference == -back.mean_difference
    assert (forth.t, forth.lower) == pytest.approx((-back.t, -back.upper), nan_ok=True)
    assert forth.p == pytest.approx(back.p, nan_ok=True)


@given(pairs)
def test_p_is_below_005_when_the_95_percent_limits_exclude_zero(sample):
    found = paired_t(*zip(*sample, strict=True))
    if not math.isnan(found.p) and abs(found.p - 0.05) > 1e-9:
        assert (found.p < 0.05) == (found.lower > 0 or found.upper < 0)
