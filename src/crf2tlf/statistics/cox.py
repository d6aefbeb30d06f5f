"""Cox's proportional hazards model by Newton and Raphson, with strata and a named handling of ties.

Sources: Cox, J R Stat Soc B 1972;34:187; Breslow, Biometrics 1974;30:89 and Efron, JASA 1977;72:557 (ties).
Numbers are those of R's `coxph`; Efron's is R's default, Breslow's is the default of SAS PROC PHREG.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate, check_level
from crf2tlf.statistics.survival import FloatArray, checked_times, distinct_times

Ties = Literal["efron", "breslow"]

_ITERATIONS = 40
_CONVERGED = 1e-9


@dataclass(frozen=True, eq=False)
class Cox:
    """A fitted model: log hazard ratios of the covariates' columns with their covariance, and the global tests.

    `problem` says in words why there is no fit; all numbers but the counts are then NaN. The tests are of all
    coefficients together: chi-square and p of the Wald, score and likelihood ratio tests, on `df` degrees of freedom.
    """

    n: int
    events: int
    coefficient: FloatArray
    covariance: FloatArray
    log_likelihood: tuple[float, float]
    wald: tuple[float, float]
    score: tuple[float, float]
    likelihood_ratio: tuple[float, float]
    df: int
    ties: Ties
    problem: str = ""

    def standard_error(self, column: int = 0) -> float:
        """Give the standard error of a log hazard ratio."""
        return float(np.sqrt(self.covariance[column, column]))

    def hazard_ratio(self, column: int = 0, level: float = 0.95) -> Estimate:
        """Give the hazard ratio for one unit of a covariate, with Wald limits made on the log scale."""
        check_level(level)
        if self.problem:
            return NOT_ESTIMABLE
        width = float(scipy.stats.norm.ppf(0.5 + level / 2)) * self.standard_error(column)
        at = float(self.coefficient[column])
        return Estimate(math.exp(at), math.exp(at - width), math.exp(at + width))

    def p(self, column: int = 0) -> float:
        """Give the two-sided p of Wald's test of one coefficient."""
        if self.problem:
            return math.nan
        return float(2 * scipy.stats.norm.sf(abs(self.coefficient[column]) / self.standard_error(column)))


def cox(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    covariates: npt.ArrayLike,
    strata: npt.ArrayLike | None = None,
    ties: Ties = "efron",
) -> Cox:
    """Fit the model to times of subjects (rows) and their covariates (columns; one column may be a flat list).

    Every stratum has a baseline hazard of its own. The three global tests are given; `hazard_ratio` and `p` of the
    result are about one column. There is no fit, and `problem` says why, when there are no subjects or events, when
    columns do not differ or depend on each other among those at risk, and when the likelihood has no maximum
    (no event in a group, or groups whose events are all earlier: the ratio is then 0 or infinite).

    Raises `ValueError` for times and event codes as in `kaplan_meier`, for missing or infinite covariates, inputs of
    unequal length and unknown ties.
    Source: R `coxph(Surv(time, event) ~ … + strata(…), ties = )`; SAS PROC PHREG, MODEL …/TIES=.
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"unknown handling of ties {ties!r}: expected efron or breslow")
    times, events = checked_times(time, event)
    x = np.asarray(covariates, dtype=np.float64)
    x = x.reshape(times.size, -1) if x.size else np.zeros((times.size, x.shape[1] if x.ndim == 2 else 1))
    if not np.isfinite(x).all():
        raise ValueError("a covariate is missing or infinite: leave those subjects out")
    layer = np.zeros(times.size, dtype=np.intp)
    if strata is not None:
        layer = np.unique(np.asarray(strata).ravel(), return_inverse=True)[1]
        if layer.size != times.size:
            raise ValueError(f"{times.size} times and {layer.size} strata: expected as many of both")
    n, count, p = times.size, int(events.sum()), x.shape[1]
    scale = x.std(axis=0) if n else np.zeros(p)
    if n == 0 or count == 0:
        return _without(n, count, p, ties, "no subjects" if n == 0 else "no events")
    if not (scale > 0).all():
        return _without(n, count, p, ties, "a group or covariate has one value only")
    x = (x - x.mean(axis=0)) / scale
    position = distinct_times(times)[1]
    sets = [_RiskSet(position[layer == k], events[layer == k], x[layer == k]) for k in np.unique(layer)]
    return _fit(sets, n, count, scale, ties)


class _RiskSet:
    """One stratum, latest times first, so that sums over those at risk are running sums."""

    def __init__(self, position: npt.NDArray[np.intp], event: npt.NDArray[np.bool_], x: FloatArray) -> None:
        order = np.argsort(-position, kind="stable")
        self.x, self.event, position = x[order], event[order], position[order]
        last = np.flatnonzero(np.append(np.diff(position) != 0, True)) if position.size else position
        self.block = np.repeat(np.arange(last.size), np.diff(last, prepend=-1))
        deaths = np.bincount(self.block[self.event], minlength=last.size)
        self.used = np.flatnonzero(deaths)  # blocks of one time with an event
        self.last, self.deaths = last[self.used], deaths[self.used]
        self.dead_sum = self._sums(self.x)

    def _sums(self, values: FloatArray) -> FloatArray:
        """Sum values over the events of each time with an event."""
        sums = np.zeros((self.block.max(initial=-1) + 1, *values.shape[1:]))
        np.add.at(sums, self.block[self.event], values[self.event])
        return sums[self.used]

    def terms(self, beta: FloatArray, ties: Ties) -> tuple[float, FloatArray, FloatArray]:
        """Give log likelihood, score and information at ``beta``."""
        p = beta.size
        if not self.used.size:
            return 0.0, np.zeros(p), np.zeros((p, p))
        linear = self.x @ beta
        shift = float(linear.max())
        risk = np.exp(linear - shift)
        outer = self.x[:, :, None] * self.x[:, None, :]
        all0, all1, all2 = (np.cumsum(v, axis=0)[self.last] for v in _moments(risk, self.x, outer))
        dead0, dead1, dead2 = (self._sums(v) for v in _moments(risk, self.x, outer))
        where = np.repeat(np.arange(self.deaths.size), self.deaths)  # one entry an event
        fraction = np.zeros(where.size)
        if ties == "efron":
            starts = np.cumsum(self.deaths) - self.deaths
            fraction = (np.arange(where.size) - starts[where]) / self.deaths[where]
        s0 = all0[where] - fraction * dead0[where]
        s1 = all1[where] - fraction[:, None] * dead1[where]
        s2 = all2[where] - fraction[:, None, None] * dead2[where]
        mean = s1 / s0[:, None]
        loglik = float((self.dead_sum @ beta).sum() - (np.log(s0) + shift).sum())
        information = (s2 / s0[:, None, None]).sum(axis=0) - mean.T @ mean
        return loglik, self.dead_sum.sum(axis=0) - mean.sum(axis=0), information


def _moments(risk: FloatArray, x: FloatArray, outer: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return risk, risk[:, None] * x, risk[:, None, None] * outer


def _terms(sets: Sequence[_RiskSet], beta: FloatArray, ties: Ties) -> tuple[float, FloatArray, FloatArray]:
    found = [part.terms(beta, ties) for part in sets]
    score, information = np.sum([f[1] for f in found], axis=0), np.sum([f[2] for f in found], axis=0)
    return math.fsum(f[0] for f in found), score, information


def _fit(sets: Sequence[_RiskSet], n: int, events: int, scale: FloatArray, ties: Ties) -> Cox:
    """Climb the log likelihood of centred and scaled covariates; halve a step that does not climb."""
    p = scale.size
    beta = np.zeros(p)
    null, score, information = _terms(sets, beta, ties)
    if _singular(information, np.ones(p)):
        return _without(n, events, p, ties, "those at risk at events do not differ, or covariates depend on each other")
    first_diagonal = np.diag(information).copy()
    score_test = float(score @ np.linalg.solve(information, score))
    best = null
    for _ in range(_ITERATIONS):
        step = np.linalg.solve(information, score)
        if np.abs(step).max() <= _CONVERGED * max(1.0, float(np.abs(beta).max())):
            covariance = np.linalg.inv(information) / np.outer(scale, scale)
            return _fitted(n, events, beta / scale, covariance, (null, best), score_test, ties)
        loglik, new_score, new_information = _terms(sets, beta + step, ties)
        while loglik < best - 1e-10 * abs(best) and np.abs(step).max() > _CONVERGED:
            step = step / 2
            loglik, new_score, new_information = _terms(sets, beta + step, ties)
        beta, best, score, information = beta + step, loglik, new_score, new_information
        if _singular(information, first_diagonal):
            break
    return _without(n, events, p, ties, "the likelihood has no maximum: the hazard ratio is 0 or infinite")


def _singular(information: FloatArray, diagonal: FloatArray) -> bool:
    """Whether coefficients are not determined, or the information of one has vanished on the way."""
    own = np.diag(information)
    if not np.isfinite(information).all() or (own <= 1e-9 * diagonal).any():
        return True
    correlation = information / np.sqrt(np.outer(own, own))
    return bool(np.linalg.eigvalsh(correlation).min() < 1e-10)


def _fitted(
    n: int,
    events: int,
    beta: FloatArray,
    covariance: FloatArray,
    loglik: tuple[float, float],
    score_test: float,
    ties: Ties,
) -> Cox:
    df = beta.size

    def test(statistic: float) -> tuple[float, float]:
        return statistic, float(scipy.stats.chi2.sf(statistic, df))

    return Cox(
        n=n,
        events=events,
        coefficient=beta,
        covariance=covariance,
        log_likelihood=loglik,
        wald=test(float(beta @ np.linalg.solve(covariance, beta))),
        score=test(score_test),
        likelihood_ratio=test(max(2 * (loglik[1] - loglik[0]), 0.0)),
        df=df,
        ties=ties,
    )


def _without(n: int, events: int, p: int, ties: Ties, problem: str) -> Cox:
    nothing = (math.nan, math.nan)
    return Cox(
        n=n,
        events=events,
        coefficient=np.full(p, math.nan),
        covariance=np.full((p, p), math.nan),
        log_likelihood=nothing,
        wald=nothing,
        score=nothing,
        likelihood_ratio=nothing,
        df=p,
        ties=ties,
        problem=problem,
    )
