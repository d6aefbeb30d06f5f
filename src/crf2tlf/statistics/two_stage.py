"""Simon's two-stage designs for a single-arm trial with a yes/no response.

The design (r1, n1, r, n) treats n1 patients and stops for futility when at most r1 of them respond; otherwise
it goes on to n patients and rejects the hypothesis that the response rate is p0 when more than r respond.
Everything here is exact: sums of binomial probabilities. Rates and probabilities are fractions.

Source: R. Simon, Optimal two-stage designs for phase II clinical trials, Control Clin Trials 1989;10:1–10.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TwoStageDesign:
    """Stop after `n1` patients with ≤ `r1` responses; reject p0 after `n` with > `r` responses.

    Raises `ValueError` unless 0 ≤ r1 < n1 < n and r1 ≤ r < n.
    """

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise ValueError(
                f"two-stage design r1/n1 = {self.r1}/{self.n1}, r/n = {self.r}/{self.n}: "
                "expected 0 ≤ r1 < n1 < n and r1 ≤ r < n"
            )

    def rejection(self, p: float) -> float:
        """Probability of rejecting p0 when the response rate is p: α at p0, power at p1."""
        _check_rate(p)
        first = np.arange(self.r1 + 1, self.n1 + 1)
        second = scipy.stats.binom.sf(self.r - first, self.n - self.n1, p)
        return float(np.sum(scipy.stats.binom.pmf(first, self.n1, p) * second))

    def early_stop(self, p: float) -> float:
        """Probability of early termination (PET) when the response rate is p."""
        _check_rate(p)
        return float(scipy.stats.binom.cdf(self.r1, self.n1, p))

    def expected_n(self, p: float) -> float:
        """Expected number of patients when the response rate is p."""
        return self.n1 + (1 - self.early_stop(p)) * (self.n - self.n1)


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a design does at the rates p0 (not worth while) and p1 (worth while); `pet`: early termination."""

    design: TwoStageDesign
    p0: float
    p1: float
    alpha: float
    power: float
    pet_p0: float
    pet_p1: float
    expected_n_p0: float
    expected_n_p1: float


def operating_characteristics(design: TwoStageDesign, p0: float, p1: float) -> OperatingCharacteristics:
    """Give the exact operating characteristics of a design. Raises `ValueError` unless 0 ≤ p0 < p1 ≤ 1."""
    _check_rates(p0, p1)
    return OperatingCharacteristics(
        design=design,
        p0=p0,
        p1=p1,
        alpha=design.rejection(p0),
        power=design.rejection(p1),
        pet_p0=design.early_stop(p0),
        pet_p1=design.early_stop(p1),
        expected_n_p0=design.expected_n(p0),
        expected_n_p1=design.expected_n(p1),
    )


def minimax_design(p0: float, p1: float, alpha: float, beta: float, n_max: int = 100) -> TwoStageDesign:
    """Find the design with the smallest n and, among those, the smallest expected n under p0.

    `alpha` bounds the probability of rejecting p0 when it is true, `beta` that of not rejecting it at p1.
    Raises `ValueError` when no design with n ≤ n_max keeps both, and for rates or error probabilities that
    make no sense.
    """
    _check_search(p0, p1, alpha, beta)
    for n in range(2, n_max + 1):
        best = _best_of_size(n, p0, p1, alpha, beta)
        if best is not None:
            return best[1]
    raise ValueError(_nothing_found(p0, p1, alpha, beta, n_max))


def optimal_design(p0: float, p1: float, alpha: float, beta: float, n_max: int = 100) -> TwoStageDesign:
    """Find the design with the smallest expected n under p0, among all with n ≤ n_max.

    Arguments and errors as in `minimax_design`. A larger n_max can only find a better design; Simon's tables
    are reproduced when it is well above the minimax n.
    """
    _check_search(p0, p1, alpha, beta)
    candidates = [best for n in range(2, n_max + 1) if (best := _best_of_size(n, p0, p1, alpha, beta)) is not None]
    if not candidates:
        raise ValueError(_nothing_found(p0, p1, alpha, beta, n_max))
    return min(candidates, key=lambda candidate: candidate[0])[1]


def _best_of_size(n: int, p0: float, p1: float, alpha: float, beta: float) -> tuple[float, TwoStageDesign] | None:
    """Give the smallest expected n under p0 and its design, among the designs of n patients that are good enough.

    As in Simon's paper, r is the largest that keeps the power; then α is judged. On equal terms the smaller
    first stage wins.
    """
    best: tuple[float, TwoStageDesign] | None = None
    for n1 in range(1, n):
        power = _rejection_table(n1, n, p1)
        error = _rejection_table(n1, n, p0)
        r = (power >= 1 - beta).sum(axis=1) - 1  # power falls as r grows; −1: not even r = 0 has it
        good = np.flatnonzero((r >= 0) & (error[np.arange(n1), r] <= alpha))
        if good.size == 0:
            continue
        r1 = int(good[-1])  # with n1 given, the expected n falls as r1 grows
        expected = n1 + (1 - float(_binomial(n1, p0)[: r1 + 1].sum())) * (n - n1)
        if best is None or expected < best[0]:
            best = expected, TwoStageDesign(r1, n1, int(r[r1]), n)
    return best


def _rejection_table(n1: int, n: int, p: float) -> FloatArray:
    """Give the probability of rejecting p0 at rate p: one row per r1 = 0…n1 − 1, one column per r = 0…n − 1."""
    second = _binomial(n - n1, p)
    above = np.append(np.cumsum(second[::-1])[::-1][1:], 0.0)  # P(X₂ > k) for k = 0…n − n1
    tail = np.concatenate([np.ones(n1), above, np.zeros(n1)])  # the same for k = −n1…n
    k = np.arange(n)[None, :] - np.arange(n1 + 1)[:, None]  # r less the responses of the first stage
    joint = _binomial(n1, p)[:, None] * tail[k + n1]
    return np.cumsum(joint[::-1], axis=0)[::-1][1:]


@lru_cache(maxsize=1024)
def _binomial(n: int, p: float) -> FloatArray:
    """Give the probabilities of 0…n responses among n patients; read-only, since it is kept."""
    probabilities = np.asarray(scipy.stats.binom.pmf(np.arange(n + 1), n, p), dtype=np.float64)
    probabilities.flags.writeable = False
    return probabilities


def _check_rate(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"response rate {p}: expected a fraction between 0 and 1")


def _check_rates(p0: float, p1: float) -> None:
    if not 0 <= p0 < p1 <= 1:
        raise ValueError(f"response rates p0 = {p0}, p1 = {p1}: expected 0 ≤ p0 < p1 ≤ 1")


def _check_search(p0: float, p1: float, alpha: float, beta: float) -> None:
    _check_rates(p0, p1)
    if not (0 < alpha < 1 and 0 < beta < 1):
        raise ValueError(f"α = {alpha}, β = {beta}: expected fractions between 0 and 1")


def _nothing_found(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> str:
    return (
        f"no two-stage design with n ≤ {n_max} keeps α = {alpha} at p0 = {p0} and β = {beta} at p1 = {p1}: "
        "allow a larger n_max"
    )
