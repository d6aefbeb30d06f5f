"""Comparisons of numbers: differences of means, tests, analysis of covariance."""

from __future__ import annotations

from math import isnan

import numpy as np

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.compared_shares import category_test, difference_conventions, proportions
from crf2tlf.analysis.compared_shares import test_conventions as named_test
from crf2tlf.analysis.compared_shares import test_statistics as as_statistics
from crf2tlf.analysis.data import AnalysisError, Data, Floats, Records
from crf2tlf.analysis.groups import Groups, called, check_distinct, joined, once, statistics, told
from crf2tlf.analysis.statistic import Method, Share, Statistic, Statistics, not_alone
from crf2tlf.spec.comparison import AncovaModel, Difference, GroupTest
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import Selection
from crf2tlf.statistics import Ancova, kruskal_wallis, mean_difference, one_way, rank_sum
from crf2tlf.statistics import ancova as fitted


def numbers_of(spec: Selection, of: Rule, leaf: Leaf) -> tuple[Records, Floats]:
    """Return the records of a column, one a subject, and their numbers."""
    records = once(spec, leaf.scope)
    return records, leaf.scope.data.numbers(records, of)


def _behind(found: list[tuple[Records, Floats]]) -> tuple[Records, Records]:
    used = [Records(records.dataset, records.positions[~np.isnan(values)]) for records, values in found]
    return joined(used), joined([records for records, _ in found])


def difference(spec: Difference, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Compare proportions, or means where numbers are given."""
    if spec.of is None:
        return proportions(spec, groups, shares)
    pair = groups.pair("difference", spec.place)
    if pair is None:
        return {}
    found = [numbers_of(spec, spec.of, leaf) for leaf in pair]
    made = mean_difference(found[0][1], found[1][1], spec.level, spec.variances)
    names = ("n", "difference", "se", "lower", "upper", "t", "df", "p")
    values = statistics({name: getattr(made, name) for name in names}, *_behind(found))
    if not isnan(made.se):
        return values
    return {**values, "problem": Statistic("fewer than two values in a group, or no spread")}


def test(spec: GroupTest, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Test categories, or numbers where they are given."""
    if spec.of is None:
        return category_test(spec, groups, shares)
    leaves = groups.compared
    if len(leaves) < 2:
        return {}
    if spec.method in ("welch", "pooled-t", "wilcoxon"):
        groups.pair(spec.method, spec.place)
    found = [numbers_of(spec, spec.of, leaf) for leaf in leaves]
    values = [numbers for _, numbers in found]
    if spec.method in ("welch", "pooled-t"):
        made = mean_difference(values[0], values[1], variances="welch" if spec.method == "welch" else "pooled")
        result = statistics({"statistic": made.t, "df": made.df, "p": made.p}, *_behind(found))
        return result if not isnan(made.p) else {**result, "problem": Statistic("nothing to test")}
    tested = {
        "wilcoxon": lambda: rank_sum(values[0], values[1]),
        "anova": lambda: one_way(values),
        "kruskal-wallis": lambda: kruskal_wallis(values),
    }[spec.method]()
    return as_statistics(tested, _behind(found))


def ancova(spec: AncovaModel, groups: Groups, _shares: tuple[Share, ...] | None) -> Statistics:
    """Adjust means of all columns for covariates: the column's mean, and its difference from the reference."""
    assert spec.of is not None
    found = [numbers_of(spec, spec.of, leaf) for leaf in groups.family]
    check_distinct(groups.family, spec.place)
    model = _fit(spec, groups.family, found)
    number = {leaf.id: at for at, leaf in enumerate(groups.family)}
    first = number[groups.compared[0].id]
    used, selected = _in_model(spec, groups.column.scope.data, found), joined([records for records, _ in found])
    mean = model.mean(first)
    size = model.counts[model.groups.index(first)] if first in model.groups else 0
    values = {"mean": mean.value, "mean_se": mean.se, "mean_lower": mean.lower, "mean_upper": mean.upper}
    made = statistics({"n": size, **values}, used, selected)
    own = found[first][0]
    made["n"] = Statistic(size, Records(own.dataset, np.intersect1d(own.positions, used.positions)), own)
    pair = groups.pair("ancova", spec.place)
    if pair is not None:
        gap = model.difference(first, number[pair[1].id])
        against = {"difference": gap.value, **{n: getattr(gap, n) for n in ("se", "lower", "upper", "t", "p")}}
        made |= statistics({**against, "df": model.df}, used, selected)
    empty = [leaf for leaf in groups.compared if number[leaf.id] not in model.groups]
    if model.problem or empty:
        made["problem"] = Statistic(model.problem or f"no values in {called(empty[0])}")
    return made


def _in_model(spec: AncovaModel, data: Data, found: list[tuple[Records, Floats]]) -> Records:
    """Return the records in the model: those with a value and all covariates."""
    used = []
    for records, values in found:
        kept = np.isfinite([values, *(data.numbers(records, rule) for rule in spec.covariates)]).all(axis=0)
        used.append(Records(records.dataset, records.positions[kept]))
    return joined(used)


def _fit(spec: AncovaModel, leaves: tuple[Leaf, ...], found: list[tuple[Records, Floats]]) -> Ancova:
    data = leaves[0].scope.data
    records = Records(found[0][0].dataset, np.concatenate([each.positions for each, _ in found]))
    factors = []
    for rule in spec.factors:
        codes, texts = data.categories(records.dataset, rule)
        codes = codes[records.positions]
        absent = int((codes == len(texts) - 1).sum())
        if absent:
            message = f"{rule.text} is missing in {absent} records of {records.dataset}; select the others with `where`"
            raise AnalysisError("ANALYSIS", rule.place, message)
        factors.append(codes)
    return fitted(
        np.concatenate([values for _, values in found]),
        np.repeat(np.arange(len(leaves)), [len(values) for _, values in found]),
        [data.numbers(records, rule) for rule in spec.covariates],
        factors,
        spec.level,
        spec.margins,
    )


# Words


def _difference_conventions(spec: Difference, shown: set[str]) -> list[str]:
    if spec.of is None:
        return difference_conventions(spec, shown)
    kind = "Welch's t" if spec.variances == "welch" else "t, pooled variance"
    return [f"Differences of means with {spec.level * 100:g}% limits ({kind})."] if shown - {"n", "difference"} else []


def _ancova_conventions(spec: AncovaModel, _shown: set[str]) -> list[str]:
    rules = (*spec.covariates, *spec.factors)
    adjusted = f", adjusted for {told(rules, spec.label)}" if rules else ""
    weights = "equal" if spec.margins == "equal" else "observed"
    over = f" at {weights} weights of the factors' categories" if spec.factors else ""
    level = f"{spec.level * 100:g}%"
    return [
        f"Least squares means and differences by analysis of covariance{adjusted}{over}; {level} limits, two-sided p."
    ]


def _of(spec: Difference | GroupTest | AncovaModel) -> str:
    if spec.of is not None:
        return spec.of.text
    if isinstance(spec, GroupTest) and spec.by is not None:
        return spec.by.text
    return spec.where.text if spec.where else "USUBJID"


DIFFERENCE = Method(
    "{difference:1} ({lower:1} to {upper:1})", not_alone, _of, conventions=_difference_conventions, compare=difference
)
TEST = Method("{p:pvalue}", not_alone, _of, conventions=named_test, compare=test)
ANCOVA = Method(
    "{difference:2} ({lower:2} to {upper:2})", not_alone, _of, conventions=_ancova_conventions, compare=ancova
)
