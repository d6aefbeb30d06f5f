"""The difference of two proportions with confidence limits, in one table or over strata."""

import math
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import scipy

from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate, check_level
from crf2tlf.statistics.proportion import wilson_proportion

DifferenceLimits = Literal["newcombe", "wald", "wald-corrected", "miettinen-nurminen", "agresti-caffo"]
Counts = tuple[int, int, int, int]
"""Successes and size of the first group, successes and size of the second."""


def proportion_difference(counts: Counts, level: float = 0.95, limits: DifferenceLimits = "newcombe") -> Estimate:
    """Give the first proportion minus the second with two-sided limits, as fractions between −1 and 1.

    `newcombe`: hybrid of Wilson's score limits, without continuity correction (Newcombe, Stat Med 1998;17:873,
    method 10). `wald`: normal approximation with unpooled variance; `wald-corrected` is wider by half of
    1/n₁ + 1/n₂. `miettinen-nurminen`: score limits with the variance at the restricted estimates times N/(N − 1)
    (Miettinen and Nurminen, Stat Med 1985;4:213). `agresti-caffo`: Wald's limits after one success and one failure
    were added to each group (American Statistician 2000;54:280); the estimate itself stays.

    An empty group gives NaN. Raises `ValueError` unless 0 ≤ successes ≤ n, for a level outside 0 to 1 and unknown
    limits. Source: R `prop.test` (wald, wald-corrected); SAS PROC FREQ, RISKDIFF(CL=(NEWCOMBE WALD MN AC)), CORRECT.
    """
    check_level(level)
    if limits not in get_args(DifferenceLimits):
        raise ValueError(f"unknown limits {limits!r}: expected {', '.join(get_args(DifferenceLimits))}")
    check_counts(counts)
    x1, n1, x2, n2 = counts
    if n1 == 0 or n2 == 0:
        return NOT_ESTIMABLE
    difference = x1 / n1 - x2 / n2
    z = float(scipy.stats.norm.ppf(0.5 + level / 2))
    lower, upper = {
        "newcombe": lambda: _newcombe(counts, level, difference),
        "wald": lambda: _wald(counts, z, 0.0),
        "wald-corrected": lambda: _wald(counts, z, (1 / n1 + 1 / n2) / 2),
        "agresti-caffo": lambda: _wald((x1 + 1, n1 + 2, x2 + 1, n2 + 2), z, 0.0),
        "miettinen-nurminen": lambda: _miettinen_nurminen(counts, z, difference),
    }[limits]()
    return Estimate(difference, max(lower, -1.0), min(upper, 1.0))


def stratified_difference(tables: Sequence[Counts], level: float = 0.95) -> Estimate:
    """Give the Mantel–Haenszel difference of proportions over strata, with Sato's variance and normal limits.

    A stratum in which a group is empty has no weight. Without any other stratum: NaN. Raises `ValueError` as
    `proportion_difference` does. Source: Greenland and Robins, Biometrics 1985;41:55; Sato, Biometrics 1989;45:1323;
    SAS PROC FREQ, RISKDIFF(COMMON), Mantel–Haenszel.
    """
    check_level(level)
    weight = top = p_sum = q_sum = 0.0
    for counts in tables:
        check_counts(counts)
        x1, n1, x2, n2 = counts
        if n1 == 0 or n2 == 0:
            continue
        n = n1 + n2
        weight += n1 * n2 / n
        top += (x1 * n2 - x2 * n1) / n
        p_sum += (n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / n**2
        q_sum += (x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * n)
    if weight == 0:
        return NOT_ESTIMABLE
    difference = top / weight
    width = float(scipy.stats.norm.ppf(0.5 + level / 2)) * math.sqrt(max(difference * p_sum + q_sum, 0.0)) / weight
    return Estimate(difference, max(difference - width, -1.0), min(difference + width, 1.0))


def check_counts(counts: Counts) -> None:
    """Raise `ValueError` unless both groups have 0 ≤ successes ≤ n."""
    x1, n1, x2, n2 = counts
    for x, n in ((x1, n1), (x2, n2)):
        if not 0 <= x <= n:
            raise ValueError(f"{x} successes out of {n}: expected 0 ≤ successes ≤ n")


def _wald(counts: tuple[float, float, float, float], z: float, correction: float) -> tuple[float, float]:
    x1, n1, x2, n2 = counts
    p1, p2 = x1 / n1, x2 / n2
    width = z * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) + correction
    return p1 - p2 - width, p1 - p2 + width


def _newcombe(counts: Counts, level: float, difference: float) -> tuple[float, float]:
    first, second = wilson_proportion(*counts[:2], level), wilson_proportion(*counts[2:], level)
    below = math.hypot(first.value - first.lower, second.upper - second.value)
    above = math.hypot(first.upper - first.value, second.value - second.lower)
    return difference - below, difference + above


def _miettinen_nurminen(counts: Counts, z: float, difference: float) -> tuple[float, float]:
    """Find the differences that the score test does not reject, one on each side of the estimate."""
    _, n1, _, n2 = counts

    def score(delta: float) -> float:
        p2 = _restricted(counts, delta)
        p1 = min(max(p2 + delta, 0.0), 1.0)
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
        gap = difference - delta
        if variance <= 0:
            return 0.0 if abs(gap) < 1e-12 else math.copysign(math.inf, gap)
        return gap / math.sqrt(variance)

    return _limit(score, difference, -1.0, z), _limit(score, difference, 1.0, -z)


def _limit(score: Callable[[float], float], start: float, end: float, z: float) -> float:
    """Find where the score is ±z between the estimate and the end of the scale; the end if it is nowhere."""
    inner = end * (1 - 1e-12)
    if (abs(start) >= 1 - 1e-12 and start * end > 0) or abs(score(inner)) < abs(z):
        return end

    def excess(delta: float) -> float:
        return max(min(score(delta), 1e9), -1e9) - z

    return float(scipy.optimize.brentq(excess, start, inner, xtol=1e-13, rtol=1e-13))


def _restricted(counts: Counts, delta: float) -> float:
    """Give the most likely second proportion when the difference is ``delta``: the cubic of the paper's appendix."""
    x1, n1, x2, n2 = counts
    n, x = n1 + n2, x1 + x2
    l2 = (n1 + 2 * n2) * delta - n - x
    l1 = (n2 * delta - n - 2 * x2) * delta + x
    l0 = x2 * delta * (1 - delta)
    q = l2**3 / (3 * n) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    p = math.copysign(math.sqrt(max(l2**2 / (3 * n) ** 2 - l1 / (3 * n), 0.0)), q)
    if p == 0:
        return min(max(-l2 / (3 * n), 0.0), 1.0)
    angle = (math.pi + math.acos(min(max(q / p**3, -1.0), 1.0))) / 3
    return min(max(2 * p * math.cos(angle) - l2 / (3 * n), 0.0, -delta), 1.0, 1.0 - delta)
