"""The paired t-test."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.estimate import check_level


@dataclass(frozen=True)
class PairedT:
    """The result of a paired t-test.

    `mean_difference` is the mean of first − second in the unit of the values, with its standard deviation
    `sd` and confidence limits; `p` is two-sided. `n` counts complete pairs, `missing` the incomplete ones.
    What the pairs do not determine (fewer than two, or all differences equal) is NaN.
    """

    n: int
    missing: int
    mean_difference: float
    sd: float
    lower: float
    upper: float
    t: float
    df: int
    p: float


def paired_t(first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95) -> PairedT:
    """Test whether the mean of the differences first − second is zero.

    A pair with a missing member (NaN, None) is left out and counted. Raises `ValueError` for inputs of
    unequal length, infinite values and a level outside 0 to 1.
    Source: R `t.test(first, second, paired = TRUE)`; SAS PROC TTEST, PAIRED first*second.
    """
    check_level(level)
    x, y = (np.asarray(values, dtype=np.float64).ravel() for values in (first, second))
    if x.size != y.size:
        raise ValueError(f"{x.size} first and {y.size} second values: pairs need as many of both")
    if np.isinf(x).any() or np.isinf(y).any():
        raise ValueError("an infinite value cannot be tested: expected finite numbers, or NaN for missing")
    complete = ~(np.isnan(x) | np.isnan(y))
    return _test(x[complete], y[complete], int((~complete).sum()), level)


def _test(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], missing: int, level: float) -> PairedT:
    n = x.size
    difference = x - y
    mean = math.fsum(difference) / n if n else math.nan
    sd = math.sqrt(math.fsum((difference - mean) ** 2) / (n - 1)) if n > 1 else math.nan
    rounding_noise = 10 * float(np.finfo(np.float64).eps) * float(np.abs([x, y]).max(initial=0.0))
    if not sd > rounding_noise:  # too few pairs, or differences that are constant up to binary noise
        return PairedT(n, missing, mean, sd, math.nan, math.nan, math.nan, max(n - 1, 0), math.nan)
    test = scipy.stats.ttest_rel(x, y)
    limits = test.confidence_interval(confidence_level=level)
    return PairedT(
        n=n,
        missing=missing,
        mean_difference=mean,
        sd=sd,
        lower=float(limits.low),
        upper=float(limits.high),
        t=float(test.statistic),
        df=n - 1,
        p=float(test.pvalue),
    )
