"""Comparisons of means and ranks, and analysis of covariance, against R (comparisons.R)."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from crf2tlf.statistics import ancova, kruskal_wallis, mean_difference, one_way, rank_sum

RANDOM = list(csv.DictReader((Path(__file__).parent / "means_reference.csv").open()))


def test_random_groups_agree_with_r() -> None:
    for row in RANDOM:
        r = {name: float(text) for name, text in row.items() if name != "data"}
        subjects = [subject.split(":") for subject in row["data"].split()]
        group, factor = [s[0] for s in subjects], [s[1] for s in subjects]
        base, y = [float(s[2]) for s in subjects], [float(s[3]) for s in subjects]
        a, b, c = ([v for v, g in zip(y, group, strict=True) if g == name] for name in "abc")
        welch, pooled = mean_difference(a, b), mean_difference(a, b, variances="pooled")
        model = ancova(y, group, [base], [factor])
        observed = ancova(y, group, [base], [factor], margins="observed")
        mean, weighted, gap = model.mean("a"), observed.mean("a"), model.difference("a", "c")
        found = {
            "welch_lower": welch.lower,
            "welch_upper": welch.upper,
            "t": welch.t,
            "df": welch.df,
            "welch_p": welch.p,
            "pooled_lower": pooled.lower,
            "pooled_upper": pooled.upper,
            "pooled_p": pooled.p,
            "wilcoxon": rank_sum(a, b).p,
            "kruskal": kruskal_wallis([a, b, c]).p,
            "anova": one_way([a, b, c]).p,
            "mean": mean.value,
            "mean_se": mean.se,
            "mean_observed": weighted.value,
            "mean_observed_se": weighted.se,
            "difference": gap.value,
            "difference_se": gap.se,
            "residual_df": model.df,
        }
        assert found == pytest.approx({name: r[name] for name in found}, rel=1e-8, abs=1e-9), row["data"]
    assert len(RANDOM) > 100


def test_limits_of_an_adjusted_difference() -> None:
    # R: confint(lm(weight ~ group, PlantGrowth))["grouptrt2", ]; without covariates least squares means are means
    weight = {
        "ctrl": [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
        "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
        "trt2": [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
    }
    y = [v for values in weight.values() for v in values]
    model = ancova(y, np.repeat(list(weight), 10))
    gap = model.difference("trt2", "ctrl")
    assert (gap.value, gap.lower, gap.upper, gap.p) == pytest.approx((0.494, -0.0780, 1.0660, 0.0877), abs=5e-5)
    assert model.mean("ctrl").value == pytest.approx(5.032)


def test_the_z_of_ranks_has_the_sign_of_the_shift() -> None:
    assert rank_sum([1, 2, 3], [4, 5, 6]).statistic == pytest.approx(-1.7457, abs=1e-4)  # (6 − 10.5 + 0.5) / sqrt(5.25)
    assert rank_sum([4, 5, 6], [1, 2, 3]).statistic == pytest.approx(1.7457, abs=1e-4)


# Edges


def test_missing_values_are_left_out() -> None:
    nan = math.nan
    assert mean_difference([1, 2, 4, nan], [3, 5, 9]) == mean_difference([1, 2, 4], [3, 5, 9])
    assert rank_sum([1, 2, nan], [3, 5]) == rank_sum([1, 2], [3, 5])
    assert one_way([[1, 2, nan], [3, 5], []]) == one_way([[1, 2], [3, 5]])
    with_ = ancova([1, 2, 4, 4, 9], list("aabbb"), [[1, 2, 3, 5, nan]])
    without = ancova([1, 2, 4, 4], list("aabb"), [[1, 2, 3, 5]])
    assert with_.mean("b") == without.mean("b")
    assert with_.counts == (2, 2)


def test_what_is_not_determined() -> None:
    one = mean_difference([1], [2, 3, 4])
    assert one.difference == -2
    assert all(math.isnan(v) for v in (one.se, one.lower, one.p))
    assert math.isnan(mean_difference([0.3, 0.1 + 0.2], [0.3, 0.3]).p)  # constant up to binary noise
    assert math.isnan(mean_difference([], [1, 2]).difference)
    for found in (rank_sum([], [1]), rank_sum([2, 2], [2]), one_way([[1, 2]]), kruskal_wallis([[1, 1], [1]])):
        assert math.isnan(found.p)


@pytest.mark.parametrize(
    ("values", "group", "covariate", "problem"),
    [
        ([], [], [], "fewer than two groups have values"),
        ([1, 2, 3], ["a", "a", "a"], [1, 2, 4], "fewer than two groups have values"),
        ([1, 2, 3], ["a", "b", "b"], [1, 2, 4], "too few subjects for the model"),
        (
            [1, 2, 3, 5],
            ["a", "a", "b", "b"],
            [0, 0, 1, 1],
            "covariates or factors depend on each other or on the groups",
        ),
    ],
)
def test_a_model_without_a_fit_says_why(
    values: list[float], group: list[str], covariate: list[float], problem: str
) -> None:
    model = ancova(values, group, [covariate])
    assert model.problem == problem
    assert math.isnan(model.difference("a", "b").value)


def test_a_group_without_values_is_not_estimable() -> None:
    model = ancova([1, 2, 4, 4], list("aabb"))
    assert math.isnan(model.mean("c").value)
