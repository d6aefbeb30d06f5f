"""Distributions by their inverse: a uniform number becomes a value, so that other hints need no other random numbers.

A limit cuts the distribution off: values between the limits keep their relative frequencies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import scipy
from numpy.typing import NDArray

from crf2tlf.simulate.streams import Floats

_LARGE = 1e15
"""Stands for a limit that is not there: no value of a study is beyond it."""


def normal(u: Floats, mean: Floats, sd: Floats, low: Floats, high: Floats) -> Floats:
    """Return values of a normal distribution between two limits; without spread the mean."""
    spread = np.where(sd > 0, sd, 1.0)
    below, above = scipy.special.ndtr((low - mean) / spread), scipy.special.ndtr((high - mean) / spread)
    drawn = mean + spread * scipy.special.ndtri(np.clip(below + u * (above - below), 1e-300, 1 - 1e-16))
    return np.asarray(np.clip(np.where(sd > 0, drawn, mean), low, high), dtype=np.float64)


def lognormal(u: Floats, mean: Floats, sd: Floats, low: Floats, high: Floats) -> Floats:
    """Return values of a lognormal distribution; mean and standard deviation are those of the values themselves."""
    mean = np.maximum(mean, 1e-12)
    variance = np.log1p((sd / mean) ** 2)
    with np.errstate(divide="ignore"):
        log_low, log_high = np.log(np.maximum(low, 0.0)), np.log(np.maximum(high, 1e-300))
    log_low = np.maximum(log_low, -_LARGE)
    return np.asarray(np.exp(normal(u, np.log(mean) - variance / 2, np.sqrt(variance), log_low, log_high)))


def exponential(u: Floats, mean: Floats, _sd: Floats, low: Floats, high: Floats) -> Floats:
    """Return values of an exponential distribution that starts at 0; a lower limit shifts it."""
    start, scale = np.maximum(low, 0.0), np.maximum(mean, 1e-12)
    width = -np.expm1(-(high - start) / scale)
    return np.asarray(start - scale * np.log1p(-u * np.clip(width, 0.0, 1.0)), dtype=np.float64)


def uniform(u: Floats, _mean: Floats, _sd: Floats, low: Floats, high: Floats) -> Floats:
    """Return values between two limits, all equally frequent."""
    return low + u * (np.maximum(high, low) - low)


def counts(u: Floats, mean: Floats, _sd: Floats, low: Floats, high: Floats) -> Floats:
    """Return whole numbers of a Poisson distribution between two limits."""
    below = np.where(low > 0, scipy.stats.poisson.cdf(np.ceil(low) - 1, mean), 0.0)
    above = scipy.stats.poisson.cdf(np.floor(np.minimum(high, _LARGE)), mean)
    return np.asarray(np.clip(scipy.stats.poisson.ppf(below + u * (above - below), mean), np.maximum(low, 0), high))


Distribution = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]
DISTRIBUTIONS: Mapping[str, Distribution] = {
    "normal": normal,
    "lognormal": lognormal,
    "exponential": exponential,
    "uniform": uniform,
    "poisson": counts,
}


def without_limit(size: int, sign: int) -> Floats:
    """Return limits that limit nothing."""
    return np.full(size, sign * _LARGE)


def choose(u: Floats, weights: Mapping[str, float]) -> NDArray[np.object_]:
    """Return values by their weights."""
    names = np.array(list(weights), dtype=object)
    edges = np.cumsum(np.array(list(weights.values()), dtype=np.float64))
    at = np.minimum(np.searchsorted(edges, u * edges[-1], side="right"), len(names) - 1)
    return np.asarray(names[at], dtype=np.object_)
