"""The swimmer plot's model: one lane a subject, with stretches and symbols around an origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from crf2tlf.analysis.data import AnalysisError, Floats, Records
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.results import Lane, Mark, Segment, Swimmer
from crf2tlf.analysis.scope import joined_id
from crf2tlf.analysis.statistic import Source
from crf2tlf.rules.grouping import ranks, sorted_positions
from crf2tlf.spec.figure import SegmentSpec, SwimmerMarkSpec, SwimmerSpec
from crf2tlf.spec.model import Rule
from crf2tlf.statistics import significant

Items = dict[int, list[tuple[str, tuple[float, ...]]]]


def swimmer(drawing: Drawing, spec: SwimmerSpec) -> Swimmer:
    """Return the lanes in order; the ends of stretches and the places of symbols are results."""
    lanes = _ordered(drawing, spec)
    labels = [text or "" for text in drawing.scope.data.texts(lanes, spec.subject)]
    names = dict(zip(map(int, drawing.scope.subject_codes(lanes)), labels, strict=True))
    stretches: Items = defaultdict(list)
    marks: Items = defaultdict(list)
    for segment in spec.segments:
        _take(drawing, segment, {"start": segment.start, "end": segment.end}, names, stretches)
    for mark in spec.marks:
        _take(drawing, mark, {"at": mark.at}, names, marks)
    return Swimmer(
        x_label=drawing.text(spec.x_label),
        origin_label=drawing.text(spec.origin_label),
        lanes=tuple(_lanes(drawing, spec, lanes, names, stretches, marks)),
        segments=tuple(dict.fromkeys(drawing.text(segment.category) for segment in spec.segments)),
        groups=tuple(drawing.text(label) for label in spec.groups.values()),
        marks=tuple(dict.fromkeys(drawing.text(mark.category) for mark in spec.marks)),
    )


def _ordered(drawing: Drawing, spec: SwimmerSpec) -> Records:
    """Return the population's records, those with the largest numbers of the order rules first."""
    data, everyone = drawing.scope.data, drawing.scope.everyone(spec.place)
    columns = [data.column(everyone.dataset, rule).iloc[everyone.positions] for rule in spec.order]
    order = [ranks(column, descending=column.dtype == np.float64) for column in columns]
    at = sorted_positions(np.zeros(len(everyone.positions), dtype=np.int64), order)
    return Records(everyone.dataset, everyone.positions[at])


def _take(
    drawing: Drawing, spec: SegmentSpec | SwimmerMarkSpec, rules: dict[str, Rule], names: dict[int, str], items: Items
) -> None:
    """Put the numbers of the selected records into the lanes of their subjects, and add them as results."""
    scope, category = drawing.scope, drawing.text(spec.category)
    records = scope.select(spec)
    numbers: list[Floats] = [scope.data.numbers(records, rule) for rule in rules.values()]
    complete = np.flatnonzero(~np.isnan(np.stack(numbers)).any(axis=0))
    seen: dict[int, int] = defaultdict(int)
    everyone: Source = scope.everyone(spec.place)
    codes = scope.subject_codes(records)
    for at in map(int, complete):
        code = int(codes[at])
        seen[code] += 1
        again = str(seen[code]) if seen[code] > 1 else ""
        part = joined_id("lane", names[code], category, again)
        values = tuple(significant(float(column[at])) for column in numbers)
        for statistic, value in zip(rules, values, strict=True):
            drawing.add(part, statistic, value, (drawing.one(records, at), everyone), spec)
        items[code].append((category, values))


def _lanes(
    drawing: Drawing, spec: SwimmerSpec, lanes: Records, names: dict[int, str], stretches: Items, marks: Items
) -> Iterator[Lane]:
    data = drawing.scope.data
    labels = {value: drawing.text(label) for value, label in spec.groups.items()}
    groups = data.texts(lanes, spec.group) if spec.group is not None else [None] * len(names)
    if spec.group is not None and (unknown := sorted({text or "missing" for text in groups if text not in labels})):
        message = f"{spec.group.text} is {', '.join(unknown)}: add to `groups`"
        raise AnalysisError("ANALYSIS", spec.group.place, message)
    ongoing = np.zeros(len(names), dtype=bool)
    if spec.ongoing is not None:
        ongoing = data.where(lanes.dataset, spec.ongoing)[lanes.positions]
    for at, (code, subject) in enumerate(names.items()):
        yield Lane(
            subject=subject,
            group=labels.get(groups[at] or "", ""),
            segments=tuple(Segment(category=name, start=ends[0], end=ends[1]) for name, ends in stretches[code]),
            marks=tuple(Mark(category=name, x=places[0]) for name, places in marks[code]),
            ongoing=bool(ongoing[at]),
        )
