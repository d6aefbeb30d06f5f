"""The waterfall plot's model: one bar a subject, and the subjects without a value."""

from __future__ import annotations

import numpy as np

from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.results import Bar, Waterfall
from crf2tlf.analysis.scope import joined_id
from crf2tlf.spec.figure import WaterfallSpec
from crf2tlf.statistics import significant


def waterfall(drawing: Drawing, spec: WaterfallSpec) -> Waterfall:
    """Return the bars from the largest increase to the largest decrease; each bar's height is a result."""
    scope = drawing.scope
    records = scope.select(spec)
    if scope.subject_count(records) < len(records.positions):
        message = f"selects several records of a subject in {records.dataset}; a waterfall takes one"
        raise AnalysisError("ANALYSIS", spec.place, message)
    heights = scope.data.numbers(records, spec.value)
    present = np.flatnonzero(~np.isnan(heights))
    drawn = present[np.argsort(-heights[present], kind="stable")]
    used = Records(records.dataset, records.positions[drawn])
    bars = _bars(drawing, spec, used, heights[drawn])
    return Waterfall(
        y_label=drawing.text(spec.y_label),
        x_label=drawing.text(spec.x_label),
        bars=tuple(bars),
        categories=tuple(drawing.text(label) for label in spec.categories.values()),
        marks=tuple(drawing.text(mark.category) for mark in spec.marks),
        reference_lines=spec.reference_lines,
        not_evaluable=_without(drawing, spec, used),
    )


def _bars(drawing: Drawing, spec: WaterfallSpec, used: Records, heights: np.ndarray) -> list[Bar]:
    data = drawing.scope.data
    labels = {value: drawing.text(label) for value, label in spec.categories.items()}
    categories = data.texts(used, spec.category)
    unknown = sorted({text or "missing" for text in categories if text not in labels})
    if unknown:
        message = f"{spec.category.text} is {', '.join(unknown)}: add to `categories`"
        raise AnalysisError("ANALYSIS", spec.category.place, message)
    marked = [(drawing.text(m.category), data.where(used.dataset, m.where)[used.positions]) for m in spec.marks]
    everyone = drawing.scope.everyone(spec.place)
    bars = []
    for at, subject in enumerate(data.texts(used, spec.subject)):
        name = subject or ""
        drawing.add(joined_id("bar", name), "value", float(heights[at]), (drawing.one(used, at), everyone), spec)
        marks = tuple(category for category, holds in marked if holds[at])
        category = labels[categories[at] or ""]
        bars.append(Bar(subject=name, value=significant(float(heights[at])), category=category, marks=marks))
    return bars


def _without(drawing: Drawing, spec: WaterfallSpec, used: Records) -> tuple[str, ...]:
    """Return the subjects of the population without a bar, and count them as a result."""
    scope = drawing.scope
    everyone = scope.everyone(spec.place)
    without = ~np.isin(scope.subject_codes(everyone), scope.subject_codes(used))
    absent = Records(everyone.dataset, everyone.positions[without])
    drawing.add("not-evaluable", "n", int(without.sum()), (absent, everyone), spec)
    return tuple(text or "" for text in scope.data.texts(absent, spec.subject))
