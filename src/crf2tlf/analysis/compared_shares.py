"""Comparisons of proportions of subjects and of categories: differences, ratios, tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.groups import Groups, called, joined, once, statistics, strata, stratified
from crf2tlf.analysis.scope import Scope, population_records
from crf2tlf.analysis.statistic import Method, Share, Statistic, Statistics, not_alone
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.category import values_of
from crf2tlf.spec.comparison import Compared, Difference, GroupTest, OddsRatio, RelativeRisk
from crf2tlf.spec.statistic import Counted
from crf2tlf.statistics import (
    Counts,
    Estimate,
    Tested,
    chi_square,
    cochran_armitage,
    cochran_mantel_haenszel,
    fisher,
    odds_ratio,
    proportion_difference,
    relative_risk,
    stratified_difference,
)


def share(spec: Counted, scope: Scope) -> Share:
    """Return the subjects with a record that an analysis selects, and those that 100 % are."""
    base = scope.everyone(spec.place, spec.denominator)
    records = scope.select(spec)
    known = np.isin(scope.subject_codes(records), scope.subject_codes(base))
    return Records(records.dataset, records.positions[known]), base


def _shares(spec: Counted, leaves: Sequence[Leaf], given: tuple[Share, ...] | None) -> tuple[Share, ...]:
    return given if given is not None else tuple(share(spec, leaf.scope) for leaf in leaves)


def _subjects(scope: Scope, records: Records) -> Integers:
    return np.unique(scope.subject_codes(records))


def _tables(spec: Compared, scope: Scope, shares: Sequence[Share]) -> list[list[tuple[int, int]]]:
    """Return for each stratum the subjects with a record and all subjects of each group."""
    members = [(_subjects(scope, base), _subjects(scope, records)) for records, base in shares]
    if not spec.strata:
        return [[(int(np.isin(with_, base).sum()), len(base)) for base, with_ in members]]
    found = stratum_of(spec, scope, members)
    everywhere = np.unique(np.concatenate([found[base] for base, _ in members]))
    return [
        [
            (int((found[with_[np.isin(with_, base)]] == k).sum()), int((found[base] == k).sum()))
            for base, with_ in members
        ]
        for k in everywhere
    ]


def stratum_of(spec: Compared, scope: Scope, members: Sequence[tuple[Integers, Integers]]) -> Integers:
    """Return the number of each subject's stratum, by rules on the population's dataset; -1 outside of the groups."""
    name = scope.base(spec.place)
    codes = scope.data.codes(name, spec.place)
    asked = np.unique(np.concatenate([base for base, _ in members]))
    chosen = np.isin(codes, asked)
    if scope.population:
        chosen &= population_records(scope.data, scope.population)
    positions = np.flatnonzero(chosen).astype(np.int64)
    found = np.full(len(scope.data.subjects), -1, dtype=np.int64)
    found[codes[positions]] = strata(scope.data, Records(name, positions), spec.strata)
    return found


def _behind(shares: Sequence[Share]) -> tuple[Records, Records]:
    return joined([records for records, _ in shares]), joined([base for _, base in shares])


def _estimated(
    spec: Compared, groups: Groups, shares: tuple[Share, ...] | None, key: str, make: Callable[[list[Counts]], Estimate]
) -> tuple[Estimate, tuple[Records, Records], tuple[Leaf, Leaf]] | None:
    pair = groups.pair(key, spec.place)
    if pair is None:
        return None
    given = _shares(spec, pair, shares)
    counts: list[Counts] = [(*first, *second) for first, second in _tables(spec, pair[0].scope, given)]
    return make(counts), _behind(given), pair


def proportions(spec: Difference, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Compare proportions: their difference with limits in percentage points."""

    def make(counts: list[Counts]) -> Estimate:
        if spec.strata:
            return stratified_difference(counts, spec.level)
        return proportion_difference(counts[0], spec.level, spec.limits)

    made = _estimated(spec, groups, shares, "difference", make)
    if made is None:
        return {}
    found, behind, pair = made
    values = {"difference": 100 * found.value, "lower": 100 * found.lower, "upper": 100 * found.upper}
    return _explained(statistics(dict(values), *behind), found, pair)


def risk(spec: RelativeRisk, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Divide proportions: ratio with limits."""
    return _ratio(_estimated(spec, groups, shares, "relative_risk", lambda counts: relative_risk(counts, spec.level)))


def odds(spec: OddsRatio, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Divide odds: ratio with limits."""
    made = _estimated(spec, groups, shares, "odds_ratio", lambda counts: odds_ratio(counts, spec.level, spec.limits))
    return _ratio(made)


def _ratio(made: tuple[Estimate, tuple[Records, Records], tuple[Leaf, Leaf]] | None) -> Statistics:
    if made is None:
        return {}
    found, behind, pair = made
    values = {"ratio": found.value, "lower": found.lower, "upper": found.upper}
    return _explained(statistics(dict(values), *behind), found, pair)


def _explained(found: Statistics, estimate: Estimate, pair: tuple[Leaf, Leaf]) -> Statistics:
    if not (isnan(estimate.value) or (isnan(estimate.lower) and isnan(estimate.upper))):
        return found
    empty = [called(leaf) for leaf in pair if leaf.scope.size == 0]
    why = f"no subjects in {empty[0]}" if empty else "a group without subjects on one side of the comparison"
    return {**found, "problem": Statistic(why)}


# Tests


def category_test(spec: GroupTest, groups: Groups, shares: tuple[Share, ...] | None) -> Statistics:
    """Test columns: subjects with a record against those without, or the categories of a rule."""
    leaves = groups.compared
    if len(leaves) < 2:
        return {}
    if spec.by is not None:
        return _by_categories(spec, leaves)
    given = _shares(spec, leaves, shares)
    tables = [[[x, n - x] for x, n in table] for table in _tables(spec, leaves[0].scope, given)]
    return tested(spec, tables, _behind(given))


def tested(spec: GroupTest, tables: Sequence[Any], behind: tuple[Records, Records]) -> Statistics:
    """Carry out the test named on a table a stratum: a row a group, a column a category."""
    first = np.asarray(tables[0]) if tables else np.zeros((2, 2))
    try:
        found = {
            "chi-square": lambda: chi_square(first),
            "chi-square-corrected": lambda: _corrected(first),
            "fisher": lambda: fisher(first),
            "cmh": lambda: cochran_mantel_haenszel(tables),
            "trend": lambda: cochran_armitage(first),
        }[spec.method]()
    except ValueError as error:
        raise AnalysisError("ANALYSIS", spec.place, str(error)) from None
    return test_statistics(found, behind)


def _corrected(table: Any) -> Tested:
    if np.asarray(table).shape != (2, 2):
        raise ValueError("the continuity correction is for two groups and two categories; use chi-square")
    return chi_square(table, correction=True)


def test_statistics(found: Tested, behind: tuple[Records, Records]) -> Statistics:
    """Return a test as statistics; where there was nothing to test, with the reason."""
    values = {"statistic": found.statistic, "df": found.df, "p": found.p}
    made = statistics(dict(values), *behind)
    return {**made, "problem": Statistic("nothing to test")} if isnan(found.p) else made


def _by_categories(spec: GroupTest, leaves: Sequence[Leaf]) -> Statistics:
    assert spec.by is not None
    data, scope = leaves[0].scope.data, leaves[0].scope
    records = [once(spec, leaf.scope) for leaf in leaves]
    numbers, texts = data.categories(records[0].dataset, spec.by)
    if spec.values:
        kinds = [{texts.index(v) for v in values_of(n, c) if v in texts} for n, c in spec.values.items()]
    else:
        kinds = [{number} for number, text in enumerate(texts) if text is not None]
    _check_parted(spec)
    used = []
    for each in records:
        known = np.isin(numbers[each.positions], sorted(set().union(*kinds)))
        used.append(Records(each.dataset, each.positions[known]))
    layers = [np.zeros(len(each.positions), dtype=np.int64) for each in used]
    if spec.strata:
        found = stratum_of(spec, scope, [(_subjects(scope, each), _subjects(scope, each)) for each in used])
        layers = [found[scope.subject_codes(each)] for each in used]
    tables = [
        [
            [int(np.isin(numbers[each.positions[layer == k]], sorted(kind)).sum()) for kind in kinds]
            for each, layer in zip(used, layers, strict=True)
        ]
        for k in np.unique(np.concatenate(layers))
    ]
    return tested(spec, tables, (joined(used), joined(records)))


def _check_parted(spec: GroupTest) -> None:
    """Raise :class:`AnalysisError` where a record would be in two categories of a test."""
    values = [value for name, category in spec.values.items() for value in values_of(name, category)]
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        message = f"{', '.join(twice)} is in two of the categories that are tested; each value goes into one"
        raise AnalysisError("ANALYSIS", spec.place, message)


# Words

_LIMITS = {
    "newcombe": "Newcombe's hybrid score",
    "wald": "Wald",
    "wald-corrected": "Wald (with continuity correction)",
    "miettinen-nurminen": "Miettinen and Nurminen's score",
    "agresti-caffo": "Agresti and Caffo's",
}
_TESTS = {
    "chi-square": "chi-square test",
    "chi-square-corrected": "chi-square test with continuity correction",
    "fisher": "Fisher's exact test",
    "cmh": "Cochran–Mantel–Haenszel test",
    "trend": "Cochran–Armitage trend test",
    "welch": "Welch's t-test",
    "pooled-t": "t-test with pooled variance",
    "wilcoxon": "Wilcoxon rank sum test (normal approximation with continuity correction)",
    "anova": "one-way analysis of variance",
    "kruskal-wallis": "Kruskal–Wallis test",
}


def difference_conventions(spec: Difference, shown: set[str]) -> list[str]:
    """Return by which method limits of differences of proportions are made."""
    level = f"{spec.level * 100:g}%"
    if spec.strata:
        by = stratified(spec.strata, spec.strata_label)
        return [f"Differences of proportions by Mantel and Haenszel{by}; {level} limits by Sato's variance."]
    return (
        [f"Differences of proportions with {level} {_LIMITS[spec.limits]} limits."]
        if shown & {"lower", "upper"}
        else []
    )


def _ratio_conventions(name: str) -> Callable[[Any, set[str]], list[str]]:
    def conventions(spec: OddsRatio | RelativeRisk, shown: set[str]) -> list[str]:
        exact = isinstance(spec, OddsRatio) and spec.limits == "exact"
        by = f" by Mantel and Haenszel{stratified(spec.strata, spec.strata_label)};" if spec.strata else ""
        kind = "exact conditional" if exact else "Wald"
        if not spec.strata and not shown & {"lower", "upper"}:
            return []
        return [f"{name}{by or ' with'} {spec.level * 100:g}% {kind} limits."]

    return conventions


def test_conventions(spec: GroupTest, shown: set[str]) -> list[str]:
    """Return which test p is from."""
    by = stratified(spec.strata, spec.strata_label)
    return [f"p by {_TESTS[spec.method]}{by}, two-sided."] if shown & {"p", "statistic"} else []


def _variable(spec: Compared) -> str:
    return spec.where.text if spec.where else "USUBJID"


ODDS_RATIO = Method(
    "{ratio:2} ({lower:2}–{upper:2})", not_alone, _variable, conventions=_ratio_conventions("Odds ratios"), compare=odds
)
RELATIVE_RISK = Method(
    "{ratio:2} ({lower:2}–{upper:2})",
    not_alone,
    _variable,
    conventions=_ratio_conventions("Relative risks"),
    compare=risk,
)
