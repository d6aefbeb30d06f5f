"""The Kaplan–Meier estimate, with the conventions of R's `survfit`.

Sources: Kaplan and Meier, JASA 1958;53:457 (estimate); Greenwood 1926 (variance); Brookmeyer and Crowley,
Biometrics 1982;38:29 (limits of a quantile); Kalbfleisch and Prentice 1980 (log-log limits). Conventions are
those of R's survival package, whose numbers the tests quote. `log-log` limits are SAS PROC LIFETEST's default;
R's own default is `log`.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate, check_level

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ConfType = Literal["log-log", "log", "plain"]
OpenPlateau = Literal["start", "midpoint"]

TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Times, and survival probabilities, closer than this are the same: 0.1 + 0.2 and 0.3 months are one time."""


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan–Meier curve: one entry per distinct observed time, events and censorings alike.

    `n_risk` counts subjects at risk just before `time`; `survival` holds from `time` on. `std_error` is
    Greenwood's, of the survival itself; `lower` and `upper` are pointwise limits. Where the curve is at 0
    the three are NaN, and with `log-log` the limits are NaN while the curve is still at 1. Before the first
    time the survival is 1. Arrays are read-only. With `n` = 0 the curve is empty and every answer NaN.
    """

    n: int
    time: FloatArray
    n_risk: IntArray
    n_event: IntArray
    n_censor: IntArray
    survival: FloatArray
    std_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    conf_type: ConfType

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.n_event.sum())

    def median(self, open_plateau: OpenPlateau = "start") -> Estimate:
        """Give the median time with its limits, in the unit of the times: what R's `print(survfit)` shows."""
        return self.quantile(0.5, open_plateau)

    def quantile(self, p: float, open_plateau: OpenPlateau = "start") -> Estimate:
        """Give the time by which a fraction p has had the event, with its limits, in the unit of the times.

        It is the first time at which the survival is below 1 − p. If the survival is exactly 1 − p on a
        plateau, it is the plateau's midpoint. The limits are the same first crossings of the two limit
        curves (lower with lower), also where a limit curve rises again. NaN: not reached.

        `open_plateau` says what holds when the plateau is the curve's last, so that its end was not seen:
        `start` gives the plateau's beginning (R `print(survfit)`), `midpoint` the mean of its beginning
        and the last observed time (R `quantile(survfit)`).

        Raises `ValueError` unless 0 < p < 1, and for an unknown `open_plateau`.
        """
        if not 0 < p < 1:
            raise ValueError(f"quantile {p}: expected a fraction between 0 and 1, both excluded")
        if open_plateau not in ("start", "midpoint"):
            raise ValueError(f"unknown rule {open_plateau!r} for an open plateau: expected 'start' or 'midpoint'")
        target = 1 - p
        return Estimate(
            *(self._crossing(curve, target, open_plateau) for curve in (self.survival, self.lower, self.upper))
        )

    def survival_at(self, time: float) -> Estimate:
        """Give the survival at a time, a fraction, with its limits there.

        Before the first observed time it is 1 with limits 1. After the last observed time nothing is known,
        NaN, unless the curve has come down to 0, where it stays. Raises `ValueError` for a negative or
        missing time. Source: R `summary(survfit, times = …)`.
        """
        _check_times(np.array([time]), "the time asked for")
        if self.n == 0 or (time > self.time[-1] + self._tie and self.survival[-1] > 0):
            return NOT_ESTIMABLE
        last = int(np.searchsorted(self.time, time + self._tie, side="right")) - 1
        if last < 0:
            return Estimate(1.0, 1.0, 1.0)
        return Estimate(float(self.survival[last]), float(self.lower[last]), float(self.upper[last]))

    def n_at_risk(self, times: npt.ArrayLike) -> IntArray:
        """Count the subjects still at risk just before each time: those observed until then or longer.

        Raises `ValueError` for a negative or missing time.
        """
        asked = np.asarray(times, dtype=np.float64)
        _check_times(asked, "the time asked for")
        first = np.searchsorted(self.time, asked - self._tie, side="left")
        return np.append(self.n_risk, 0)[first]

    @property
    def _tie(self) -> float:
        return _tie_width(self.time)

    def _crossing(self, curve: FloatArray, target: float, open_plateau: OpenPlateau) -> float:
        """Find the first time at which a curve is at or below the target, or the midpoint of its plateau there."""
        reached = curve < target + TOLERANCE  # false where the curve is NaN
        if not reached.any():
            return math.nan
        first = int(reached.argmax())
        if curve[first] <= target - TOLERANCE:
            return float(self.time[first])
        below = curve < target - TOLERANCE
        if below.any():
            return float((self.time[first] + self.time[below.argmax()]) / 2)
        return float(self.time[first] if open_plateau == "start" else (self.time[first] + self.time[-1]) / 2)


def kaplan_meier(
    time: npt.ArrayLike, event: npt.ArrayLike, level: float = 0.95, conf_type: ConfType = "log-log"
) -> KaplanMeier:
    """Estimate the survival curve from times to event or censoring.

    `time` in any one unit, from 0 on; `event` is 1 or true for an event and 0 or false for a censoring (the
    reverse of ADaM's CNSR). A subject censored at the time of an event counts as at risk for it. Times that
    differ by binary noise only are one time.

    Raises `ValueError` for a negative, infinite or missing time, an event code that is neither 0 nor 1,
    inputs of unequal length, an unknown `conf_type` and a level outside 0 to 1.
    """
    check_level(level)
    times, events = checked_times(time, event)
    distinct, position = distinct_times(times)
    n_event, n_censor = (
        np.bincount(position[who], minlength=distinct.size).astype(np.int64) for who in (events, ~events)
    )
    n_risk = np.cumsum((n_event + n_censor)[::-1], dtype=np.int64)[::-1]
    at_risk, failing = n_risk.astype(np.float64), n_event.astype(np.float64)
    survival = np.cumprod(1 - failing / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # at S = 0 Greenwood's sum is infinite
        log_error = np.sqrt(np.cumsum(failing / (at_risk * (at_risk - failing))))
        std_error = log_error * survival
    lower, upper = _limits(survival, log_error, level, conf_type)
    for array in (distinct, n_risk, n_event, n_censor, survival, std_error, lower, upper):
        array.flags.writeable = False
    return KaplanMeier(
        n=times.size,
        time=distinct,
        n_risk=n_risk,
        n_event=n_event,
        n_censor=n_censor,
        survival=survival,
        std_error=std_error,
        lower=lower,
        upper=upper,
        level=level,
        conf_type=conf_type,
    )


def _limits(
    survival: FloatArray, log_error: FloatArray, level: float, conf_type: ConfType
) -> tuple[FloatArray, FloatArray]:
    """Give pointwise limits from the survival and the standard error of its logarithm; NaN at survival 0."""
    width = float(scipy.stats.norm.ppf(0.5 + level / 2)) * np.where(survival > 0, log_error, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if conf_type == "log-log":  # NaN at survival 1 too, as log(−log 1) does not exist
            log_survival = np.where((survival > 0) & (survival < 1), np.log(survival), np.nan)
            factor = np.exp(width / -log_survival)
            return np.exp(log_survival * factor), np.exp(log_survival / factor)
        if conf_type == "log":
            return survival * np.exp(-width), np.minimum(survival * np.exp(width), 1)
        if conf_type == "plain":
            return np.maximum(survival * (1 - width), 0), np.minimum(survival * (1 + width), 1)
    raise ValueError(f"unknown kind of limits {conf_type!r}: expected 'log-log', 'log' or 'plain'")


def checked_times(time: npt.ArrayLike, event: npt.ArrayLike) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Give times and event indicators as arrays. Raises `ValueError` where `kaplan_meier` does."""
    times = np.asarray(time, dtype=np.float64).ravel()
    codes = np.asarray(event, dtype=np.float64).ravel()
    if times.size != codes.size:
        raise ValueError(f"{times.size} times and {codes.size} event codes: expected as many of both")
    _check_times(times, "a time to event")
    wrong = codes[(codes != 0) & (codes != 1)]
    if wrong.size:
        raise ValueError(f"event code {wrong[0]:g}: expected 1 for an event, 0 for a censoring")
    return times, codes == 1


def _check_times(times: FloatArray, what: str) -> None:
    wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)).ravel())
    if wrong.size:
        raise ValueError(
            f"{what} is {times.ravel()[wrong[0]]:g} (position {wrong[0] + 1} of {times.size}, "
            f"{wrong.size} such): expected finite numbers from 0 on"
        )


def distinct_times(times: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Give the distinct times in order, and each subject's position among them.

    Neighbours within the tie width are one time, the smallest of them, as R's `aeqSurv` does it.
    """
    distinct, position = np.unique(times, return_inverse=True)
    starts = np.diff(distinct, prepend=-np.inf) > _tie_width(distinct)
    return distinct[starts], (np.cumsum(starts) - 1)[position]


def _tie_width(distinct: FloatArray) -> float:
    """Give the difference in time that counts as none: relative to the mean of the times when that is above 1."""
    return TOLERANCE * max(1.0, float(distinct.mean())) if distinct.size else TOLERANCE
