"""A point estimate with its confidence limits."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number and its two-sided confidence limits, all in the unit of the quantity estimated.

    NaN in `value`: the data do not determine it (a median that is not reached). NaN in `lower` or `upper`:
    the limit does not exist (in a table: "not reached", "NE").
    """

    value: float
    lower: float
    upper: float


NOT_ESTIMABLE = Estimate(math.nan, math.nan, math.nan)


def check_level(level: float) -> None:
    """Raise `ValueError` unless `level` is a confidence level as a fraction, such as 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"confidence level {level}: expected a fraction between 0 and 1, such as 0.95")
