"""Descriptive statistics, paired comparisons, and values and dates as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Records, kind_of
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Method, Part, Statistic, Statistics
from crf2tlf.analysis.templates import Value
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import Dates, PairedT, Summary, Values
from crf2tlf.statistics import QUANTILE_CONVENTIONS, paired_t
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
    return [{**found, "missing": Statistic(described.missing, absent, records)}]


def _quartiles(spec: Summary, shown: set[str]) -> list[str]:
    if not shown & {"q1", "q3"}:
        return []
    return [f"Quartiles: {QUANTILE_CONVENTIONS[spec.quantiles]}."]


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


SUMMARY = Method("{median} ({min}–{max})", summary, _of, conventions=_quartiles)
PAIRED_T = Method("{p:p4}", paired, _of, conventions=_paired_conventions)
VALUES = Method("{value}", values, _of, separator=lambda spec: str(spec.separator))
DATES = Method("{first} to {last}", dates, _of)
