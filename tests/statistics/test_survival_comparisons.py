"""Log-rank tests and Cox's model against R's `survdiff` and `coxph`: cases and 150 random trials (comparisons.R)."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crf2tlf.statistics import cox, log_rank
from crf2tlf.statistics.cox import Ties
from crf2tlf.statistics.log_rank import Weights

NA = math.nan
AML_M = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
AML_N = "5 5 8 8 12 16+ 23 27 30 33 43 45"


def read(*arms: str) -> tuple[list[float], list[int], list[int]]:
    """Times as a person would write them (13+ is a censoring), one text a group: times, events, groups."""
    each = [(float(t.rstrip("+")), int(not t.endswith("+")), g) for g, arm in enumerate(arms) for t in arm.split()]
    return [t for t, _, _ in each], [e for _, e, _ in each], [g for _, _, g in each]


class Trial:
    """A random set and what R makes of it; a number that R has not is NaN."""

    def __init__(self, row: dict[str, str]) -> None:
        subjects = [subject.split(":") for subject in row["data"].split()]
        columns = [[float(v) for v in column] for column in zip(*subjects, strict=True)]
        self.time, self.event, self.group, self.stratum, self.x, self.arm = columns
        self.r = {name: float(text) if text else NA for name, text in row.items() if name != "data"}


def trials() -> Iterator[Trial]:
    with (Path(__file__).parent / "cox_reference.csv").open() as file:
        yield from map(Trial, csv.DictReader(file))


# == aml: survdiff; coxph


def test_log_rank_of_the_aml_data() -> None:
    found = log_rank(*read(AML_M, AML_N))
    assert (found.groups, list(found.n), list(found.observed)) == ((0, 1), [11, 12], [7, 11])
    assert found.expected == pytest.approx([10.68933599230072, 7.31066400769928], rel=1e-12)
    assert found.chi_square == pytest.approx(3.3963886989776, rel=1e-12)
    assert found.df == 1
    peto = log_rank(*read(AML_M, AML_N), weights="fleming-harrington", rho=1)
    assert peto.observed == pytest.approx([3.84541062801932, 7.18150448585231], rel=1e-12)
    assert peto.chi_square == pytest.approx(2.77927954475177, rel=1e-12)


@pytest.mark.parametrize(
    ("ties", "coefficient", "se", "limits", "p", "tests"),
    [
        (
            "efron",
            *(0.9155325750147176, 0.5119342751720054, (0.9159072574364083, 6.8134957660633022), 0.0737148606390457),
            (3.41673439551730, 3.2, 3.38444733260368),
        ),
        (
            "breslow",
            *(0.9042197236857002, 0.5122479073041512, (0.9050476128460985, 6.7409925261667540), 0.0775302512086183),
            (3.32256141627307, 3.12, 3.29601909421032),
        ),
    ],
)
def test_the_hazard_ratio_of_the_aml_data(
    ties: Ties, coefficient: float, se: float, limits: tuple[float, float], p: float, tests: tuple[float, ...]
) -> None:
    time, event, group = read(AML_M, AML_N)
    fit = cox(time, event, group, ties=ties)
    ratio = fit.hazard_ratio()
    assert (fit.coefficient[0], fit.standard_error()) == pytest.approx((coefficient, se), rel=1e-9)
    assert (ratio.lower, ratio.upper) == pytest.approx(limits, rel=1e-9)
    assert fit.p() == pytest.approx(p, rel=1e-8)
    assert (fit.score[0], round(fit.wald[0], 2), fit.likelihood_ratio[0]) == pytest.approx(tests, rel=1e-9)


def test_log_rank_of_random_trials() -> None:
    ways: dict[str, tuple[str, bool, Weights, float, float]] = {
        "log_rank": ("group", False, "log-rank", 0, 0),
        "stratified": ("group", True, "log-rank", 0, 0),
        "three": ("arm", False, "log-rank", 0, 0),
        "three_stratified": ("arm", True, "log-rank", 0, 0),
        "peto": ("group", False, "fleming-harrington", 1, 0),
        "wilcoxon": ("group", False, "wilcoxon", 0, 0),
        "late": ("group", False, "fleming-harrington", 0, 1),
    }
    compared = 0
    for trial in trials():
        for name, (by, stratified, weights, rho, gamma) in ways.items():
            strata = trial.stratum if stratified else None
            found = log_rank(trial.time, trial.event, getattr(trial, by), strata, weights, rho, gamma)
            assert found.chi_square == pytest.approx(trial.r[name], rel=1e-9, nan_ok=True), (name, trial.r)
            compared += 1
    assert compared == 7 * 150


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_of_random_trials(ties: Ties) -> None:
    compared = 0
    for trial in trials():
        x = np.column_stack([trial.group, trial.x])
        fits = {
            f"{ties}_": cox(trial.time, trial.event, trial.group, ties=ties),
            f"{ties}_adjusted_": cox(trial.time, trial.event, x, trial.stratum, ties),
        }
        for name, fit in fits.items():
            if fit.problem:  # R warns that a coefficient may be infinite, and prints where it stopped
                assert abs(trial.r[name + "coef"]) > 10 or trial.r[name + "se"] > 100, fit.problem
                continue
            r = [trial.r[name + part] for part in ("coef", "se", "null", "loglik", "score")]
            mine = [fit.coefficient[0], fit.standard_error(), *fit.log_likelihood, fit.score[0]]
            assert mine == pytest.approx(r, rel=1e-6, abs=1e-7), name
            compared += 1
    assert compared > 290


# Edges


def test_the_order_of_subjects_and_the_unit_of_time_change_nothing() -> None:
    time, event, group = (np.array(part, dtype=float) for part in read(AML_M, AML_N))
    order = np.random.default_rng(1).permutation(time.size)
    shuffled = cox(30.4375 * time[order], event[order], group[order])
    assert shuffled.coefficient == pytest.approx(cox(time, event, group).coefficient, rel=1e-12)
    tested = log_rank(30.4375 * time[order], event[order], group[order])
    assert tested.chi_square == pytest.approx(3.3963886989776, rel=1e-12)


def test_the_score_test_without_ties_is_the_log_rank_test() -> None:
    time, event, group = read("1 3 4+ 7 9", "2 5 6 8+ 10 11")
    assert cox(time, event, group).score[0] == pytest.approx(log_rank(time, event, group).chi_square, rel=1e-12)


@pytest.mark.parametrize(
    ("arms", "problem"),
    [
        (("", ""), "no subjects"),
        (("1 2 3", ""), "a group or covariate has one value only"),
        (("1+ 2+", "1+ 3+"), "no events"),
        (("1 2 3+", "4+ 5+ 6+"), "the likelihood has no maximum: the hazard ratio is 0 or infinite"),
        (("1 2 3", "4 5 6+"), "the likelihood has no maximum: the hazard ratio is 0 or infinite"),
        (("1+ 2+", "3 4"), "those at risk at events do not differ, or covariates depend on each other"),
    ],
    ids=["nobody", "one group", "all censored", "no events in a group", "all earlier", "group never at risk"],
)
def test_no_number_where_there_is_none(arms: tuple[str, str], problem: str) -> None:
    time, event, group = read(*arms)
    fit = cox(time, event, group)
    ratio = fit.hazard_ratio()
    assert fit.problem == problem
    assert all(math.isnan(v) for v in (ratio.value, ratio.lower, ratio.upper, fit.p(), fit.score[1]))


def test_log_rank_without_an_answer() -> None:
    for arms in [("", ""), ("1 2", ""), ("1+ 2+", "3+"), ("1+ 2+", "3 4")]:
        found = log_rank(*read(*arms))
        assert math.isnan(found.p), arms
    # an event in one group only still has an expected number in the other
    assert log_rank(*read("1 2 3", "4+ 5+ 6+")).p == pytest.approx(0.0246023499536417, rel=1e-9)  # R: survdiff


def test_a_stratum_without_events_or_with_one_group_does_not_count() -> None:
    time, event, group = read(AML_M, AML_N)
    more = [*time, 3, 4, 5], [*event, 1, 1, 1], [*group, 0, 0, 0]
    strata = [1] * len(time) + [2] * 3
    assert log_rank(*more, strata).chi_square == pytest.approx(log_rank(time, event, group).chi_square)
    assert cox(*more, strata).coefficient == pytest.approx(cox(time, event, group).coefficient)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cox([1, -1], [1, 0], [0, 1]), "a time to event is -1"),
        (lambda: cox([1, 2], [1, 2], [0, 1]), "event code 2"),
        (lambda: cox([1, 2], [1, 0], [0, NA]), "a covariate is missing"),
        (lambda: cox([1, 2], [1, 0], [0, 1], ties="exact"), "unknown handling of ties 'exact'"),  # type: ignore[arg-type]
        (lambda: log_rank([1, 2], [1, 0], [0]), "2 times, 1 groups"),
        (lambda: log_rank([1, 2], [1, 0], [0, 1], weights="cox"), "unknown weights 'cox'"),  # type: ignore[arg-type]
    ],
)
def test_inputs_without_meaning(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
