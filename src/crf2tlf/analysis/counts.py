"""Counts of subjects or records, by categories, and proportions with confidence limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from crf2tlf.analysis.categories import Members, arranged, count_parts, members
from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Method, Part, Statistic, Statistics
from crf2tlf.findings import nearest
from crf2tlf.spec.statistic import Count, Proportion
from crf2tlf.statistics import exact_proportion, wilson_proportion


def counts(spec: Count, scope: Scope, parts: Sequence[Part]) -> list[Statistics]:
    """Count each part's subjects (or records): n, N and pct, 100 × n / N as an exact fraction."""
    population = scope.everyone(spec.place, spec.denominator)
    found = _members(spec, scope, population)
    within = _members(spec, scope.group, population) if spec.percent_of in ("row", "table") else found
    return [_counted(spec, scope, found.of(part.pooled), _base(spec, part, within, population)) for part in parts]


def _members(spec: Count, scope: Scope, population: Records) -> Members:
    """Return the records that count, by category."""
    records = (scope.group if spec.worst is not None else scope).select(spec)
    if spec.denominator is not None and spec.of == "subjects":
        records = _of_counted(scope, records, population)
    found = members(spec, scope, records)
    return found.map(scope.narrowed) if spec.worst is not None else found


def _base(spec: Count, part: Part, within: Members, population: Records) -> Records:
    """Return the records that are 100 % of a row."""
    if spec.percent_of == "subjects":
        return population
    if spec.percent_of == "row":
        return within.of(part.pooled)
    above = part.values[:-1] if spec.percent_of == "above" else ()
    return within.of((above,))


def _of_counted(scope: Scope, records: Records, population: Records) -> Records:
    """Leave out records of subjects that the denominator does not have, so that no percentage exceeds 100."""
    known = np.isin(scope.subject_codes(records), scope.subject_codes(population))
    return Records(records.dataset, records.positions[known])


def _counted(spec: Count, scope: Scope, records: Records, base: Records) -> Statistics:
    subjects, events = scope.subject_count(records), len(records.positions)
    n = subjects if spec.of == "subjects" else events
    by_records = spec.of == "records" and spec.percent_of != "subjects"
    size = len(base.positions) if by_records else scope.subject_count(base)
    return {
        **_share(n, size, records, base),
        "events": Statistic(events, records, base, on_request=True),
        "subjects": Statistic(subjects, records, base, on_request=True),
    }


def _share(n: int, size: int, records: Records, population: Records) -> Statistics:
    return {
        "n": Statistic(n, records, population),
        "N": Statistic(size, population, population),
        "pct": Statistic(Fraction(100 * n, size) if size else None, records, population),
    }


def _arranged(
    spec: Count, whole: Scope, parts: Sequence[Part], found: Mapping[str, Sequence[Statistics]]
) -> Sequence[int]:
    """Return the rows that are shown: by frequency in a column or in all, and none too rare in every column."""
    if spec.order_column is not None and spec.order_column not in found:
        message = f"there is no column {spec.order_column}{nearest(spec.order_column, found)}"
        raise AnalysisError("SPEC_REFERENCE", spec.place, message)
    sizes = None
    if "frequency" in spec.orders and not spec.values:
        by = found[spec.order_column] if spec.order_column is not None else counts(spec, whole, parts)
        sizes = [_number(one, "n") for one in by]
    highest = [max((_number(column[at], "pct") for column in found.values()), default=0.0) for at in range(len(parts))]
    return arranged(spec, parts, sizes, highest)


def _number(found: Statistics, name: str) -> float:
    """Return a statistic as a number, 0 where it does not exist."""
    value = found[name].value if name in found else None
    return float(value) if isinstance(value, (int, float, Fraction)) else 0.0


def proportion(spec: Proportion, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Estimate the proportion of subjects with a record: n, N, pct, and the limits lower and upper in percent."""
    population = scope.everyone(spec.place, spec.denominator)
    records = _of_counted(scope, scope.select(spec), population)
    n, size = scope.subject_count(records), len(population.positions)
    estimate = (exact_proportion if spec.limits == "exact" else wilson_proportion)(n, size, spec.level)
    limits = {"lower": estimate.lower, "upper": estimate.upper}
    limited = {name: Statistic(100 * value, records, population) for name, value in limits.items()}
    return [{**_share(n, size, records, population), **limited}]


def _proportion_conventions(spec: Proportion, shown: set[str]) -> list[str]:
    names = {"exact": "exact limits by Clopper and Pearson", "wilson": "Wilson's score limits"}
    return [f"Confidence intervals of proportions: {names[spec.limits]}."] if shown & {"lower", "upper"} else []


def _variable(spec: Count | Proportion) -> str:
    if isinstance(spec, Count) and spec.by:
        return ", ".join(rule.text for rule in spec.by)
    return spec.where.text if spec.where else "USUBJID"


COUNT = Method("{n} ({pct:0})", counts, _variable, count_parts, arrange=_arranged)
PROPORTION = Method("{n} ({pct:1}; {lower:1}–{upper:1})", proportion, _variable, conventions=_proportion_conventions)
