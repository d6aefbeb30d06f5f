"""The log-rank test and its weighted relatives, for two groups or more, with strata.

Sources: Mantel, Cancer Chemother Rep 1966;50:163 (log-rank); Gehan, Biometrika 1965;52:203 and Breslow, Biometrika
1970;57:579 (`wilcoxon`); Tarone and Ware, Biometrika 1977;64:156 (`tarone-ware`); Fleming and Harrington 1991
(`fleming-harrington`). Without weights the numbers are those of R's `survdiff` and of SAS PROC LIFETEST.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.survival import FloatArray, IntArray, checked_times, distinct_times

Weights = Literal["log-rank", "wilcoxon", "tarone-ware", "fleming-harrington"]


@dataclass(frozen=True, eq=False)
class LogRank:
    """The result of a log-rank test; `observed` and `expected` events of each group in the order of `groups`.

    With weights both are weighted. What the data do not determine (fewer than two groups, no event while several
    groups are at risk) is NaN.
    """

    groups: tuple[object, ...]
    n: IntArray
    observed: FloatArray
    expected: FloatArray
    chi_square: float
    df: int
    p: float


def log_rank(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    strata: npt.ArrayLike | None = None,
    weights: Weights = "log-rank",
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogRank:
    """Test whether the groups have the same hazard, within strata if given.

    At each distinct event time of a stratum the events of a group are compared with those expected from its share
    of the subjects at risk, with the hypergeometric variance (so ties are taken exactly). The weight of a time is 1
    (`log-rank`), the number at risk (`wilcoxon`), its square root (`tarone-ware`), or S(t−)^rho · (1 − S(t−))^gamma
    by the pooled Kaplan–Meier curve of the stratum (`fleming-harrington`; rho = 1, gamma = 0 is R's Peto–Peto).
    Strata add up before the quadratic form is taken. A group without any subject is not a group.

    Raises `ValueError` for times, event codes and lengths as in `kaplan_meier`, and for unknown weights.
    Source: R `survdiff(Surv(time, event) ~ group + strata(…), rho)`; SAS PROC LIFETEST, STRATA …/GROUP=.
    """
    times, events = checked_times(time, event)
    groups, member = np.unique(np.asarray(group).ravel(), return_inverse=True)
    layer = np.zeros(times.size, dtype=np.intp)
    if strata is not None:
        layer = np.unique(np.asarray(strata).ravel(), return_inverse=True)[1]
    if not times.size == member.size == layer.size:
        raise ValueError(f"{times.size} times, {member.size} groups and {layer.size} strata: expected as many of each")
    _, position = distinct_times(times)
    k = groups.size
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for number in range(int(layer.max()) + 1 if layer.size else 0):
        inside = layer == number
        parts = _stratum(position[inside], events[inside], member[inside], k, (weights, rho, gamma))
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    chi_square, df, p = quadratic_form(observed - expected, variance)
    return LogRank(tuple(groups.tolist()), np.bincount(member, minlength=k), observed, expected, chi_square, df, p)


def _stratum(
    position: npt.NDArray[np.intp],
    event: npt.NDArray[np.bool_],
    member: npt.NDArray[np.intp],
    k: int,
    weighting: tuple[Weights, float, float],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give weighted observed and expected events of each group and the covariance of their difference."""
    size = int(position.max()) + 1
    present, dead = np.zeros((size, k)), np.zeros((size, k))
    np.add.at(present, (position, member), 1.0)
    np.add.at(dead, (position[event], member[event]), 1.0)
    at_risk = np.cumsum(present[::-1], axis=0)[::-1]
    d, n = dead.sum(axis=1), at_risk.sum(axis=1)
    used = d > 0
    dead, at_risk, d, n = dead[used], at_risk[used], d[used], n[used]
    w = _weights(d, n, *weighting)
    share = at_risk / n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, w**2 * d * (n - d) / (n - 1), 0.0)
    spread = np.diag((factor[:, None] * share).sum(axis=0)) - (factor[:, None] * share).T @ share
    return (w[:, None] * dead).sum(axis=0), (w[:, None] * d[:, None] * share).sum(axis=0), spread


def _weights(d: FloatArray, n: FloatArray, weights: Weights, rho: float, gamma: float) -> FloatArray:
    if weights == "log-rank":
        return np.ones_like(n)
    if weights == "wilcoxon":
        return n
    if weights == "tarone-ware":
        return np.sqrt(n)
    if weights == "fleming-harrington":
        survival = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])[: n.size]
        return np.asarray(survival**rho * (1 - survival) ** gamma, dtype=np.float64)
    raise ValueError(f"unknown weights {weights!r}: expected log-rank, wilcoxon, tarone-ware or fleming-harrington")


def quadratic_form(difference: FloatArray, variance: FloatArray) -> tuple[float, int, float]:
    """Give the chi-square of differences that sum to 0, its degrees of freedom and p.

    Groups whose difference has no variance do not count (R's `survdiff` does the same); without two others, or with
    a singular covariance, chi-square and p are NaN.
    """
    scale = float(np.diag(variance).max(initial=0.0))
    informative = np.flatnonzero(np.diag(variance) > 1e-12 * scale) if scale > 0 else np.empty(0, dtype=np.intp)
    df = max(informative.size - 1, 0)
    if df == 0:
        return math.nan, 0, math.nan
    kept = informative[:-1]
    inner = variance[np.ix_(kept, kept)]
    if np.linalg.matrix_rank(inner) < df:
        return math.nan, df, math.nan
    statistic = float(difference[kept] @ np.linalg.solve(inner, difference[kept]))
    return statistic, df, float(scipy.stats.chi2.sf(statistic, df))
