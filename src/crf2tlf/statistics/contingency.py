"""Tests of tables of counts: chi-square, Fisher's exact, Cochran–Mantel–Haenszel, Cochran–Armitage.

A table has a row for each group and a column for each category.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

MOST_TABLES = 2_000_000
"""Fisher's test of a larger table goes through all tables with the same margins, but not through more than these."""


@dataclass(frozen=True)
class Tested:
    """A statistic with its degrees of freedom (NaN: it has none) and a two-sided p. NaN: nothing to test."""

    statistic: float
    df: float
    p: float


NOTHING_TO_TEST = Tested(math.nan, math.nan, math.nan)


def chi_square(table: npt.ArrayLike, correction: bool = False) -> Tested:
    """Test independence by Pearson's chi-square, with Yates' continuity correction on demand (2 × 2 only).

    Empty rows and columns do not count; without two of both there is nothing to test. Raises `ValueError` for
    negative or missing counts. Source: R `chisq.test(correct = )`; SAS PROC FREQ, CHISQ.
    """
    counts = _filled(table)
    if counts is None:
        return NOTHING_TO_TEST
    found = scipy.stats.chi2_contingency(counts, correction=correction)
    return Tested(float(found.statistic), float(found.dof), float(found.pvalue))


def fisher(table: npt.ArrayLike) -> Tested:
    """Test independence by Fisher's exact test: p is the probability of all tables no more probable than this one.

    For two groups or two categories, with any number of the other. Without two of both there is nothing to test.
    Raises `ValueError` for negative or missing counts, for a table with more than two of both and for one with more
    than 2 million tables of the same margins.
    Source: R `fisher.test`; SAS PROC FREQ, EXACT FISHER. Tables within a relative 10⁻⁷ count as equally probable.
    """
    counts = _filled(table)
    if counts is None:
        return NOTHING_TO_TEST
    if counts.shape == (2, 2):
        return Tested(math.nan, math.nan, float(scipy.stats.fisher_exact(counts).pvalue))
    pairs = counts if counts.shape[1] == 2 else counts.T
    if pairs.shape[1] != 2:
        raise ValueError(f"Fisher's exact test takes two groups or two categories, not a table of {counts.shape}")
    return Tested(math.nan, math.nan, _exact(pairs.astype(np.int64)))


def _exact(pairs: npt.NDArray[np.int64]) -> float:
    """Sum the probabilities of all splits of the first column's total over the rows that are no more probable."""
    sizes, total = pairs.sum(axis=1), int(pairs[:, 0].sum())
    if np.prod(np.minimum(sizes, total)[:-1] + 1.0) > MOST_TABLES:
        raise ValueError(f"Fisher's exact test: more than {MOST_TABLES} tables to go through; use chi-square")
    logs, left = np.zeros(1), np.array([total])
    for number, size in enumerate(sizes):
        rest = int(sizes[number + 1 :].sum())
        taken = np.arange(size + 1)
        remaining = left[:, None] - taken
        possible = (remaining >= 0) & (remaining <= rest)
        logs = (logs[:, None] + _log_choose(size, taken))[possible]
        left = remaining[possible]
    observed = sum(float(_log_choose(size, x)) for size, x in zip(sizes, pairs[:, 0], strict=True))
    logs -= _log_choose(sizes.sum(), total)
    observed -= float(_log_choose(sizes.sum(), total))
    return min(math.fsum(np.exp(logs[logs <= observed + math.log1p(1e-7)])), 1.0)


def _log_choose(n: npt.ArrayLike, k: npt.ArrayLike) -> npt.NDArray[np.float64]:
    n, k = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    of_gamma = scipy.special.gammaln
    return np.asarray(of_gamma(n + 1) - of_gamma(k + 1) - of_gamma(n - k + 1), dtype=np.float64)


def cochran_mantel_haenszel(tables: Sequence[npt.ArrayLike]) -> Tested:
    """Test the association of groups and categories within strata: the general association statistic.

    For 2 × 2 tables it is the Cochran–Mantel–Haenszel chi-square without continuity correction. A stratum with
    fewer than two subjects, or where all are in one group or category, says nothing and does not count.
    Raises `ValueError` for negative or missing counts and for tables of unequal shape.
    Source: SAS PROC FREQ, CMH, General Association; R `mantelhaen.test(correct = FALSE)`.
    """
    counts = [_checked(table) for table in tables]
    if len({table.shape for table in counts}) > 1:
        raise ValueError("the tables of strata need the same groups and categories")
    difference, variance = None, None
    for table in counts:
        n = table.sum()
        if n < 2:
            continue
        rows, columns = table.sum(axis=1) / n, table.sum(axis=0) / n
        apart = (table - n * np.outer(rows, columns)).ravel()
        spread = np.kron(np.diag(rows) - np.outer(rows, rows), np.diag(columns) - np.outer(columns, columns))
        spread = spread * n * n / (n - 1)
        difference = apart if difference is None else difference + apart
        variance = spread if variance is None else variance + spread
    if difference is None or variance is None:
        return NOTHING_TO_TEST
    df = int(np.linalg.matrix_rank(variance, tol=1e-9 * max(float(np.abs(variance).max()), 1e-300)))
    if df == 0 or float(np.abs(variance).max()) == 0:
        return NOTHING_TO_TEST
    statistic = float(difference @ np.linalg.pinv(variance, rcond=1e-9) @ difference)
    return Tested(statistic, df, float(scipy.stats.chi2.sf(statistic, df)))


def cochran_armitage(table: npt.ArrayLike, scores: npt.ArrayLike | None = None) -> Tested:
    """Test for a trend of a proportion over ordered groups: a row a group, successes and failures.

    `scores` of the groups are 1, 2, … unless given. The statistic is z, of which p is two-sided. Without two groups,
    successes and failures there is nothing to test. Raises `ValueError` for a table without two columns.
    Source: Armitage, Biometrics 1955;11:375; SAS PROC FREQ, TREND; R `prop.trend.test` (its chi-square is z²).
    """
    counts = _checked(table)
    if counts.shape[1] != 2:
        raise ValueError("a trend is tested of two categories: successes and failures")
    t = np.arange(1, counts.shape[0] + 1, dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    sizes, n = counts.sum(axis=1), counts.sum()
    p = counts[:, 0].sum() / n if n else math.nan
    mean = float((t * sizes).sum() / n) if n else math.nan
    spread = p * (1 - p) * float((sizes * (t - mean) ** 2).sum()) if n else 0.0
    if not spread > 0:
        return NOTHING_TO_TEST
    z = float((counts[:, 0] * (t - mean)).sum()) / math.sqrt(spread)
    return Tested(z, math.nan, float(2 * scipy.stats.norm.sf(abs(z))))


def _checked(table: npt.ArrayLike) -> npt.NDArray[np.float64]:
    counts = np.atleast_2d(np.asarray(table, dtype=np.float64))
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("a table of counts has a negative or missing count")
    return counts


def _filled(table: npt.ArrayLike) -> npt.NDArray[np.float64] | None:
    """Give the rows and columns that are not empty; None without two of both."""
    counts = _checked(table)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    return counts if min(counts.shape, default=0) >= 2 else None


__all__ = ["NOTHING_TO_TEST", "Tested", "chi_square", "cochran_armitage", "cochran_mantel_haenszel", "fisher"]
