"""A proportion with confidence limits."""

import math
from typing import Literal

import scipy

from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate, check_level


def exact_proportion(successes: int, n: int, level: float = 0.95) -> Estimate:
    """Give successes / n with exact two-sided limits, as fractions between 0 and 1.

    The limits are 0 for no success and 1 for nothing but successes. Out of no patients nothing can be
    estimated: NaN. Raises `ValueError` unless 0 ≤ successes ≤ n, and for a level outside 0 to 1.
    Source: Clopper and Pearson, Biometrika 1934;26:404; R `binom.test`, SAS `binomial(exact)`.
    """
    return _proportion(successes, n, level, "exact")


def wilson_proportion(successes: int, n: int, level: float = 0.95) -> Estimate:
    """Give successes / n with Wilson's score limits without continuity correction, as fractions.

    Missing answers and errors as in `exact_proportion`.
    Source: Wilson, JASA 1927;22:209; R `prop.test(correct = FALSE)`, SAS `binomial(wilson)`.
    """
    return _proportion(successes, n, level, "wilson")


def _proportion(successes: int, n: int, level: float, method: Literal["exact", "wilson"]) -> Estimate:
    check_level(level)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes out of {n}: expected 0 ≤ successes ≤ n")
    if n == 0:
        return NOT_ESTIMABLE
    successes, n = int(successes), int(n)
    limits = scipy.stats.binomtest(successes, n).proportion_ci(confidence_level=level, method=method)
    lower, upper = float(limits.low), float(limits.high)
    if math.isclose(lower, 0, abs_tol=1e-15):  # Wilson's limit for 0 successes, up to binary noise
        lower = 0.0
    return Estimate(successes / n, lower, min(upper, 1.0))
