"""The Kaplan–Meier plot's model: one curve a column, with the numbers at risk under common times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, isnan

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.results import Curve, KaplanMeier, Step
from crf2tlf.analysis.scope import joined_id
from crf2tlf.analysis.survival import Observed, at_risk, observe
from crf2tlf.spec.figure import KaplanMeierFigure
from crf2tlf.statistics import significant

MOST_TIMES = 60


def curves(drawing: Drawing, spec: KaplanMeierFigure, leaves: Sequence[Leaf], cells: Mapping[str, str]) -> KaplanMeier:
    """Return the survival curves; medians and numbers at risk are results."""
    observed = [observe(spec, leaf.scope) for leaf in leaves]
    last = max((float(seen.time.max()) for seen in observed if len(seen.time)), default=0.0)
    if last / spec.at_risk_every > MOST_TIMES:
        message = f"at_risk_every: {spec.at_risk_every:g} gives more than {MOST_TIMES} times up to {last:g}"
        raise AnalysisError("ANALYSIS", spec.place, message)
    times = tuple(significant(spec.at_risk_every * k) for k in range(ceil(last / spec.at_risk_every) + 1))
    return KaplanMeier(
        x_label=drawing.text(spec.x_label),
        y_label=drawing.text(spec.y_label),
        curves=tuple(_curve(drawing, spec, leaf, seen, times) for leaf, seen in zip(leaves, observed, strict=True)),
        at_risk_times=times,
        annotations=tuple(drawing.text(text, cells=cells) for text in spec.annotations),
    )


def _curve(drawing: Drawing, spec: KaplanMeierFigure, leaf: Leaf, seen: Observed, times: Sequence[float]) -> Curve:
    curve, everyone = seen.curve, seen.records
    part = joined_id("curve", leaf.id)
    median = curve.median(spec.open_plateau)
    for name, value in (("median", median.value), ("lower", median.lower), ("upper", median.upper)):
        drawing.add(part, name, value, (everyone, everyone), spec)
    counts = [int(count) for count in curve.n_at_risk(times)]
    for time, count in zip(times, counts, strict=True):
        drawing.add(part, f"at-risk-{time:g}", count, (seen.chosen(at_risk(seen, time)), everyone), spec)
    first = () if len(curve.time) and curve.time[0] == 0 else (Step(time=0, survival=1),)
    points = zip(curve.time, curve.survival, curve.lower, curve.upper, curve.n_event, strict=True)
    steps = tuple(
        Step(time=_number(t) or 0.0, survival=_number(s) or 0.0, lower=_number(low), upper=_number(high))
        for t, s, low, high, events in points
        if events or t == 0
    )
    ticks = zip(curve.time, curve.survival, curve.n_censor, strict=True)
    return Curve(
        label=leaf.label,
        steps=first + steps,
        censored=tuple((_number(t) or 0.0, _number(s) or 0.0) for t, s, censored in ticks if censored),
        at_risk=tuple(counts),
        median=_number(median.value),
        median_lower=_number(median.lower),
        median_upper=_number(median.upper),
    )


def _number(value: float) -> float | None:
    return None if isnan(value) else significant(float(value))
