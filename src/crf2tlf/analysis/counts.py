"""Counts of subjects or records, by categories, and proportions with confidence limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Records, as_texts
from crf2tlf.analysis.scope import Scope, joined_id
from crf2tlf.analysis.statistic import ONE, Method, Part, Statistic, Statistics
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.statistic import Count, Proportion
from crf2tlf.statistics import exact_proportion, wilson_proportion

Key = tuple[str | None, ...]


def count_parts(spec: Count, whole: Scope) -> Sequence[Part]:
    """Return a row for each category: those listed, or those found; and one for records without a category."""
    if not spec.by:
        return ONE
    if spec.values:
        parts = [Part(joined_id(value), label, 0, (value,)) for value, label in spec.values.items()]
        _check_others(spec, whole)
    else:
        parts = list(_found(spec, whole))
    if spec.missing is not None:
        parts.append(Part("missing", spec.missing, 0, (None,)))
    return parts


def _found(spec: Count, whole: Scope) -> Iterator[Part]:
    """Yield the categories in the data, each followed by those that the second rule parts it into."""
    records = whole.select(spec)
    values = [whole.data.column(records.dataset, rule).iloc[records.positions] for rule in spec.by]
    yield from _level(spec, whole, records, values, (), np.arange(len(records.positions)))


def _level(
    spec: Count, whole: Scope, records: Records, values: list[pd.Series], above: Key, at: Integers
) -> Iterator[Part]:
    level = len(above)
    here = values[level].iloc[at]
    numbers, distinct = pd.factorize(here, sort=True)
    texts = as_texts(pd.Series(distinct, dtype=here.dtype))
    sizes = [_size(spec, whole, records, at[numbers == number]) for number in range(len(texts))]
    order = sorted(range(len(texts)), key=lambda n: -sizes[n]) if spec.order == "frequency" else range(len(texts))
    for number in order:
        key = (*above, texts[number])
        yield Part(joined_id(*key), texts[number] or "", level, key)
        if level + 1 < len(values):
            yield from _level(spec, whole, records, values, key, at[numbers == number])


def _size(spec: Count, whole: Scope, records: Records, at: Integers) -> int:
    chosen = Records(records.dataset, records.positions[at])
    return whole.subject_count(chosen) if spec.of == "subjects" else len(at)


def _check_others(spec: Count, whole: Scope) -> None:
    """Report records that no row counts, unless the spec says that they are left out on purpose."""
    if spec.others == "ignore":
        return
    records = whole.select(spec)
    texts = whole.data.texts(records, spec.by[0])
    outside = [text for text in texts if text not in spec.values and not (text is None and spec.missing is not None)]
    if outside:
        shown = ", ".join(sorted({"missing" if text is None else repr(text) for text in outside})[:5])
        message = (
            f"{spec.by[0].text} is {shown} in {len(outside)} records of {records.dataset}, which no row counts: "
            "add to `values`, give `missing`, or say `others: ignore`"
        )
        raise AnalysisError("ANALYSIS", spec.by[0].place, message)


def counts(spec: Count, scope: Scope, parts: Sequence[Part]) -> list[Statistics]:
    """Count each part's subjects (or records): n, N and pct, 100 × n / N as an exact fraction."""
    records = scope.select(spec)
    population = scope.everyone(spec.place, spec.denominator)
    if spec.denominator is not None and spec.of == "subjects":
        records = _of_counted(scope, records, population)
    if not spec.by:
        return [_counted(spec, scope, records, population)]
    members = _members(spec, scope, records)
    nobody = np.empty(0, dtype=np.int64)
    chosen = [Records(records.dataset, members.get(part.values, nobody)) for part in parts]
    return [_counted(spec, scope, part, population) for part in chosen]


def _of_counted(scope: Scope, records: Records, population: Records) -> Records:
    """Leave out records of subjects that the denominator does not have, so that no percentage exceeds 100."""
    known = np.isin(scope.subject_codes(records), scope.subject_codes(population))
    return Records(records.dataset, records.positions[known])


def _members(spec: Count, scope: Scope, records: Records) -> dict[Key, Integers]:
    """Return the records of each category at each level, from one sort of the records' category numbers."""
    found: dict[Key, Integers] = {}
    numbers = np.zeros(len(records.positions), dtype=np.int64)
    keys: list[Key] = [()]
    for rule in spec.by:
        values = scope.data.column(records.dataset, rule).iloc[records.positions]
        number, distinct = pd.factorize(values, use_na_sentinel=False)
        texts = as_texts(pd.Series(distinct, dtype=values.dtype))
        numbers, combined = pd.factorize(numbers * max(len(texts), 1) + number)
        keys = [(*keys[int(c) // max(len(texts), 1)], texts[int(c) % max(len(texts), 1)]) for c in combined]
        order = np.argsort(numbers, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(numbers, minlength=len(keys)))[:-1]) if keys else []
        found.update({key: records.positions[at] for key, at in zip(keys, parts, strict=True)})
    return found


def _counted(spec: Count, scope: Scope, records: Records, population: Records) -> Statistics:
    n = scope.subject_count(records) if spec.of == "subjects" else len(records.positions)
    return _share(n, records, population)


def _share(n: int, records: Records, population: Records) -> Statistics:
    size = len(population.positions)
    return {
        "n": Statistic(n, records, population),
        "N": Statistic(size, population, population),
        "pct": Statistic(Fraction(100 * n, size) if size else None, records, population),
    }


def proportion(spec: Proportion, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Estimate the proportion of subjects with a record: n, N, pct, and the limits lower and upper in percent."""
    population = scope.everyone(spec.place, spec.denominator)
    records = _of_counted(scope, scope.select(spec), population)
    n, size = scope.subject_count(records), len(population.positions)
    estimate = (exact_proportion if spec.limits == "exact" else wilson_proportion)(n, size, spec.level)
    limits = {"lower": estimate.lower, "upper": estimate.upper}
    limited = {name: Statistic(100 * value, records, population) for name, value in limits.items()}
    return [{**_share(n, records, population), **limited}]


def _proportion_conventions(spec: Proportion, shown: set[str]) -> list[str]:
    names = {"exact": "exact limits by Clopper and Pearson", "wilson": "Wilson's score limits"}
    return [f"Confidence intervals of proportions: {names[spec.limits]}."] if shown & {"lower", "upper"} else []


def _variable(spec: Count | Proportion) -> str:
    if isinstance(spec, Count) and spec.by:
        return ", ".join(rule.text for rule in spec.by)
    return spec.where.text if spec.where else "USUBJID"


COUNT = Method("{n} ({pct:0})", counts, _variable, count_parts)
PROPORTION = Method("{n} ({pct:1}; {lower:1}–{upper:1})", proportion, _variable, conventions=_proportion_conventions)
