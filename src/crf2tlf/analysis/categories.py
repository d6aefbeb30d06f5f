"""Categories of counts: which rows there are, and which records each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.scope import Scope, joined_id
from crf2tlf.analysis.statistic import ONE, Part
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.category import label_of, values_of
from crf2tlf.spec.statistic import Count

Key: TypeAlias = "tuple[str | None, ...]"
"""A category: its value by each rule down to its level; () is everything."""

NOBODY = np.empty(0, dtype=np.int64)


def count_parts(spec: Count, whole: Scope) -> Sequence[Part]:
    """Return a row for each category: those listed, or those found; and those for any, no and all categories."""
    if not spec.by:
        return ONE
    if spec.values:
        parts = list(_listed(spec))
        asked = [value for name, category in spec.values.items() for value in values_of(name, category)]
        whole.data.absent.see_values(whole.dataset_of(spec), spec.by[0], asked)
        _check_others(spec, whole)
    else:
        found = members(spec, whole, whole.select(spec))
        _check_missing(spec, found)
        parts = list(_found(found))
    if spec.any is not None:
        parts.insert(0, Part("any", spec.any))
    if spec.missing is not None:
        parts.append(Part("missing", spec.missing, 0, (None,), ((None,),)))
    if spec.total is not None:
        parts.append(Part("total", spec.total))
    return parts


def _listed(spec: Count) -> Iterator[Part]:
    for name, category in spec.values.items():
        pooled = tuple((value,) for value in values_of(name, category))
        yield Part(joined_id(name), label_of(category), 0, (name,), pooled)


def _found(found: Members) -> Iterator[Part]:
    """Yield the categories in the data by their values, each followed by those that the next rule parts it into."""
    for key, positions in found.positions.items():
        if key and None not in key and len(positions):
            yield Part(joined_id(*key), key[-1] or "", len(key) - 1, key, (key,))


def _check_others(spec: Count, whole: Scope) -> None:
    """Report records that no row counts, unless the spec says that they are left out on purpose."""
    if spec.others == "ignore":
        return
    records = whole.select(spec)
    texts = whole.data.texts(records, spec.by[0])
    known = {value for name, category in spec.values.items() for value in values_of(name, category)}
    outside = [text for text in texts if text not in known and not (text is None and spec.missing is not None)]
    if outside:
        shown = ", ".join(sorted({"missing" if text is None else repr(text) for text in outside})[:5])
        message = (
            f"{spec.by[0].text} is {shown} in {len(outside)} records of {records.dataset}, which no row counts: "
            "add to `values`, give `missing`, or say `others: ignore`"
        )
        raise AnalysisError("ANALYSIS", spec.by[0].place, message)


def _check_missing(spec: Count, found: Members) -> None:
    """Report records without a value, which no row of the categories found counts, unless they are left out."""
    if spec.others == "ignore":
        return
    for level, rule in enumerate(spec.by):
        keys = (key for key in found.positions if len(key) == level + 1 and key[level] is None)
        absent = sum(len(found.positions[key]) for key in keys if None not in key[:level])
        if absent and (level or spec.missing is None):
            message = (
                f"{rule.text} is missing in {absent} records of {found.dataset}, which no row counts: select "
                "the others with `where`, give `missing` (of the first `by`), or say `others: ignore`"
            )
            raise AnalysisError("ANALYSIS", rule.place, message)


@dataclass(frozen=True, eq=False)
class Members:
    """The records of each category of a count, in the order of the categories' values, each before its parts."""

    dataset: str
    positions: Mapping[Key, Integers]
    together: Mapping[tuple[Key, ...], Integers] = field(default_factory=dict)

    def of(self, keys: Sequence[Key]) -> Records:
        """Return the records of some categories together."""
        if tuple(keys) in self.together:
            return Records(self.dataset, self.together[tuple(keys)])
        found = [self.positions[key] for key in keys if key in self.positions]
        if len(found) == 1:
            return Records(self.dataset, found[0])
        return Records(self.dataset, np.unique(np.concatenate(found)) if found else NOBODY)

    def map(self, change: Callable[[Records], Records]) -> Members:
        """Return the categories with fewer records each."""
        changed = {key: change(Records(self.dataset, at)).positions for key, at in self.positions.items()}
        together = {keys: change(Records(self.dataset, at)).positions for keys, at in self.together.items()}
        return Members(self.dataset, changed, together)


def members(spec: Count, scope: Scope, records: Records) -> Members:
    """Return the records of each category at each level; of a subject's those with the highest value, if asked."""
    numbers = np.zeros(len(records.positions), dtype=np.int64)
    keys: list[tuple[int, ...]] = [()]
    found: dict[tuple[int, ...], Integers] = {(): _chosen(spec, scope, records, numbers)[0]}
    texts: list[list[str | None]] = []
    for rule in spec.by:
        codes, names = scope.data.categories(records.dataset, rule)
        above, width = numbers, len(names)
        numbers, distinct = pd.factorize(above * width + codes[records.positions])
        keys = [(*keys[int(number) // width], int(number) % width) for number in distinct]
        within = above if spec.worst is not None and rule.text == spec.worst.text else numbers
        positions, inside = _chosen(spec, scope, records, within)
        groups = numbers[inside]
        ordered = positions[np.argsort(groups, kind="stable")]
        parts = np.split(ordered, np.cumsum(np.bincount(groups, minlength=len(keys)))[:-1]) if keys else []
        found.update(zip(keys, parts, strict=True))
        texts.append(names)
    named = {tuple(texts[level][code] for level, code in enumerate(key)): found[key] for key in sorted(found)}
    return Members(records.dataset, named, _together(spec, scope, records))


def _together(spec: Count, scope: Scope, records: Records) -> dict[tuple[Key, ...], Integers]:
    """Return the records of rows of several values: of a subject's in the row, whatever their value, the highest."""
    found: dict[tuple[Key, ...], Integers] = {}
    if spec.worst is None or not spec.by or spec.by[0].text == spec.worst.text:
        return found
    for part in _listed(spec):
        if len(part.pooled) > 1:
            values = tuple(key[0] for key in part.pooled)
            inside = scope.data.among(records.dataset, spec.by[0], values)[records.positions]
            row = Records(records.dataset, records.positions[inside])
            found[part.pooled] = _chosen(spec, scope, row, np.zeros(len(row.positions), dtype=np.int64))[0]
    return found


def _chosen(spec: Count, scope: Scope, records: Records, groups: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Return which records count: all, or a subject's with the highest value of `worst` in each group.

    Records without that value count where the subject has no other in the group.
    """
    kept = np.ones(len(records.positions), dtype=bool)
    if spec.worst is not None:
        values = pd.Series(scope.data.numbers(records, spec.worst))
        highest = values.groupby([groups, scope.subject_codes(records)]).transform("max")
        kept = ((values == highest) | highest.isna()).to_numpy(dtype=bool)
    return records.positions[kept], kept


def arranged(spec: Count, parts: Sequence[Part], sizes: Sequence[float] | None, highest: Sequence[float]) -> list[int]:
    """Return the positions of the rows that are shown, in their order.

    With ``sizes`` the largest come first at each level that is in the order of frequency. ``highest`` is each row's
    highest percentage in any column: with ``minimum``, rows of the last level below it are left out, and rows above
    them that would have none left.
    """
    fixed = [at for at, part in enumerate(parts) if part.values in ((), (None,))]  # any, missing, total
    inside: dict[Key, list[int]] = {}
    for at, part in enumerate(parts):
        if at not in fixed:
            inside.setdefault(part.values[:-1], []).append(at)
    last = len(spec.by) - 1

    def below(key: Key) -> Iterator[int]:
        order = inside.get(key, [])
        if order and sizes is not None and spec.orders[len(key)] == "frequency":
            order = sorted(order, key=lambda at: -sizes[at])
        for at in order:
            rows = [at, *below(parts[at].values)]
            if spec.minimum is None or len(rows) > 1 or (parts[at].level == last and highest[at] >= spec.minimum):
                yield from rows

    first = [at for at in fixed if parts[at].id == "any"]
    return [*first, *below(()), *(at for at in fixed if at not in first)]
