"""Quantiles by named conventions, and the descriptive statistics of a continuous variable."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
QuantileKind = Literal["type2", "type7"]

QUANTILE_CONVENTIONS: dict[QuantileKind, str] = {
    "type2": "empirical distribution function with averaging (SAS PCTLDEF=5, R type 2)",
    "type7": "linear interpolation between order statistics (R type 7, Excel PERCENTILE.INC)",
}
"""The conventions in words, for a footnote. The names are Hyndman and Fan's, American Statistician 1996;50:361."""


@dataclass(frozen=True)
class Summary:
    """Descriptive statistics in the unit of the values; `n` counts the values present, `missing` the others.

    With no value everything but the counts is NaN; with one value `sd` is NaN.
    """

    n: int
    missing: int
    mean: float
    sd: float
    median: float
    q1: float
    q3: float
    min: float
    max: float


def quantile(values: npt.ArrayLike, p: float, kind: QuantileKind) -> float:
    """Give the p-quantile of the values that are present, by the convention `kind`.

    `type2` (SAS's default, PCTLDEF=5): with n·p a whole number j the mean of the j-th and the following
    order statistic, else the order statistic after n·p. `type7` (R's default): linear interpolation at
    position 1 + (n − 1)·p. The median is the same by both.

    Missing values (NaN, None) are left out; without any value the answer is NaN. Raises `ValueError` for p
    outside 0 to 1, for an infinite value and for an unknown convention.
    """
    if kind not in QUANTILE_CONVENTIONS:
        raise ValueError(f"unknown quantile convention {kind!r}: expected {' or '.join(QUANTILE_CONVENTIONS)}")
    if not 0 <= p <= 1:
        raise ValueError(f"quantile {p}: expected a fraction between 0 and 1")
    ordered = np.sort(_present(values)[0])
    if ordered.size == 0:
        return math.nan
    return _averaged(ordered, p) if kind == "type2" else float(np.quantile(ordered, p, method="linear"))


def summary(values: npt.ArrayLike, kind: QuantileKind = "type2") -> Summary:
    """Describe the values: count, mean, standard deviation (n − 1), median, quartiles by `kind`, range.

    Missing values (NaN, None) are left out and counted. The sums are exact (`math.fsum`), so the order of the
    values changes nothing. Raises `ValueError` for an infinite value.
    """
    present, missing = _present(values)
    n = present.size
    if n == 0:
        return Summary(0, missing, *[math.nan] * 7)
    mean = math.fsum(present) / n
    sd = math.sqrt(math.fsum((present - mean) ** 2) / (n - 1)) if n > 1 else math.nan
    return Summary(
        n=n,
        missing=missing,
        mean=mean,
        sd=sd,
        median=quantile(present, 0.5, kind),
        q1=quantile(present, 0.25, kind),
        q3=quantile(present, 0.75, kind),
        min=float(present.min()),
        max=float(present.max()),
    )


def _present(values: npt.ArrayLike) -> tuple[FloatArray, int]:
    """Split off the missing values: those present, and how many are not."""
    array = np.asarray(values, dtype=np.float64).ravel()
    if np.isinf(array).any():
        raise ValueError("an infinite value cannot be summarised: expected finite numbers, or NaN for missing")
    present = array[~np.isnan(array)]
    return present, array.size - present.size


def _averaged(ordered: FloatArray, p: float) -> float:
    """Type 2; n·p is whole when it is so up to binary noise (100 × 0.07 is 7)."""
    position = ordered.size * p
    whole = round(position)
    if abs(position - whole) > 4 * np.finfo(np.float64).eps * max(1.0, position):
        return float(ordered[math.floor(position)])
    below, above = ordered[max(whole - 1, 0)], ordered[min(whole, ordered.size - 1)]
    return float((below + above) / 2)
