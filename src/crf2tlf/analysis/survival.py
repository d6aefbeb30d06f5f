"""Kaplan–Meier estimates of a table's cells and of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crf2tlf.analysis.data import AnalysisError, Floats, Mask, Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Method, Part, Statistic, Statistics
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import KaplanMeierEstimate, Selection
from crf2tlf.statistics import KaplanMeier, kaplan_meier


@dataclass(frozen=True, eq=False)
class Observed:
    """Times to event or censoring, one a subject, with their records and the curve."""

    records: Records
    time: Floats
    event: np.ndarray[tuple[int], np.dtype[np.bool_]]
    curve: KaplanMeier

    def chosen(self, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Records:
        """Return some of the records."""
        return Records(self.records.dataset, self.records.positions[which])


def times(spec: Selection, time: Rule, censored: Rule, scope: Scope) -> tuple[Records, Floats, Mask]:
    """Return the records of a scope, their times and which are events.

    Raises :class:`AnalysisError` for several records of a subject and for missing times.
    """
    records = scope.select(spec)
    if scope.subject_count(records) < len(records.positions):
        message = f"selects several records of a subject in {records.dataset}; a survival curve takes one"
        raise AnalysisError("ANALYSIS", spec.place, message)
    found = [scope.data.numbers(records, rule) for rule in (time, censored)]
    for rule, numbers in zip((time, censored), found, strict=True):
        if np.isnan(numbers).any():
            message = f"{rule.text} is missing in {int(np.isnan(numbers).sum())} records of {records.dataset}"
            raise AnalysisError("ANALYSIS", rule.place, f"{message}; select the others with `where`")
    return records, found[0], found[1] == 0


def observe(spec: KaplanMeierEstimate, scope: Scope) -> Observed:
    """Return the times of a scope with their curve. Raises :class:`AnalysisError` for times that are none."""
    records, time, event = times(spec, spec.time, spec.censored, scope)
    try:
        curve = kaplan_meier(time, event, spec.level, spec.limits)
    except ValueError as error:
        raise AnalysisError("ANALYSIS", spec.time.place, str(error)) from None
    return Observed(records, time, event, curve)


def estimate(spec: KaplanMeierEstimate, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Give the curve's statistics; probabilities in percent."""
    seen = observe(spec, scope)
    everyone = seen.records
    median = seen.curve.median(spec.open_plateau)
    ends = (float(seen.time.min()), float(seen.time.max())) if len(seen.time) else (None, None)
    found = {
        "n": Statistic(len(seen.time), everyone, everyone),
        "events": Statistic(seen.curve.events, seen.chosen(seen.event), everyone),
        "censored": Statistic(len(seen.time) - seen.curve.events, seen.chosen(~seen.event), everyone),
        "median": Statistic(median.value, everyone, everyone),
        "lower": Statistic(median.lower, everyone, everyone),
        "upper": Statistic(median.upper, everyone, everyone),
        "min": Statistic(ends[0], everyone, everyone),
        "max": Statistic(ends[1], everyone, everyone),
    }
    for time in spec.at:
        found.update(_at(seen, time))
    return [found]


def _at(seen: Observed, time: float) -> Statistics:
    name = f"{time:g}".replace(".", "_")
    there = seen.curve.survival_at(time)
    still = seen.chosen(at_risk(seen, time))
    return {
        f"survival_{name}": Statistic(100 * there.value, seen.records, seen.records),
        f"survival_{name}_lower": Statistic(100 * there.lower, seen.records, seen.records),
        f"survival_{name}_upper": Statistic(100 * there.upper, seen.records, seen.records),
        f"at_risk_{name}": Statistic(int(seen.curve.n_at_risk([time])[0]), still, seen.records),
    }


def at_risk(seen: Observed, time: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which records are still at risk just before a time, the same as the curve's numbers at risk."""
    count = int(seen.curve.n_at_risk([time])[0])
    still = np.zeros(len(seen.time), dtype=bool)
    still[np.argsort(seen.time, kind="stable")[len(seen.time) - count :]] = True
    return still


def conventions(spec: KaplanMeierEstimate, shown: set[str]) -> list[str]:
    """Return how limits and a median that the curve does not cross are made."""
    limits = {"lower", "upper"} & {name.rsplit("_", 1)[-1] for name in shown}
    if not limits:
        return []
    return [
        f"Kaplan–Meier estimates; {spec.level * 100:g}% confidence limits by the {spec.limits} transformation; "
        "the median of a curve that stays at 0.5 for a while is the middle of that time."
    ]


KAPLAN_MEIER = Method(
    "{median:1} ({lower:1}–{upper:1})", estimate, lambda spec: str(spec.time.text), conventions=conventions
)
