"""Comparisons of times to event: log-rank tests and hazard ratios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isnan, nan
from typing import TypeVar

import numpy as np
import scipy

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError, Data, Floats, Mask, Records, kind_of
from crf2tlf.analysis.groups import Groups, called, joined, statistics, strata, stratified, told
from crf2tlf.analysis.scope import Among
from crf2tlf.analysis.statistic import Method, Share, Statistic, Statistics, not_alone
from crf2tlf.analysis.survival import times
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.comparison import HazardRatio, LogRankTest, Survival
from crf2tlf.spec.model import Rule
from crf2tlf.statistics import cox
from crf2tlf.statistics import log_rank as tested

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Times:
    """Times to event of several columns together; ``group`` is a column's number in their order."""

    data: Data
    records: Records
    time: Floats
    event: Mask
    group: Integers
    strata: Integers | None

    @property
    def events(self) -> Records:
        """The records with an event."""
        return Records(self.records.dataset, np.sort(self.records.positions[self.event]))

    @property
    def everyone(self) -> Records:
        """All records, in the dataset's order."""
        return joined([self.records])


def observed(spec: Survival, leaves: tuple[Leaf, ...]) -> Times:
    """Return the times of some columns. Raises :class:`AnalysisError` where a time or stratum lacks or is doubtful."""
    assert spec.time is not None
    assert spec.censored is not None
    found = [times(spec, spec.time, spec.censored, leaf.scope) for leaf in leaves]
    records = Records(found[0][0].dataset, np.concatenate([each[0].positions for each in found]))
    if len(np.unique(records.positions)) < len(records.positions):
        message = f"a subject is in two of the columns {', '.join(leaf.id for leaf in leaves)}; compare distinct groups"
        raise AnalysisError("ANALYSIS", spec.place, message)
    data = leaves[0].scope.data
    return Times(
        data=data,
        records=records,
        time=np.concatenate([each[1] for each in found]),
        event=np.concatenate([each[2] for each in found]),
        group=np.repeat(np.arange(len(found)), [len(each[1]) for each in found]),
        strata=strata(data, records, spec.strata) if spec.strata else None,
    )


def log_rank(spec: LogRankTest, groups: Groups, _shares: tuple[Share, ...] | None) -> Statistics:
    """Test columns: n, events, chi_square, df and p; behind them the events, out of all records."""
    if len(groups.compared) < 2:
        return {}
    seen = observed(spec, groups.compared)
    test = _checked(
        spec, lambda: tested(seen.time, seen.event, seen.group, seen.strata, spec.weights, spec.rho, spec.gamma)
    )
    values = {"n": len(seen.time), "events": int(seen.event.sum()), "chi_square": test.chi_square, "df": test.df}
    found = statistics({**values, "p": test.p}, seen.events, seen.everyone)
    found["n"] = Statistic(len(seen.time), seen.everyone, seen.everyone)
    return found if not isnan(test.p) else {**found, "problem": Statistic(_why(seen, groups.compared))}


def hazard_ratio(spec: HazardRatio, groups: Groups, _shares: tuple[Share, ...] | None) -> Statistics:
    """Estimate the hazard of a column relative to its reference; behind it the events, out of all records."""
    pair = groups.pair("hazard_ratio", spec.place)
    return compared_hazards(spec, pair) if pair else {}


def compared_hazards(spec: HazardRatio, pair: tuple[Leaf, Leaf]) -> Statistics:
    """Estimate the hazard of one column relative to another."""
    seen = observed(spec, pair)
    columns = [(seen.group == 0).astype(np.float64), *_covariates(seen, spec.covariates)]
    fit = _checked(spec, lambda: cox(seen.time, seen.event, np.column_stack(columns), seen.strata, spec.ties))
    ratio = fit.hazard_ratio(0, spec.level)
    values = {
        "n": fit.n,
        "events": fit.events,
        "hr": ratio.value,
        "lower": ratio.lower,
        "upper": ratio.upper,
        "se": fit.standard_error(0),
        "p": fit.p(0),
        "p_score": fit.score[1],
        "p_likelihood": fit.likelihood_ratio[1],
    }
    found = statistics(dict(values), seen.events, seen.everyone)
    found["n"] = Statistic(fit.n, seen.everyone, seen.everyone)
    return found if not fit.problem else {**found, "problem": Statistic(_why(seen, pair, fit.problem))}


def interaction(spec: HazardRatio, pair: tuple[Leaf, Leaf], rule: Rule, values: Sequence[Sequence[str]]) -> Statistics:
    """Test whether the hazard ratio differs between categories of the population: p of the likelihood ratio test.

    The models are column + category and column × category, both with the covariates and strata of the spec; subjects
    outside of the categories are left out.
    """
    scope = pair[0].scope
    inside = tuple(replace(leaf, scope=leaf.scope.within(Among(rule, tuple(chain(*values))), None)) for leaf in pair)
    seen = observed(spec, inside)
    base = scope.base(rule.place)
    subject = np.full(len(scope.data.subjects), -1, dtype=np.int64)
    if len(set(chain(*values))) < sum(len(together) for together in values):
        message = (
            "an interaction is of categories that share no value; give those that overlap in a subgroup of their own"
        )
        raise AnalysisError("ANALYSIS", rule.place, message)
    for number, together in enumerate(values):
        chosen = scope.data.among(base, rule, tuple(together))
        subject[scope.data.codes(base, rule.place)[chosen]] = number
    category = subject[scope.data.codes(seen.records.dataset, rule.place)[seen.records.positions]]
    first = (seen.group == 0).astype(np.float64)
    dummies = [(category == number).astype(np.float64) for number in np.unique(category)[1:]]
    additive = [first, *dummies, *_covariates(seen, spec.covariates)]
    fits = [
        cox(seen.time, seen.event, np.column_stack(columns), seen.strata, spec.ties)
        for columns in (additive, [*additive, *(first * dummy for dummy in dummies)])
    ]
    p = nan
    if dummies and not any(fit.problem for fit in fits):
        gain = max(2 * (fits[1].log_likelihood[1] - fits[0].log_likelihood[1]), 0.0)
        p = float(scipy.stats.chi2.sf(gain, len(dummies)))
    return statistics({"p_interaction": p}, seen.events, seen.everyone)


def _covariates(seen: Times, rules: tuple[Rule, ...]) -> list[Floats]:
    """Return the columns of covariates: a number as it is, a text as indicators of its values but the first."""
    columns: list[Floats] = []
    for rule in rules:
        if kind_of(seen.data.column(seen.records.dataset, rule)) == "a number":
            numbers = seen.data.numbers(seen.records, rule)
            _check_present(rule, seen.records, int(np.isnan(numbers).sum()))
            columns.append(numbers)
            continue
        codes, texts = seen.data.categories(seen.records.dataset, rule)
        codes = codes[seen.records.positions]
        _check_present(rule, seen.records, int((codes == len(texts) - 1).sum()))
        columns += [(codes == code).astype(np.float64) for code in np.unique(codes)[1:]]
    return columns


def _check_present(rule: Rule, records: Records, absent: int) -> None:
    if absent:
        message = f"{rule.text} is missing in {absent} records of {records.dataset}; select the others with `where`"
        raise AnalysisError("ANALYSIS", rule.place, message)


def _checked(spec: Survival, make: Callable[[], Found]) -> Found:
    try:
        return make()
    except ValueError as error:
        raise AnalysisError("ANALYSIS", spec.place, str(error)) from None


def _why(seen: Times, leaves: tuple[Leaf, ...], otherwise: str = "nothing to compare") -> str:
    """Return why there is no number, in words of the columns."""
    for number, leaf in enumerate(leaves):
        inside = seen.group == number
        if not inside.any():
            return f"no subjects in {called(leaf)}"
    for number, leaf in enumerate(leaves):
        if not seen.event[seen.group == number].any():
            return f"no events in {called(leaf)}"
    return otherwise


_WEIGHTS = {
    "log-rank": "log-rank test",
    "wilcoxon": "Gehan–Breslow (Wilcoxon) test",
    "tarone-ware": "Tarone–Ware test",
    "fleming-harrington": "Fleming–Harrington test",
}


def _log_rank_conventions(spec: LogRankTest, shown: set[str]) -> list[str]:
    if not shown & {"p", "chi_square"}:
        return []
    name = _WEIGHTS[spec.weights]
    if spec.weights == "fleming-harrington":
        name += f" with ρ = {spec.rho:g} and γ = {spec.gamma:g}"
    by = stratified(spec.strata, spec.strata_label)
    return [f"{name[0].upper()}{name[1:]}{by}; p is two-sided."]


def hazard_conventions(spec: HazardRatio, shown: set[str]) -> list[str]:
    """Return by which model hazard ratios, limits and p are made."""
    by = stratified(spec.strata, spec.strata_label)
    texts = [f"Hazard ratios by Cox's model, ties by {spec.ties.capitalize()}'s method{by}"]
    if spec.covariates:
        texts.append(f"adjusted for {told(spec.covariates, spec.covariates_label)}")
    if shown & {"lower", "upper"}:
        texts.append(f"with {spec.level * 100:g}% Wald confidence limits")
    names = {"p": "Wald's", "p_score": "the score", "p_likelihood": "the likelihood ratio"}
    tests = [f"p by {name} test, two-sided" for key, name in names.items() if key in shown]
    return ["; ".join([", ".join(texts), *tests]) + "."]


def _variable(spec: Survival) -> str:
    return spec.time.text if spec.time is not None else ""


LOG_RANK = Method("{p:pvalue}", not_alone, _variable, conventions=_log_rank_conventions, compare=log_rank)
HAZARD_RATIO = Method(
    "{hr:2} ({lower:2}–{upper:2})", not_alone, _variable, conventions=hazard_conventions, compare=hazard_ratio
)
