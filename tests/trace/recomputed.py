"""Statistics recomputed from the records behind them, by plain code that shares nothing with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb, exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy import stats

MONTH = 30.4375
"""Days of a month, as study.yaml has it."""
PLACES = {  # what the swimmer plot shows: a day of ADSL, and whether its end counts
    ("Alectinib", "start"): ("ALECSDT", 0),
    ("Alectinib", "end"): ("ALECEDT", 1),
    ("Crizotinib", "start"): ("TRTSDT", 0),
    ("Crizotinib", "end"): ("TRTEDT", 1),
    ("Response-onset", "at"): ("CRSPDT", 0),
    ("Stopped-for-AE", "at"): ("EOTDT", 0),
    ("Progression", "at"): ("PDDT", 0),
    ("Death", "at"): ("DTHDT", 0),
}


def subjects(records: pd.DataFrame) -> int:
    """Return how many subjects have records."""
    return int(records["USUBJID"].nunique())


def share(statistic: str, numerator: pd.DataFrame, denominator: pd.DataFrame, level: float) -> float:
    """Return n, N, pct or a limit by Clopper and Pearson in percent."""
    n, size = subjects(numerator), subjects(denominator)
    if statistic in ("n", "N"):
        return n if statistic == "n" else size
    if statistic == "pct":
        return 100 * n / size
    tail = (1 - level) / 2
    if statistic == "lower":
        return 100 * float(stats.beta.ppf(tail, n, size - n + 1)) if n else 0.0
    return 100 * float(stats.beta.ppf(1 - tail, n + 1, size - n)) if n < size else 100.0


def summary(statistic: str, values: pd.Series[float]) -> float:
    """Return a summary statistic; quartiles are those of SAS's definition 5."""
    known = np.sort(values.dropna().to_numpy(dtype=float))

    def quantile(p: float) -> float:
        place = len(known) * p
        at = int(place)
        return float((known[at - 1] + known[at]) / 2 if place == at else known[at])

    found: dict[str, Callable[[], float]] = {
        "n": lambda: len(known),
        "missing": lambda: int(values.isna().sum()),
        "mean": lambda: float(known.sum() / len(known)),
        "sd": lambda: sqrt(float(((known - known.mean()) ** 2).sum()) / (len(known) - 1)),
        "median": lambda: quantile(0.5),
        "q1": lambda: quantile(0.25),
        "q3": lambda: quantile(0.75),
        "min": lambda: float(known[0]),
        "max": lambda: float(known[-1]),
    }
    return found[statistic]()


def paired(statistic: str, records: pd.DataFrame) -> float:
    """Return a statistic of the paired t-test of the alectinib against the crizotinib duration."""
    wide = records.pivot_table(index="USUBJID", columns="PARAMCD", values="AVAL")
    both = wide.dropna()
    test = stats.ttest_rel(both["TTALEC"], both["TTCRIZ"])
    difference = both["TTALEC"] - both["TTCRIZ"]
    limits = test.confidence_interval(0.95)
    found = {
        "n": len(both),
        "missing": len(wide) - len(both),
        "df": test.df,
        "t": test.statistic,
        "p": test.pvalue,
        "mean": difference.mean(),
        "sd": difference.std(),
        "lower": limits.low,
        "upper": limits.high,
    }
    return float(found[statistic])


class Curve:
    """A Kaplan–Meier curve with log-log limits, step by step (R: survfit, conf.type = "log-log")."""

    def __init__(self, time: pd.Series[float], censored: pd.Series[float]) -> None:
        self.time = time.to_numpy(dtype=float)
        self.event = censored.to_numpy(dtype=float) == 0
        self.steps: list[tuple[float, float, float, float]] = []
        survival, variance, z = 1.0, 0.0, NormalDist().inv_cdf(0.975)
        for at in sorted(set(self.time[self.event])):
            risk, died = int((self.time >= at).sum()), int(((self.time == at) & self.event).sum())
            survival *= 1 - died / risk
            lower = upper = float("nan")
            if risk > died:
                variance += died / (risk * (risk - died))
                width = z * sqrt(variance) / log(survival)
                lower, upper = exp(-exp(log(-log(survival)) - width)), exp(-exp(log(-log(survival)) + width))
            self.steps.append((at, survival, lower, upper))

    def at_risk(self, time: float) -> int:
        """Return how many are at risk just before a time."""
        return int((self.time >= time).sum())

    def at(self, time: float) -> tuple[float, float, float]:
        """Return the probability at a time and its limits, in percent."""
        known = [step for step in self.steps if step[0] <= time]
        _, survival, lower, upper = known[-1]
        return 100 * survival, 100 * lower, 100 * upper

    def median(self, which: int) -> float | None:
        """Return the time at which the curve (1), or its lower (2) or upper (3) limit, is 0.5."""
        for number, step in enumerate(self.steps):
            if abs(step[which] - 0.5) < 1e-9:
                later = self.steps[number + 1 :]
                return (step[0] + later[0][0]) / 2 if later else step[0]
            if step[which] < 0.5:
                return step[0]
        return None


def survival(statistic: str, records: pd.DataFrame) -> float | None:
    """Return a statistic of a survival curve."""
    curve = Curve(records["AVAL"], records["CNSR"])
    if statistic.replace("_", "-").startswith("at-risk-"):
        return curve.at_risk(float(statistic.replace("_", "-").removeprefix("at-risk-")))
    if statistic.startswith("survival_"):
        _, time, *end = statistic.split("_")
        return curve.at(float(time))[{"lower": 1, "upper": 2}[end[0]] if end else 0]
    if statistic in ("median", "lower", "upper"):
        return curve.median({"median": 1, "lower": 2, "upper": 3}[statistic])
    found = {
        "n": len(records),
        "events": int(curve.event.sum()),
        "censored": int((~curve.event).sum()),
        "min": curve.time.min(),
        "max": curve.time.max(),
    }
    return float(found[statistic])


def place(statistic: str, category: str, record: pd.Series[object]) -> float:
    """Return a place on the swimmer plot in months from registration."""
    column, more = PLACES[category, statistic]
    days = (record[column] - record["ENRLDT"]).days + more  # type: ignore[operator]
    return days / MONTH


# Simon's two-stage designs, by sums over all outcomes


def _binomial(k: int, n: int, p: float) -> float:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def _rejected(r1: int, n1: int, r: int, n: int, p: float) -> float:
    second = [_binomial(k, n - n1, p) for k in range(n - n1 + 1)]
    above = [sum(second[k:]) for k in range(n - n1 + 2)]
    return sum(_binomial(x, n1, p) * above[min(max(r - x + 1, 0), n - n1 + 1)] for x in range(r1 + 1, n1 + 1))


def _stopped(r1: int, n1: int, p: float) -> float:
    return sum(_binomial(k, n1, p) for k in range(r1 + 1))


def _expected(r1: int, n1: int, n: int, p: float) -> float:
    return n1 + (1 - _stopped(r1, n1, p)) * (n - n1)


def _designs(n: int, p0: float, p1: float, alpha: float, beta: float) -> list[tuple[int, int, int, int]]:
    """Return for each first stage the design of n patients with the largest r that keeps power, if it keeps alpha."""
    found = []
    for n1 in range(1, n):
        for r1 in range(n1):
            if _stopped(r1, n1, p1) > beta:
                break
            fits = [r for r in range(r1, n) if _rejected(r1, n1, r, n, p1) >= 1 - beta]
            if fits and _rejected(r1, n1, fits[-1], n, p0) <= alpha:
                found.append((r1, n1, fits[-1], n))
    return found


def design(analysis: str, constants: Mapping[str, float]) -> dict[str, float]:
    """Return a two-stage design and what it does, from the constants behind it."""
    p0, p1 = constants["study.NULL_RESPONSE_RATE"], constants["study.EXPECTED_RESPONSE_RATE"]
    alpha, beta = constants["study.ONE_SIDED_ALPHA"], constants["study.BETA"]
    if analysis == "published":
        r1, n1 = int(constants["study.FIRST_STAGE_MINIMUM_RESPONDERS"] - 1), int(constants["study.FIRST_STAGE_SIZE"])
        n = int(constants["study.PLANNED_SAMPLE_SIZE"])
        r = min(r for r in range(r1, n) if _rejected(r1, n1, r, n, p0) <= alpha)
    else:
        largest = 30  # well above the minimax size of 13; the optimal design is among these
        sizes = [made for n in range(2, largest) if (made := _designs(n, p0, p1, alpha, beta))]
        candidates = sizes[0] if analysis == "minimax" else [made for each in sizes for made in each]
        r1, n1, r, n = min(candidates, key=lambda d: _expected(d[0], d[1], d[3], p0))
    found = {"r1": r1, "n1": n1, "r": r, "n": n}
    found |= {"alpha": _rejected(r1, n1, r, n, p0), "power": _rejected(r1, n1, r, n, p1)}
    for name, p in (("p0", p0), ("p1", p1)):
        found |= {f"pet_{name}": _stopped(r1, n1, p), f"en_{name}": _expected(r1, n1, n, p)}
    return found
