"""Geometric means, and limits of means, by R (geometric.R)."""

import math

import pytest

from crf2tlf.statistics import geometric, mean_limits

DOSES = [12.5, 8.1, 30.2, 4.4, 17.9, 9.6, 11.3]


@pytest.mark.parametrize(
    ("level", "lower", "upper"), [(0.95, 6.54052632498, 20.11622791011), (0.9, 7.34237828208, 17.91935979741)]
)
def test_a_geometric_mean(level: float, lower: float, upper: float) -> None:
    found = geometric([*DOSES, math.nan, None], level)
    assert (found.mean, found.sd, found.cv) == pytest.approx((11.47042798702, 1.83565903531, 66.79816711086))
    assert (found.lower, found.upper) == pytest.approx((lower, upper))


def test_two_values() -> None:
    """log(2) and log(8): the mean is 4, and the limits are far apart."""
    found = geometric([2, 8])
    assert (found.mean, found.sd, found.cv) == pytest.approx((4, 2.66514414269, 127.045811242))
    assert (found.lower, found.upper) == pytest.approx((5.98564884262e-04, 2.67306025139e04))


def test_without_a_logarithm_there_is_no_geometric_mean() -> None:
    for values in ([1, 0, 2], [1, -1], [], [None]):
        assert all(math.isnan(number) for number in vars(geometric(values)).values())
    one = geometric([5])
    assert one.mean == pytest.approx(5)
    assert math.isnan(one.cv)
    assert math.isnan(one.lower)


def test_limits_of_a_mean() -> None:
    found = mean_limits(DOSES, 0.9)
    assert (found.value, found.lower, found.upper) == pytest.approx((13.42857142857, 7.20205568317, 19.65508717397))


@pytest.mark.parametrize(("values", "level"), [([math.inf], 0.95), ([1, 2], 95)])
def test_what_has_no_meaning(values: list[float], level: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        geometric(values, level)
