"""Relative risk and odds ratio of two groups with confidence limits, in one table or over strata."""

import math
from collections.abc import Sequence
from typing import Literal

import scipy

from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate, check_level
from crf2tlf.statistics.proportion_difference import Counts, check_counts

OddsLimits = Literal["wald", "exact"]


def relative_risk(tables: Sequence[Counts], level: float = 0.95) -> Estimate:
    """Give the first proportion divided by the second, with limits made on the log scale.

    One table: Katz and others, Biometrics 1978;34:469 (Wald). Several: the Mantel–Haenszel ratio with Greenland and
    Robins' variance (Biometrics 1985;41:55). Without a success in the first group the ratio is 0 and has no limits;
    without one in the second, or with an empty group, there is no ratio (NaN). Strata with an empty group do not count.
    Raises `ValueError` unless 0 ≤ successes ≤ n and for a level outside 0 to 1.
    Source: SAS PROC FREQ, RELRISK and CMH (Common Relative Risk, Column 1).
    """
    check_level(level)
    used = _used(tables)
    first = sum(x1 * n2 / (n1 + n2) for x1, n1, _, n2 in used)
    second = sum(x2 * n1 / (n1 + n2) for _, n1, x2, n2 in used)
    if len(used) == 1:
        ((x1, n1, x2, n2),) = used
        variance = 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2 if x1 and x2 else math.nan
    else:
        top = sum((n1 * n2 * (x1 + x2) - x1 * x2 * (n1 + n2)) / (n1 + n2) ** 2 for x1, n1, x2, n2 in used)
        variance = top / (first * second) if first and second else math.nan
    return _on_log_scale(first, second, variance, level)


def odds_ratio(tables: Sequence[Counts], level: float = 0.95, limits: OddsLimits = "wald") -> Estimate:
    """Give the odds of the first group divided by those of the second, with limits.

    `wald`: the sample ratio with Woolf's variance of its logarithm; over strata the Mantel–Haenszel ratio with the
    variance of Robins, Breslow and Greenland (Biometrics 1986;42:311). `exact`, one table only: the conditional
    estimate with exact conditional limits. Without a success (or failure) where the ratio needs one, it is 0 or
    infinite: 0 has no Wald limits, infinite is NaN. Raises `ValueError` as `relative_risk` does, and for `exact` with
    strata.
    Source: R `fisher.test` (exact), `mantelhaen.test` (strata); SAS PROC FREQ, RELRISK, CMH, EXACT OR.
    """
    check_level(level)
    if limits == "exact" and len(tables) > 1:
        raise ValueError("exact limits of an odds ratio are for one table, not for strata")
    used = _used(tables)
    if limits == "exact":
        return _conditional(used[0], level) if used else NOT_ESTIMABLE
    first = sum(x1 * (n2 - x2) / (n1 + n2) for x1, n1, x2, n2 in used)
    second = sum(x2 * (n1 - x1) / (n1 + n2) for x1, n1, x2, n2 in used)
    if len(used) == 1:
        ((x1, n1, x2, n2),) = used
        cells = (x1, n1 - x1, x2, n2 - x2)
        variance = sum(1 / cell for cell in cells) if all(cells) else math.nan
    else:
        variance = _robins_breslow_greenland(used, first, second) if first and second else math.nan
    return _on_log_scale(first, second, variance, level)


def _robins_breslow_greenland(tables: Sequence[Counts], first: float, second: float) -> float:
    rr = mixed = ss = 0.0
    for x1, n1, x2, n2 in tables:
        n = n1 + n2
        p, q = (x1 + n2 - x2) / n, (n1 - x1 + x2) / n
        r, s = x1 * (n2 - x2) / n, x2 * (n1 - x1) / n
        rr, mixed, ss = rr + p * r, mixed + p * s + q * r, ss + q * s
    return rr / (2 * first**2) + mixed / (2 * first * second) + ss / (2 * second**2)


def _conditional(counts: Counts, level: float) -> Estimate:
    x1, n1, x2, n2 = (int(value) for value in counts)
    if x1 + x2 in (0, n1 + n2):  # one column of zeros: nothing is known
        return NOT_ESTIMABLE
    found = scipy.stats.contingency.odds_ratio([[x1, n1 - x1], [x2, n2 - x2]], kind="conditional")
    limits = found.confidence_interval(confidence_level=level)
    return Estimate(*(float(v) if math.isfinite(v) else math.nan for v in (found.statistic, limits.low, limits.high)))


def _on_log_scale(first: float, second: float, variance: float, level: float) -> Estimate:
    if second == 0:
        return NOT_ESTIMABLE
    if first == 0 or math.isnan(variance):
        return Estimate(first / second, math.nan, math.nan)
    factor = math.exp(float(scipy.stats.norm.ppf(0.5 + level / 2)) * math.sqrt(variance))
    return Estimate(first / second, first / second / factor, first / second * factor)


def _used(tables: Sequence[Counts]) -> list[Counts]:
    for counts in tables:
        check_counts(counts)
    return [counts for counts in tables if counts[1] and counts[3]]
