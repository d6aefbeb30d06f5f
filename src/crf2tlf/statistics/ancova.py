"""Analysis of covariance: adjusted means of groups and their differences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from crf2tlf.statistics.estimate import check_level
from crf2tlf.statistics.survival import FloatArray

Margins = Literal["equal", "observed"]


@dataclass(frozen=True)
class Adjusted:
    """An adjusted mean or a difference of two, with standard error, limits, t and a two-sided p. NaN: not estimable."""

    value: float
    se: float
    lower: float
    upper: float
    t: float
    p: float


NOT_ADJUSTED = Adjusted(*[math.nan] * 6)


@dataclass(frozen=True, eq=False)
class Ancova:
    """A fitted linear model: value = group + covariates + factors, without interactions.

    `groups` are those with a value, `counts` how many values each has, `df` the residual degrees of freedom, `sigma`
    the residual standard deviation. `problem` says in words why there is no fit.
    """

    groups: tuple[object, ...]
    counts: tuple[int, ...]
    df: int
    sigma: float
    level: float
    coefficient: FloatArray
    covariance: FloatArray
    grid: FloatArray
    problem: str = ""

    def mean(self, group: object) -> Adjusted:
        """Give a group's least squares mean; of a group without values it is not estimable."""
        if self.problem or group not in self.groups:
            return NOT_ADJUSTED
        return self._of(self.grid[self.groups.index(group)])

    def difference(self, group: object, reference: object) -> Adjusted:
        """Give a group's least squares mean minus that of the reference; not adjusted for multiplicity."""
        if self.problem or group not in self.groups or reference not in self.groups:
            return NOT_ADJUSTED
        return self._of(self.grid[self.groups.index(group)] - self.grid[self.groups.index(reference)])

    def _of(self, contrast: FloatArray) -> Adjusted:
        value, se = float(contrast @ self.coefficient), math.sqrt(float(contrast @ self.covariance @ contrast))
        if se == 0:
            return Adjusted(value, se, *[math.nan] * 4)
        width = float(scipy.stats.t.ppf(0.5 + self.level / 2, self.df)) * se
        t = value / se
        return Adjusted(value, se, value - width, value + width, t, float(2 * scipy.stats.t.sf(abs(t), self.df)))


def ancova(
    values: npt.ArrayLike,
    group: npt.ArrayLike,
    covariates: Sequence[npt.ArrayLike] = (),
    factors: Sequence[npt.ArrayLike] = (),
    level: float = 0.95,
    margins: Margins = "equal",
) -> Ancova:
    """Fit value = group + covariates (numbers) + factors (categories) by least squares.

    A subject with a missing value or covariate (NaN) is left out. Least squares means are predictions at the mean of
    each covariate among the subjects used, averaged over a factor's categories with equal weights (`equal`, the
    default of SAS's LSMEANS and R's emmeans) or by their frequencies (`observed`, SAS's OM). There is no fit, and
    `problem` says why, without two groups, without residual degrees of freedom, and where covariates depend on each
    other.

    Raises `ValueError` for inputs of unequal length and a level outside 0 to 1.
    Source: R `lm(value ~ group + …)`, `predict`; SAS PROC GLM, LSMEANS group / PDIFF CL.
    """
    check_level(level)
    y, columns = np.asarray(values, dtype=np.float64), [np.asarray(c, dtype=np.float64) for c in covariates]
    labels, kinds = np.asarray(group), [np.asarray(f) for f in factors]
    if len({part.size for part in (y, labels, *columns, *kinds)}) > 1:
        raise ValueError("values, groups, covariates and factors need the same length")
    used = np.isfinite(np.array([y, *columns])).all(axis=0)
    y, labels, columns, kinds = y[used], labels[used], [c[used] for c in columns], [f[used] for f in kinds]
    groups, member = np.unique(labels, return_inverse=True)
    inside = np.eye(groups.size)[member]
    blocks = [_indicators(f, margins) for f in kinds]
    design = np.column_stack([inside, *columns, *[block for block, _ in blocks]])
    middle = np.concatenate([[c.mean() if c.size else math.nan for c in columns], *[at for _, at in blocks]])
    grid = np.column_stack([np.eye(groups.size), np.tile(middle, (groups.size, 1))])
    return _fit(y, design, grid, tuple(groups.tolist()), np.bincount(member, minlength=groups.size), level)


def _indicators(factor: npt.NDArray[np.generic], margins: Margins) -> tuple[FloatArray, FloatArray]:
    """Give indicator columns of a factor's categories but the first, and where on them the means are taken."""
    categories, member = np.unique(factor, return_inverse=True)
    columns = np.eye(categories.size)[member][:, 1:]
    equal = np.full(columns.shape[1], 1 / max(categories.size, 1))
    return columns, equal if margins == "equal" else columns.mean(axis=0)


def _fit(
    y: FloatArray,
    design: FloatArray,
    grid: FloatArray,
    groups: tuple[object, ...],
    counts: npt.NDArray[np.integer],
    level: float,
) -> Ancova:
    n, p = design.shape
    df, problem = n - p, ""
    scale = np.sqrt((design**2).sum(axis=0)) if n else np.ones(p)
    if len(groups) < 2:
        problem = "fewer than two groups have values"
    elif df < 1:
        problem = "too few subjects for the model"
    elif not (scale > 0).all() or np.linalg.matrix_rank(design / scale) < p:
        problem = "covariates or factors depend on each other or on the groups"
    many = tuple(int(c) for c in counts)
    if problem:
        nothing = np.full(p, math.nan)
        return Ancova(groups, many, df, math.nan, level, nothing, np.full((p, p), math.nan), grid, problem)
    q, r = np.linalg.qr(design / scale)
    inverse = np.linalg.inv(r) / scale[:, None]
    beta = inverse @ (q.T @ y)
    residual = y - design @ beta
    variance = float(residual @ residual) / df
    return Ancova(groups, many, df, math.sqrt(variance), level, beta, variance * inverse @ inverse.T, grid)
