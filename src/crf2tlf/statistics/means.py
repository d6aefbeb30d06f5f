"""Comparisons of a continuous variable between groups: t-tests, rank tests, analysis of variance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.contingency import NOTHING_TO_TEST, Tested
from crf2tlf.statistics.estimate import Estimate, check_level
from crf2tlf.statistics.survival import FloatArray

Variances = Literal["welch", "pooled"]


@dataclass(frozen=True)
class MeanDifference:
    """The mean of the first group minus that of the second with limits, t, degrees of freedom and a two-sided p.

    `n` counts the values present in both groups together. What they do not determine (a group of fewer than two
    values, or no spread in any) is NaN.
    """

    n: int
    difference: float
    se: float
    lower: float
    upper: float
    t: float
    df: float
    p: float


def mean_difference(
    first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95, variances: Variances = "welch"
) -> MeanDifference:
    """Compare two means by Welch's t-test (`welch`) or with a pooled variance (`pooled`).

    Missing values (NaN, None) are left out. Raises `ValueError` for infinite values and a level outside 0 to 1.
    Source: R `t.test(var.equal = )`, whose default is Welch's; SAS PROC TTEST prints both (Satterthwaite, Pooled).
    """
    check_level(level)
    x, y = _present(first), _present(second)
    difference = math.fsum(x) / x.size - math.fsum(y) / y.size if x.size and y.size else math.nan
    noise = 10 * float(np.finfo(np.float64).eps) * float(np.abs(np.concatenate([x, y])).max(initial=0.0))
    if min(x.size, y.size) < 2 or max(float(np.std(x)), float(np.std(y))) <= noise:
        return MeanDifference(x.size + y.size, difference, *[math.nan] * 6)
    test = scipy.stats.ttest_ind(x, y, equal_var=variances == "pooled")
    limits = test.confidence_interval(confidence_level=level)
    se = _standard_error(x, y, variances)
    tested = (float(limits.low), float(limits.high), float(test.statistic), float(test.df), float(test.pvalue))
    return MeanDifference(x.size + y.size, difference, se, *tested)


def _standard_error(x: FloatArray, y: FloatArray, variances: Variances) -> float:
    vx, vy = float(np.var(x, ddof=1)), float(np.var(y, ddof=1))
    if variances == "welch":
        return math.sqrt(vx / x.size + vy / y.size)
    pooled = ((x.size - 1) * vx + (y.size - 1) * vy) / (x.size + y.size - 2)
    return math.sqrt(pooled * (1 / x.size + 1 / y.size))


def mean_limits(values: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Give the mean with limits by Student's t; with fewer than two values it has none.

    Missing values are left out. Source: R `t.test(values)$conf.int`; SAS PROC MEANS, CLM.
    """
    check_level(level)
    present = _present(values)
    n = present.size
    if n < 2:
        return Estimate(math.fsum(present) / n if n else math.nan, math.nan, math.nan)
    mean = math.fsum(present) / n
    width = float(scipy.stats.t.ppf(0.5 + level / 2, n - 1)) * float(np.std(present, ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - width, mean + width)


def rank_sum(first: npt.ArrayLike, second: npt.ArrayLike) -> Tested:
    """Test two groups by Wilcoxon's rank sum (Mann–Whitney): z by the normal approximation and a two-sided p.

    Mid-ranks for ties, the variance corrected for them, and a continuity correction of 0.5. Missing values are left
    out; with an empty group, or values all equal, there is nothing to test.
    Source: R `wilcox.test(exact = FALSE, correct = TRUE)`; SAS PROC NPAR1WAY, WILCOXON, normal approximation.
    """
    x, y = _present(first), _present(second)
    if not x.size or not y.size or np.ptp(np.concatenate([x, y])) == 0:
        return NOTHING_TO_TEST
    p = float(scipy.stats.mannwhitneyu(x, y, use_continuity=True, method="asymptotic").pvalue)
    above = scipy.stats.rankdata(np.concatenate([x, y]))[: x.size].sum() - x.size * (x.size + y.size + 1) / 2
    return Tested(math.copysign(float(scipy.stats.norm.isf(p / 2)), above), math.nan, p)


def one_way(groups: Sequence[npt.ArrayLike]) -> Tested:
    """Test whether all groups have the same mean: F of the one-way analysis of variance; `df` of the numerator.

    Missing values are left out; groups without values do not count. Without two groups or any spread within them
    there is nothing to test. Source: R `anova(lm(value ~ group))`; SAS PROC GLM.
    """
    present = _non_empty(groups)
    inside = sum(values.size for values in present) - len(present)
    if len(present) < 2 or inside < 1 or all(np.ptp(values) == 0 for values in present):
        return NOTHING_TO_TEST
    found = scipy.stats.f_oneway(*present)
    return Tested(float(found.statistic), len(present) - 1, float(found.pvalue))


def kruskal_wallis(groups: Sequence[npt.ArrayLike]) -> Tested:
    """Test groups by Kruskal and Wallis' chi-square of ranks, corrected for ties.

    Missing values are left out; groups without values do not count. Without two groups, or with values all equal,
    there is nothing to test. Source: R `kruskal.test`; SAS PROC NPAR1WAY, WILCOXON, Kruskal–Wallis.
    """
    present = _non_empty(groups)
    if len(present) < 2 or np.ptp(np.concatenate(present)) == 0:
        return NOTHING_TO_TEST
    found = scipy.stats.kruskal(*present)
    return Tested(float(found.statistic), len(present) - 1, float(found.pvalue))


def _non_empty(groups: Sequence[npt.ArrayLike]) -> list[FloatArray]:
    return [values for values in map(_present, groups) if values.size]


def _present(values: npt.ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64).ravel()
    if np.isinf(array).any():
        raise ValueError("an infinite value cannot be compared: expected finite numbers, or NaN for missing")
    return array[~np.isnan(array)]
