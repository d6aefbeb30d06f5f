"""Models of plots over visits: lines of means or medians, and boxes; every number drawn is a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError, Floats, Records
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.results import BoxGroup, VisitBox, VisitBoxes, VisitLine, VisitLines, VisitPoint
from crf2tlf.analysis.scope import joined_id
from crf2tlf.rules.grouping import ranks
from crf2tlf.spec.figure import BoxFigure, LineFigure, OverVisits
from crf2tlf.spec.template import Template
from crf2tlf.statistics import Summary, mean_limits, significant, summary

MOST_VISITS = 60


@dataclass(frozen=True)
class Visit:
    """A value of the horizontal axis: its number among the rule's categories, its name, place and label."""

    number: int
    name: str
    place: float
    label: str


def lines(drawing: Drawing, spec: LineFigure, leaves: Sequence[Leaf]) -> VisitLines:
    """Return a line for each column: the mean or median at each visit with its limits."""
    visits = _visits(drawing, spec)
    return VisitLines(
        x_label=drawing.text(spec.x_label),
        y_label=drawing.text(spec.y_label),
        ticks=tuple((visit.place, visit.label) for visit in visits),
        lines=tuple(_line(drawing, spec, leaf, visits) for leaf in leaves),
        counts=spec.counts,
        reference_lines=spec.reference_lines,
    )


def boxes(drawing: Drawing, spec: BoxFigure, leaves: Sequence[Leaf]) -> VisitBoxes:
    """Return the boxes of each column: one at each visit with values."""
    visits = _visits(drawing, spec)
    return VisitBoxes(
        x_label=drawing.text(spec.x_label),
        y_label=drawing.text(spec.y_label),
        ticks=tuple((visit.place, visit.label) for visit in visits),
        groups=tuple(_boxes(drawing, spec, leaf, visits) for leaf in leaves),
        counts=spec.counts,
        reference_lines=spec.reference_lines,
    )


def _visits(drawing: Drawing, spec: OverVisits) -> list[Visit]:
    """Return the values of the axis in their order: as listed, by their place, or as they sort."""
    scope = drawing.scope
    records = scope.select(spec)
    numbers, texts = scope.data.categories(records.dataset, spec.by)
    here = numbers[records.positions]
    labels: dict[str, Template | str] = dict(spec.values)
    if not labels:
        found_here = list(np.unique(here))
        if spec.order is not None:
            keys = ranks(scope.data.column(records.dataset, spec.order).iloc[records.positions])
            found_here.sort(key=lambda number: keys[here == number].min())
        labels = {text: text for text in (texts[number] for number in found_here) if text is not None}
    if len(labels) > MOST_VISITS:
        message = f"{spec.by.text} has {len(labels)} values; a plot takes up to {MOST_VISITS}, list them in `values`"
        raise AnalysisError("ANALYSIS", spec.by.place, message)
    places = None if spec.at is None else scope.data.numbers(records, spec.at)
    found = []
    for at, (name, label) in enumerate(labels.items()):
        number = texts.index(name) if name in texts else -1
        place = float(at) if places is None else _place(spec, name, places[here == number])
        found.append(Visit(number, name, place, label if isinstance(label, str) else drawing.text(label)))
    return found if places is None else sorted(found, key=lambda visit: visit.place)


def _place(spec: OverVisits, name: str, places: Floats) -> float:
    assert spec.at is not None
    present = places[~np.isnan(places)]
    if not present.size:
        message = f"{spec.at.text} does not say where {name} stands: it has no record with a number"
        raise AnalysisError("ANALYSIS", spec.at.place, message)
    return significant(float(present.min()))


def _at_visits(spec: OverVisits, leaf: Leaf, visits: Sequence[Visit]) -> Iterator[tuple[Visit, Records, Floats]]:
    """Yield the records of a column at each visit with their numbers."""
    data, records = leaf.scope.data, leaf.scope.select(spec)
    numbers, _ = data.categories(records.dataset, spec.by)
    for visit in visits:
        chosen = Records(records.dataset, records.positions[numbers[records.positions] == visit.number])
        if leaf.scope.subject_count(chosen) < len(chosen.positions):
            message = f"selects several records of a subject at {visit.name}; select one with `where`"
            raise AnalysisError("ANALYSIS", spec.place, message)
        yield visit, chosen, data.numbers(chosen, spec.of)


def _added(
    drawing: Drawing, spec: OverVisits, part: str, values: dict[str, float], records: Records, numbers: Floats
) -> None:
    """Add what is drawn at a visit as results: behind them the records with a value, out of all of the visit."""
    used = Records(records.dataset, records.positions[~np.isnan(numbers)])
    for name, value in values.items():
        drawing.add(part, name, value, (used, records), spec, spec.of.text)


def _line(drawing: Drawing, spec: LineFigure, leaf: Leaf, visits: Sequence[Visit]) -> VisitLine:
    points = []
    for visit, records, numbers in _at_visits(spec, leaf, visits):
        described = summary(numbers)
        value = described.mean if spec.statistic == "mean" else described.median
        lower, upper = _limits(spec, described, numbers)
        part = joined_id("visit", visit.name, leaf.id)
        values = {"n": described.n, spec.statistic: value, "lower": lower, "upper": upper}
        _added(drawing, spec, part, values, records, numbers)
        if described.n:
            y, low, high = (None if isnan(v) else significant(v) for v in (value, lower, upper))
            points.append(VisitPoint(x=visit.place, n=described.n, value=y, lower=low, upper=high))
    return VisitLine(label=leaf.label, points=tuple(points))


def _limits(spec: LineFigure, found: Summary, numbers: Floats) -> tuple[float, float]:
    if spec.shown_limits == "quartiles":
        return found.q1, found.q3
    if spec.shown_limits == "none" or found.n < 2:
        return float("nan"), float("nan")
    if spec.shown_limits == "ci":
        limits = mean_limits(numbers, spec.level)
        return limits.lower, limits.upper
    width = found.sd if spec.shown_limits == "sd" else found.sd / sqrt(found.n)
    return found.mean - width, found.mean + width


def _boxes(drawing: Drawing, spec: BoxFigure, leaf: Leaf, visits: Sequence[Visit]) -> BoxGroup:
    made = []
    for visit, records, numbers in _at_visits(spec, leaf, visits):
        found = summary(numbers)
        names = ("n", "mean", "median", "q1", "q3", "min", "max")
        part = joined_id("visit", visit.name, leaf.id)
        _added(drawing, spec, part, {name: getattr(found, name) for name in names}, records, numbers)
        if found.n:
            made.append(_box(visit.place, found, np.sort(numbers[~np.isnan(numbers)])))
    return BoxGroup(label=leaf.label, boxes=tuple(made))


def _box(place: float, found: Summary, values: Floats) -> VisitBox:
    reach = 1.5 * (found.q3 - found.q1)
    inside = values[(values >= found.q1 - reach) & (values <= found.q3 + reach)]
    beyond = values[(values < found.q1 - reach) | (values > found.q3 + reach)]
    numbers = {name: significant(getattr(found, name)) for name in ("mean", "median", "q1", "q3")}
    return VisitBox(
        x=place,
        n=found.n,
        **numbers,
        low=significant(float(min(inside.min(initial=found.q1), found.q1))),
        high=significant(float(max(inside.max(initial=found.q3), found.q3))),
        beyond=tuple(significant(float(value)) for value in beyond),
    )


_LIMITS = {
    "se": "mean ± standard error",
    "sd": "mean ± standard deviation",
    "quartiles": "median and quartiles",
}


def line_conventions(spec: LineFigure) -> list[str]:
    """Return what points and bars are."""
    if spec.shown_limits == "none":
        return [f"Points: {spec.statistic}."]
    if spec.shown_limits == "ci":
        return [f"Points and bars: mean and {spec.level * 100:g}% confidence interval (Student's t)."]
    return [f"Points and bars: {_LIMITS[spec.shown_limits]}."]


BOX_CONVENTION = "Boxes: quartiles and median; ◇ mean; whiskers to the last values within 1.5 times the box; ○ beyond."
