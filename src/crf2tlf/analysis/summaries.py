"""Descriptive statistics, paired comparisons, and values and dates as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Floats, Records, kind_of
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Method, Part, Statistic, Statistics
from crf2tlf.analysis.templates import Value
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import Dates, PairedT, Summary, Values
from crf2tlf.statistics import QUANTILE_CONVENTIONS, geometric, mean_limits, paired_t, quantile
from crf2tlf.statistics import summary as summarised


def summary(spec: Summary, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Describe the numbers present; the denominator is all records selected."""
    records = scope.select(spec)
    numbers = scope.data.numbers(records, spec.of)
    present = ~np.isnan(numbers)
    used, absent = (Records(records.dataset, records.positions[which]) for which in (present, ~present))
    described = summarised(numbers, spec.quantiles)
    names = ("n", "mean", "sd", "median", "q1", "q3", "min", "max")
    found = {name: Statistic(getattr(described, name), used, records) for name in names}
    further = {name: Statistic(value, used, records, on_request=True) for name, value in _further(spec, numbers)}
    return [{**found, "missing": Statistic(described.missing, absent, records), **further}]


def _further(spec: Summary, numbers: Floats) -> Iterator[tuple[str, float]]:
    """Yield what is worked out beside the usual statistics, for cells that show it."""
    described, mean, log = summarised(numbers), mean_limits(numbers, spec.level), geometric(numbers, spec.level)
    yield "sum", float(np.nansum(numbers)) if described.n else np.nan
    yield "se", described.sd / np.sqrt(described.n) if described.n > 1 else np.nan
    yield "cv", 100 * described.sd / described.mean if described.n > 1 and described.mean else np.nan
    yield from (("lower", mean.lower), ("upper", mean.upper))
    yield from ((f"geo_{name}", getattr(log, name)) for name in ("mean", "sd", "cv", "lower", "upper"))
    yield from ((_percentile(p), quantile(numbers, p / 100, spec.quantiles)) for p in spec.percentiles)


def _percentile(p: float) -> str:
    return f"p{p:g}".replace(".", "_")


def _conventions(spec: Summary, shown: set[str]) -> list[str]:
    """Return the conventions of the quantiles, limits and coefficients that are shown."""
    percentiles = shown & {_percentile(p) for p in spec.percentiles}
    said = []
    if percentiles or shown & {"q1", "q3"}:
        what = "Quartiles" if not percentiles else "Quantiles"
        said.append(f"{what}: {QUANTILE_CONVENTIONS[spec.quantiles]}.")
    if shown & {"lower", "upper", "geo_lower", "geo_upper"}:
        scale = " of the logarithms" if shown & {"geo_lower", "geo_upper"} else ""
        said.append(f"Confidence intervals of means: Student's t{scale}.")
    if "geo_cv" in shown:
        said.append("Geometric coefficient of variation: √(exp(s²) − 1), s the standard deviation of the logarithms.")
    return said


def paired(spec: PairedT, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Test the differences first − second within subjects."""
    records = scope.select(spec)
    first, second = (_by_subject(spec, scope, records, rule) for rule in (spec.first, spec.second))
    subjects = first.index.union(second.index)
    test = paired_t(first.reindex(subjects), second.reindex(subjects), spec.level)
    both = scope.data.where(records.dataset, spec.first) | scope.data.where(records.dataset, spec.second)
    used = Records(records.dataset, records.positions[both[records.positions]])
    names = {"n": "n", "missing": "missing", "mean": "mean_difference", "sd": "sd", "lower": "lower", "upper": "upper"}
    names |= {"t": "t", "df": "df", "p": "p"}
    return [{name: Statistic(getattr(test, attribute), used, used) for name, attribute in names.items()}]


def _by_subject(spec: PairedT, scope: Scope, records: Records, condition: Rule) -> pd.Series:
    chosen = scope.data.where(records.dataset, condition)[records.positions]
    picked = Records(records.dataset, records.positions[chosen])
    subjects = scope.subject_codes(picked)
    if len(np.unique(subjects)) < len(subjects):
        message = f"{condition.text!r} selects several records of a subject; a pair has one"
        raise AnalysisError("ANALYSIS", condition.place, message)
    return pd.Series(scope.data.numbers(picked, spec.of), index=subjects)


def _paired_conventions(_spec: PairedT, shown: set[str]) -> list[str]:
    return ["p is two-sided, from a paired t-test."] if "p" in shown else []


def values(spec: Values, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Give the values present in order, as statistics named 1, 2, …, each with its own record."""
    records = scope.select(spec)
    column = scope.data.column(records.dataset, spec.of).iloc[records.positions].reset_index(drop=True)
    ordered = column.dropna().sort_values(ascending=spec.order == "ascending", kind="stable")
    found: Statistics = {}
    for number, (at, value) in enumerate(zip(ordered.index.to_numpy(), ordered, strict=True), start=1):
        one = Records(records.dataset, records.positions[at : at + 1])
        found[str(number)] = Statistic(_plain(value), one, records)
    return [found]


def _plain(value: object) -> Value:
    if isinstance(value, (bool, np.bool_)):
        return "Y" if value else "N"
    if isinstance(value, pd.Timestamp):
        return value
    return float(value) if isinstance(value, (float, np.floating)) else str(value)


def dates(spec: Dates, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Give the first and the last date, each with the records of that day."""
    records = scope.select(spec)
    column = scope.data.column(records.dataset, spec.of).iloc[records.positions].reset_index(drop=True)
    if kind_of(column) != "a date":
        raise AnalysisError("RULE_TYPE", spec.of.place, f"{spec.of.text!r} is no date but {kind_of(column)}")
    first, last = (None, None) if column.isna().all() else (column.min(), column.max())

    def on(day: pd.Timestamp | None) -> Records:
        chosen = (column == day).to_numpy(dtype=bool) if day is not None else np.zeros(len(column), dtype=bool)
        return Records(records.dataset, records.positions[chosen])

    present = Records(records.dataset, records.positions[column.notna().to_numpy()])
    return [
        {
            "n": Statistic(len(present.positions), present, records),
            "first": Statistic(first, on(first), records),
            "last": Statistic(last, on(last), records),
        }
    ]


def _of(spec: Summary | PairedT | Values | Dates) -> str:
    return spec.of.text


SUMMARY = Method("{median} ({min}–{max})", summary, _of, conventions=_conventions)
PAIRED_T = Method("{p:p4}", paired, _of, conventions=_paired_conventions)
VALUES = Method("{value}", values, _of, separator=lambda spec: str(spec.separator))
DATES = Method("{first} to {last}", dates, _of)
