"""Means on the scale of logarithms."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crf2tlf.statistics.estimate import check_level
from crf2tlf.statistics.means import mean_limits


@dataclass(frozen=True)
class Geometric:
    """The geometric mean with its limits, the geometric standard deviation (a factor) and the coefficient of variation.

    `cv` is in percent: 100 · √(exp(s²) − 1), s the standard deviation of the natural logarithms.
    """

    mean: float
    sd: float
    cv: float
    lower: float
    upper: float


def geometric(values: npt.ArrayLike, level: float = 0.95) -> Geometric:
    """Describe positive values by their logarithms: exp(mean), exp(sd), and exp of the mean's limits by Student's t.

    Missing values (NaN, None) are left out. A value of 0 or less has no logarithm: then everything is NaN, as it is
    without values; with one value all but the mean is. The coefficient of variation is that of a log-normal
    distribution (Kirkwood, Biometrics 1979;35:908). Raises `ValueError` for an infinite value, and for a level outside
    0 to 1.
    """
    present = _present(values)
    if present.size == 0 or present.min() <= 0:
        check_level(level)
        return Geometric(*[math.nan] * 5)
    logs = np.log(present)
    mean = mean_limits(logs, level)
    if logs.size == 1:
        return Geometric(math.exp(mean.value), math.nan, math.nan, math.nan, math.nan)
    variance = math.fsum((logs - mean.value) ** 2) / (logs.size - 1)
    cv = 100 * math.sqrt(math.expm1(variance))
    return Geometric(
        math.exp(mean.value), math.exp(math.sqrt(variance)), cv, math.exp(mean.lower), math.exp(mean.upper)
    )


def _present(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64).ravel()
    if np.isinf(array).any():
        raise ValueError("an infinite value cannot be summarised: expected finite numbers, or NaN for missing")
    return array[~np.isnan(array)]
