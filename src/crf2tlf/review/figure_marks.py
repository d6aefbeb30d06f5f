"""What stands behind each element of a figure: its results, and the records and patients that it is made of.

Nothing is found by matching texts: results come in the order in which the figure's model was made from them, and the
records of a step are those of the curve's own record set that have an event at its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crf2tlf.analysis.data import SUBJECT, as_texts
from crf2tlf.analysis.results import (
    Figure,
    Forest,
    KaplanMeier,
    Output,
    Result,
    Swimmer,
    VisitBox,
    VisitBoxes,
    VisitLines,
    VisitPoint,
    Waterfall,
)
from crf2tlf.analysis.scope import joined_id
from crf2tlf.build import BuildResult
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.output import OutputSpec
from crf2tlf.statistics import significant
from crf2tlf.trace.record_sets import RecordSets


@dataclass(frozen=True, eq=False)
class Mark:
    """An element of a figure: its key (see ``display/figures/targets.py``) and what it stands for.

    ``kind`` is how the interface calls it, ``values`` are the names and numbers in its label. ``records`` are positions
    in the finished ``dataset`` of the records that it is made of, where they are no set of the results. ``subject`` is
    the one whom it shows. ``curve`` is a result of the curve that a step or tick belongs to: it has the rules.
    """

    key: str
    kind: str
    values: Mapping[str, str]
    results: tuple[str, ...] = ()
    dataset: str = ""
    records: Integers | None = None
    subject: str | None = None
    curve: str | None = None


@dataclass(frozen=True, eq=False)
class _Source:
    """What marks are worked out from: the build, the sets, the output's spec and the results of the figure itself."""

    build: BuildResult
    sets: RecordSets
    spec: OutputSpec
    results: Sequence[Result]
    subjects: dict[str, list[str]] = field(default_factory=dict)

    def named(self, analysis: str, statistic: str) -> list[Result]:
        """Return the results of one statistic in the order of the figure's model."""
        return [r for r in self.results if r.analysis == analysis and r.statistic == statistic]

    def subject_of(self, result: Result) -> str | None:
        """Return the subject of the first record behind a result's numerator."""
        if result.numerator is None or not len(found := self.sets.positions(result.numerator)):
            return None
        name = self.sets.dataset(result.numerator)
        if name not in self.subjects:
            self.subjects[name] = self.build.datasets[name].frame[SUBJECT].tolist()
        return str(self.subjects[name][int(found[0])])


def figure_marks(build: BuildResult, sets: RecordSets, output: Output, results: Sequence[Result]) -> list[Mark]:
    """Return the elements of a figure in reading order; ``results`` are all of the output's."""
    stated = tuple(f"{name.rpartition('/')[0]}/" for cell in output.cells for name in cell.results)
    own = [result for result in results if not result.id.startswith(stated)]
    source = _Source(build, sets, build.study.outputs[output.id], own)
    assert output.body.kind != "table"
    makers: dict[str, Callable[..., Iterator[Mark]]] = {
        "waterfall": _bars,
        "swimmer": _lanes,
        "kaplan_meier": _curves,
        "forest": _forest,
        "line": _visits,
        "box": _visits,
    }
    body: Figure = output.body
    return list(makers[body.kind](source, body))


def _bars(source: _Source, body: Waterfall) -> Iterator[Mark]:
    heights = source.named("bar", "value")
    for at, (bar, result) in enumerate(zip(body.bars, heights, strict=True)):
        values = {"subject": bar.subject, "shown": f"{bar.value:.1f}", "category": bar.category}
        yield Mark(f"bar-{at}", "bar", values, (result.id,), subject=source.subject_of(result))
    for result in source.named("not-evaluable", "n"):
        yield Mark("not_evaluable", "not_evaluable", {}, (result.id,))


def _lanes(source: _Source, body: Swimmer) -> Iterator[Mark]:
    spec = source.spec.swimmer
    assert spec is not None
    of: dict[str | None, list[str]] = {}
    everyone = None
    for result in source.results:
        if result.analysis == "lane":
            of.setdefault(source.subject_of(result), []).append(result.id)
            everyone = result.denominator
    labelled: dict[str, list[str]] = {}
    if everyone is not None:
        name, chosen = source.sets.dataset(everyone), source.sets.positions(everyone)
        texts = as_texts(source.build.evaluate(name, spec.subject).iloc[chosen])
        for text, subject in zip(texts, source.build.datasets[name].frame[SUBJECT].iloc[chosen], strict=True):
            labelled.setdefault(text or "", []).append(str(subject))
    for at, lane in enumerate(body.lanes):
        subject = found.pop(0) if (found := labelled.get(lane.subject)) else None
        values = {"subject": lane.subject, "group": lane.group}
        yield Mark(f"lane-{at}", "lane", values, tuple(of.get(subject, ())), subject=subject)


def _curves(source: _Source, body: KaplanMeier) -> Iterator[Mark]:
    spec = source.spec.kaplan_meier
    assert spec is not None
    medians = source.named("curve", "median")
    for number, (curve, median) in enumerate(zip(body.curves, medians, strict=True)):
        assert median.denominator is not None
        name, everyone = source.sets.dataset(median.denominator), source.sets.positions(median.denominator)
        time, censored = (
            source.build.evaluate(name, rule).to_numpy(dtype=np.float64)[everyone]
            for rule in (spec.time, spec.censored)
        )
        times = np.array([significant(float(value)) for value in time], dtype=np.float64)
        behind = f"{median.id.removesuffix('/median')}/"
        before = 1.0
        of = f"{' '.join(curve.label.split())}: " if curve.label else ""
        for at, step in enumerate(curve.steps):
            if step.survival < before:
                values = {"curve": of, "at": f"{step.time:.2f}", "shown": f"{100 * step.survival:.1f}%"}
                records = everyone[(times == step.time) & (censored == 0)]
                yield Mark(f"step-{number}-{at}", "step", values, (), name, records, curve=median.id)
            before = step.survival
        for at, (ends, survival) in enumerate(curve.censored):
            values = {"curve": of, "at": f"{ends:.2f}", "shown": f"{100 * survival:.1f}%"}
            records = everyone[(times == ends) & (censored != 0)]
            yield Mark(f"censored-{number}-{at}", "censored", values, (), name, records, curve=median.id)
        for at, (start, count) in enumerate(zip(body.at_risk_times, curve.at_risk, strict=False)):
            values = {"curve": of, "at": f"{start:g}", "shown": str(count)}
            yield Mark(f"at_risk-{number}-{at}", "at_risk", values, (f"{behind}at-risk-{start:g}",))
        values = {"curve": of}
        ends_of = tuple(f"{behind}{each}" for each in ("median", "lower", "upper"))
        yield Mark(f"median-{number}", "median", values, ends_of)


def _forest(source: _Source, body: Forest) -> Iterator[Mark]:
    assert source.spec.forest is not None
    headings = iter([group.id for group in source.spec.forest.subgroups if group.by is not None])
    estimates = [result for result in source.results if result.statistic in ("hr", "ratio", "difference")]
    lines = [result.id.rpartition("/")[0] for result in estimates]  # what ids begin with, in the order of the lines
    known = {_under(source.spec.id, line): line for line in lines}
    of: dict[str, list[str]] = {}
    for result in source.results:
        part = result.id.rpartition("/")[0]
        of.setdefault(known.get(part.rpartition("/")[0], part) if part not in lines else part, []).append(result.id)
    parts = iter(lines)
    for at, line in enumerate(body.lines):
        part = f"{source.spec.id}/{next(headings)}" if line.heading else next(parts)
        if part in of:
            shown = "; ".join(text for text in line.texts if text)
            yield Mark(f"line-{at}", "line", {"label": line.label, "texts": shown}, tuple(of[part]))


def _under(output: str, line: str) -> str:
    """Return what the ids of the numbers of a line's two groups begin with."""
    return f"{output}/{joined_id(line.removeprefix(f'{output}/'))}"


def _visits(source: _Source, body: VisitLines | VisitBoxes) -> Iterator[Mark]:
    counted = iter([result for result in source.named("visit", "n") if result.value])
    of: dict[str, list[str]] = {}
    for result in source.results:
        of.setdefault(result.id.rpartition("/")[0], []).append(result.id)
    ticks = dict(body.ticks)
    for number, (label, points) in enumerate(_groups(body)):
        for at, point in enumerate(points):
            part = next(counted).id.rpartition("/")[0]
            group = f"{' '.join(label.split())}, " if label else ""
            values = {"group": group, "visit": ticks[point.x], "shown": str(point.n)}
            yield Mark(f"point-{number}-{at}", "point", values, tuple(of[part]))


def _groups(body: VisitLines | VisitBoxes) -> list[tuple[str, Sequence[VisitPoint | VisitBox]]]:
    if isinstance(body, VisitLines):
        return [(line.label, line.points) for line in body.lines]
    return [(group.label, group.boxes) for group in body.groups]
